"""What a gateway reports: late, twice, in any order, too early, and about nothing of ours."""

import pytest
from sqlalchemy import select

from services import attendance, bookings, channels, clock, reports
from services.models import Message, Task
from tests.services.crowd import in_parallel
from tests.services.texts import HERS, KEY, reminded, report


@pytest.fixture
def booking(make):
    maria = make.participant(phone=HERS, contact="sms", email="maria@example.org")
    return make.booking(maria, make.slot("2026-11-25 10:00"))


@pytest.fixture
def message(db, booking):
    return reminded(db, booking)


def note(db, *args, **more):
    taken = reports.note(db, KEY, "sms", report(*args, **more))
    db.flush()
    db.expire_all()
    return taken


def ways(db):
    """By which ways the reminder went, in order."""
    return list(db.scalars(select(Message.channel).where(Message.kind == "reminder").order_by(Message.id)))


def test_that_it_arrived_is_noted_once(db, message, at):
    first = clock.now()
    note(db, message, "reached")
    at("2026-11-23 10:00")
    note(db, message, "reached")

    assert message.reached_at == first
    assert message.status == "accepted"


def test_what_failed_goes_the_next_way_once(db, message):
    for _ in range(3):
        assert note(db, message, "failed")

    assert (message.status, message.trouble, message.escalate_at) == ("undeliverable", "sms-status-failed", None)
    assert ways(db) == ["sms", "email"]


def test_what_failed_with_no_way_left_is_a_task(db, booking, message):
    booking.person.email = booking.person.phone = None
    note(db, message, "failed")

    assert db.scalars(select(Task.kind)).all() == ["undeliverable"]


@pytest.mark.parametrize("order", [("reached", "failed"), ("reached", "pending", "failed", "reached")])
def test_what_arrived_does_not_fail_afterwards(db, message, order):
    for state in order:
        note(db, message, state)

    assert message.status == "accepted"
    assert ways(db) == ["sms"]


def test_what_failed_and_then_arrived_has_both(db, message):
    note(db, message, "failed")
    note(db, message, "reached")

    assert message.reached_at is not None
    assert ways(db) == ["sms", "email"]


def test_under_way_is_no_news(db, message):
    note(db, message, "pending")

    assert (message.status, message.reached_at) == ("accepted", None)


@pytest.mark.parametrize("when", ["2026-11-25 10:00", "2026-11-25 12:00", "2026-12-25 12:00"])
def test_after_the_start_nothing_more_is_sent(db, message, at, when):
    at(when)
    note(db, message, "failed")

    assert ways(db) == ["sms"]
    assert db.scalars(select(Task.kind)).all() == []


def test_after_an_answer_nothing_more_is_sent(db, booking, message):
    attendance.answer(db, booking.person, booking, "yes", way="link")
    note(db, message, "failed")

    assert ways(db) == ["sms"]


def test_after_a_move_nothing_more_is_sent_about_the_old_time(db, booking, message, make):
    bookings.move(db, booking.person, booking, make.slot("2026-11-26 10:00").id, key="m")
    note(db, message, "failed")

    assert ways(db) == ["sms"]


@pytest.mark.parametrize("state", ["reached", "failed"])
def test_a_report_about_nothing_of_ours_is_harmless(db, message, state):
    assert note(db, message, state, ref="somebody-elses", reference="x" * 32)

    assert (message.status, message.reached_at) == ("accepted", None)


def test_a_message_of_another_channel_has_nothing_to_do_with_it(db, message):
    assert reports.note(db, KEY, "email", report(message, "failed"))
    db.expire_all()

    assert message.status == "accepted"


def test_a_message_whose_number_is_not_known_is_found_by_the_name_that_we_gave_it(db, message):
    message.provider_ref = None  # the answer was lost, and the repeat is known without a number
    note(db, message, "reached", reference=channels.reference(KEY, message.dedup))

    assert message.reached_at is not None


def test_a_report_that_is_faster_than_we_are_is_asked_for_again(db, message):
    message.provider_ref, message.status = None, "waiting"
    said = {"reference": channels.reference(KEY, message.dedup)}

    assert not note(db, message, "failed", **said)
    assert (message.status, ways(db)) == ("waiting", ["sms"])
    assert note(db, message, "reached", **said)
    assert message.reached_at is not None


def test_the_same_report_by_eight_callers_at_once_sends_the_next_way_once(database, db, message):
    said = report(message, "failed")
    db.commit()

    in_parallel(database, lambda db, _: reports.note(db, KEY, "sms", said), 8)

    assert ways(db) == ["sms", "email"]
