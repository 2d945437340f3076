"""Answers about one's own sessions: what waits for one, and one that was given in a phone without a network and comes later."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import attendance, bookings, clock
from services.errors import NotFound, Refused
from services.models import Booking, Intention, Person
from services.plans import PlanView

SAID = ("yes", "help", "no", "here")


def take(db: Session, person: Person, booking: Booking, said: str, *, version: int, key: str) -> None:
    """Take an answer that was kept in a phone. The same `key` again changes nothing, whatever was said in between.

    `version`: of the booking as the phone showed it. Refused: "booking-changed" (moved, or taken again, since then),
    "booking-cancelled", "booking-over" and, for "here", "too-early".
    """
    if said not in SAID or not key or booking.person_id != person.id:
        raise NotFound
    bookings.hold(db, booking)
    if _is_taken(db, booking, key):
        return
    if booking.version != version:
        raise Refused("booking-changed")
    if said == "here":
        _require_live(booking)
        attendance.check_in(db, person, booking)  # once for a booking, so it needs no key
    elif said == "no" and booking.cancelled_by == "person" and not booking.is_live:
        return  # they said so by another way meanwhile
    else:
        _require_live(booking)
        if not attendance.answer(db, person, booking, said, way="plan", key=key):
            # Said already, by another way. The key is kept all the same: it must not overrule what is said after this.
            db.add(attendance.intention(booking, said, "plan", key))


def _is_taken(db: Session, booking: Booking, key: str) -> bool:
    return db.scalar(select(Intention.id).where(Intention.booking_id == booking.id, Intention.key == key)) is not None


def _require_live(booking: Booking) -> None:
    if not booking.is_live:
        raise Refused("booking-cancelled")


def count_waiting(view: PlanView, coming: list[Booking], to_confirm: list[Booking]) -> int:
    """How many things of the plan wait for the person's own word: a proposed plan, the next session, sessions that are over."""
    asks = [one for one in coming[:1] if one.answer == "none" and one.starts_at > clock.now()]
    return (view.waiting is not None) + len(asks) + len(to_confirm)
