"""One message at the moment of sending: what it is about now, whether it may still go, and what follows from its end."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services import bookings, clock, identity, outbox, reminders, tasks
from services.channels import Outcome, reference
from services.errors import NotFound
from services.models import (
    Booking,
    Link,
    Message,
    Person,
    PlanVersion,
    PushSubscription,
    ReminderChoice,
    SignInCode,
    StaffMember,
)  # fmt: skip

ABOUT_BOOKING = ("booked", "moved", "reminder", "cancelled-by-us")
CAN_WAIT_FOR_MORNING = ("reminder", "plan-waiting")
NOBODY_WAITS_FOR = ("code", "test")  # who asked for it sits before the screen and sees that nothing comes


@dataclass(frozen=True)
class Delivery:
    """Everything that is needed to write one message and send it, read in one go: after that no database is asked."""

    message: Message
    reference: str
    to: Person | StaffMember
    subscription: PushSubscription | None = None
    booking: Booking | None = None
    token: str | None = None  # of the link that the message carries
    digits: str | None = None
    expires_at: datetime | None = None  # of the link or the code
    is_discreet: bool = True

    @property
    def moment(self) -> str:
        """Which reminder it is: "three-days", "day", "two-hours", or "asked-7" of a campaign."""
        return self.message.dedup.split(":")[1] if self.message.kind == "reminder" else ""


@dataclass(frozen=True)
class Stop:
    """A message that does not go now. `status` is how it ends, or "waiting" with the time `after` which to look again."""

    status: str
    trouble: str
    after: timedelta | None = None


def look(db: Session, key: bytes, message: Message) -> Delivery | Stop:
    """Read again what a message is about. Needs a writing session: the link that it carries may be made here."""
    now = clock.now()
    if message.useful_until <= now:
        return Stop("expired", "too-late")
    to = db.get(Person, message.person_id) if message.person_id else db.get(StaffMember, message.staff_id)
    if to is None:
        return Stop("cancelled", "nobody")
    facts: dict = {}
    if message.kind in ABOUT_BOOKING:
        found = _booking(db, key, message, facts)
    elif message.kind == "code":
        found = _code(db, key, message, facts)
    elif message.kind == "invitation":
        found = _invitation(db, key, message, facts)
    elif message.kind == "plan-waiting":
        version = db.get(PlanVersion, message.plan_version_id)
        found = None if version is not None and version.status == "proposed" else Stop("cancelled", "plan-answered")
    else:
        found = None
    stop = found or _address(db, message, to, facts) or _choice(db, message, facts) or _night(message, now)
    return stop or Delivery(message, reference(key, message.dedup), to, **facts)


def _booking(db: Session, key: bytes, message: Message, facts: dict) -> Stop | None:
    try:
        booking = bookings.get_by_id(db, message.booking_id)
    except NotFound:
        return Stop("cancelled", "booking-gone")
    if booking.starts_at <= clock.now():
        return Stop("expired", "booking-over")
    is_about_the_end = message.kind == "cancelled-by-us"
    if booking.version != message.booking_version or booking.is_live == is_about_the_end:
        return Stop("cancelled", "booking-changed")
    if message.kind == "reminder" and _is_answered(booking, message):
        return Stop("suppressed", "answered")
    facts["booking"] = booking
    if not is_about_the_end:
        facts["token"] = identity.token_of(key, identity.visit_link(db, key, booking))
    return None


def _is_answered(booking: Booking, message: Message) -> bool:
    """Whether the question has had its answer. The reminder of the last two hours asks nothing of who has said yes."""
    if message.campaign_id is not None:
        return booking.answer != "none"
    return booking.answer == "yes" and ":two-hours:" not in message.dedup


def _code(db: Session, key: bytes, message: Message, facts: dict) -> Stop | None:
    code = db.get(SignInCode, message.code_id)
    if code is None or code.ended_at is not None:
        return Stop("cancelled", "code-ended")
    if code.expires_at <= clock.now():
        return Stop("expired", "too-late")
    facts.update(digits=identity.digits_of(key, code), expires_at=code.expires_at)
    return None


def _invitation(db: Session, key: bytes, message: Message, facts: dict) -> Stop | None:
    link = db.get(Link, message.link_id)
    if link is None or link.spent_at is not None:
        return Stop("cancelled", "link-spent")
    if link.expires_at <= clock.now():
        return Stop("cancelled", "link-replaced")
    facts.update(token=identity.token_of(key, link), expires_at=link.expires_at)
    return None


def _address(db: Session, message: Message, to: Person | StaffMember, facts: dict) -> Stop | None:
    if message.channel == "email":
        return None if to.email else Stop("undeliverable", "no-address")
    subscription = db.get(PushSubscription, message.subscription_id) if message.subscription_id else None
    if subscription is None or subscription.ended_at is not None or subscription.person_id != message.person_id:
        return Stop("undeliverable", "subscription-ended")
    facts["subscription"] = subscription
    return None


def _choice(db: Session, message: Message, facts: dict) -> Stop | None:
    choice = db.get(ReminderChoice, message.person_id) if message.person_id else None
    if choice is None:
        return None
    facts["is_discreet"] = choice.is_discreet
    is_unwanted = message.kind == "reminder" and message.channel not in choice.channels
    return Stop("suppressed", "not-chosen") if is_unwanted else None


def _night(message: Message, now: datetime) -> Stop | None:
    if message.kind not in CAN_WAIT_FOR_MORNING or not reminders.is_quiet(now):
        return None
    local = clock.local(now)
    day = local.date() + timedelta(days=local.hour >= reminders.QUIET_FROM)
    return Stop("waiting", "quiet-hours", after=clock.at_wall(day, time(reminders.QUIET_TO)) - now)


def conclude(db: Session, message: Message, ending: Outcome | Stop) -> str:
    """Write down how a try ended, and see to what follows: another way, or a coordinator's task. Returns the status.

    "lost": the lease ran out meanwhile and somebody else has the message; then nothing is changed here.
    """
    lease = message.lease
    mine = select(Message.id).where(Message.id == message.id, Message.lease == lease, Message.status == "waiting")
    if db.scalar(mine.with_for_update()) is None:
        return "lost"
    if isinstance(ending, Outcome):
        if ending.code in ("gone", "bad-subscription"):
            _end_subscription(db, message)
        ending = _as_stop(ending)
    status = ending.status
    if status == "waiting":
        status = outbox.try_later(db, message, lease, trouble=ending.trouble, after=ending.after)
    else:
        outbox.end(db, message.id, lease, status, trouble=ending.trouble or None)
    if status == "undeliverable":
        _reach_otherwise(db, message)
    return status


def _as_stop(outcome: Outcome) -> Stop:
    if outcome.code == "accepted":
        return Stop("accepted", "")
    return Stop("waiting" if outcome.code == "later" else "undeliverable", outcome.reason or outcome.code, outcome.after)


def _end_subscription(db: Session, message: Message) -> None:
    """A browser that is gone for good. One that subscribes again brings its row back (`reminders.subscribe`)."""
    db.execute(
        update(PushSubscription)
        .where(PushSubscription.id == message.subscription_id, PushSubscription.ended_at.is_(None))
        .values(ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _reach_otherwise(db: Session, message: Message) -> None:
    """A message that will not arrive while there is time: the next way that works, else a task. Never only a log line."""
    if message.kind in NOBODY_WAITS_FOR or message.person_id is None or message.useful_until <= clock.now():
        return
    person = db.get(Person, message.person_id)
    about = message.dedup.removeprefix(f"{message.kind}:").split(f":person:{person.id}:")[0]
    beginning = f"{message.kind}:{about}:person:{person.id}:"
    others = select(Message.id).where(
        Message.person_id == person.id, Message.id != message.id, Message.kind == message.kind,
        Message.dedup.startswith(beginning, autoescape=True), Message.status.in_(("waiting", "accepted")),
    )  # fmt: skip
    if db.scalar(others.limit(1)) is not None:
        return
    columns = ("booking_id", "booking_version", "link_id", "code_id", "plan_version_id", "campaign_id")
    ids = {name: getattr(message, name) for name in columns}
    for route in outbox.routes(db, person):
        if message.kind == "invitation" and route.channel != "email":
            continue  # a way in goes where the coordinator sent it, not to whoever holds a phone
        is_new = outbox.post(
            db, message.kind, route.channel, subject=about, useful_until=message.useful_until,
            person_id=person.id, subscription_id=route.subscription_id, **ids,
        )  # fmt: skip
        if is_new:
            return
    tasks.ask(db, "undeliverable", person, subject=f"{message.kind}:{about}", booking_id=message.booking_id)
