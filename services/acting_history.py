"""What others did for a person, told to that person: by whom, when, about what. Read from the audit rows themselves, so
that nothing is told that was not recorded, and nothing recorded is left out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, and_, cast, literal, or_, select
from sqlalchemy.orm import Session

from services import clock
from services.models import AuditEntry, Booking, Mandate, Person, StaffMember

# In the place of a person. The rest of ALL is about them, and staff's own to do.
FOR_THEM = (
    "booking:make", "booking:move", "booking:cancel", "booking:restore", "booking:answer", "wish:make", "wish:end",
    "choice:reminders",
)  # fmt: skip
ALL = (
    *FOR_THEM, "attendance:record", "step:mark", "plan:propose", "plan:review-day", "call:note", "person:invite",
    "person:read-code", "mandate:come-in", "mandate:end",
)  # fmt: skip
LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Done:
    """One thing that was done. `by`: "staff" or "trusted"; `said`: the answer, where it was one."""

    at: datetime
    act: str
    by: str
    name: str
    booking: Booking | None
    said: str


_STAFF = AuditEntry.actor == literal("staff:").concat(cast(StaffMember.id, String))
_TRUSTED = AuditEntry.actor == literal("trusted:").concat(cast(Mandate.id, String))
_BOOKING = AuditEntry.subject == literal("booking:").concat(cast(Booking.id, String))


def _done(db: Session, person_id: int, *where, limit: int) -> list[Done]:
    query = (
        select(AuditEntry, StaffMember, Mandate, Booking)
        .outerjoin(StaffMember, _STAFF)
        .outerjoin(Mandate, and_(Mandate.person_id == person_id, _TRUSTED))
        .outerjoin(Booking, and_(Booking.person_id == person_id, _BOOKING))
        .where(AuditEntry.person_id == person_id, or_(StaffMember.id.is_not(None), Mandate.id.is_not(None)), *where)
        .order_by(AuditEntry.id.desc()).limit(limit)
    )  # fmt: skip
    return [
        Done(entry.at, entry.act, "staff" if staff else "trusted", (staff or mandate).short_name, booking, entry.facts.get("said", ""))
        for entry, staff, mandate, booking in db.execute(query)
    ]  # fmt: skip


def done_for(db: Session, person: Person, *, limit: int = 100) -> list[Done]:
    """Everything that others did for or about a person, the newest first."""
    return _done(db, person.id, AuditEntry.act.in_(ALL), limit=limit)


def done_lately(db: Session, person: Person, *, limit: int = 3) -> list[Done]:
    """What others did in the person's place in the last weeks, the newest first."""
    here = and_(AuditEntry.act == "attendance:record", AuditEntry.actor.startswith("trusted:"))
    for_them = or_(AuditEntry.act.in_(FOR_THEM), here)
    return _done(db, person.id, for_them, AuditEntry.at > clock.now() - LATELY, limit=limit)


def done_by_trusted(db: Session, person: Person, *, limit: int = 5) -> list[Done]:
    """What trusted people did for a person, the newest first: for staff who look at the person's file."""
    return _done(db, person.id, AuditEntry.actor.startswith("trusted:"), AuditEntry.act.in_(ALL), limit=limit)


def of_booking(db: Session, booking: Booking, *, limit: int = 5) -> list[Done]:
    """What others did with one session, the newest first."""
    about = AuditEntry.subject == f"booking:{booking.id}"
    return _done(db, booking.person_id, about, AuditEntry.act.in_((*FOR_THEM, "attendance:record")), limit=limit)
