"""One step of a plan in force, and what became of it."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from services import audit, clock
from services.errors import NotFound
from services.models import Enrolment, Goal, Person, Plan, PlanVersion, StaffMember, Step, StepRecord
from services.permissions import Permission, require


def get_step(db: Session, person: Person, line: str) -> Step:
    """A step of the person's plan in force by its line; else NotFound."""
    found = db.scalar(
        select(Step)
        .join(Goal).join(PlanVersion).join(Plan).join(Enrolment)
        .where(Step.line == line, PlanVersion.status == "agreed", Enrolment.person_id == person.id)
        .options(joinedload(Step.form))
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


def mark_step(db: Session, actor: Person | StaffMember, person: Person, line: str, state: str) -> StepRecord:
    """Say what became of a step: now, done, stopped or later. Kept for ever, with date and author."""
    if isinstance(actor, Person):
        require(actor, Permission.PLAN_ANSWER)
        if actor.id != person.id:
            raise NotFound
    else:
        require(actor, Permission.PLAN_WRITE, Permission.ATTENDANCE_RECORD)
    step = get_step(db, person, line)
    plan_id = step.goal.version.plan_id
    last = db.scalars(
        select(StepRecord).where(StepRecord.plan_id == plan_id, StepRecord.line == line).order_by(StepRecord.id.desc()).limit(1)
    ).first()
    if last is not None and last.status == state:
        return last
    record = StepRecord(
        plan_id=plan_id,
        line=line,
        status=state,
        at=clock.now(),
        by_staff_id=actor.id if isinstance(actor, StaffMember) else None,
    )
    db.add(record)
    audit.record(db, actor, "step:mark", record, person_id=person.id, state=state)
    return record
