"""Answers that were kept in a phone without a network: each counts once, for the session that the phone showed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services import answers, attendance, bookings, clock, plans
from services.errors import NotFound, Refused
from services.models import AttendanceStatement, Intention, Task


@pytest.fixture
def visit(make):
    """Maria's hour with Jan on Wednesday at 10."""
    return make.booking(make.participant(), make.slot("2026-11-25 10:00"))


def take(db, booking, said, *, key="k1", version=1):
    answers.take(db, booking.person, booking, said, version=version, key=key)
    db.flush()


def said_about(db, booking):
    return list(db.scalars(select(Intention.answer).where(Intention.booking_id == booking.id).order_by(Intention.id)))


@pytest.mark.parametrize("said", ["yes", "help"])
def test_the_same_key_again_is_the_same_answer(db, visit, said):
    for _ in range(3):
        take(db, visit, said)

    assert (visit.answer, said_about(db, visit)) == (said, [said])
    assert db.scalars(select(Task.kind)).all() == (["needs-help"] if said == "help" else [])


def test_an_answer_that_comes_again_does_not_overrule_a_later_word(db, visit):
    take(db, visit, "yes")
    attendance.answer(db, visit.person, visit, "help", way="plan")
    take(db, visit, "yes")

    assert (visit.answer, said_about(db, visit)) == ("help", ["yes", "help"])


def test_nor_does_one_that_was_said_by_another_way_before(db, visit):
    attendance.answer(db, visit.person, visit, "yes", way="link")
    take(db, visit, "yes")
    attendance.answer(db, visit.person, visit, "help", way="plan")
    take(db, visit, "yes")

    assert visit.answer == "help"


def test_a_place_is_given_back_once_and_stays_when_it_was_taken_again(db, visit):
    take(db, visit, "no")
    take(db, visit, "no")
    assert (visit.status, visit.cancelled_by) == ("cancelled", "person")
    bookings.restore(db, visit.person, visit)
    take(db, visit, "no")

    assert visit.is_live
    with pytest.raises(Refused, match="booking-changed"):
        take(db, visit, "no", key="k2")


def test_no_after_no_by_another_way_is_no(db, visit):
    attendance.answer(db, visit.person, visit, "no", way="link")
    take(db, visit, "no")

    assert said_about(db, visit) == ["no"]


@pytest.mark.parametrize("said", ["yes", "help", "no", "here"])
def test_what_was_said_of_another_time_is_refused(db, make, visit, said):
    bookings.move(db, visit.person, visit, make.slot("2026-11-26 10:00").id, key="m")

    with pytest.raises(Refused, match="booking-changed"):
        take(db, visit, said)
    assert said_about(db, visit) == []


@pytest.mark.parametrize("said", ["yes", "help", "no", "here"])
def test_what_comes_after_the_end_is_refused(db, visit, said):
    with clock.frozen(visit.ends_at + timedelta(minutes=1)), pytest.raises(Refused, match="booking-over"):
        take(db, visit, said)


@pytest.mark.parametrize("said", ["yes", "help", "no", "here"])
def test_what_was_called_off_by_us_is_refused(db, make, visit, said):
    bookings.cancel(db, make.ewa, visit)

    with pytest.raises(Refused, match="booking-cancelled"):
        take(db, visit, said)


def test_here_counts_once(db, visit):
    with pytest.raises(Refused, match="too-early"):
        take(db, visit, "here")
    with clock.frozen(visit.starts_at):
        take(db, visit, "here")
        take(db, visit, "here", key="k2")

    assert db.scalars(select(AttendanceStatement.said)).all() == ["here"]


@pytest.mark.parametrize(("said", "key"), [("maybe", "k1"), ("yes", "")])
def test_what_no_page_of_ours_says_is_not_there(db, visit, said, key):
    with pytest.raises(NotFound):
        take(db, visit, said, key=key)


def test_nobody_answers_for_somebody_else(db, make, visit):
    with pytest.raises(NotFound):
        answers.take(db, make.participant("Bruno Zych"), visit, "yes", version=1, key="k1")


def test_what_waits_for_my_word_is_counted(db, make, visit):
    maria = visit.person
    make.booking(maria, make.slot("2026-11-26 10:00"))

    def waiting():
        coming = bookings.coming(db, maria)
        return answers.count_waiting(plans.view_for(db, maria), coming, attendance.to_confirm(db, maria))

    assert waiting() == 1  # the next one; the one after it is asked about in its time
    attendance.answer(db, maria, visit, "yes", way="plan")
    assert waiting() == 0
    with clock.frozen(visit.ends_at + timedelta(minutes=1)):
        assert waiting() == 2  # how it was, and the other
