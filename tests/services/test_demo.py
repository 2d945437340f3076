"""The demo is never empty, never real, and the same on the same day. On SQLite: the guards are proved on both elsewhere."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from services import (
    attendance,
    audiences,
    bookings,
    campaigns,
    catalogue,
    clock,
    demo,
    frame,
    import_columns,
    people,
    plans,
    slots,
    steps,
    tasks,
    working_days,
)
from services.demo.scale import fill_large
from services.models import (
    AttendanceStatement,
    Booking,
    Enrolment,
    Person,
    Place,
    PlanVersion,
    Qualification,
    Slot,
    StaffMember,
    SupportForm,
)
from services.permissions import SPECIALISTS

A_WEEK_OF_STARTS = (
    "2026-11-23 08:00", "2026-11-24 12:00", "2026-11-25 23:30", "2026-11-27 10:00", "2026-11-28 09:00", "2026-12-24 15:00",
    "2027-04-30 07:00",
)  # fmt: skip
HEALTH = re.compile(r"psych|rehabil|niepełnospr|terap|zdrow|lekar|health|disab|псих|реабіл|інвалід|здоров", re.IGNORECASE)


@pytest.fixture
def database(sqlite_database):
    return sqlite_database


@pytest.fixture
def full(db, at):
    assert demo.fill(db) is True
    return db


def account(db, address: str) -> Person | StaffMember:
    model = Person if address.startswith("uczestniczka") else StaffMember
    return db.scalars(select(model).where(model.email == address)).one()


def count(db, *where) -> int:
    return db.scalar(select(func.count(Enrolment.id)).join(Enrolment.person).where(*where))


def test_the_register_has_the_size_and_the_results_of_the_programme(full):
    assert count(full, Person.gender == "female") == 445
    assert count(full, Person.gender == "male") == 339
    assert count(full, Person.disability == "yes", Person.gender == "female") == 155
    assert count(full, Person.disability == "yes", Person.gender == "male") == 138
    assert count(full, Enrolment.work_started_on.is_not(None)) == 320
    assert full.scalar(select(func.count(Qualification.id))) == 234
    assert count(full, Enrolment.coordinator_id.is_(None)) == 0


def test_nobody_can_be_reached_in_earnest(full):
    for model in (Person, StaffMember):
        assert not [email for email in full.scalars(select(model.email)) if email and not email.endswith("@example.org")]
        phones = [phone for phone in full.scalars(select(model.phone)) if phone]
        assert not [phone for phone in phones if not re.fullmatch(r"\+447700900\d{3}|\+442079460\d{3}", phone)]
        assert len(set(phones)) == len(phones)


def test_everybody_of_the_demo_is_there_with_their_role(full):
    roles = [account(full, address).role_codes for address in demo.ACCOUNTS[1:]]

    assert roles == [["career-adviser"], ["psychologist"], ["rehabilitation-specialist"], ["coordinator"], ["admin"]]
    staff = full.scalars(select(StaffMember)).all()
    assert len([member for member in staff if set(member.role_codes) & set(SPECIALISTS)]) == 6


def test_maria_has_a_plan_and_a_session_that_waits_for_her_answer(full):
    maria = account(full, "uczestniczka@example.org")
    view = plans.view_for(full, maria)
    coming = bookings.coming(full, maria)

    assert [step.state for step in view.steps] == ["done", "done", "now", "later"]
    assert len(view.goals) == 2
    assert view.enrolment.coordinator.full_name == "Ewa Lis"
    assert [(booking.slot.specialist.email, booking.answer) for booking in coming] == [("doradca@example.org", "none")]
    assert timedelta(days=2) < coming[0].starts_at - clock.now() < timedelta(days=6)
    assert coming[0].step_line == view.steps[2].step.line
    assert len(attendance.to_confirm(full, maria)) == 1


@pytest.mark.parametrize("start", A_WEEK_OF_STARTS)
def test_today_and_tomorrow_are_never_empty(db, at, start):
    at(start)
    demo.fill(db)
    ewa = account(db, "koordynator@example.org")
    audience = campaigns.tomorrow_unanswered(db, ewa)

    assert audience.size >= 14
    assert set(audience.counts) >= {"email", "sms", "call"}
    for address in demo.ACCOUNTS[1:4]:
        rows = attendance.diary(db, account(db, address), clock.today())
        assert len([row for row in rows if row.bookings]) >= 2
    for form in catalogue.forms(db):
        if form.mode != "material":
            assert slots.free_days(db, form.id)[0], form.code


def test_the_coordinator_has_people_tasks_and_a_plan_that_waits(full):
    ewa = account(full, "koordynator@example.org")

    assert len([row for row in full.scalars(select(Enrolment.coordinator_id)) if row == ewa.id]) == 61
    assert {task.kind for task in tasks.open_tasks(full, ewa)} == {"needs-help", "none-suits", "call-me"}
    waiting = full.scalars(select(PlanVersion).where(PlanVersion.status == "proposed")).one()
    assert waiting.plan.enrolment.coordinator_id == ewa.id
    assert people.get_person(full, ewa, waiting.plan.enrolment.person_id).email
    assert full.scalar(select(func.count(PlanVersion.id)).where(PlanVersion.status == "agreed")) > 30


@pytest.mark.parametrize("start", A_WEEK_OF_STARTS)
def test_the_coordinator_has_two_hundred_people_to_remind_who_are_reached_in_every_way(db, at, start):
    at(start)
    demo.fill(db)
    audience = audiences.find(db, account(db, "koordynator@example.org"), audiences.Filters("no-session"))

    assert audience.size >= 200
    assert {code for code, number in audience.counts.items() if number} == {"email", "sms", "call", "none"}
    assert set(audience.languages) == {"pl", "uk", "en"}
    assert audiences.find(db, account(db, "koordynator@example.org"), audiences.Filters("plan-review")).size >= 5


def test_times_lie_on_working_days_and_about_a_third_of_them_is_taken(full):
    ahead = full.scalars(select(Slot).where(Slot.day > clock.today() + timedelta(days=1))).all()
    seats = sum(slot.capacity for slot in ahead)
    taken = full.scalar(select(func.count(Booking.id)).where(
        Booking.slot_id.in_([slot.id for slot in ahead]), Booking.status == "booked"
    ))  # fmt: skip

    assert all(working_days.is_working(slot.day) for slot in ahead)
    assert {(slot.ends_at - slot.starts_at).seconds // 60 for slot in ahead} == {45, 60}
    assert 0.2 < taken / seats < 0.4
    assert full.scalar(select(func.count(AttendanceStatement.id))) > 100


def test_bookings_about_a_step_are_of_the_form_of_that_step(full):
    rows = full.scalars(select(Booking).where(Booking.step_line.is_not(None))).all()

    assert len(rows) > 5
    for booking in rows:
        assert steps.get_step(full, booking.person, booking.step_line).form_id == booking.slot.form_id


def test_filling_twice_fills_once(full):
    before = full.scalar(select(func.count(Booking.id)))

    assert demo.fill(full) is False
    assert full.scalar(select(func.count(Booking.id))) == before


def test_the_same_day_gives_the_same_data(full):
    def shape(db):
        return db.execute(select(Booking.number, Booking.person_id, Booking.slot_id, Booking.answer).order_by(Booking.id)).all()

    first = shape(full)
    full.rollback()

    assert demo.fill(full) is True
    assert shape(full) == first


def test_it_grows_for_measurements(db, at):
    assert fill_large(db, slots=3_000, bookings=1_500) == (3_000, 1_500)
    assert fill_large(db, slots=3_000, bookings=1_500) == (3_000, 1_500)


def test_names_come_in_three_languages_and_no_neutral_label_tells_of_health(full):
    for form in full.scalars(select(SupportForm)):
        assert set(form.names) == set(form.neutral) == {"pl", "en", "uk"}
        assert not HEALTH.search(" ".join(form.neutral.values()))
        assert form.given_by is None or form.given_by in SPECIALISTS
    for place in full.scalars(select(Place)):
        assert set(place.way_in) == set(place.stop) == {"pl", "en", "uk"}
    assert len(frame.content()["paths"]) == 4


def test_every_need_can_be_read_from_a_register():
    assert set(import_columns.columns()["needs"].words.values()) == set(catalogue.NEEDS)
