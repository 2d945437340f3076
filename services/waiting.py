"""The waiting list: who waits for a place, to whom a free one is offered, and what they say.

An offer holds nothing: whoever books first has the place. At most one person at a time has the offer of a place, and nobody
is offered the same one twice; the unique indexes decide both, so planning again, or by two workers, changes nothing.
"""

from datetime import datetime, timedelta

from sqlalchemy import exists, func, literal, or_, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from services import audit, bookings, clock, fitting, reach, seats, slots, telling
from services.db import insert_into
from services.errors import NotFound, Refused
from services.models import Booking, Offer, Person, Slot, Wish
from services.permissions import Actor, Permission, require
from services.reach import Reach
from services.waiting_hours import answer_by

LASTS = timedelta(days=60)

_taken = select(func.count()).where(Booking.slot_id == Slot.id, Booking.status == "booked").correlate(Slot).scalar_subquery()
_has_room = (Slot.status == "published") & (_taken < Slot.capacity)
_is_served = exists().where(  # they found a place in the meantime, by whichever way
    Booking.person_id == Wish.person_id, Booking.status == "booked", Booking.booked_at >= Wish.since,
    Booking.slot_id == Slot.id, Slot.form_id == Wish.form_id,
)  # fmt: skip


def wait_for(db: Session, actor: Actor, person: Person, form_id: int) -> None:
    """Put a person on the list for a form. Asking again changes nothing, except that what is free by now is known to them.

    What is free at this moment suits them not, or they would have taken it: it is noted as declined and never offered.
    """
    now = clock.now()
    new = insert_into(db, Wish).values(person_id=person.id, form_id=form_id, since=now).on_conflict_do_nothing()
    if made := db.scalar(new.returning(Wish.id)):
        audit.record(db, actor, "wish:make", db.get(Wish, made), form=form_id)
    wish_id = db.scalar(select(Wish.id).where(Wish.person_id == person.id, Wish.form_id == form_id, Wish.ended_at.is_(None)))
    at = literal(now, Offer.made_at.type)
    seen = select(literal(wish_id), Slot.id, at, at, at, literal("declined")).where(
        Slot.form_id == form_id, Slot.starts_at > now, _has_room
    )
    columns = ["wish_id", "slot_id", "made_at", "until", "ended_at", "result"]
    db.execute(insert_into(db, Offer).from_select(columns, seen).on_conflict_do_nothing())


def wishes(db: Session, person: Person) -> list[Wish]:
    """What the person waits for now."""
    live = (Wish.person_id == person.id, Wish.ended_at.is_(None), Wish.since > clock.now() - LASTS)
    return list(db.scalars(select(Wish).where(*live, ~_is_served).options(joinedload(Wish.form)).order_by(Wish.since)))


def stop_waiting(db: Session, actor: Person, wish_id: int) -> None:
    """The person waits no longer. Pressing twice is the same as once."""
    require(actor, Permission.BOOKING_MAKE)
    wish = db.scalar(select(Wish).where(Wish.id == wish_id, Wish.person_id == actor.id))
    if wish is None:
        raise NotFound
    done = db.execute(update(Wish).where(Wish.id == wish.id, Wish.ended_at.is_(None)).values(ended_at=clock.now()))
    if done.rowcount:
        audit.record(db, actor, "wish:end", wish)
    _end_offers(db, "declined", Offer.wish_id == wish.id)


