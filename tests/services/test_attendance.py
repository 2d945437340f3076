"""What is said before a session and after it: two different facts."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from services import attendance, bookings
from services.errors import NotFound, Refused
from services.models import AttendanceStatement, Intention, Task


@pytest.fixture
def visit(make):
    """Maria's hour with Jan on Wednesday at 10."""
    return make.booking(make.participant(), make.slot("2026-11-25 10:00"))


def state(db, booking):
    return attendance.state_of(attendance.last_said(db, booking.id))


def intentions(db):
    return list(db.scalars(select(Intention.answer).order_by(Intention.id)))


def test_a_yes_is_kept_and_said_twice_it_is_once(db, visit):
    assert attendance.answer(db, visit.person, visit, "yes", way="link") is True
    assert attendance.answer(db, visit.person, visit, "yes", way="plan") is False

    assert (visit.answer, intentions(db)) == ("yes", ["yes"])


def test_a_changed_mind_is_added_to_the_first_word(db, visit):
    attendance.answer(db, visit.person, visit, "yes", way="plan")
    attendance.answer(db, visit.person, visit, "help", way="plan")

    assert (visit.answer, intentions(db)) == ("help", ["yes", "help"])


def test_a_wish_for_help_to_come_reaches_a_coordinator_once(db, visit):
    attendance.answer(db, visit.person, visit, "help", way="link")
    attendance.answer(db, visit.person, visit, "yes", way="link")
    attendance.answer(db, visit.person, visit, "help", way="link")

    assert db.scalars(select(Task.kind)).all() == ["needs-help"]


def test_a_no_gives_the_place_back_until_the_start(db, make, visit, at):
    at("2026-11-25 09:59")

    attendance.answer(db, visit.person, visit, "no", way="link")

    assert (visit.is_live, visit.is_late) == (False, True)
    assert make.booking(make.participant("Bruno"), visit.slot).is_live


def test_a_no_after_the_start_is_refused_and_leaves_no_word(db, visit, at):
    at("2026-11-25 10:00")

    with pytest.raises(Refused, match="booking-over"):
        attendance.answer(db, visit.person, visit, "no", way="link")
    with pytest.raises(Refused, match="booking-over"):
        attendance.answer(db, visit.person, visit, "yes", way="link")

    db.rollback()
    assert intentions(db) == []


def test_a_second_no_is_the_same_no(db, visit):
    attendance.answer(db, visit.person, visit, "no", way="link")

    assert attendance.answer(db, visit.person, visit, "no", way="link") is False
    assert intentions(db) == ["no"]


def test_nobody_says_yes_to_a_cancelled_session(db, visit):
    bookings.cancel(db, visit.person, visit)

    with pytest.raises(Refused, match="booking-cancelled"):
        attendance.answer(db, visit.person, visit, "yes", way="link")


@pytest.mark.parametrize("said", ["yes", "no", "help"])
def test_nobody_answers_for_another_participant(db, make, visit, said):
    with pytest.raises(NotFound):
        attendance.answer(db, make.participant("Bruno"), visit, said, way="plan")


def test_saying_i_will_come_is_not_having_come(db, visit, at):
    attendance.answer(db, visit.person, visit, "yes", way="plan")
    at("2026-11-25 12:00")

    assert state(db, visit) == ""


@pytest.mark.parametrize(("when", "refusal"), [("2026-11-25 08:59", "too-early"), ("2026-11-25 11:00", "booking-over")])
def test_i_am_here_works_from_an_hour_before_until_the_end(db, visit, at, when, refusal):
    at(when)

    with pytest.raises(Refused, match=refusal):
        attendance.check_in(db, visit.person, visit)


def test_i_am_here_pressed_twice_is_once_and_shows_in_the_diary(db, make, visit, at):
    at("2026-11-25 09:50")
    attendance.check_in(db, visit.person, visit)
    attendance.check_in(db, visit.person, visit)

    assert len(db.scalars(select(AttendanceStatement)).all()) == 1
    row = attendance.diary(db, make.adviser, date(2026, 11, 25))[0]
    assert row.bookings == [(visit, "here")]


def test_nobody_checks_in_or_confirms_for_another(db, make, visit, at):
    bruno = make.participant("Bruno")
    at("2026-11-25 10:10")
    with pytest.raises(NotFound):
        attendance.check_in(db, bruno, visit)
    at("2026-11-25 11:10")
    with pytest.raises(NotFound):
        attendance.confirm(db, bruno, visit, "present")


