"""Plans: writing a version, proposing it, the person's answer, and what became of each step."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from services import audit, catalogue, clock, outbox, tasks, telling
from services.errors import NotFound, Refused
from services.models import Enrolment, Goal, Person, Plan, PlanVersion, StaffMember, Step, StepRecord
from services.permissions import Permission, require

ANSWERS = {"agree": "agreed", "change": "change-asked", "refuse": "refused"}


@dataclass
class StepView:
    """A step with what became of it. `state`: done, now, later, stopped; the first one not done is "now"."""

    step: Step
    state: str
    record: StepRecord | None


@dataclass
class PlanView:
    """Everything that a plan page shows, read in three queries."""

    enrolment: Enrolment | None
    plan: Plan | None
    agreed: PlanVersion | None
    waiting: PlanVersion | None  # proposed and not answered
    goals: list[tuple[Goal, list[StepView]]] = field(default_factory=list)

    @property
    def steps(self) -> list[StepView]:
        return [step for _, steps in self.goals for step in steps]

    @property
    def done(self) -> int:
        return sum(1 for view in self.steps if view.state == "done")


# The plan page asks these each time it opens, so they are put together once.
_NEWEST = (
    select(Enrolment, Plan)
    .outerjoin(Plan, Plan.enrolment_id == Enrolment.id)
    .where(Enrolment.person_id == bindparam("person"))
    .options(joinedload(Enrolment.coordinator))
    .order_by(Enrolment.joined_on.desc(), Enrolment.id.desc())
    .limit(1)
)
_IN_FORCE = (
    select(PlanVersion)
    .where(PlanVersion.plan_id == bindparam("plan"), PlanVersion.status.in_(("agreed", "proposed")))
    .options(
        joinedload(PlanVersion.goals).joinedload(Goal.steps).joinedload(Step.form),
        joinedload(PlanVersion.written_by),
    )
    .order_by(PlanVersion.number)
)
_RECORDS = (
    select(StepRecord)
    .where(StepRecord.plan_id == bindparam("plan"))
    .options(joinedload(StepRecord.by_staff))
    .order_by(StepRecord.id)
)


def view_for(db: Session, person: Person) -> PlanView:
    """The plan in force of a person's newest enrolment, and the version that waits for an answer."""
    row = db.execute(_NEWEST, {"person": person.id}).first()
    if row is None:
        return PlanView(None, None, None, None)
    enrolment, plan = row
    if plan is None:
        return PlanView(enrolment, None, None, None)
    versions = list(db.scalars(_IN_FORCE, {"plan": plan.id}).unique())
    agreed = next((version for version in versions if version.status == "agreed"), None)
    waiting = next((version for version in versions if version.status == "proposed"), None)
    view = PlanView(enrolment, plan, agreed, waiting)
    if agreed:
        view.goals = with_states(agreed, records(db, plan.id))
    return view


def records(db: Session, plan_id: int) -> dict[str, StepRecord]:
    """line → the last record of that step."""
    return {row.line: row for row in db.scalars(_RECORDS, {"plan": plan_id})}


def with_states(version: PlanVersion, said: dict[str, StepRecord]) -> list[tuple[Goal, list[StepView]]]:
    """A version's goals and steps with their states. Where nobody said "now", it is the first step that is not done."""
    views = [
        (
            goal,
            [
                StepView(step, said[step.line].status if step.line in said else "later", said.get(step.line))
                for step in goal.steps
            ],
        )
        for goal in version.goals
    ]
    flat = [view for _, steps in views for view in steps]
    if not any(view.state == "now" for view in flat):
        first = next((view for view in flat if view.state == "later"), None)
        if first:
            first.state = "now"
    return views


def history(db: Session, plan: Plan) -> list[PlanVersion]:
    """All versions, the newest first."""
    query = select(PlanVersion).where(PlanVersion.plan_id == plan.id).options(joinedload(PlanVersion.written_by))
    return list(db.scalars(query.order_by(PlanVersion.number.desc())))


def get_version(db: Session, person: Person, version_id: int) -> PlanVersion:
    """A version of the person's own plan that was put before them; else NotFound."""
    found = db.scalar(
        select(PlanVersion)
        .join(Plan)
        .join(Enrolment)
        .where(PlanVersion.id == version_id, Enrolment.person_id == person.id, PlanVersion.status != "draft")
    )
    if found is None:
        raise NotFound
    return found


EDITABLE = ("draft", "change-asked", "refused")
WHOLE = selectinload(PlanVersion.goals).selectinload(Goal.steps).joinedload(Step.form)


def open_draft(db: Session, actor: StaffMember, person: Person) -> PlanVersion | None:
    """The newest version of a person's plan when it can be edited, with its goals and steps; else None."""
    require(actor, Permission.PLAN_WRITE)
    query = select(PlanVersion).join(Plan).join(Enrolment).where(Enrolment.person_id == person.id)
    newest = db.scalars(query.options(WHOLE).order_by(Enrolment.joined_on.desc(), PlanVersion.number.desc()).limit(1)).first()
    return newest if newest is not None and newest.status in EDITABLE else None


