"""Which reminders are due, when, for whom, and how often."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services import attendance, bookings, reminders, tasks
from services.models import Message, Task


@pytest.fixture
def visit(make):
    """Maria's hour on Wednesday at 10; to be reminded of on Tuesday at 10."""
    return make.booking(make.participant(), make.slot("2026-11-25 10:00"))


def reminded(db):
    """The moments of the reminders that wait or went, in the order in which they were posted."""
    rows = db.scalars(
        select(Message.dedup).where(Message.kind == "reminder", Message.status != "cancelled").order_by(Message.id)
    )
    return [dedup.split(":")[1] for dedup in rows]


def test_a_day_before_at_ten_everybody_is_reminded_once(db, visit, at):
    at("2026-11-24 09:59")
    assert reminders.plan_due(db) == 0

    at("2026-11-24 10:00")
    assert reminders.plan_due(db) == 1
    assert reminders.plan_due(db) == 0
    assert reminded(db) == ["day"]


def test_a_reminder_is_of_use_until_the_start(db, visit, at):
    at("2026-11-24 10:00")
    reminders.plan_due(db)

    assert db.scalars(select(Message.useful_until).where(Message.kind == "reminder")).all() == [visit.starts_at]


def test_the_day_before_is_wall_clock_and_two_hours_are_absolute(at):
    start = at("2027-03-28 10:00")  # the night before is an hour short

    assert reminders.due_at("day", start) == at("2027-03-27 10:00")
    assert start - reminders.due_at("day", start) == timedelta(hours=23)
    assert reminders.due_at("two-hours", start) == at("2027-03-28 08:00")
    assert reminders.due_at("two-hours", at("2027-10-31 10:00")) == at("2027-10-31 08:00")


def test_chosen_moments_are_kept_each_at_its_time(db, make, visit, at):
    make.choice(visit.person, ["email"], ["three-days", "day", "two-hours"])
    for when in ("2026-11-24 10:00", "2026-11-25 07:59", "2026-11-25 08:00"):
        at(when)
        reminders.plan_due(db)

    assert reminded(db) == ["day", "two-hours"]  # it was booked less than three days before


def test_in_quiet_hours_nothing_is_asked_for_and_in_the_morning_it_is(db, make, visit, at):
    make.choice(visit.person, ["email"], ["day"])
    for when in ("2026-11-24 20:00", "2026-11-24 23:59", "2026-11-25 07:59"):
        at(when)
        assert reminders.plan_due(db) == 0

    at("2026-11-25 08:00")
    assert reminders.plan_due(db) == 1


def test_a_day_without_a_worker_is_made_up_for(db, visit, at):
    at("2026-11-24 19:59")

    assert reminders.plan_due(db) == 1


def test_nobody_is_reminded_of_what_was_cancelled_or_has_begun(db, make, visit, at):
    other = make.booking(make.participant("Bruno"), make.slot("2026-11-25 12:00"))
    bookings.cancel(db, other.person, other)
    at("2026-11-25 10:00")

    assert reminders.plan_due(db) == 0


def test_a_reminder_that_waits_goes_with_a_cancellation(db, visit, at):
    at("2026-11-24 10:00")
    reminders.plan_due(db)

    bookings.cancel(db, visit.person, visit)

    assert reminded(db) == []


def test_who_has_said_yes_is_reminded_only_two_hours_before(db, make, visit, at):
    make.choice(visit.person, ["email"], ["day", "two-hours"])
    attendance.answer(db, visit.person, visit, "yes", way="plan")

    at("2026-11-24 10:00")
    assert reminders.plan_due(db) == 0
    at("2026-11-25 08:00")
    assert reminders.plan_due(db) == 1


def test_who_needs_help_to_come_is_reminded_all_the_same(db, visit, at):
    attendance.answer(db, visit.person, visit, "help", way="plan")
    at("2026-11-24 10:00")

    assert reminders.plan_due(db) == 1


def test_who_books_after_the_reminders_hour_is_not_reminded_in_the_same_minute(db, make, at):
    at("2026-11-24 11:00")
    make.booking(make.participant(), make.slot("2026-11-25 10:00"))

    assert reminders.plan_due(db) == 0