def _end_offers(db: Session, result: str, *where) -> None:
    db.execute(
        update(Offer).where(Offer.ended_at.is_(None), *where).values(ended_at=clock.now(), result=result)
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def get_offer(db: Session, offer_id: int) -> Offer:
    """For the offer's link: with the place and whoever waits."""
    of_slot = joinedload(Offer.slot).options(
        joinedload(Slot.specialist), joinedload(Slot.form), joinedload(Slot.place), joinedload(Slot.room)
    )
    found = db.scalar(
        select(Offer).where(Offer.id == offer_id).options(of_slot, joinedload(Offer.wish).joinedload(Wish.person))
    )
    if found is None:
        raise NotFound
    return found


def is_open(offer: Offer) -> bool:
    return offer.ended_at is None and offer.until > clock.now()


def booking_of(db: Session, offer: Offer) -> Booking | None:
    """The booking that taking this offer has made."""
    return bookings.find_by_key(db, offer.wish.person, _key(offer))


def _key(offer: Offer) -> str:
    return f"offer:{offer.id}"


def take(db: Session, offer: Offer) -> Booking:
    """Book the place that was offered. Taking it again gives the same booking.

    Refused: "offer-over" (declined, or too late), "slot-just-taken" with `nearest`, "own-clash" with `booking`, "slot-passed".
    """
    db.refresh(offer, ["ended_at", "result", "until"], with_for_update=True)
    if offer.result == "taken":
        return booking_of(db, offer)
    if not is_open(offer):
        raise Refused("offer-over")
    person = offer.wish.person
    try:
        booking = bookings.book(db, person, person, offer.slot_id, key=_key(offer), needs=person.need_codes)
    except NotFound:  # withdrawn meanwhile
        raise Refused("slot-just-taken", nearest=nearest(db, offer)) from None
    offer.ended_at, offer.result = clock.now(), "taken"
    return booking


def nearest(db: Session, offer: Offer) -> list[Slot]:
    """Other free times of the same form around it."""
    person = offer.wish.person
    return seats.nearest(db, person, offer.slot, person.need_codes)


def decline(db: Session, offer: Offer) -> None:
    """Not this one. The person stays on the list; the next in line hears of the place. Twice is the same as once."""
    db.refresh(offer, ["ended_at", "result", "until"], with_for_update=True)
    if offer.ended_at is None:
        offer.ended_at, offer.result = clock.now(), "declined"
        audit.record(db, offer.wish.person, "offer:decline", offer, person_id=offer.wish.person_id)


def offer_free(db: Session) -> int:
    """Offer each place that became free to whoever has waited longest and can use it. Returns new messages.

    Run it as often as you like, by as many workers as there are.
    """
    now = clock.now()
    over = or_(Wish.since <= now - LASTS, _is_served)
    db.execute(
        update(Wish).where(Wish.ended_at.is_(None), over).values(ended_at=now).execution_options(synchronize_session=False)
    )
    _end_offers(db, "expired", Offer.until <= now)
    of_ended = exists().where(Wish.id == Offer.wish_id, Wish.ended_at.is_not(None))
    _end_offers(db, "gone", or_(of_ended, ~exists().where(Slot.id == Offer.slot_id, _has_room)))
    waited_for = db.scalars(select(Wish.form_id).where(Wish.ended_at.is_(None)).distinct().order_by(Wish.form_id))
    return sum(_offer_of_form(db, form_id, now) for form_id in waited_for.all())


def _offer_of_form(db: Session, form_id: int, now: datetime) -> int:
    line = list(db.scalars(
        select(Wish).where(Wish.form_id == form_id, Wish.ended_at.is_(None)).order_by(Wish.since, Wish.id)
        .options(selectinload(Wish.person).selectinload(Person.needs)).with_for_update()
    ))  # fmt: skip
    free = _free(db, form_id, now)
    if not free or not line:
        return 0
    ids = [wish.id for wish in line]
    known = db.execute(select(Offer.wish_id, Offer.slot_id, Offer.ended_at).where(Offer.wish_id.in_(ids))).all()
    told = {(wish_id, slot_id) for wish_id, slot_id, _ in known}
    thinking = {wish_id for wish_id, _, ended_at in known if ended_at is None}  # one offer at a time
    reached, busy = reach.of_all(db, [wish.person for wish in line]), _own_sessions(db, line, now)
    posted = 0
    for slot in free:
        for wish in line:
            if wish.id in thinking or (wish.id, slot.id) in told or _is_busy(wish.person, slot, busy):
                continue
            until = _answer_by(reached[wish.person_id], slot, now)
            if until is None or not fitting.fits(fitting.wants(wish.person.need_codes), slot, clock.local(until).date()):
                continue
            row = dict(wish_id=wish.id, slot_id=slot.id, made_at=now, until=until)
            made = db.scalar(insert_into(db, Offer).values(row).on_conflict_do_nothing().returning(Offer.id))
            if made:
                thinking.add(wish.id)
                posted += telling.tell(db, wish.person, "freed", subject=f"offer:{made}", useful_until=until, offer_id=made)
            break
    return posted


def _free(db: Session, form_id: int, now: datetime) -> list[Slot]:
    """Places that nobody thinks about and that somebody who waits has not heard of."""
    heard = exists().where(Offer.wish_id == Wish.id, Offer.slot_id == Slot.id).correlate(Wish, Slot)
    unheard = exists().where(Wish.form_id == form_id, Wish.ended_at.is_(None), ~heard)
    offered = exists().where(Offer.slot_id == Slot.id, Offer.ended_at.is_(None))
    return list(db.scalars(
        select(Slot).where(Slot.form_id == form_id, Slot.starts_at > now, _has_room, ~offered, unheard)
        .options(joinedload(Slot.place), joinedload(Slot.room), joinedload(Slot.specialist)).order_by(Slot.starts_at, Slot.id)
    ))  # fmt: skip


def _own_sessions(db: Session, line: list[Wish], now: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
    own = select(Booking.person_id, Booking.starts_at, Booking.ends_at).where(
        Booking.person_id.in_([wish.person_id for wish in line]), Booking.status == "booked",
        Booking.starts_at > now - slots.LONGEST_SESSION,
    )  # fmt: skip
    found: dict[int, list] = {}
    for person_id, starts_at, ends_at in db.execute(own):
        found.setdefault(person_id, []).append((starts_at, ends_at))
    return found


def _is_busy(person: Person, slot: Slot, busy: dict) -> bool:
    return any(start < slot.ends_at and end > slot.starts_at for start, end in busy.get(person.id, ()))


def _answer_by(found: Reach, slot: Slot, now: datetime) -> datetime | None:
    return answer_by(now, slot.starts_at, found.quiet) if found.first("freed") else None
