"""Taking a place, moving it, giving it back, taking it again."""

import hashlib
import json

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, defer, joinedload

from services import audit, catalogue, clock, interpreters, outbox, reach, seats, slots, telling
from services.errors import NotFound, Refused
from services.models import Booking, Mandate, Message, Person, Place, Slot, StaffMember
from services.permissions import Actor, Permission, require, require_own


def book(
    db: Session, actor: Actor, person: Person, slot_id: int, *,
    key: str, needs: list[str] | tuple[str, ...] = (), step_line: str | None = None,
) -> Booking:  # fmt: skip
    """Give `person` a place in a slot, or refuse and say why. The same `key` twice is the same booking.

    Refused: "key-reused" (the key was used for another wish), "slot-passed", "slot-just-taken" (with `nearest`, up to three
    free times), "own-clash" (with the `booking` that the person has then), "interpreter-too-soon" (not for staff).
    NotFound: no such published slot.
    """
    _require_for(actor, person)
    asked = fingerprint(slot_id, needs, step_line)
    if again := _made_before(db, person, key, asked):
        return again
    slot = db.scalar(select(Slot).where(Slot.id == slot_id, Slot.status == "published").with_for_update(read=True))
    _require_ahead(db, person, slot, needs)
    interpreters.require_in_time(actor, needs, slot)
    booking = Booking(
        person_id=person.id, slot_id=slot.id, starts_at=slot.starts_at, ends_at=slot.ends_at, needs=sorted(needs),
        key=key, asked=asked, step_line=step_line, booked_at=clock.now(),
        booked_by_id=actor.id if isinstance(actor, StaffMember) else None,
    )  # fmt: skip
    try:
        seats.sit_down(db, booking, slot)
    except Refused as no:
        if no.code != "key-used":
            raise
        return _made_before(db, person, key, asked)
    audit.record(db, actor, "booking:make", booking, slot=slot.id)
    interpreters.follow(db, actor, booking)
    _tell(db, actor, person, "booked", booking)
    return booking


def fingerprint(slot_id: int, needs, step_line: str | None) -> str:
    """What a key stands for, so that the same key with another wish can be told apart."""
    return hashlib.sha256(json.dumps([slot_id, sorted(needs), step_line]).encode()).hexdigest()


def _require_for(actor: Actor, person: Person, *, trusted: Permission = Permission.ACT_BOOK) -> None:
    """`trusted`: what somebody who acts for the person may do this by."""
    if not isinstance(actor, Mandate):
        require(actor, Permission.BOOKING_MAKE if isinstance(actor, Person) else Permission.BOOKING_MAKE_FOR)
    require_own(actor, person.id, trusted)


def find_by_key(db: Session, person: Person, key: str) -> Booking | None:
    """The booking that this key has made."""
    return db.scalar(select(Booking).where(Booking.person_id == person.id, Booking.key == key))


def _made_before(db: Session, person: Person, key: str, asked: str) -> Booking | None:
    found = find_by_key(db, person, key)
    if found is not None and found.asked != asked:
        raise Refused("key-reused", booking=found)
    return found


def _require_ahead(db: Session, person: Person, slot: Slot | None, needs) -> None:
    if slot is None:
        raise NotFound
    if slot.starts_at <= clock.now():
        raise Refused("slot-passed", nearest=seats.nearest(db, person, slot, needs))


def _tell(db: Session, actor: Actor, person: Person, kind: str, booking: Booking) -> None:
    """Tell the person by their first way, and their trusted people. What others do for them in the evening is told in the morning."""
    about = dict(
        subject=f"booking:{booking.id}:{booking.version}", useful_until=booking.starts_at,
        booking_id=booking.id, booking_version=booking.version,
    )  # fmt: skip
    due_at = None
    if isinstance(actor, StaffMember | Mandate):
        morning = reach.morning_after(clock.now(), reach.of(db, person).quiet)
        due_at = morning if morning < booking.starts_at else None
    telling.tell(db, person, kind, due_at=due_at, **about)
    outbox.post_all(db, telling.copies(telling.contacts_of(db, {person.id}).get(person.id, []), kind, due_at=due_at, **about))


SHOWN = (
    joinedload(Booking.person), joinedload(Booking.slot).options(
        joinedload(Slot.specialist), joinedload(Slot.form), joinedload(Slot.place), joinedload(Slot.room)),
)  # fmt: skip


def get_booking(db: Session, person: Person, number: str) -> Booking:
    """The person's own booking by its number, with everything a page shows; else NotFound."""
    mine = select(Booking).where(Booking.number == number, Booking.person_id == person.id)
    if (found := db.scalar(mine.options(*SHOWN))) is None:
        raise NotFound
    return found


def get_by_id(db: Session, booking_id: int) -> Booking:
    """For a message's link, which was made for this booking."""
    if (found := db.scalar(select(Booking).where(Booking.id == booking_id).options(*SHOWN))) is None:
        raise NotFound
    return found


def coming(db: Session, person: Person) -> list[Booking]:
    """The person's live bookings that are not over, the next first."""
    now = clock.now()
    return list(db.scalars(_COMING, {"person": person.id, "now": now, "reach": now - slots.LONGEST_SESSION}))