def test_a_moved_session_is_reminded_of_at_its_new_time(db, make, visit, at):
    at("2026-11-24 10:00")
    reminders.plan_due(db)
    bookings.move(db, visit.person, visit, make.slot("2026-11-27 10:00").id, key="m")
    assert (reminded(db), reminders.plan_due(db)) == ([], 0)

    at("2026-11-26 10:00")
    assert reminders.plan_due(db) == 1


def test_who_chose_no_reminders_gets_none_and_nobody_calls_them(db, make, visit, at):
    make.choice(visit.person, [])
    at("2026-11-24 10:00")

    assert reminders.plan_due(db) == 0
    assert db.scalars(select(Task)).all() == []


def test_who_has_a_telephone_and_nothing_else_comes_on_the_call_list(db, make, at):
    make.booking(make.participant(contact="call", phone="+442079460001"), make.slot("2026-11-25 10:00"))
    at("2026-11-24 10:00")

    assert [reminders.plan_due(db), reminders.plan_due(db)] == [1, 0]
    assert db.scalars(select(Message.channel).where(Message.kind == "reminder")).all() == ["call"]


def test_whom_nothing_reaches_is_a_task_and_once_is_enough(db, make, at):
    make.booking(make.participant(contact="call"), make.slot("2026-11-25 10:00"))
    at("2026-11-24 10:00")
    reminders.plan_due(db)
    (call,) = tasks.open_tasks(db, make.ewa)
    assert call.kind == "no-contact"

    tasks.finish(db, make.ewa, call.id)
    at("2026-11-24 10:01")
    reminders.plan_due(db)

    assert tasks.open_tasks(db, make.ewa) == []


def test_each_phone_that_agreed_is_told_and_no_other_way_is(db, make, visit, at):
    make.choice(visit.person, ["push", "email"])
    make.subscription(visit.person), make.subscription(visit.person)
    at("2026-11-24 10:00")

    assert reminders.plan_due(db) == 2
    assert reminders.plan_due(db) == 0


def test_a_way_that_somebody_adds_after_the_reminder_does_not_bring_it_again(db, make, visit, at):
    at("2026-11-24 10:00")
    assert reminders.plan_due(db) == 1
    make.choice(visit.person, ["push", "email"])
    make.subscription(visit.person)

    assert reminders.plan_due(db) == 0


@pytest.mark.parametrize(("hour", "due"), [(None, "10:00"), (16, "16:00"), (8, "09:00")])
def test_the_person_says_at_which_hour_of_the_day_and_never_in_their_night(make, visit, at, hour, due):
    choice = make.choice(visit.person, ["email"], ["day"])
    choice.hour, choice.quiet_to = hour, 9

    assert reminders.due_at("day", visit.starts_at, choice=choice) == at(f"2026-11-24 {due}")


def test_planning_in_parts_posts_the_same_as_at_once(db, make, at, monkeypatch):
    for number in range(5):
        make.booking(make.participant(f"Osoba{number} Kowal"), make.slot(f"2026-11-25 {9 + number:02d}:00"))
    monkeypatch.setattr(reminders, "AT_A_TIME", 2)
    at("2026-11-24 10:00")

    assert [reminders.plan_due(db), reminders.plan_due(db)] == [5, 0]


def test_planning_takes_as_many_queries_for_many_as_for_few(db, make, at, statements):
    for number in range(8):
        make.booking(make.participant(f"Osoba{number} Kowal"), make.slot(f"2026-11-25 {9 + number:02d}:00"))
    db.flush()
    at("2026-11-24 10:00")
    with statements(db) as said:
        assert reminders.plan_due(db) == 8

    assert len(said) <= 10


def test_a_session_moved_after_the_reminders_hour_is_announced_and_not_reminded_of_as_well(db, make, visit, at):
    at("2026-11-24 11:00")
    bookings.move(db, visit.person, visit, make.slot("2026-11-25 15:00").id, key="k")

    assert reminders.plan_due(db) == 0
    assert db.scalars(select(Message.kind).where(Message.status == "waiting")).all() == ["moved"]


def test_an_edition_may_remind_at_another_hour(db, make, visit, at):
    make.the_edition.rules = {"reminder_hour": 16}
    at("2026-11-24 15:59")
    assert reminders.plan_due(db) == 0

    at("2026-11-24 16:00")
    assert reminders.plan_due(db) == 1


def test_two_hours_before_an_early_session_is_the_evening_before(at):
    start = at("2026-11-25 08:00")
    assert reminders.due_at("two-hours", start) == at("2026-11-24 19:00")
