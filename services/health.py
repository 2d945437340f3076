"""How sending does, in numbers: what waits and since when, what is parked, who answers. No personal data."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services import channels, clock, outbox, providers
from services.models import Call, Message, Provider
from services.permissions import Permission, require

LATE = timedelta(minutes=10)  # by which the oldest message may be overdue
RECENT = timedelta(days=7)
STUCK_AFTER = 3  # tries


@dataclass(frozen=True)
class ChannelHealth:
    """How one channel does. `providers` are those that carry it; most have one, notifications one for each browser maker."""

    code: str
    waiting: int
    providers: list[Provider]

    @property
    def last_success_at(self) -> datetime | None:
        return max((one.last_success_at for one in self.providers if one.last_success_at), default=None)

    @property
    def is_let_alone(self) -> bool:
        return any(one.open_until and one.open_until > clock.now() for one in self.providers)


@dataclass(frozen=True)
class Health:
    """`late`: by how much the oldest message that should have gone is overdue. `parked`: trouble → messages that did not
    arrive in the last days. `stuck`: trouble → messages that were tried several times and wait for the next try."""

    late: timedelta | None
    waiting: int
    parked: Counter
    stuck: Counter
    calls: int
    channels: list[ChannelHealth]

    @property
    def is_well(self) -> bool:
        return self.late is None or self.late <= LATE


def overview(db: Session, actor) -> Health:
    """Everything that the page shows, in a handful of queries."""
    require(actor, Permission.HEALTH_SEE)
    now = clock.now()
    waiting = Counter(dict(db.execute(_count(Message.channel).where(Message.status == "waiting")).all()))
    parked = _count(Message.trouble).where(Message.status == "undeliverable", Message.ended_at > now - RECENT)
    stuck = _count(Message.trouble).where(Message.status == "waiting", Message.attempts >= STUCK_AFTER)
    calls = db.scalar(select(func.count(Call.id)).where(Call.done_at.is_(None)))
    carried: dict[str, list[Provider]] = {}
    for provider in providers.overview(db):
        carried.setdefault(_channel_of(provider.name), []).append(provider)
    by_channel = [ChannelHealth(code, waiting[code], carried.get(code, [])) for code in channels.working()]
    return Health(
        late(db), waiting.total(), Counter(dict(db.execute(parked).all())),
        Counter(dict(db.execute(stuck).all())), calls, by_channel,
    )  # fmt: skip


def late(db: Session) -> timedelta | None:
    """By how much the oldest message is overdue; None when none is."""
    return outbox.oldest_due(db)


def _count(column):
    return select(func.coalesce(column, ""), func.count(Message.id)).group_by(column)


def _channel_of(provider: str) -> str:
    """Which channel a provider carries: "push fcm.googleapis.com" the notifications, "smtp" the mails."""
    return {"smtp": "email", "calls": "call"}.get(provider, provider.split(" ")[0])
