"""Taking published times back: each by itself, or a whole batch right after it was published."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from services import audit, clock, tasks
from services.bookings import SHOWN, cancel
from services.errors import NotFound, Refused
from services.models import Booking, Slot, StaffMember
from services.permissions import Permission, require

UNDO_FOR = timedelta(minutes=10)  # after publishing


def withdraw(db: Session, actor: StaffMember, slot_ids: list[int]) -> int:
    """Take back published times of the actor's own. Whoever had a place hears an apology with a way to new times, and a
    coordinator gets a task. Returns how many were withdrawn; one that was withdrawn already, or has begun, does not count."""
    require(actor, Permission.SLOT_PUBLISH)
    own = list(db.scalars(
        select(Slot).where(
            Slot.id.in_(slot_ids), Slot.specialist_id == actor.id, Slot.status == "published", Slot.starts_at > clock.now(),
        ).with_for_update()
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


def to_withdraw(db: Session, actor: StaffMember, slot_ids: list[int]) -> list[tuple[Slot, list[Booking]]]:
    """What `withdraw` would take back, in order of time: each time with the bookings that it would end."""
    return _with_bookings(
        db, actor, slot_ids, (Slot.status == "published", Slot.starts_at > clock.now()), (Booking.status == "booked",)
    )


def withdrawn(db: Session, actor: StaffMember, slot_ids: list[int]) -> list[tuple[Slot, list[Booking]]]:
    """Which of these times are withdrawn now, each with the bookings that ended by it. NotFound: none of them."""
    found = _with_bookings(db, actor, slot_ids, (Slot.status == "withdrawn",), (Booking.reason == "slot-withdrawn",))
    if not found:
        raise NotFound
    return found


def _with_bookings(db: Session, actor: StaffMember, slot_ids: list[int], of_slot, of_booking):
    require(actor, Permission.SLOT_PUBLISH)
    own = list(db.scalars(
        select(Slot).where(Slot.id.in_(slot_ids), Slot.specialist_id == actor.id, *of_slot)
        .options(joinedload(Slot.place), joinedload(Slot.room), joinedload(Slot.form)).order_by(Slot.starts_at)
    ))  # fmt: skip
    sat: dict[int, list[Booking]] = {slot.id: [] for slot in own}
    for booking in db.scalars(
        select(Booking).where(Booking.slot_id.in_(sat), *of_booking).options(joinedload(Booking.person)).order_by(Booking.seat)
    ):
        sat[booking.slot_id].append(booking)
    return [(slot, sat[slot.id]) for slot in own]


def undo_publishing(db: Session, actor: StaffMember, batch: str) -> int:
    """Take back a whole batch within the rule's minutes. Times that somebody has booked meanwhile stay. Returns how many went."""
    require(actor, Permission.SLOT_PUBLISH)
    since = clock.now() - UNDO_FOR
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
    return published_at + UNDO_FOR
