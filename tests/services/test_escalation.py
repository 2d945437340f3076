"""What does not arrive, or is not read in time, goes the person's next way; the call list is the last. On both databases."""

import pytest
from sqlalchemy import select

from services import attendance, deliveries, outbox, receipts, reminders, telling
from services.channels import Outcome
from services.models import Message, Task

KEY = b"k" * 32
MOBILE = "+447700900001"


@pytest.fixture
def maria(make):
    """Maria, who chose notifications, then text messages, and has a telephone."""
    maria = make.participant("Maria Kowal", phone=MOBILE)
    make.choice(maria, ["push", "sms"])
    make.subscription(maria)
    return maria


@pytest.fixture
def booking(make, maria, at):
    booking = make.booking(maria, make.slot("2026-11-25 15:00"))
    at("2026-11-24 10:00")
    return booking


def posted(db):
    rows = db.execute(select(Message.channel, Message.status).where(Message.kind == "reminder").order_by(Message.id))
    return [tuple(row) for row in rows]


def end_all(db, outcome):
    """Every message of a reminder that is due ends so."""
    for message in outbox.claim(db):
        deliveries.conclude(db, message, outcome if message.kind == "reminder" else Outcome("accepted"))
    db.expire_all()


def test_one_way_at_a_time_and_the_next_when_it_is_undeliverable(db, booking):
    reminders.remind(db, booking, "day")
    for _ in range(3):
        end_all(db, Outcome("refused", "no"))
    assert posted(db) == [("push", "undeliverable"), ("sms", "undeliverable"), ("call", "undeliverable")]
    [task] = db.scalars(select(Task))
    assert (task.kind, task.booking_id) == ("undeliverable", booking.id)


def test_what_nobody_has_read_after_three_hours_goes_the_next_way_down_to_the_call_list(db, booking, at):
    reminders.remind(db, booking, "day")
    end_all(db, Outcome("accepted"))
    at("2026-11-24 12:59")
    assert deliveries.escalate(db) == 0
    at("2026-11-24 13:00")
    assert [deliveries.escalate(db), deliveries.escalate(db)] == [1, 0]
    assert posted(db) == [("push", "accepted"), ("sms", "waiting")]
    end_all(db, Outcome("accepted"))
    at("2026-11-24 16:00")
    assert deliveries.escalate(db) == 1
    end_all(db, Outcome("accepted"))
    at("2026-11-24 19:30")
    assert deliveries.escalate(db) == 0
    assert posted(db) == [("push", "accepted"), ("sms", "accepted"), ("call", "accepted")]


@pytest.mark.parametrize("sign", ["receipt", "yes", "help", "moved"])
def test_a_sign_of_reading_or_an_answer_ends_it(db, make, maria, booking, at, sign):
    from services import bookings

    reminders.remind(db, booking, "day")
    end_all(db, Outcome("accepted"))
    [message] = db.scalars(select(Message).where(Message.kind == "reminder"))
    if sign == "receipt":
        assert receipts.seen(db, KEY, receipts.token_of(KEY, message.id))
    elif sign == "moved":
        bookings.move(db, maria, booking, make.slot("2026-11-26 10:00").id, key="move")
    else:
        attendance.answer(db, maria, booking, sign, way="plan")
    db.expire_all()
    at("2026-11-24 13:00")

    assert deliveries.escalate(db) == (1 if sign == "help" else 0)


def test_two_phones_are_one_way_and_one_look(db, make, maria, booking, at):
    make.subscription(maria)
    reminders.remind(db, booking, "day")
    assert posted(db) == [("push", "waiting")] * 2
    first, second = [message for message in outbox.claim(db) if message.kind == "reminder"]
    deliveries.conclude(db, first, Outcome("gone", "push-410"))
    db.expire_all()
    assert posted(db) == [("push", "undeliverable"), ("push", "waiting")]  # the other phone may still ring
    deliveries.conclude(db, second, Outcome("accepted"))
    db.expire_all()
    at("2026-11-24 13:00")
    assert deliveries.escalate(db) == 1
    assert posted(db)[2:] == [("sms", "waiting")]


def test_too_late_to_help_nothing_follows(db, booking, at):
    at("2026-11-25 13:00")
    reminders.remind(db, booking, "two-hours")
    end_all(db, Outcome("accepted"))
    [message] = db.scalars(select(Message).where(Message.kind == "reminder"))
    assert message.escalate_at is None


def test_whom_nothing_reaches_is_a_task_once(db, make):
    nobody = make.participant("Jan Cichy", email=None, phone=None)
    booking = make.booking(nobody, make.slot("2026-11-25 15:00"))
    for _ in range(2):
        assert reminders.remind(db, booking, "day") == 0
    assert [task.kind for task in db.scalars(select(Task))] == ["no-contact"]


def test_who_wants_silence_is_nobodys_task(db, make):
    quiet = make.participant("Jan Cichy", email=None, phone=None)
    make.choice(quiet, [])
    assert telling.tell(db, quiet, "missed", subject="booking:1:1", useful_until=outbox.in_an_hour()) == 0
    assert db.scalars(select(Task)).all() == []