def test_the_specialist_records_from_the_morning_on(db, make, visit, at):
    at("2026-11-24 23:59")
    with pytest.raises(Refused, match="too-early"):
        attendance.record(db, make.adviser, visit.id, "absent")

    at("2026-11-25 00:00")
    attendance.record(db, make.adviser, visit.id, "excused")
    assert state(db, visit) == "excused"


def test_only_the_specialist_of_the_session_records(db, make, visit, at):
    at("2026-11-25 11:00")

    with pytest.raises(NotFound):
        attendance.record(db, make.specialist(), visit.id, "present")


def test_silence_is_neither_presence_nor_absence(db, visit, at):
    at("2026-11-26 12:00")

    assert state(db, visit) == ""


@pytest.mark.parametrize(
    ("specialist", "participant", "comes_to"),
    [
        ("present", "present", "present"),
        ("absent", "absent", "absent"),
        ("absent", "present", "differs"),
        ("present", "absent", "differs"),
        ("excused", "absent", "excused"),
        ("present", None, "present"),
        (None, "absent", "absent"),
    ],
)
def test_two_sides_agree_or_the_difference_shows(db, make, visit, at, specialist, participant, comes_to):
    at("2026-11-25 11:00")
    if specialist:
        attendance.record(db, make.adviser, visit.id, specialist)
    if participant:
        attendance.confirm(db, visit.person, visit, participant)

    assert state(db, visit) == comes_to


def test_a_coordinator_settles_a_difference_with_a_reason(db, make, visit, at):
    at("2026-11-25 11:00")
    attendance.record(db, make.adviser, visit.id, "absent")
    attendance.confirm(db, visit.person, visit, "present")

    with pytest.raises(Refused, match="reason-missing"):
        attendance.settle(db, make.ewa, visit, "present", note=" ")
    attendance.settle(db, make.ewa, visit, "present", note="Podpis na liście")

    assert state(db, visit) == "present"
    assert len(db.scalars(select(AttendanceStatement)).all()) == 3


def test_the_database_too_wants_the_reason(db, visit, at):
    db.add(AttendanceStatement(booking_id=visit.id, side="coordinator", said="present", at=at("2026-11-25 11:00")))

    with pytest.raises(IntegrityError):
        db.flush()


def test_a_record_put_right_keeps_the_first_word(db, make, visit, at):
    at("2026-11-25 11:00")
    for said in ("absent", "absent", "present"):
        attendance.record(db, make.adviser, visit.id, said)

    assert state(db, visit) == "present"
    assert db.scalars(select(AttendanceStatement.said).order_by(AttendanceStatement.id)).all() == ["absent", "present"]


def test_the_person_confirms_only_what_is_over_and_was_not_cancelled(db, make, visit, at):
    at("2026-11-25 10:59")
    with pytest.raises(Refused, match="too-early"):
        attendance.confirm(db, visit.person, visit, "present")

    given_back = make.booking(visit.person, make.slot("2026-11-25 13:00"))
    bookings.cancel(db, visit.person, given_back)
    at("2026-11-25 15:00")
    with pytest.raises(Refused, match="booking-cancelled"):
        attendance.confirm(db, visit.person, given_back, "present")


def test_past_sessions_without_a_word_wait_for_one_for_two_weeks(db, visit, at):
    at("2026-11-25 11:00")
    assert attendance.to_confirm(db, visit.person) == [visit]

    at("2026-12-10 11:00")
    assert attendance.to_confirm(db, visit.person) == []

    at("2026-11-25 12:00")
    attendance.confirm(db, visit.person, visit, "present")
    assert attendance.to_confirm(db, visit.person) == []


def test_the_diary_shows_the_days_times_in_order_free_ones_too_with_needs(db, make):
    free = make.slot("2026-11-25 12:00")
    taken = make.slot("2026-11-25 09:00")
    make.slot("2026-11-26 09:00")
    make.slot("2026-11-25 09:00", specialist=make.specialist(), room=make.room())
    maria = make.participant(needs=["loop", "step-free"])
    made = make.booking(maria, taken)

    rows = attendance.diary(db, make.adviser, date(2026, 11, 25))

    assert [(row.slot, row.bookings) for row in rows] == [(taken, [(made, "")]), (free, [])]
    assert rows[0].bookings[0][0].person.need_codes == ["loop", "step-free"]
