"""The specialist's day, as a browser meets it."""

import re
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from services import attendance
from services.models import AttendanceStatement

MONDAY = "2026-11-23"


@pytest.fixture
def jan(client, make, sign_in):
    """The career adviser's browser."""
    return sign_in(client, make.adviser)


@pytest.fixture
def visit(make):
    """Maria at 10:00 today, with a step-free entrance always and an interpreter this once."""
    person = make.participant(needs=["step-free"])
    return make.booking(person, make.slot(f"{MONDAY} 10:00"), by=make.adviser, needs=["pjm"])


def record(client, booking, said, **more):
    return client.post(f"/today/{booking.id}/attendance", data={"said": said}, **more)


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", answer.text)).replace("\xa0", " ")


def test_the_day_shows_the_hour_the_short_name_the_room_and_the_needs(jan, visit):
    page = words_of(jan.get("/today"))

    assert "Dziś, poniedziałek, 23 listopada" in page
    assert "10:00" in page
    assert "Maria K. · pokój 12" in page
    assert "Potrzeby: tłumacz PJM · wejście bez schodów" in page
    assert "Bez odpowiedzi" in page
    assert "Kowal" not in page


@pytest.mark.parametrize(
    ("said", "words"), [("yes", "Przyjdzie"), ("help", "Potrzebuje pomocy, żeby przyjść"), ("no", "Nie może przyjść")]
)
def test_the_persons_answer_is_a_tag(jan, db, visit, said, words):
    attendance.answer(db, visit.person, visit, said, way="plan")

    assert words in jan.get("/today").text


def test_a_place_that_was_given_back_is_offered_again(jan, db, visit):
    attendance.answer(db, visit.person, visit, "no", way="plan")

    page = jan.get("/today").text

    assert f'/people?slot={visit.slot_id}"' in page
    assert f'/people/{visit.person_id}"' in page


def test_who_is_in_the_building_can_be_recorded_and_who_is_hours_away_cannot_yet(jan, db, make, visit, at):
    make.booking(make.participant("Olga Lis"), make.slot(f"{MONDAY} 14:00"))
    at(f"{MONDAY} 09:50")
    attendance.check_in(db, visit.person, visit)

    page = jan.get("/today").text

    assert "Jest na miejscu" in page
    assert page.count('value="present"') == 1


@pytest.mark.parametrize(
    ("said", "words"), [("present", "Obecność"), ("absent", "Nieobecność"), ("excused", "Nieobecność usprawiedliwiona")]
)
def test_a_record_is_kept_and_the_browser_comes_back_to_the_same_row(jan, db, visit, at, said, words):
    at(f"{MONDAY} 10:05")

    answer = record(jan, visit, said)

    assert answer.status_code == 303
    assert answer.location == f"/today?day={MONDAY}&said={visit.id}#b{visit.id}"
    assert attendance.last_said(db, visit.id) == {"specialist": said}
    page = jan.get(answer.location).text
    assert f'id="b{visit.id}" data-focus' in page
    assert f"<span>{words}</span></strong>" in page


def test_a_record_can_be_corrected_and_nothing_is_overwritten(jan, db, visit, at):
    at(f"{MONDAY} 10:05")
    record(jan, visit, "absent")
    record(jan, visit, "absent")
    assert "Popraw zapis" in jan.get("/today").text

    record(jan, visit, "present")

    assert db.scalars(select(AttendanceStatement.said).order_by(AttendanceStatement.id)).all() == ["absent", "present"]


def test_a_difference_between_the_two_sides_is_shown(jan, db, visit, at):
    at(f"{MONDAY} 11:30")
    attendance.confirm(db, visit.person, visit, "absent")
    record(jan, visit, "present")

    page = jan.get("/today").text

    assert "Uczestnik mówi inaczej" in page
    assert "„Nie było mnie”" in page


def test_what_a_coordinator_settled_is_not_asked_again(jan, db, make, visit, at):
    at(f"{MONDAY} 11:30")
    attendance.settle(db, make.ewa, visit, "excused", note="zwolnienie")

    page = jan.get("/today").text

    assert "Ustalone przez koordynatora" in page
    assert 'name="said"' not in page


def test_another_specialists_booking_is_not_there(client, make, sign_in, visit):
    answer = record(sign_in(client, make.specialist()), visit, "present")

    assert answer.status_code == 404
    assert "Maria" not in client.get("/today").text


def test_another_word_than_the_three_is_refused_with_the_page(jan, visit):
    answer = record(jan, visit, "maybe")

    assert answer.status_code == 422
    assert "<title>Błąd:" in answer.text
    assert "Maria K." in answer.text


def test_a_record_before_its_day_is_refused(jan, make):
    assert record(jan, make.booking(), "present").status_code == 422


def test_a_participant_has_no_diary(client, make, sign_in, visit):
    sign_in(client, visit.person)

    assert client.get("/today").status_code == 403
    assert record(client, visit, "present").status_code == 403


def test_nobody_is_asked_to_sign_in(client, visit):
    assert client.get("/today").status_code == 303


def test_what_waits_is_listed_beside_the_day(client, make, sign_in, visit, at):
    at("2026-11-25 09:00")

    page = sign_in(client, make.adviser).get("/today").text

    assert f'href="/today?day={MONDAY}"' in page
    assert "1 osoba" in page
    assert "/slots/new?days=2026-11-25&amp;days=2026-11-26&amp;days=2026-11-27" in page


def test_an_empty_day_and_a_day_that_is_none_say_what_to_do(jan):
    assert "Nie masz terminów w tym dniu." in jan.get("/today?day=2026-11-24").text
    assert "Dziś, poniedziałek" in jan.get("/today?day=yesterday").text


def test_the_part_is_what_the_page_holds(jan, visit):
    part = jan.get("/today", headers={"HX-Request": "true", "HX-Request-Type": "partial"}).text

    assert part.startswith('<div id="times">')
    assert part.strip() in jan.get("/today").text


@contextmanager
def counting(engine):
    said = []

    def note(_connection, _cursor, statement, *_):
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_full_day_takes_no_more_than_eight_queries(jan, make, database):
    for hour in range(10, 18):
        make.booking(make.participant(f"Osoba{hour} Kowal", needs=["loop"]), make.slot(f"{MONDAY} {hour:02d}:00", minutes=45))
    jan.get("/today")
    with counting(database.engine) as queries:
        jan.get("/today")

    assert len(queries) <= 8
