"""Planning reminders, and the choice of how to be reminded."""

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from services import audit, catalogue, clock, outbox, tasks
from services.errors import Refused
from services.models import Booking, Device, Person, PushSubscription, ReminderChoice
from services.permissions import Permission, require

CHANNELS = ("email", "push", "sms", "call")
MOMENTS = ("three-days", "day", "two-hours")
QUIET_FROM, QUIET_TO = 20, 8  # nothing is sent between these hours
LOOK_AHEAD = timedelta(days=4)


def due_at(moment: str, starts_at: datetime, rules: dict = catalogue.RULES) -> datetime:
    """When a reminder is due. Days are wall clock ("the day before at 10"), hours are absolute."""
    if moment == "two-hours":
        due = starts_at - timedelta(hours=2)
        return _evening_before(due) if is_quiet(due) else due
    days = 3 if moment == "three-days" else 1
    day = clock.local(starts_at).date() - timedelta(days=days)
    return clock.at_wall(day, time(rules["reminder_hour"]))


def _evening_before(at: datetime) -> datetime:
    """The last hour before the quiet of the night in which an instant lies."""
    local = clock.local(at)
    day = local.date() - timedelta(days=1) if local.hour < QUIET_TO else local.date()
    return clock.at_wall(day, time(QUIET_FROM - 1))


def is_quiet(at: datetime) -> bool:
    hour = clock.local(at).hour
    return hour >= QUIET_FROM or hour < QUIET_TO


def plan_due(db: Session) -> int:
    """Post every reminder that is due now and was not posted before. Run it as often as you like; returns how many are new.

    One per booking × version × moment × route. Not for somebody who said "I will come" (their day is settled, except two
    hours before, which they chose), and not for a booking made after the reminder would have been due.
    Somebody whom no message reaches becomes a coordinator's task.
    """
    now, rules = clock.now(), catalogue.rules(db)
    if is_quiet(now):
        return 0
    soon = list(db.scalars(
        select(Booking)
        .where(Booking.status == "booked", Booking.starts_at > now, Booking.starts_at < now + LOOK_AHEAD)
        .options(joinedload(Booking.person))
        .order_by(Booking.starts_at)
    ))  # fmt: skip
    ids = {booking.person_id for booking in soon}
    chosen = {row.person_id: row for row in db.scalars(select(ReminderChoice).where(ReminderChoice.person_id.in_(ids)))}
    posted = 0
    for booking in soon:
        choice = chosen.get(booking.person_id)
        if choice is not None and not choice.channels:
            continue
        for moment in choice.moments if choice else ("day",):
            posted += _plan_one(db, booking, moment, now, rules)
    return posted


def _plan_one(db: Session, booking: Booking, moment: str, now: datetime, rules: dict) -> int:
    due = due_at(moment, booking.starts_at, rules)
    if not due <= now or booking.booked_at > due:
        return 0
    if booking.answer == "yes" and moment != "two-hours":
        return 0
    return remind(db, booking, moment)


def remind(
    db: Session, booking: Booking, moment: str, *, starts_at: datetime | None = None, campaign_id: int | None = None
) -> int:
    """Post one reminder of one booking to each route of its person; with no route, a task to call. Returns new messages."""
    person = booking.person
    found = outbox.routes(db, person)
    if not found:
        tasks.ask(
            db, "remind-by-phone", person, subject=f"booking:{booking.id}:{booking.version}",
            once=campaign_id is None, booking_id=booking.id, campaign_id=campaign_id,
        )  # fmt: skip
    subject = f"{moment}:booking:{booking.id}:{booking.version}"
    return sum(
        outbox.post(
            db, "reminder", route.channel, subject=subject, useful_until=booking.starts_at, due_at=starts_at,
            person_id=person.id, booking_id=booking.id, booking_version=booking.version,
            subscription_id=route.subscription_id, campaign_id=campaign_id,
        )
        for route in found
    )  # fmt: skip


def choice_of(db: Session, person: Person) -> tuple[list[str], list[str], bool]:
    """Channels, moments, and whether the person chose them (else they are what holds until then)."""
    found = db.get(ReminderChoice, person.id)
    if found is not None:
        return list(found.channels), list(found.moments), True
    channels = ["call"] if person.contact == "call" or not person.email else ["email"]
    return channels, ["day"], False


def choose(db: Session, actor: Person, channels: list[str], moments: list[str]) -> None:
    """Keep the person's choice. No channel at all is a choice too, said as "none"."""
    require(actor, Permission.CHOICE_MAKE)
    kept = [] if "none" in channels else [code for code in CHANNELS if code in channels]
    if not kept and "none" not in channels:
        raise Refused("channel-missing")  # also for a way that we do not have: silence is only for those who ask for it
    moments = [code for code in MOMENTS if code in moments]
    if kept and not moments:
        raise Refused("moment-missing")
    row = db.get(ReminderChoice, actor.id)
    if row is None:
        db.add(row := ReminderChoice(person_id=actor.id))
    row.channels, row.moments = kept, moments or ["day"]
    audit.record(db, actor, "choice:reminders", actor, person_id=actor.id, channels=kept)


def subscribe(db: Session, actor: Person, device: Device, *, endpoint: str, p256dh: str, auth: str) -> PushSubscription:
    """Keep this browser's subscription; the same endpoint twice is one row. Refused("phone-shared") on a shared phone."""
    require(actor, Permission.CHOICE_MAKE)
    if device.is_shared:
        raise Refused("phone-shared")
    row = db.scalar(select(PushSubscription).where(PushSubscription.endpoint == endpoint))
    if row is None:
        db.add(row := PushSubscription(endpoint=endpoint, created_at=clock.now(), person_id=actor.id, p256dh=p256dh, auth=auth))
    row.person_id, row.device_id, row.p256dh, row.auth, row.ended_at = actor.id, device.id, p256dh, auth, None
    choice = db.get(ReminderChoice, actor.id)
    if choice is not None and "push" not in choice.channels:
        choice.channels = [*choice.channels, "push"]
    audit.record(db, actor, "choice:push-on", row)
    return row


def unsubscribe(db: Session, actor: Person, device: Device) -> None:
    """Stop notifications on this phone."""
    rows = db.scalars(
        select(PushSubscription).where(
            PushSubscription.person_id == actor.id,
            PushSubscription.device_id == device.id,
            PushSubscription.ended_at.is_(None),
        )
    )
    for row in rows:
        row.ended_at = clock.now()
        audit.record(db, actor, "choice:push-off", row)


def subscription_of(db: Session, device: Device) -> PushSubscription | None:
    return db.scalars(
        select(PushSubscription).where(PushSubscription.device_id == device.id, PushSubscription.ended_at.is_(None)).limit(1)
    ).first()
