"""The day on which a plan is looked at again, and telling both sides that it is near."""

from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from services import audit, clock, tasks, telling
from services.errors import NotFound, Refused
from services.models import Enrolment, Plan, PlanVersion, StaffMember, Task
from services.permissions import Permission, require

AHEAD = timedelta(days=7)
USEFUL_AFTER = timedelta(days=14)  # the review's day
FARTHEST = timedelta(days=730)


def set_day(db: Session, actor: StaffMember, plan: Plan, day: date) -> None:
    """Another day for the review. Refused("review-day") when it is not ahead, or years away. The same day changes nothing."""
    require(actor, Permission.PLAN_WRITE)
    if not clock.today() < day <= clock.today() + FARTHEST:
        raise Refused("review-day")
    if plan.review_on == day:
        return
    plan.review_on = day
    person_id = plan.enrolment.person_id
    audit.record(db, actor, "plan:review-day", plan, person_id=person_id, day=day.isoformat())
    # The task was about the old day; a new one comes before the new day.
    old = (Task.person_id == person_id, Task.kind == "plan-review", Task.done_at.is_(None))
    db.execute(update(Task).where(*old).values(done_at=clock.now(), done_by_id=actor.id))


def get_plan(db: Session, actor: StaffMember, person_id: int) -> Plan:
    """The plan of the person's newest enrolment; NotFound where there is none. Whether they may see the person: `people`."""
    require(actor, Permission.PLAN_WRITE)
    newest = select(Enrolment.id).where(Enrolment.person_id == person_id)
    newest = newest.order_by(Enrolment.joined_on.desc(), Enrolment.id.desc()).limit(1).scalar_subquery()
    found = db.scalar(select(Plan).where(Plan.enrolment_id == newest).options(joinedload(Plan.enrolment)))
    if found is None:
        raise NotFound
    return found


def subject_of(plan: Plan) -> str:
    return f"enrolment:{plan.enrolment_id}:{plan.review_on.isoformat()}"


def plan_due(db: Session) -> int:
    """A week before a review, tell the person, and put it on the coordinator's list: once for each day that was set.

    Returns new messages; run it as often as you like. What decides is the task, of which there is one.
    """
    today = clock.today()
    in_force = select(PlanVersion.id).where(PlanVersion.plan_id == Plan.id, PlanVersion.status == "agreed")
    near = list(db.scalars(
        select(Plan).join(Plan.enrolment)
        .where(Plan.review_on >= today, Plan.review_on <= today + AHEAD, Enrolment.left_on.is_(None), in_force.exists())
        .options(joinedload(Plan.enrolment).joinedload(Enrolment.person)).order_by(Plan.review_on, Plan.id)
    ))  # fmt: skip
    ids = {plan.enrolment.person_id for plan in near}
    known = set(db.scalars(select(Task.dedup).where(Task.person_id.in_(ids), Task.kind == "plan-review"))) if near else set()
    posted = 0
    for plan in near:
        person, subject = plan.enrolment.person, subject_of(plan)
        if tasks.dedup_of("plan-review", person, subject) in known:
            continue
        if tasks.ask(db, "plan-review", person, subject=subject):
            until = clock.day_bounds(plan.review_on)[0] + USEFUL_AFTER
            posted += telling.tell(
                db, person, "plan-review", subject=subject, useful_until=until, enrolment_id=plan.enrolment_id
            )
    return posted
