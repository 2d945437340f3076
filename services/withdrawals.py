"""Taking published times back: each by itself, or a whole batch right after it was published."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, catalogue, clock, tasks
from services.bookings import SHOWN, cancel
from services.errors import Refused
from services.models import Booking, Slot, StaffMember
from services.permissions import Permission, require


def withdraw(db: Session, actor: StaffMember, slot_ids: list[int]) -> int:
    """Take back published times of the actor's own. Whoever had a place hears an apology with a way to new times, and a
    coordinator gets a task. Returns how many were withdrawn; a time that was withdrawn already counts no more."""
    require(actor, Permission.SLOT_PUBLISH)
    own = list(db.scalars(
        select(Slot).where(Slot.id.in_(slot_ids), Slot.specialist_id == actor.id, Slot.status == "published")
        .with_for_update()
    ))  # fmt: skip
    for slot in own:
        slot.status = "withdrawn"
        for booking in db.scalars(
            select(Booking).where(Booking.slot_id == slot.id, Booking.status == "booked").options(*SHOWN)
        ):
            if booking.starts_at > clock.now():
                cancel(db, actor, booking, reason="slot-withdrawn")
                tasks.ask(db, "new-time", booking.person, subject=f"booking:{booking.id}", booking_id=booking.id)
        audit.record(db, actor, "slot:withdraw", slot)
    return len(own)


def undo_publishing(db: Session, actor: StaffMember, batch: str) -> int:
    """Take back a whole batch within the rule's minutes. Times that somebody has booked meanwhile stay. Returns how many went."""
    require(actor, Permission.SLOT_PUBLISH)
    since = clock.now() - timedelta(minutes=catalogue.RULES["undo_publish_minutes"])
    fresh = list(db.scalars(
        select(Slot).where(Slot.batch == batch, Slot.specialist_id == actor.id, Slot.status == "published").with_for_update()
    ))  # fmt: skip
    if fresh and min(slot.published_at for slot in fresh) < since:
        raise Refused("undo-too-late")
    booked = set(db.scalars(select(Booking.slot_id).where(
        Booking.slot_id.in_([slot.id for slot in fresh]), Booking.status == "booked"
    )))  # fmt: skip
    return withdraw(db, actor, [slot.id for slot in fresh if slot.id not in booked])


def can_undo_until(published_at: datetime) -> datetime:
    return published_at + timedelta(minutes=catalogue.RULES["undo_publish_minutes"])
