"""Messages to deliver: post, claim, end. A worker's truth is this table, whatever became of its queue.

Posting happens in the transaction of the change that causes it. Sending is at least once, made once by the dedup key
towards us and by a stable reference (Message-ID, Topic) towards the provider.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from services import clock, providers
from services.db import insert_into
from services.models import Incoming, Message

LEASE = timedelta(seconds=60)
A_WEEK, KEPT = timedelta(days=7), timedelta(days=30)
AT_ONCE = 100  # rows of one INSERT
EMPTY = dict.fromkeys((
    "person_id", "staff_id", "booking_id", "booking_version", "link_id", "code_id", "plan_version_id", "campaign_id",
    "subscription_id", "enrolment_id", "offer_id", "contact_id", "mandate_link_id", "barrier_id",
)) | {"provider": ""}  # fmt: skip
BACKOFF = (30, 120, 600, 1800, 3600, 7200)  # seconds until the next try


def post(
    db: Session, kind: str, channel: str, *, subject: str, useful_until: datetime, due_at: datetime | None = None, **ids
) -> bool:
    """Ask for one delivery. False when the same one was asked for already: then nothing changes.

    `subject` names what it is about with its version ("booking:40:2"); `ids` are the columns of Message.
    """
    return post_all(db, [row_of(kind, channel, subject=subject, useful_until=useful_until, due_at=due_at, **ids)]) == 1


def row_of(kind: str, channel: str, *, subject: str, useful_until: datetime, due_at: datetime | None = None, **ids) -> dict:
    """The columns of one delivery to ask for."""
    now = clock.now()
    due_at = due_at or now
    return EMPTY | dict(
        dedup=dedup_of(kind, subject, channel, **ids), kind=kind, channel=channel, created_at=now, due_at=due_at,
        next_try_at=due_at, useful_until=useful_until, status="waiting", attempts=0, **ids,
    )  # fmt: skip


def dedup_of(kind: str, subject: str, channel: str, **ids) -> str:
    """What makes a delivery the same as another: kind, what it is about, to whom, by which way."""
    to = next((f"{name}:{ids[f'{name}_id']}" for name in ("contact", "staff", "barrier") if ids.get(f"{name}_id")), None)
    owner = f"person:{ids.get('person_id')}"
    phone = f":{ids['subscription_id']}" if ids.get("subscription_id") else ""
    return f"{kind}:{subject}:{to or owner}:{channel}{phone}"


def about_of(message: Message) -> str:
    """What a message is about, with its version: the `subject` that it was posted with."""
    return message.dedup.removeprefix(f"{message.kind}:").rsplit(":person:", 1)[0].rsplit(":contact:", 1)[0]


def post_all(db: Session, rows: list[dict]) -> int:
    """Post many at once: `rows` are what `row_of` gives. Returns how many are new."""
    posted, table = 0, Message.__table__
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        # By the table, the statement is made once; by the class, or with the rows in it, anew for each hundred: 784 take a second.
        statement = insert_into(db, table).on_conflict_do_nothing(index_elements=["dedup"]).returning(table.c.id)
        posted += len(db.execute(statement, some).all())
    if posted:
        earliest = min(row["due_at"] for row in rows)
        db.info["posted"] = min(earliest, db.info.get("posted", earliest))  # whoever commits may tell the worker
    return posted


def claim(db: Session, *, limit: int = 20, lease: timedelta = LEASE, busy: tuple[str, ...] = ()) -> list[Message]:
    """Take up to `limit` messages that are due and nobody's. The caller commits at once, sends, then says how it ended.

    None for a provider that is let alone, or of which the caller has enough (`busy`); one for a provider that is tried
    again after trouble.

    A conditional UPDATE on both databases: SQLAlchemy drops SKIP LOCKED on SQLite without a word. The rows are looked up
    first and by themselves: as a subquery of the UPDATE, PostgreSQL may run the look-up anew for each row, and takes more
    than `limit`.
    """
    now, mine = clock.now(), uuid4().hex
    is_free = or_(Message.leased_until.is_(None), Message.leased_until < now)
    alone, probes = providers.in_trouble(db)
    due = select(Message.id).where(Message.status == "waiting", Message.next_try_at <= now, is_free)
    due = due.order_by(Message.next_try_at, Message.id)
    if db.get_bind().dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    found = []
    for name in sorted(probes.difference(busy)):
        if (one := db.scalar(due.where(Message.provider == name).limit(1))) and providers.may_probe(db, name, lease):
            found.append(one)
    if passed_over := alone | probes | set(busy):
        due = due.where(Message.provider.not_in(sorted(passed_over)))
    found += db.scalars(due.limit(limit)).all()
    taken = db.scalars(
        update(Message)
        .where(Message.id.in_(found), Message.status == "waiting", is_free)
        .values(leased_until=now + lease, lease=mine, attempts=Message.attempts + 1)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not taken:
        return []
    claimed = select(Message).where(Message.id.in_(taken)).order_by(Message.next_try_at)
    return list(db.scalars(claimed.execution_options(populate_existing=True)))


def oldest_due(db: Session) -> timedelta | None:
    """By how much the oldest message that should have gone is late; None when none is."""
    is_free = or_(Message.leased_until.is_(None), Message.leased_until < clock.now())
    alone, _ = providers.in_trouble(db)
    query = select(func.min(Message.next_try_at)).where(Message.status == "waiting", is_free)
    oldest = db.scalar(query.where(Message.provider.not_in(sorted(alone))) if alone else query)
    return clock.now() - oldest if oldest is not None and oldest < clock.now() else None


def drop_old(db: Session) -> int:
    """Forget answers by text message that were taken long ago: no gateway repeats them any more."""
    return db.execute(delete(Incoming).where(Incoming.at < clock.now() - KEPT)).rowcount


def in_an_hour() -> datetime:
    return clock.now() + timedelta(hours=1)


_ROWS = Message.__table__
_END = (  # put together once, since every message ends by it
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("number"), _ROWS.c.lease == bindparam("mine"), _ROWS.c.status == "waiting")
    .values({name: bindparam(f"new_{name}") for name in ("status", "trouble", "ended_at", "provider_ref", "escalate_at")})
    .values(leased_until=None)
)


def end(
    db: Session, message_id: int, lease: str, status: str, *, trouble: str | None = None, provider_ref: str | None = None,
    escalate_at: datetime | None = None,
) -> bool:  # fmt: skip
    """Say how a delivery ended. False when the lease was lost meanwhile: then somebody else speaks for the row."""
    new = dict(status=status, trouble=trouble, ended_at=clock.now(), provider_ref=provider_ref, escalate_at=escalate_at)
    found = {"number": message_id, "mine": lease} | {f"new_{name}": value for name, value in new.items()}
    return db.execute(_END, found).rowcount == 1


def try_later(db: Session, message: Message, lease: str, *, trouble: str, after: timedelta | None = None) -> str:
    """Give the row back for another try, or end it when no try can come in time. Returns the status that it has now, or
    "lost" as `end` says it."""
    wait = after or timedelta(seconds=BACKOFF[min(message.attempts, len(BACKOFF)) - 1])
    next_try = clock.now() + wait
    if next_try >= message.useful_until or message.attempts >= len(BACKOFF) + 2:
        return "undeliverable" if end(db, message.id, lease, "undeliverable", trouble=trouble) else "lost"
    done = db.execute(
        update(Message)
        .where(Message.id == message.id, Message.lease == lease, Message.status == "waiting")
        .values(next_try_at=next_try, leased_until=None, lease=None, trouble=trouble)
        .execution_options(synchronize_session=False)
    )
    return "waiting" if done.rowcount == 1 else "lost"


def cancel(db: Session, *where) -> int:
    """Drop messages that are still waiting and match; returns how many."""
    done = db.execute(
        update(Message)
        .where(Message.status == "waiting", *where)
        .values(status="cancelled", ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return done.rowcount
