"""One booking: seen, answered, put into a calendar, given back and taken again."""

import pytest
from icalendar import Calendar
from sqlalchemy import select

from services.models import Booking, Intention, Task


@pytest.fixture
def booking(make):
    return make.booking(make.participant(), make.slot("2026-11-26 10:00"))


@pytest.fixture
def maria(client, sign_in, booking):
    return sign_in(client, booking.person)


def test_its_page_says_when_who_and_where(maria, booking):
    page = maria.get(f"/booked/{booking.number}").text

    for words in ("czwartek, 26 listopada", "10:00", "Jan Zieliński", "ul. Żeromskiego 1", booking.number):
        assert words in page


def test_the_calendar_gets_the_neutral_label_and_the_same_entry_after_a_move(maria, booking):
    answer = maria.get(f"/booked/{booking.number}.ics")
    event = Calendar.from_ical(answer.data).events[0]

    assert answer.mimetype == "text/calendar"
    assert str(event["summary"]) == "spotkanie"
    assert "career" not in answer.text
    assert event["uid"].startswith(booking.number)
    assert event.start == booking.starts_at


@pytest.mark.parametrize(("said", "words"), [("yes", "Czekamy na ciebie"), ("help", "Pomożemy ci przyjść")])
def test_an_answer_is_noted_once(maria, db, booking, said, words):
    for _ in range(2):
        answer = maria.post(f"/booked/{booking.number}/answer", data={"said": said, "version": 1}, follow_redirects=True)
        assert words in answer.text

    assert db.scalars(select(Intention.answer)).all() == [said]
    assert db.scalars(select(Task.kind)).all() == (["needs-help"] if said == "help" else [])


def test_it_is_given_back_with_a_reason_and_can_be_taken_again(maria, db, booking):
    gone = maria.post(
        f"/booked/{booking.number}/cancel", data={"next": "cancel", "reason": "Jestem u lekarza"}, follow_redirects=True
    )
    assert "Spotkanie odwołane" in gone.text
    assert db.execute(select(Booking.status, Booking.reason)).one() == ("cancelled", "Jestem u lekarza")
    back = maria.post(f"/booked/{booking.number}/restore", follow_redirects=True)

    assert "Spotkanie wróciło" in back.text
    assert db.scalar(select(Booking.status)) == "booked"


def test_what_somebody_else_took_meanwhile_cannot_come_back(maria, make, booking):
    other = make.slot("2026-11-26 12:00")
    maria.post(f"/booked/{booking.number}/cancel", data={"next": "cancel"})
    make.booking(make.participant("Bruno Zych"), booking.slot)
    answer = maria.post(f"/booked/{booking.number}/restore")

    assert answer.status_code == 409
    assert f'value="{other.id}"' in answer.text


@pytest.mark.parametrize(("chosen", "leads_to"), [("other-time", "/book/day"), ("call-me", None), ("cancel", None)])
def test_i_cannot_come_always_works_and_goes_on(maria, db, booking, chosen, leads_to):
    answer = maria.post(f"/booked/{booking.number}/cancel", data={"next": chosen})

    assert answer.location == (leads_to or f"/booked/{booking.number}")
    assert db.scalar(select(Booking.status)) == "cancelled"
    assert db.scalars(select(Task.kind)).all() == (["call-me"] if chosen == "call-me" else [])


def test_after_the_cut_off_it_is_an_absence_with_notice(maria, db, booking, at):
    at("2026-11-25 18:00")
    page = maria.post(f"/booked/{booking.number}/cancel", data={"next": "cancel"}, follow_redirects=True)

    assert "Zapisaliśmy, że nie przyjdziesz" in page.text
    assert db.scalar(select(Booking.is_late)) is True


@pytest.mark.parametrize("path", ["", ".ics", "/answered", "/cancel"])
def test_what_is_over_still_has_its_pages(maria, booking, at, path):
    at("2026-11-27 10:00")

    assert maria.get(f"/booked/{booking.number}{path}").status_code in (200, 303)


def test_what_is_over_cannot_be_answered(maria, booking, at):
    at("2026-11-27 10:00")

    assert maria.post(f"/booked/{booking.number}/answer", data={"said": "yes", "version": 1}).status_code == 422


def test_an_answer_to_another_time_than_it_has_now_is_not_taken(maria, db, booking):
    answer = maria.post(f"/booked/{booking.number}/answer", data={"said": "yes", "version": 7})

    assert answer.location == f"/booked/{booking.number}"
    assert db.scalar(select(Intention.id)) is None
