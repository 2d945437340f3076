"""A missed session: one message without blame, an hour later, unless somebody says that it was otherwise."""

import pytest
from sqlalchemy import select

from services import attendance, clock, deliveries, slots
from services.models import Message
from tests.factories import instant

KEY = b"the key of this installation, 32+"


@pytest.fixture
def visit(make, at):
    """Maria's hour with Jan on Wednesday at 10; now it is ten past eleven."""
    visit = make.booking(make.participant("Maria Kowal"), make.slot("2026-11-25 10:00"))
    at("2026-11-25 11:10")
    return visit


def missed(db):
    return list(db.scalars(select(Message).where(Message.kind == "missed").order_by(Message.id)))


def outcome(db, at, when="2026-11-25 12:00"):
    at(when)
    [message] = missed(db)
    found = deliveries.look(db, KEY, message)
    return found.trouble if isinstance(found, deliveries.Stop) else "goes"


def record(db, make, visit, *words):
    for said in words:
        attendance.record(db, make.adviser, visit.id, said)


def test_it_goes_an_hour_after_the_end_and_is_useful_for_three_days(db, make, visit, at):
    record(db, make, visit, "absent")

    [message] = missed(db)
    assert message.due_at == instant("2026-11-25 12:00")
    assert message.useful_until == instant("2026-11-28 11:00")
    assert outcome(db, at) == "goes"


def test_recorded_later_it_goes_at_once_and_recorded_after_days_not_at_all(db, make, visit, at):
    at("2026-11-26 15:00")
    record(db, make, visit, "absent")
    assert missed(db)[0].due_at == clock.now()

    other = make.booking(make.participant("Ola Lis"), make.slot("2026-11-27 10:00"))
    at("2026-11-30 12:00")
    record(db, make, other, "absent")
    assert len(missed(db)) == 1


def test_recorded_twice_it_is_one_message(db, make, visit):
    record(db, make, visit, "absent", "excused", "absent")

    assert len(missed(db)) == 1


@pytest.mark.parametrize("said", ["excused", "present"])
def test_a_correction_stops_it(db, make, visit, at, said):
    record(db, make, visit, "absent", said)

    assert outcome(db, at) == "not-missed"


def test_who_says_that_they_were_there_hears_nothing(db, make, visit, at):
    record(db, make, visit, "absent")
    attendance.confirm(db, visit.person, visit, "present")

    assert outcome(db, at) == "not-missed"


def test_who_pressed_that_they_are_there_hears_nothing(db, make, visit, at):
    at("2026-11-25 09:55")
    attendance.check_in(db, visit.person, visit)
    record(db, make, visit, "absent")

    assert outcome(db, at) == "not-missed"


def test_who_says_themselves_that_they_were_absent_hears_where_to_find_a_time(db, make, visit, at):
    record(db, make, visit, "absent")
    attendance.confirm(db, visit.person, visit, "absent")

    assert outcome(db, at) == "goes"


def test_what_ended_in_the_evening_is_told_in_the_morning(db, make, at):
    visit = make.booking(make.participant("Ola Lis"), make.slot("2026-11-25 19:00"))
    at("2026-11-25 20:05")
    record(db, make, visit, "absent")

    assert outcome(db, at, "2026-11-25 21:00") == "quiet-hours"
    assert outcome(db, at, "2026-11-26 08:00") == "goes"


def test_present_and_excused_cause_nothing(db, make, visit):
    record(db, make, visit, "present", "excused")

    assert missed(db) == []


def test_an_apology_knows_up_to_three_free_times(db, make, at):
    from services import withdrawals

    maria = make.participant("Maria Kowal")
    gone = make.slot("2026-11-25 10:00")
    make.booking(maria, gone)
    make.slot("2026-11-24 10:00")
    after = [make.slot(f"2026-11-2{day} 12:00") for day in (5, 6, 7, 8)]
    withdrawals.withdraw(db, make.adviser, [gone.id])

    [message] = db.scalars(select(Message).where(Message.kind == "cancelled-by-us"))
    delivery = deliveries.look(db, KEY, message)

    assert list(delivery.nearest) == after[:3]
    assert slots.first_free(db, gone.form_id, limit=9)[0] not in delivery.nearest
