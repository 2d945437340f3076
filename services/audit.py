"""Who did what, and who looked."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from services import clock
from services.models import AccessLog, AuditEntry, StaffMember
from services.permissions import Actor, name_of


def record(db: Session, actor: Actor, act: str, subject, *, person_id: int | None = None, **facts) -> None:
    """Add one row in the transaction of the change itself. `subject` is a model; `facts` hold codes and ids, no names."""
    if subject.id is None:
        db.flush()
    concerned = person_id if person_id is not None else getattr(subject, "person_id", None)
    what = f"{subject.__tablename__}:{subject.id}"
    db.add(AuditEntry(at=clock.now(), actor=name_of(actor), act=act, subject=what, person_id=concerned, facts=facts))


def looked(db: Session, staff: StaffMember, person_id: int, what: str) -> None:
    """Note that a staff member opened something of a person's. Called before it is shown."""
    db.add(AccessLog(at=clock.now(), staff_id=staff.id, person_id=person_id, what=what))


def count_looks(db: Session, person_id: int) -> int:
    """How many times staff looked into this person's file."""
    return db.scalar(select(func.count()).select_from(AccessLog).where(AccessLog.person_id == person_id))


def looks_at(db: Session, person_id: int, *, limit: int = 50) -> list[AccessLog]:
    """Who looked into this person's file, newest first."""
    return list(
        db.scalars(
            select(AccessLog)
            .where(AccessLog.person_id == person_id)
            .options(joinedload(AccessLog.staff).joinedload(StaffMember.organisation))
            .order_by(AccessLog.at.desc())
            .limit(limit)
        )
    )
