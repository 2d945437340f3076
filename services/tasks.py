"""What a coordinator must do, because no page or message can."""

from sqlalchemy import exists, func, or_, select, true, update
from sqlalchemy.orm import Session, joinedload

from services import audit, clock
from services.db import insert_into
from services.errors import NotFound
from services.models import Booking, Enrolment, Person, Slot, StaffMember, Task
from services.permissions import Permission, require

KINDS = (
    "none-suits", "needs-help", "call-me", "no-contact", "undeliverable", "plan-change", "plan-refused", "plan-review", "new-time",
    "reply-unclear", "no-interpreter",
)  # fmt: skip
AT_ONCE = 100  # rows of one INSERT


def ask(
    db: Session, kind: str, person: Person, *, subject: str = "", note: str | None = None, once: bool = False, **ids
) -> bool:
    """Put a task on the coordinators' list. The same one is not put twice while it is open; False then.

    With `once` not even after it was done: for whoever asks again and again, like the planning of reminders.
    """
    assert kind in KINDS, kind
    dedup = dedup_of(kind, person, subject)
    if once and db.scalar(select(Task.id).where(Task.dedup == dedup, Task.person_id == person.id).limit(1)):
        return False
    row = dict(dedup=dedup, kind=kind, person_id=person.id, note=note, created_at=clock.now(), **ids)
    statement = insert_into(db, Task).values(row).on_conflict_do_nothing().returning(Task.id)
    return db.execute(statement).scalar() is not None


def dedup_of(kind: str, person: Person, subject: str) -> str:
    """What makes a task the same as another."""
    return f"{kind}:{person.id}:{subject}"


def ask_many(db: Session, kind: str, rows: list[dict]) -> None:
    """Put many tasks of one kind on the list at once: `rows` are person_id, subject, and columns of Task."""
    assert kind in KINDS, kind
    for start in range(0, len(rows), AT_ONCE):
        values = [
            {"dedup": f"{kind}:{row['person_id']}:{row['subject']}", "kind": kind, "note": None, "created_at": clock.now()}
            | {name: value for name, value in row.items() if name != "subject"}
            for row in rows[start : start + AT_ONCE]
        ]
        db.execute(insert_into(db, Task).values(values).on_conflict_do_nothing())


def of_mine(actor: StaffMember, person_id=Task.person_id):
    """The condition that a task's person (or another column's) is the actor's to look after: their own people, and those
    whom no working coordinator has: a partner's to the partner's coordinators, everybody's to the leader's."""
    if "admin" in actor.role_codes:
        return person_id.is_not(None)
    has_coordinator = exists().where(StaffMember.id == Enrolment.coordinator_id, StaffMember.is_active)
    mine = select(Enrolment.person_id).where(
        or_(
            Enrolment.coordinator_id == actor.id,
            ~has_coordinator
            & (true() if actor.organisation.role == "leader" else Enrolment.partner_id == actor.organisation_id),
        )
    )
    return person_id.in_(mine)


def open_tasks(db: Session, actor: StaffMember, *, limit: int = 100) -> list[Task]:
    """The actor's open tasks, oldest first."""
    require(actor, Permission.TASK_SEE)
    found = (
        select(Task)
        .where(Task.done_at.is_(None), of_mine(actor))
        .options(
            joinedload(Task.person),
            joinedload(Task.form),
            joinedload(Task.booking).joinedload(Booking.slot).joinedload(Slot.form),
        )
        .order_by(Task.created_at, Task.id)
        .limit(limit)
    )
    return list(db.scalars(found))


def count_open(db: Session, actor: StaffMember) -> int:
    """How many open tasks the actor has."""
    require(actor, Permission.TASK_SEE)
    return db.scalar(select(func.count(Task.id)).where(Task.done_at.is_(None), of_mine(actor)))


def finish(db: Session, actor: StaffMember, task_id: int) -> None:
    """Tick off a task. Ticking it twice is the same as once."""
    require(actor, Permission.TASK_SEE)
    task = db.scalar(select(Task).where(Task.id == task_id, of_mine(actor)))
    if task is None:
        raise NotFound
    done = db.execute(
        update(Task).where(Task.id == task_id, Task.done_at.is_(None)).values(done_at=clock.now(), done_by_id=actor.id)
    )
    if done.rowcount:
        audit.record(db, actor, "task:finish", task)


def settle(db: Session, kind: str, booking_id: int) -> None:
    """Nobody need see to this any more: it settled itself."""
    about = (Task.kind == kind, Task.booking_id == booking_id, Task.done_at.is_(None))
    db.execute(update(Task).where(*about).values(done_at=clock.now()).execution_options(synchronize_session=False))