# The plan asks this each time it opens, so it is put together once; `reach` spares it the years behind.
_COMING = (
    select(Booking)
    .where(Booking.person_id == bindparam("person"), Booking.status == "booked",
           Booking.starts_at > bindparam("reach"), Booking.ends_at > bindparam("now"))
    .options(joinedload(Booking.slot).options(
        defer(Slot.provides), joinedload(Slot.specialist).defer(StaffMember.speaks), joinedload(Slot.form),
        joinedload(Slot.place).options(defer(Place.stop), defer(Place.way_in)), joinedload(Slot.room)))
    .order_by(Booking.starts_at)
)  # fmt: skip


def move(db: Session, actor: Actor, booking: Booking, slot_id: int, *, key: str) -> Booking:
    """Take a place in another slot and give up this one, at once or not at all. The number stays, the version grows.

    Moving to where it is already is a repeat and changes nothing. Refuses like `book`, and with "booking-over".
    """
    person = db.get(Person, booking.person_id)
    _require_for(actor, person)
    hold(db, booking)
    if booking.slot_id == slot_id and booking.is_live:
        return booking
    _require_open(booking)
    slot = db.scalar(select(Slot).where(Slot.id == slot_id, Slot.status == "published").with_for_update(read=True))
    _require_ahead(db, person, slot, booking.needs)
    interpreters.require_in_time(actor, booking.needs, slot)
    before = booking.slot_id
    seat = seats.sit_again(
        db, booking, slot, person, Booking.version == booking.version, Booking.status == "booked",
        slot_id=slot.id, starts_at=slot.starts_at, ends_at=slot.ends_at, version=booking.version + 1,
    )  # fmt: skip
    db.refresh(booking)
    audit.record(db, actor, "booking:move", booking, before=before, slot=slot.id, seat=seat)
    interpreters.follow(db, actor, booking)
    _drop_messages(db, booking)
    _tell(db, actor, person, "moved", booking)
    return booking


def hold(db: Session, booking: Booking) -> None:
    """Read a booking again and keep it until the transaction ends: who presses in the same moment waits, then sees the result."""
    db.refresh(booking, [column.key for column in Booking.__mapper__.column_attrs], with_for_update=True)


def _require_open(booking: Booking) -> None:
    if not booking.is_live:
        raise Refused("booking-cancelled")
    if booking.starts_at <= clock.now():
        raise Refused("booking-over")


def _drop_messages(db: Session, booking: Booking) -> None:
    """What was to be told is no longer so; what holds now is told anew."""
    told = ("booked", "moved", "reminder", "copy", "cancelled", "cancelled-by-us", "interpreter-found")
    outbox.cancel(db, Message.booking_id == booking.id, Message.kind.in_(told))


def cancel(db: Session, actor: Actor, booking: Booking, *, reason: str | None = None) -> Booking:
    """Give a place back; it is free for others in the same instant. Always works until the start; after the edition's
    cut-off it is noted as an absence with notice. Cancelling what is cancelled changes nothing."""
    _require_for(actor, booking.person, trusted=Permission.ACT_ANSWER)
    if not booking.is_live:
        return booking
    if booking.starts_at <= clock.now():
        raise Refused("booking-over")
    by_staff = isinstance(actor, StaffMember)
    now = clock.now()
    done = db.execute(
        update(Booking)
        .where(Booking.id == booking.id, Booking.status == "booked")
        .values(
            status="cancelled", cancelled_at=now, cancelled_by="staff" if by_staff else "person",
            is_late=not by_staff and now > catalogue.change_until(booking.starts_at, catalogue.rules(db)), reason=reason or None,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    db.refresh(booking)
    if done.rowcount:
        audit.record(db, actor, "booking:cancel", booking, late=booking.is_late)
        interpreters.follow(db, actor, booking)
        _drop_messages(db, booking)
        _tell(db, actor, booking.person, "cancelled-by-us" if by_staff else "cancelled", booking)
    return booking


def note_reason(db: Session, booking: Booking, reason: str) -> None:
    """Keep the words that somebody chose to add after they gave a place back."""
    if reason and not booking.is_live:
        booking.reason = reason


def restore(db: Session, actor: Actor, booking: Booking) -> Booking:
    """Undo a cancellation, as long as nobody has taken the place, and say once more that it is booked.

    Refused("slot-just-taken", nearest=…) when somebody has it.
    """
    person = db.get(Person, booking.person_id)
    _require_for(actor, person, trusted=Permission.ACT_ANSWER)
    hold(db, booking)
    if booking.is_live:
        return booking
    slot = db.scalar(select(Slot).where(Slot.id == booking.slot_id, Slot.status == "published").with_for_update(read=True))
    if slot is None or booking.starts_at <= clock.now():
        raise Refused("booking-over")
    seats.sit_again(
        db, booking, slot, person, Booking.status == "cancelled",
        status="booked", version=booking.version + 1, cancelled_at=None, cancelled_by=None, is_late=False, reason=None,
    )  # fmt: skip
    db.refresh(booking)
    audit.record(db, actor, "booking:restore", booking)
    interpreters.follow(db, actor, booking)
    _drop_messages(db, booking)
    _tell(db, actor, person, "booked", booking)
    return booking
