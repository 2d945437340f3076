"""A person's own choice of how and when to be reminded, and the phones on which they want notifications."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, channels, clock, reach
from services.errors import Refused
from services.models import Device, Person, PushSubscription, ReminderChoice
from services.models.reminders import QUIET_FROM, QUIET_TO
from services.permissions import Permission, require

MOMENTS = ("three-days", "day", "two-hours")
HOURS = (8, 10, 12, 14, 16, 18)  # of the day on which a reminder comes
QUIET_FROM_HOURS, QUIET_TO_HOURS = (18, 19, 20, 21, 22), (6, 7, 8, 9, 10)


@dataclass(frozen=True)
class Choice:
    """How a person is reminded now; `is_own`: they chose it themselves."""

    channels: list[str]
    moments: list[str]
    hour: int | None = None
    quiet_from: int = QUIET_FROM
    quiet_to: int = QUIET_TO
    is_discreet: bool = True
    is_own: bool = False


def choice_of(db: Session, person: Person) -> Choice:
    """The person's own choice, or what holds until they make one."""
    row = db.get(ReminderChoice, person.id)
    if row is None:
        return Choice(list(reach.of(db, person).ways)[:1] or ["call"], ["day"])
    return Choice(list(row.channels), list(row.moments), row.hour, row.quiet_from, row.quiet_to, row.is_discreet, is_own=True)


def choose(
    db: Session, actor: Person, codes: list[str], moments: list[str], *, hour: int | None = None,
    quiet_from: int = QUIET_FROM, quiet_to: int = QUIET_TO, is_discreet: bool = True,
) -> None:  # fmt: skip
    """Keep the person's choice: `codes` of channels, the first one first. No channel at all is a choice too, said as "none".

    Refused: "channel-missing", "channel-both", "no-email" and "no-phone" (for a way to which there is no address),
    "moment-missing", "hour-wrong".
    """
    require(actor, Permission.CHOICE_MAKE)
    known = {code: channel for code, channel in channels.all_channels().items() if channel.is_chosen}
    kept = [code for code in dict.fromkeys(codes) if code in known]
    if kept and "none" in codes:
        raise Refused("channel-both")
    if not kept and "none" not in codes:
        raise Refused("channel-missing")  # also for a way that we do not have: silence is only for those who ask for it
    for code in kept:
        if not has_way(actor, known[code]):
            raise Refused(known[code].missing)
    moments = [code for code in MOMENTS if code in moments]
    if kept and not moments:
        raise Refused("moment-missing")
    if (hour is not None and hour not in HOURS) or quiet_from not in QUIET_FROM_HOURS or quiet_to not in QUIET_TO_HOURS:
        raise Refused("hour-wrong")
    row = db.get(ReminderChoice, actor.id)
    if row is None:
        db.add(row := ReminderChoice(person_id=actor.id))
    row.channels, row.moments, row.hour = kept, moments or ["day"], hour
    row.quiet_from, row.quiet_to, row.is_discreet = quiet_from, quiet_to, is_discreet
    audit.record(db, actor, "choice:reminders", actor, person_id=actor.id, channels=kept)


def has_way(person: Person, channel: channels.Channel) -> bool:
    """Whether a person who chooses this channel can be reached by it, at once or after setting it up."""
    return channel.is_turned_on_later or bool(channel.routes(person, []))


def offered(person: Person) -> dict[str, bool]:
    """The channels that a person may choose, in the order of the page, and whether they can be reached by each."""
    return {code: has_way(person, channel) for code, channel in channels.working().items() if channel.is_chosen}


def put_first(db: Session, actor: Person, code: str) -> None:
    """Make one of the chosen ways the first. One that was not chosen changes nothing."""
    require(actor, Permission.CHOICE_MAKE)
    row = db.get(ReminderChoice, actor.id)
    if row is not None and code in row.channels and row.channels[0] != code:
        row.channels = [code, *(other for other in row.channels if other != code)]
        audit.record(db, actor, "choice:reminders", actor, person_id=actor.id, channels=row.channels)


def leave(db: Session, person: Person, code: str, *, otherwise: str | None = reach.LAST) -> None:
    """No more of one channel, for somebody who said so from a message. What is left stays in its order; with nothing left,
    `otherwise` is the way, where the person has it, or there is none at all."""
    row = db.get(ReminderChoice, person.id)
    reached = reach.of(db, person).ways
    ways = row.channels if row else [way for way in reached if way != reach.LAST]
    if code not in ways:
        return
    if row is None:
        db.add(row := ReminderChoice(person_id=person.id, moments=["day"]))
    row.channels = [way for way in ways if way != code] or [otherwise] * (otherwise in reached)
    audit.record(db, person, "choice:reminders", person, person_id=person.id, channels=row.channels)


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
        choice.channels = ["push", *choice.channels]
    audit.record(db, actor, "choice:push-on", row)
    return row


def renew(
    db: Session, actor: Person, device: Device, *, old_endpoint: str, endpoint: str, p256dh: str, auth: str
) -> PushSubscription | None:
    """The browser changed its subscription by itself: what was on stays on. None where it was not this person's on this phone.

    A browser tells of a change also when somebody else has signed in on the phone meanwhile, who never asked for notifications.
    One that the push service has ended counts as on: the browser may say so after a message of ours has found it out.
    """
    ours = PushSubscription.endpoint == old_endpoint, PushSubscription.device_id == device.id
    if (old := db.scalar(select(PushSubscription).where(*ours))) is None:
        return None
    old.ended_at = old.ended_at or clock.now()
    return subscribe(db, actor, device, endpoint=endpoint, p256dh=p256dh, auth=auth)


def unsubscribe(db: Session, actor: Person, device: Device) -> None:
    """Stop notifications on this phone, also against a browser that renews them by itself later."""
    rows = db.scalars(
        select(PushSubscription).where(
            PushSubscription.person_id == actor.id,
            PushSubscription.device_id == device.id,
            PushSubscription.ended_at.is_(None),
        )
    )
    for row in rows:
        row.ended_at, row.device_id = clock.now(), None
        audit.record(db, actor, "choice:push-off", row)


def subscription_of(db: Session, device: Device) -> PushSubscription | None:
    return db.scalars(
        select(PushSubscription).where(PushSubscription.device_id == device.id, PushSubscription.ended_at.is_(None)).limit(1)
    ).first()
