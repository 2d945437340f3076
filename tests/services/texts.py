"""Text messages that have gone out, for tests of what comes back."""

from itertools import count

from sqlalchemy import select

from services import clock, reminders, replies
from services.channels.reports import Reply, Report
from services.models import Message, Task

KEY = b"the key of this installation, 32+"
HERS, HIS = "+447700900111", "+447700900222"
_numbers = count(1)


def gone(db, message: Message, *, ref: str | None = None, status: str = "accepted") -> Message:
    """As the worker leaves a message that the gateway has taken."""
    message.status, message.ended_at, message.attempts = status, clock.now(), 1
    message.provider_ref = ref or f"ref-{next(_numbers)}"
    db.flush()
    return message


def sent(db, person, kind: str, **more) -> Message:
    """The newest message of a kind to a person, gone."""
    query = select(Message).where(Message.person_id == person.id, Message.kind == kind, Message.contact_id.is_(None))
    return gone(db, db.scalars(query.order_by(Message.id.desc())).first(), **more)


def reminded(db, booking, **more) -> Message:
    """The reminder of the day before, as a text message that has gone out."""
    reminders.remind(db, booking, "day")
    return sent(db, booking.person, "reminder", **more)


def reply(text: str, number: str = HERS, *, key: str | None = None, ref: str | None = None) -> Reply:
    return Reply(number, text, key or f"key-{next(_numbers)}", ref)


def report(message: Message, state: str, *, reference: str | None = None, ref: str | None = None) -> Report:
    return Report(ref or message.provider_ref or "unheard-of", reference, state, f"sms-status-{state}")


def take(db, *args, **more):
    """Take a reply, and read everything anew."""
    became = replies.take(db, "sms", reply(*args, **more))
    db.flush()
    db.expire_all()
    return became


def open_tasks(db):
    return [(task.kind, task.person_id, task.note) for task in db.scalars(select(Task).order_by(Task.id))]
