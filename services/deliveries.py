"""One message at the moment of sending: whether it may still go, and what follows from how it ended."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from services import clock, outbox, providers, reach, receipts, subjects, telling
from services.channels import Outcome, all_channels
from services.kinds import KINDS
from services.models import (
    BarrierReport,
    Mandate,
    MandateLink,
    Message,
    Person,
    PushSubscription,
    ReminderChoice,
    StaffMember,
    TrustedContact,
)  # fmt: skip
from services.models.reminders import QUIET_FROM, QUIET_TO
from services.subjects import Delivery, Stop

FINAL = ("accepted", "expired", "cancelled", "suppressed", "undeliverable")
AT_A_TIME = 200  # rows that one escalation looks at


def look(db: Session, key: bytes, message: Message) -> Delivery | Stop:
    """Read again what a message is about. Needs a writing session: the link that it carries may be made here."""
    now = clock.now()
    if message.useful_until <= now:
        return Stop("expired", "too-late")
    to, choice, phone = _receiver(db, message)
    if to is None:
        return Stop("cancelled", "nobody")
    found = subjects.read(db, key, message)
    if found.stop:
        return found.stop
    subscription, stop = _address(message, to, phone)
    stop = stop or _unwanted(message, choice) or _night(message, choice, now)
    if stop:
        return stop
    seen = receipts.token_of(key, message.id) if message.channel == "push" else None
    is_discreet = choice is None or choice.is_discreet
    return subjects.make(key, message, to, found, subscription=subscription, seen=seen, is_discreet=is_discreet)


_ASKED = (  # put together once, since every message asks it
    select(Person, ReminderChoice, PushSubscription)
    .outerjoin(ReminderChoice, ReminderChoice.person_id == Person.id)
    .outerjoin(PushSubscription, PushSubscription.id == bindparam("phone"))
    .where(Person.id == bindparam("person"))
)


def _receiver(
    db: Session, message: Message
) -> tuple[Person | StaffMember | TrustedContact | Mandate | None, ReminderChoice | None, PushSubscription | None]:
    """To whom it goes, what the person has chosen, and the browser that it was posted for."""
    if not message.person_id and not message.staff_id and message.barrier_id:
        return db.get(BarrierReport, message.barrier_id), None, None
    if not message.person_id:
        return db.get(StaffMember, message.staff_id), None, None
    asked = {"person": message.person_id, "phone": message.subscription_id}
    person, choice, phone = db.execute(_ASKED, asked).one_or_none() or (None, None, None)
    if message.mandate_link_id:
        link = db.get(MandateLink, message.mandate_link_id)
        return link.mandate if link is not None and link.mandate.is_live else None, None, None
    if not message.contact_id:
        return person, choice, phone
    contact = db.get(TrustedContact, message.contact_id)
    return contact if contact is not None and contact.ended_at is None else None, choice, phone


def _address(message: Message, to, subscription: PushSubscription | None) -> tuple[PushSubscription | None, Stop | None]:
    """Whether the way is still open: the same question that chose it."""
    channel = all_channels().get(message.channel)
    if subscription is not None and (subscription.ended_at is not None or subscription.person_id != message.person_id):
        subscription = None
    if channel is None:
        return None, Stop("undeliverable", "channel-unknown")
    if not channel.routes(to, [subscription] if subscription else []):
        return None, Stop("undeliverable", "subscription-ended" if message.subscription_id else "no-address")
    return subscription, None


def _unwanted(message: Message, choice: ReminderChoice | None) -> Stop | None:
    """The person has chosen otherwise since. The last way of all is nobody's choice."""
    kind = KINDS[message.kind]
    if choice is None or not kind.is_optional or kind.must_be_heard or message.channel == reach.LAST:
        return None
    if message.contact_id is None and message.channel not in choice.channels and message.kind != "test":
        return Stop("suppressed", "not-chosen")
    return None


