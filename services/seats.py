"""Sitting down: the first seat of a time that nobody has. The unique seat, not an earlier look, decides who was first."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from services import clock, fitting, slots
from services.db import IntegrityError, broken_guard
from services.errors import Refused
from services.models import Booking, Person, Slot
from services.numbers import new_number


def sit_down(db: Session, booking: Booking, slot: Slot) -> None:
    """Write a new booking into the first free seat.

    Refused: "slot-just-taken" with `nearest`, "own-clash" with `booking`, "key-used".
    """
    tries = 0
    seat = 1
    while seat <= slot.capacity:
        booking.seat = seat
        if booking.id is None:
            booking.number = new_number()
        try:
            with db.begin_nested():
                db.add(booking)
                db.flush()
            return
        except IntegrityError as error:
            guard = broken_guard(error)
        if guard == "uq_booking_seat":
            seat += 1
        elif guard == "uq_booking_number" and tries < 20:
            tries += 1
        elif guard == "uq_booking_person_id_key":
            raise Refused("key-used")
        elif guard == "ex_booking_person_overlap":
            raise Refused("own-clash", booking=_own_at(db, booking))
        else:
            raise RuntimeError(f"unexpected guard: {guard}")
    raise Refused("slot-just-taken", nearest=nearest(db, db.get(Person, booking.person_id), slot, booking.needs))


def sit_again(db: Session, booking: Booking, slot: Slot, person: Person, *where, **values) -> int:
    """Give a booking that is there, as it is `where`, the first seat of a slot that nobody has. Returns the seat."""
    for seat in range(1, slot.capacity + 1):
        try:
            with db.begin_nested():
                done = db.execute(
                    update(Booking).where(Booking.id == booking.id, *where)
                    .values(seat=seat, answer="none", booked_at=clock.now(), **values)
                    .execution_options(synchronize_session=False)
                )  # fmt: skip
        except IntegrityError as error:
            guard = broken_guard(error)
            if guard == "uq_booking_seat":
                continue
            if guard == "ex_booking_person_overlap":
                wanted = Booking(id=booking.id, person_id=person.id, starts_at=slot.starts_at, ends_at=slot.ends_at)
                raise Refused("own-clash", booking=_own_at(db, wanted)) from None
            raise
        if done.rowcount == 0:
            raise Refused("booking-changed")
        return seat
    raise Refused("slot-just-taken", nearest=nearest(db, person, slot, booking.needs))


def nearest(db: Session, person: Person, slot: Slot, needs) -> list[Slot]:
    """Up to three free times around this one that suit these needs."""
    wants = fitting.wants(needs)
    return slots.first_free(db, slot.form_id, person=person, near=slot.starts_at, limit=3, wants=wants)


def _own_at(db: Session, booking: Booking) -> Booking | None:
    return db.scalar(
        select(Booking)
        .where(
            Booking.person_id == booking.person_id, Booking.status == "booked", Booking.id != (booking.id or 0),
            Booking.starts_at < booking.ends_at, Booking.ends_at > booking.starts_at,
        )
        .options(joinedload(Booking.slot).joinedload(Slot.specialist))
    )  # fmt: skip
