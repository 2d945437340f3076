"""Messages to deliver: post, claim, end. A worker's truth is this table, whatever became of its queue.

Posting happens in the transaction of the change that causes it. Sending is at least once, made once by the dedup key
towards us and by a stable reference (Message-ID, Topic) towards the provider.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services import clock
from services.models import Message, Person, PushSubscription, ReminderChoice

LEASE = timedelta(seconds=60)
A_WEEK = timedelta(days=7)
BACKOFF = (30, 120, 600, 1800, 3600, 7200)  # seconds until the next try


def post(
    db: Session, kind: str, channel: str, *, subject: str, useful_until: datetime, due_at: datetime | None = None, **ids
) -> bool:
    """Ask for one delivery. False when the same one was asked for already: then nothing changes.

    `subject` names what it is about with its version ("booking:40:2"); `ids` are the columns of Message.
    """
    who = f"staff:{ids['staff_id']}" if ids.get("staff_id") else f"person:{ids.get('person_id')}"
    dedup = f"{kind}:{subject}:{who}:{channel}" + (f":{ids['subscription_id']}" if ids.get("subscription_id") else "")
    now = clock.now()
    due_at = due_at or now
    row = dict(
        dedup=dedup, kind=kind, channel=channel, created_at=now, due_at=due_at, next_try_at=due_at,
        useful_until=useful_until, status="waiting", attempts=0, **ids,
    )  # fmt: skip
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Message).values(row).on_conflict_do_nothing(index_elements=["dedup"]).returning(Message.id)
    is_new = db.execute(statement).scalar() is not None
    if is_new:
        db.info["posted"] = min(due_at, db.info.get("posted", due_at))  # whoever commits may tell the worker
    return is_new


@dataclass(frozen=True)
class Route:
    """One way to reach a person that works now."""

    channel: str
    subscription_id: int | None = None


def routes(db: Session, person: Person) -> list[Route]:
    """How this person is reached by messages; empty: only by telephone. See `routes_of`."""
    return routes_of(db, [person])[person.id]


def routes_of(db: Session, people: list[Person]) -> dict[int, list[Route]]:
    """person id → how that person is reached by messages: their own choice, else what was agreed on joining.

    The agreement on paper names one way. Where it was text messages or the app, e-mail stands in as long as that way is
    not there; somebody who asked to be called is called. Two queries for any number of people.
    """
    ids = {person.id for person in people}
    chosen = {row.person_id: row for row in db.scalars(select(ReminderChoice).where(ReminderChoice.person_id.in_(ids)))}
    live: dict[int, list[int]] = {}
    subscriptions = select(PushSubscription.person_id, PushSubscription.id)
    for person_id, subscription_id in db.execute(
        subscriptions.where(PushSubscription.person_id.in_(ids), PushSubscription.ended_at.is_(None))
    ):
        live.setdefault(person_id, []).append(subscription_id)
    found = {}
    for person in people:
        choice = chosen.get(person.id)
        wanted = set(choice.channels) if choice else ({"push", "email"} if person.contact != "call" else {"push"})
        ways = [Route("push", number) for number in live.get(person.id, ()) if "push" in wanted]
        if "email" in wanted and person.email:
            ways.append(Route("email"))
        found[person.id] = ways
    return found


def who_wants_silence(db: Session, people: list[Person]) -> set[int]:
    """Ids of those who chose not to be reminded at all."""
    chosen = select(ReminderChoice).where(ReminderChoice.person_id.in_({person.id for person in people}))
    return {row.person_id for row in db.scalars(chosen) if not row.channels}


def tell(db: Session, person: Person, kind: str, *, subject: str, useful_until: datetime, **ids) -> int:
    """Post `kind` to every route of a person. Returns how many routes there were: 0 means that nobody will hear."""
    found = routes(db, person)
    for route in found:
        post(
            db, kind, route.channel, subject=subject, useful_until=useful_until,
            person_id=person.id, subscription_id=route.subscription_id, **ids,
        )  # fmt: skip
    return len(found)


def claim(db: Session, *, limit: int = 20, lease: timedelta = LEASE) -> list[Message]:
    """Take up to `limit` messages that are due and nobody's. The caller commits at once, sends, then says how it ended.

    A conditional UPDATE on both databases: SQLAlchemy drops SKIP LOCKED on SQLite without a word. The rows are looked up
    first and by themselves: as a subquery of the UPDATE, PostgreSQL may run the look-up anew for each row, and takes more
    than `limit`.
    """
    now, mine = clock.now(), uuid4().hex
    is_free = or_(Message.leased_until.is_(None), Message.leased_until < now)
    due = (
        select(Message.id)
        .where(Message.status == "waiting", Message.next_try_at <= now, is_free)
        .order_by(Message.next_try_at)
        .limit(limit)
    )
    if db.get_bind().dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    found = db.scalars(due).all()
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


def in_an_hour() -> datetime:
    return clock.now() + timedelta(hours=1)


def end(db: Session, message_id: int, lease: str, status: str, *, trouble: str | None = None) -> bool:
    """Say how a delivery ended. False when the lease was lost meanwhile: then somebody else speaks for the row."""
    done = db.execute(
        update(Message)
        .where(Message.id == message_id, Message.lease == lease, Message.status == "waiting")
        .values(status=status, trouble=trouble, ended_at=clock.now(), leased_until=None)
        .execution_options(synchronize_session=False)
    )
    return done.rowcount == 1


def try_later(db: Session, message: Message, lease: str, *, trouble: str, after: timedelta | None = None) -> str:
    """Give the row back for another try, or end it when no try can come in time. Returns the status it has now."""
    wait = after or timedelta(seconds=BACKOFF[min(message.attempts, len(BACKOFF)) - 1])
    next_try = clock.now() + wait
    if next_try >= message.useful_until or message.attempts >= len(BACKOFF) + 2:
        end(db, message.id, lease, "undeliverable", trouble=trouble)
        return "undeliverable"
    db.execute(
        update(Message)
        .where(Message.id == message.id, Message.lease == lease, Message.status == "waiting")
        .values(next_try_at=next_try, leased_until=None, lease=None, trouble=trouble)
        .execution_options(synchronize_session=False)
    )
    return "waiting"


def cancel(db: Session, *where) -> int:
    """Drop messages that are still waiting and match; returns how many."""
    done = db.execute(
        update(Message)
        .where(Message.status == "waiting", *where)
        .values(status="cancelled", ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return done.rowcount
