"""One sending to many people: see who it would reach, send, see what became of it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from services import audit, bookings, clock, outbox, people, reach, reminders
from services.db import IntegrityError
from services.errors import NotFound, Refused
from services.models import Booking, Campaign, Message, Person, ReminderChoice, Slot, StaffMember, Task
from services.permissions import Permission, require

STOP_SECONDS = 60


@dataclass
class Audience:
    """Who a sending would go to, and how. `ways` maps booking id → channels; an empty list means that somebody must call."""

    bookings: list[Booking]
    ways: dict[int, list[str]] = field(default_factory=dict)
    silent: int = 0  # sessions left out, because the person chose not to be reminded

    @property
    def counts(self) -> Counter:
        """People per channel ("email", "push"), and "call" for those whom no message reaches."""
        return Counter(way for ways in self.ways.values() for way in (set(ways) or {"call"}))

    @property
    def size(self) -> int:
        return len(self.bookings)


def _unanswered(actor: StaffMember) -> tuple:
    """The conditions on Booking, joined with Person, that make somebody one to be reminded of tomorrow."""
    require(actor, Permission.CAMPAIGN_SEND)
    asked = (
        select(Message.id)
        .where(Message.booking_id == Booking.id, Message.booking_version == Booking.version, Message.campaign_id.is_not(None),
               Message.status != "cancelled")
        .exists()
    )  # fmt: skip
    called = select(Task.id).where(
        Task.booking_id == Booking.id, Task.campaign_id.is_not(None), Task.created_at >= Booking.booked_at
    )
    start, end = clock.day_bounds(clock.today() + timedelta(days=1))
    return (
        Booking.status == "booked", Booking.answer == "none", Booking.starts_at >= start, Booking.starts_at < end,
        people.visible_to(actor), ~asked, ~called.exists(),
    )  # fmt: skip


def count_tomorrow(db: Session, actor: StaffMember) -> int:
    """The size of `tomorrow_unanswered`, in one query."""
    chosen = select(ReminderChoice.channels).select_from(Booking).join(Booking.person)
    chosen = chosen.outerjoin(ReminderChoice, ReminderChoice.person_id == Booking.person_id)
    return sum(1 for channels in db.scalars(chosen.where(*_unanswered(actor))) if channels is None or channels)


def tomorrow_unanswered(db: Session, actor: StaffMember) -> Audience:
    """Everybody of the actor's with a session tomorrow who has said neither yes nor that they need help, and whom no
    sending has asked about it already (one that was stopped does not count). Who wants no reminders is left out."""
    query = select(Booking).join(Booking.person).where(*_unanswered(actor)).options(*bookings.SHOWN)
    found = list(db.scalars(query.order_by(Booking.starts_at, Booking.id)))
    reached = reach.of_all(db, [booking.person for booking in found])
    wanted = [booking for booking in found if not reached[booking.person_id].is_silent]
    ways = {booking.id: [route.channel for route in reached[booking.person_id].first("reminder")] for booking in wanted}
    return Audience(wanted, ways, len(found) - len(wanted))


def narrow(audience: Audience, chosen: set[int]) -> Audience:
    """The same audience with only these bookings."""
    kept = [booking for booking in audience.bookings if booking.id in chosen]
    return Audience(kept, {booking.id: audience.ways[booking.id] for booking in kept}, audience.silent)


def send(db: Session, actor: StaffMember, *, key: str, chosen: set[int] | None = None, wait: int = STOP_SECONDS) -> Campaign:
    """Remind tomorrow's people now (in `wait` seconds, until when it can be stopped). The same `key` twice is one sending.

    `chosen` narrows it to these bookings.
    """
    require(actor, Permission.CAMPAIGN_SEND)
    if again := db.scalar(select(Campaign).where(Campaign.key == key, Campaign.staff_id == actor.id)):
        return again
    audience = tomorrow_unanswered(db, actor)
    wanted = [booking for booking in audience.bookings if chosen is None or booking.id in chosen]
    if not wanted:
        raise Refused("nobody-chosen")
    starts_at = clock.now() + timedelta(seconds=wait)
    campaign = Campaign(key=key, audience="tomorrow-unanswered", staff_id=actor.id, created_at=clock.now(), starts_at=starts_at)
    try:
        with db.begin_nested():
            db.add(campaign)
    except IntegrityError:
        return db.scalar(select(Campaign).where(Campaign.key == key))
    moment = f"asked-{campaign.id}"
    reminders.remind_all(db, [(booking, moment) for booking in wanted], starts_at=starts_at, campaign_id=campaign.id)
    audit.record(db, actor, "campaign:send", campaign, people=len(wanted))
    return campaign


def get_campaign(db: Session, actor: StaffMember, campaign_id: int) -> Campaign:
    require(actor, Permission.CAMPAIGN_SEND)
    query = select(Campaign).where(Campaign.id == campaign_id).options(joinedload(Campaign.staff))
    found = db.scalar(query if "admin" in actor.role_codes else query.where(Campaign.staff_id == actor.id))
    if found is None:
        raise NotFound
    return found


def recent(db: Session, actor: StaffMember, *, limit: int = 10) -> list[Campaign]:
    require(actor, Permission.CAMPAIGN_SEND)
    query = select(Campaign).where(Campaign.staff_id == actor.id).order_by(Campaign.id.desc()).limit(limit)
    return list(db.scalars(query))


def stop(db: Session, actor: StaffMember, campaign: Campaign) -> int:
    """Stop a sending before it starts; returns how many messages will not go. Refused("sending-started") afterwards."""
    require(actor, Permission.CAMPAIGN_SEND)
    if campaign.stopped_at is not None:
        return 0
    if clock.now() >= campaign.starts_at:
        raise Refused("sending-started")
    db.execute(update(Campaign).where(Campaign.id == campaign.id, Campaign.stopped_at.is_(None)).values(stopped_at=clock.now()))
    audit.record(db, actor, "campaign:stop", campaign)
    db.execute(delete(Task).where(Task.campaign_id == campaign.id, Task.done_at.is_(None)))
    return outbox.cancel(db, Message.campaign_id == campaign.id)


def results(db: Session, campaign: Campaign) -> list[Message]:
    """What became of each message of a sending, by person."""
    query = (
        select(Message)
        .join(Message.person)
        .where(Message.campaign_id == campaign.id)
        .options(joinedload(Message.person), joinedload(Message.booking).joinedload(Booking.slot).joinedload(Slot.specialist))
        .order_by(Person.last_name, Person.first_name, Message.id)
    )
    return list(db.scalars(query))


def to_call(db: Session, campaign: Campaign) -> list[Task]:
    """The open calls that a sending left, because no message reaches the person."""
    query = select(Task).where(Task.campaign_id == campaign.id, Task.done_at.is_(None))
    return list(db.scalars(query.options(joinedload(Task.person), joinedload(Task.booking)).order_by(Task.id)))
