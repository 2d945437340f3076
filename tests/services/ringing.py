"""Calls on the list, for tests of what comes of them."""

from sqlalchemy import select

from services import calls, clock
from services.channels.calls import CallCarrier
from services.models import Call, Message, Task
from services.subjects import Delivery


def on_the_list(db, database, kind: str = "reminder") -> Call:
    """The newest message of a kind, on the list as the worker puts it there."""
    newest = select(Message).where(Message.kind == kind, Message.channel == "call").order_by(Message.id.desc())
    message = db.scalars(newest).first()
    message.status, message.ended_at = "accepted", clock.now()
    message_id = message.id
    db.commit()
    CallCarrier(database).send(Delivery(db.get(Message, message_id), "", None), None)
    db.commit()
    return db.scalars(select(Call).where(Call.message_id == message_id)).one()


def note(db, make, call, outcome, **more):
    done = calls.note(db, make.ewa, call, outcome, **{"tries": call.tries, **more})
    db.flush()
    db.expire_all()
    return done


def listed(db, who):
    return [call.person.first_name for call in calls.open_calls(db, who)]


def open_tasks(db):
    return [(task.kind, task.booking_id) for task in db.scalars(select(Task).order_by(Task.id))]


def cleared(db):
    assert calls.clear(db) is None
    db.flush()
    db.expire_all()
