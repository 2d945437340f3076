"""Where a specialist and a participant say different things of one session, and a coordinator who asks them both."""

import re

import pytest
from sqlalchemy import select

from services import attendance
from services.models import AttendanceStatement
from tests.portal.test_today import words_of


@pytest.fixture
def visit(db, make, at):
    """Jan saw nobody, Maria says that she was there."""
    booking = make.booking(make.participant(), make.slot("2026-11-24 10:00"))
    at("2026-11-24 12:00")
    attendance.record(db, make.adviser, booking.id, "absent")
    attendance.confirm(db, booking.person, booking, "present")
    return booking


@pytest.fixture
def ewa(client, make, sign_in, visit):
    """Signed in after the session, since staff stay signed in for a day at most."""
    return sign_in(client, make.ewa)


def settle(browser, booking, said="present", note="Podpis na liście"):
    field = f"d{booking.id}-"
    data = {name: value for name, value in {f"{field}said": said, f"{field}note": note}.items() if value is not None}
    return browser.post(f"/tasks/sessions/{booking.id}", data=data)


def settled(db):
    return db.execute(
        select(AttendanceStatement.said, AttendanceStatement.note).where(AttendanceStatement.side == "coordinator")
    ).all()


def test_a_difference_shows_who_when_and_what_each_side_says(ewa, visit):
    answer = ewa.get("/tasks")

    assert "Różnice w obecności" in words_of(answer)
    assert "wtorek, 24 listopada, 10:00" in words_of(answer)
    assert re.findall(r"<dt>([^<]+)</dt><dd>(Obecność|Nieobecność)</dd>", answer.text) == [
        ("Jan Zieliński", "Nieobecność"),
        ("Maria K.", "Obecność"),
    ]


def test_a_coordinators_word_with_a_reason_ends_it(ewa, db, visit):
    answer = settle(ewa, visit)

    assert (answer.status_code, answer.location) == (303, "/tasks#differences")
    assert settled(db) == [("present", "Podpis na liście")]
    assert "Nie ma różnic" in words_of(ewa.get("/tasks"))


def test_pressed_twice_it_is_one_word(ewa, db, visit):
    assert [settle(ewa, visit).status_code for _ in range(2)] == [303, 303]
    assert len(settled(db)) == 1


@pytest.mark.parametrize(
    ("said", "note", "fields"),
    [
        (None, "Podpis", ["said"]),
        ("maybe", "Podpis", ["said"]),
        ("present", "  ", ["note"]),
        ("present", "x" * 1001, ["note"]),
        (None, "", ["said", "note"]),
    ],
)
def test_without_an_answer_or_a_reason_it_is_refused_and_what_was_typed_stays(ewa, db, visit, said, note, fields):
    answer = settle(ewa, visit, said, note)

    assert answer.status_code == 422
    linked = re.findall(r'<li><a href="#([^"]+)">', answer.text)
    assert linked == [f"d{visit.id}-{name}" for name in fields]
    assert all(f'id="{name}"' in answer.text for name in linked)
    assert "<details open>" in answer.text
    assert f'value="{note}"' in answer.text
    assert ('value="present" checked' in answer.text) == (said == "present")
    assert settled(db) == []


def test_who_corrects_their_own_word_ends_the_difference(ewa, db, make, visit):
    attendance.record(db, make.adviser, visit.id, "present")

    assert "Nie ma różnic" in words_of(ewa.get("/tasks"))
    assert settle(ewa, visit).status_code == 404


def test_what_is_long_past_or_agreed_is_not_asked(ewa, db, make, sign_in, at):
    other = make.booking(make.participant("Bruno Zych"), make.slot("2026-11-24 14:00"))
    at("2026-11-24 16:00")
    attendance.record(db, make.adviser, other.id, "excused")
    attendance.confirm(db, other.person, other, "absent")
    page = ewa.get("/tasks").text
    assert "Maria" in page and "Bruno" not in page

    at("2026-12-25 09:00")
    sign_in(ewa, make.ewa)
    assert "Nie ma różnic" in words_of(ewa.get("/tasks"))


def test_somebody_elses_people_are_not_there(client, db, make, sign_in, visit):
    browser = sign_in(client, make.coordinator("Iza Mróz", organisation=make.organisation()))

    assert "Maria" not in browser.get("/tasks").text
    assert settle(browser, visit).status_code == 404
    assert settled(db) == []


def test_a_specialist_and_a_participant_cannot_settle(client, db, make, sign_in, visit):
    for who in (make.adviser, visit.person):
        assert settle(sign_in(client, who), visit).status_code == 403
    assert settled(db) == []