def draft_for(db: Session, actor: StaffMember, enrolment: Enrolment) -> PlanVersion:
    """The version that can be edited: the open draft, else a new one copied from the plan in force (the same lines)."""
    require(actor, Permission.PLAN_WRITE)
    plan = db.scalar(select(Plan).where(Plan.enrolment_id == enrolment.id))
    if plan is None:
        plan = Plan(enrolment_id=enrolment.id)
        db.add(plan)
        db.flush()
    versions = list(db.scalars(
        select(PlanVersion).where(PlanVersion.plan_id == plan.id).options(WHOLE).order_by(PlanVersion.number.desc())
    ))  # fmt: skip
    if versions and versions[0].status in EDITABLE:
        return versions[0]
    if versions and versions[0].status == "proposed":
        raise Refused("plan-waiting-for-answer")
    draft = PlanVersion(
        plan_id=plan.id, number=(versions[0].number + 1 if versions else 1), status="draft", written_by_id=actor.id
    )
    source = next((version for version in versions if version.status == "agreed"), None)
    for goal in source.goals if source else ():
        copy = Goal(position=goal.position, text=goal.text, proposed_by=goal.proposed_by)
        copy.steps = [
            Step(line=s.line, position=s.position, title=s.title, doer=s.doer, form_id=s.form_id, due_on=s.due_on)
            for s in goal.steps
        ]
        draft.goals.append(copy)
    db.add(draft)
    db.flush()
    return draft


def add_goal(db: Session, actor: StaffMember, version: PlanVersion, text: str) -> Goal:
    """A goal at the end of a draft. The same words once more are the goal that is there."""
    _require_open(actor, version)
    if same := next((goal for goal in version.goals if goal.text == text.strip()), None):
        return same
    goal = Goal(version_id=version.id, position=len(version.goals) + 1, text=text.strip())
    version.goals.append(goal)
    db.flush()
    return goal


def add_step(
    db: Session, actor: StaffMember, version: PlanVersion, goal_id: int, title: str, *,
    form_id: int | None = None, doer: str = "participant", due_on: date | None = None,
) -> Step:  # fmt: skip
    _require_open(actor, version)
    goal = next((goal for goal in version.goals if goal.id == goal_id), None)
    if goal is None:
        raise NotFound
    about = dict(title=title.strip(), doer=doer, form_id=form_id, due_on=due_on)
    same = (step for step in goal.steps if all(getattr(step, name) == value for name, value in about.items()))
    if again := next(same, None):
        return again
    step = Step(line=uuid4().hex, position=len(goal.steps) + 1, **about)
    goal.steps.append(step)
    db.flush()
    return step


def remove_step(db: Session, actor: StaffMember, version: PlanVersion, step_id: int) -> Goal:
    """Take a step out of a draft; returns its goal. A step of the plan in force is not lost: its version stays, and its records."""
    _require_open(actor, version)
    for goal in version.goals:
        for step in goal.steps:
            if step.id == step_id:
                goal.steps.remove(step)
                db.flush()
                return goal
    raise NotFound


def remove_goal(db: Session, actor: StaffMember, version: PlanVersion, goal_id: int) -> None:
    _require_open(actor, version)
    goal = next((goal for goal in version.goals if goal.id == goal_id), None)
    if goal is None:
        raise NotFound
    version.goals.remove(goal)
    db.flush()


def _require_open(actor: StaffMember, version: PlanVersion) -> None:
    require(actor, Permission.PLAN_WRITE)
    if version.status not in EDITABLE:
        raise Refused("plan-not-editable")


def propose(db: Session, actor: StaffMember, version: PlanVersion) -> PlanVersion:
    """Put a version before the person. By proposing, the coordinator has agreed to it; the person's answer makes it count."""
    if version.status == "proposed":
        return version
    _require_open(actor, version)
    if not any(goal.steps for goal in version.goals):
        raise Refused("plan-empty")
    version.status, version.proposed_at, version.written_by_id = "proposed", clock.now(), actor.id
    version.answered_at = version.answer_note = None
    audit.record(db, actor, "plan:propose", version, person_id=_person_id(version))
    person = db.get(Person, _person_id(version))
    telling.tell(
        db, person, "plan-waiting", subject=f"plan:{version.id}:{clock.now():%y%m%d%H%M%S}",
        useful_until=clock.now() + outbox.A_WEEK, plan_version_id=version.id,
    )  # fmt: skip
    return version


def _person_id(version: PlanVersion) -> int:
    return version.plan.enrolment.person_id


def answer(db: Session, actor: Person, version_id: int, said: str, *, note: str = "") -> PlanVersion:
    """The person's answer to a proposed version: agree, change (with a note) or refuse. The same answer twice is one.

    Agreeing puts the version in force, retires the one before, and sets the day of the next review. Anything else reaches the coordinator as a task.
    """
    require(actor, Permission.PLAN_ANSWER)
    version = get_version(db, actor, version_id)
    wanted = ANSWERS[said]
    if version.status == wanted:
        return version
    if said == "change" and not note.strip():
        raise Refused("note-missing")
    if wanted == "agreed":
        db.execute(
            update(PlanVersion).where(PlanVersion.plan_id == version.plan_id, PlanVersion.status == "agreed")
            .values(status="replaced").execution_options(synchronize_session=False)
        )  # fmt: skip
    done = db.execute(
        update(PlanVersion)
        .where(PlanVersion.id == version.id, PlanVersion.status == "proposed")
        .values(status=wanted, answered_at=clock.now(), answer_note=note.strip() or None,
                agreed_at=clock.now() if wanted == "agreed" else None)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if done.rowcount == 0:
        raise Refused("plan-answered-already")
    db.refresh(version)
    audit.record(db, actor, "plan:answer", version, person_id=actor.id, said=said)
    if wanted == "agreed" and (version.plan.review_on is None or version.plan.review_on <= clock.today()):
        version.plan.review_on = clock.today() + timedelta(days=catalogue.rules(db)["review_after_days"])
    if wanted != "agreed":
        kind = "plan-change" if wanted == "change-asked" else "plan-refused"
        tasks.ask(db, kind, actor, subject=f"version:{version.id}", note=note.strip() or None)
    return version