def _night(message: Message, choice: ReminderChoice | None, now: datetime) -> Stop | None:
    """Nobody is written to at night, except who waits for it; and what must be heard before the night is over."""
    kind, channel = KINDS[message.kind], all_channels()[message.channel]
    quiet = (choice.quiet_from, choice.quiet_to) if choice and not message.contact_id else (QUIET_FROM, QUIET_TO)
    if kind.at_once or not channel.waits_for_morning or not reach.is_quiet(now, quiet):
        return None
    morning = reach.morning_after(now, quiet)
    if kind.must_be_heard and morning >= message.useful_until:
        return None
    return Stop("waiting", "quiet-hours", after=morning - now)


def conclude(db: Session, message: Message, ending: Outcome | Stop) -> str:
    """Write down how a try ended, and see to what follows: another way, or a coordinator's task. Returns the status.

    "lost": the lease ran out meanwhile and somebody else has the message; then nothing is changed here.
    """
    answer = ending if isinstance(ending, Outcome) else None
    status = _end(db, message, _as_stop(ending) if answer else ending, answer)
    if status == "lost":
        return status
    if answer:
        if message.provider:
            providers.note(db, message.provider, answer)
        if answer.code in ("gone", "bad-subscription"):
            _end_subscription(db, message)
    if status == "undeliverable":
        telling.try_next_way(db, message, why="undeliverable")
    elif status == "suppressed" and ending.trouble == "not-chosen":
        telling.try_next_way(db, message, why="unwanted")
    return status


def _end(db: Session, message: Message, ending: Stop, answer: Outcome | None) -> str:
    """The one write that decides whether the message is still ours; what follows comes after it."""
    if ending.status == "waiting":
        return outbox.try_later(db, message, message.lease, trouble=ending.trouble, after=ending.after)
    more = {}
    if answer and ending.status == "accepted":
        more = {"provider_ref": answer.provider_ref, "escalate_at": _escalates_at(message)}
    is_ours = outbox.end(db, message.id, message.lease, ending.status, trouble=ending.trouble or None, **more)
    return ending.status if is_ours else "lost"


def _as_stop(outcome: Outcome) -> Stop:
    if outcome.code == "accepted":
        return Stop("accepted", "")
    return Stop("waiting" if outcome.code == "later" else "undeliverable", outcome.reason or outcome.code, outcome.after)


def _end_subscription(db: Session, message: Message) -> None:
    """A browser that is gone for good. One that subscribes again brings its row back (`choices.subscribe`)."""
    db.execute(
        update(PushSubscription)
        .where(PushSubscription.id == message.subscription_id, PushSubscription.ended_at.is_(None))
        .values(ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _escalates_at(message: Message) -> datetime | None:
    """When to look whether anybody has read it. None: nobody asks, or no other way could still help."""
    wait = KINDS[message.kind].escalate_after
    if wait is None or message.channel == reach.LAST or message.contact_id or not message.person_id:
        return None
    if message.kind == "reminder" and ":two-hours:" in message.dedup:
        return None
    at = clock.now() + wait
    return at if at < message.useful_until - timedelta(minutes=30) else None


def escalate(db: Session) -> int:
    """Send what was accepted but not read in time by the person's next way. Returns how many went on.

    Read is what has a report, a receipt or an answer. Run it as often as you like, by as many workers as there are.
    """
    now = clock.now()
    due = (
        select(Message)
        .where(Message.escalate_at <= now, Message.status == "accepted")
        .order_by(Message.escalate_at, Message.id).limit(AT_A_TIME).with_for_update(skip_locked=True)
    )  # fmt: skip
    moved_on = 0
    for message in list(db.scalars(due)):
        alike = Message.dedup.startswith(message.dedup.rsplit(f":{message.channel}", 1)[0] + ":", autoescape=True)
        kin = list(
            db.scalars(select(Message).where(Message.person_id == message.person_id, Message.kind == message.kind, alike))
        )
        for one in kin:
            if one.channel == message.channel:  # their other phones were told at the same time: one look is enough
                one.escalate_at = None
        if message.useful_until > now and not any(one.reached_at for one in kin) and subjects.is_open(db, message):
            moved_on += telling.try_next_way(db, message, why="unread")
    db.flush()
    return moved_on
