"""A day without a worker, and the two nights of the year that are not as long as the others."""

from datetime import UTC, datetime, timedelta

import pytest

from services import bookings, clock
from services.models import Booking, Message, ReminderChoice
from services.reminders import due_at
from tests.factories import instant

A_MINUTE = timedelta(minutes=1)


def sent(office, kind="reminder"):
    """When messages of a kind went, by the wall clock."""
    names = {row.dedup: row for row in office.all_of(Message) if row.kind == kind and row.status == "accepted"}
    return [f"{clock.local(row.ended_at):%d %H:%M}" for row in names.values()]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_after_a_day_without_a_worker_what_is_still_useful_goes_once_and_the_rest_is_over(office_on, at, kind):
    office = office_on(kind)
    with office.work() as make:
        for number, when in enumerate(("24 08:30", "24 12:00", "24 16:00", "25 12:00", "27 12:00")):
            way = ("push", "sms", "email")[number % 3]
            make.booking(office.person(make, way), make.slot(f"2026-11-{when}"), by=make.ewa)
        moved = make.booking(office.person(make, "email"), make.slot("2026-11-25 14:00")).id
    with office.work() as make:
        booking = make.db.get(Booking, moved)
        bookings.move(make.db, booking.person, booking, make.slot("2026-11-25 15:00").id, key="m")
    at("2026-11-24 10:05")
    office.run(office.worker())
    assert office.check() == []
    about = {row.booking_id: row.status for row in office.all_of(Message) if row.kind == "booked"}
    assert list(about.values()) == ["expired", "accepted", "accepted", "accepted", "accepted", "cancelled"]
    assert office.rows("moved") == [("email", "accepted", None)]
    assert sent(office) == ["24 10:05"] * 4  # for today's and tomorrow's sessions; the first one is over
    assert office.run() == {}
    assert set(office.log.times().values()) == {1}


def minutes(first: str, last: str):
    at = instant(first)
    while at <= instant(last):
        yield at
        at += A_MINUTE


@pytest.mark.parametrize(
    ("sunday", "offset", "next_offset"), [("2027-03-28", 1, 2), ("2027-10-31", 2, 1)], ids=["spring", "autumn"]
)
def test_reminders_keep_to_the_wall_clock_and_two_hours_are_two_hours(office, at, sunday, offset, next_offset):
    """On the Sunday on which the clock changes, and for the Sunday and the Monday."""
    day = datetime.fromisoformat(sunday)
    saturday, monday = (f"{day + timedelta(days=n):%Y-%m-%d}" for n in (-1, 1))
    at(f"{saturday} 09:00")
    with office.work() as make:
        make.booking(office.person(make, "email"), make.slot(f"{sunday} 10:30"))
        make.booking(office.person(make, "email"), make.slot(f"{monday} 10:30"))
        both = office.person(make, "push")
        make.booking(both, make.slot(f"{sunday} 12:00"))
        make.db.get(ReminderChoice, both.id).moments = ["day", "two-hours"]
    office.run()
    stops = [*minutes(f"{saturday} 09:59", f"{saturday} 10:01"), *minutes(f"{sunday} 09:59", f"{sunday} 10:01")]
    for when in stops:
        at(when)
        office.run()
        assert office.check() == []
    assert sorted(sent(office)) == sorted([f"{saturday[8:]} 10:00"] * 2 + [f"{sunday[8:]} 10:00"] * 2)
    reminders = [row for row in office.all_of(Message) if row.kind == "reminder"]
    utc = {row.dedup.split(":")[1] + str(row.booking_id): row.ended_at.astimezone(UTC).hour for row in reminders}
    assert utc == {"day1": 10 - offset, "day3": 10 - offset, "day2": 10 - next_offset, "two-hours3": 10 - next_offset}
    assert office.check(live=True) == []


@pytest.mark.parametrize("sunday", ["2027-03-28", "2027-10-31"])
def test_the_night_ends_at_eight_by_the_wall_clock_however_long_it_was(office, at, sunday):
    day = datetime.fromisoformat(sunday)
    at(f"{day - timedelta(days=1):%Y-%m-%d} 19:59")
    with office.work() as make:
        booking = make.booking(office.person(make, "email"), make.slot(f"{sunday} 15:00"))
        bookings.move(make.db, booking.person, booking, make.slot(f"{sunday} 16:00").id, key="m")
    office.mail.at_rcpts += ["451 4.7.1 try again later"]
    office.run()
    for when in (f"{day - timedelta(days=1):%Y-%m-%d} 20:00", f"{sunday} 01:30", f"{sunday} 03:30", f"{sunday} 07:59"):
        at(when)
        office.run()
        assert office.check(faults=True) == []
        assert sent(office, "moved") == []
    at(f"{sunday} 08:00")
    office.run()
    assert sent(office, "moved") == [f"{sunday[8:]} 08:00"]
    assert office.check(faults=True) == []


def test_two_hours_before_is_absolute_in_the_night_of_the_change(office, at):
    """A session in the first hours after the change; whoever wants to be woken said so."""
    with office.work() as make:
        row = make.db.get(ReminderChoice, office.person(make, "email").id)
        row.quiet_to = 6
    starts = instant("2027-03-28 09:00")
    assert due_at("two-hours", starts, choice=row) == starts - timedelta(hours=2)
    assert f"{clock.local(due_at('day', starts)):%H:%M}" == "10:00"
    assert starts - due_at("day", starts) == timedelta(hours=22)
    assert instant("2027-10-31 09:00") - due_at("day", instant("2027-10-31 09:00")) == timedelta(hours=24)
