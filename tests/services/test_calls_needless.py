"""Nobody is rung for nothing: what is settled by another way, or too late, leaves the list by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services import attendance, bookings, calls, clock, plans, reminders, telling
from services.models import Message
from tests.services.ringing import cleared, listed, note, on_the_list, open_tasks
from tests.services.texts import HERS


@pytest.fixture
def maria(make):
    return make.participant(phone=HERS, contact="call", email=None)


@pytest.fixture
def booking(maria, make):
    return make.booking(maria, make.slot("2026-11-25 10:00"))


@pytest.fixture
def put(db, database):
    return lambda kind="reminder": on_the_list(db, database, kind)


@pytest.fixture
def call(db, booking, put):
    reminders.remind(db, booking, "day")
    return put()


def answered(db, make, booking):
    attendance.answer(db, booking.person, booking, "yes", way="link")


def helped(db, make, booking):
    attendance.answer(db, booking.person, booking, "help", way="link")


def called_off(db, make, booking):
    bookings.cancel(db, booking.person, booking)


def moved(db, make, booking):
    bookings.move(db, booking.person, booking, make.slot("2026-11-27 10:00").id, key="m")


def heard(db, make, booking):
    """The text message that was sent first is reported at last."""
    first = db.scalars(select(Message).where(Message.kind == "reminder")).one()
    db.add(Message(**{
        name: getattr(first, name) for name in ("kind", "person_id", "booking_id", "booking_version", "useful_until", "created_at",
                                                "due_at", "next_try_at", "status")
    } | {"dedup": first.dedup.replace(":call", ":sms"), "channel": "sms", "attempts": 1, "reached_at": clock.now()}))  # fmt: skip
    db.flush()


@pytest.mark.parametrize("meanwhile", [answered, helped, called_off, moved, heard])
def test_nobody_is_rung_for_nothing(db, make, booking, call, meanwhile):
    meanwhile(db, make, booking)

    assert listed(db, make.ewa) == []
    assert not note(db, make, call, "yes")
    assert call.done_at is None
    cleared(db)
    assert (call.outcome, call.done_by_id) == ("settled", None)
    assert [kind for kind, _ in open_tasks(db) if kind == "undeliverable"] == []


def test_a_call_that_nobody_made_in_time_ends_as_not_reached(db, make, booking, call, at):
    at("2026-11-25 10:00")

    assert (listed(db, make.ewa), calls.count_due(db, make.ewa)) == ([], 0)
    cleared(db)
    assert (call.outcome, call.message.reached_at) == ("no-answer", None)
    assert open_tasks(db) == []


def test_what_still_matters_when_the_time_is_over_becomes_a_task(db, make, maria, put, at):
    version = make.plan(maria, answered=None)
    telling.tell(
        db, maria, "plan-waiting", subject=f"plan:{version.id}", useful_until=clock.now() + timedelta(days=7),
        plan_version_id=version.id,
    )  # fmt: skip
    call = put("plan-waiting")
    assert (calls.outcomes_of(call), listed(db, make.ewa)) == (["told"], ["Maria"])
    at("2026-11-30 09:00")
    cleared(db)
    cleared(db)

    assert call.outcome == "no-answer"
    assert open_tasks(db) == [("undeliverable", None)]


def test_what_was_answered_in_the_meantime_is_no_task(db, make, maria, put, at):
    version = make.plan(maria, answered=None)
    telling.tell(
        db, maria, "plan-waiting", subject=f"plan:{version.id}", useful_until=clock.now() + timedelta(days=7),
        plan_version_id=version.id,
    )  # fmt: skip
    call = put("plan-waiting")
    plans.answer(db, maria, version.id, "agree")
    at("2026-11-30 09:00")
    cleared(db)

    assert (call.outcome, open_tasks(db)) == ("settled", [])


def test_what_is_open_and_due_stays(db, make, call):
    cleared(db)

    assert listed(db, make.ewa) == ["Maria"]


def test_the_clearing_goes_on_where_it_stopped(db, make, call, put, monkeypatch):
    monkeypatch.setattr(calls, "AT_A_TIME", 1)

    assert calls.clear(db) == call.id
    assert calls.clear(db, call.id) is None
