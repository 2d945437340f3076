"""Booking in five short steps: what is answered stays, what is missing leads back, and who was faster wins."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from services.models import Booking, Task
from tests.portal.world import FlaskClient


@pytest.fixture
def maria(client, make, sign_in):
    return sign_in(client, make.participant(needs=["more-time"]))


def h1(answer) -> str:
    return re.sub(r"<[^>]*>", "", re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)[1]).strip()


def live(db) -> int:
    return db.scalar(select(func.count(Booking.id)).where(Booking.status == "booked"))


def test_a_session_is_booked_in_five_steps(maria, db, make):
    slot = make.slot("2026-11-25 10:00")
    assert h1(maria.get("/book/need")) == "W czym mamy pomóc?"
    assert maria.post("/book/need", data={"need": slot.form_id}).location == "/book/person"
    assert "Wszystko jedno" in maria.get("/book/person").text
    assert maria.post("/book/person", data={"specialist": "0"}).location == "/book/day"
    assert "środa, 25 listopada" in maria.get("/book/day").text
    assert maria.post("/book/day", data={"day": "2026-11-25"}).location == "/book/hour"
    assert "10:00" in maria.get("/book/hour").text
    assert maria.post("/book/hour", data={"slot": slot.id}).location == "/book/check"
    page = maria.get("/book/check").text
    assert re.search(r'value="more-time" checked', page)
    answer = maria.post("/book/check", data={"key": "k" * 20, "needs": ["more-time", "large-print"]}, follow_redirects=True)

    assert (answer.status_code, h1(answer)) == (200, "Spotkanie umówione")
    assert db.scalar(select(Booking.needs)) == ["large-print", "more-time"]


@pytest.mark.parametrize(
    ("step", "known", "leads_to"),
    [
        ("person", {}, "need"), ("day", {}, "need"), ("hour", {}, "need"), ("check", {}, "need"),
        ("hour", {"need"}, "day"), ("check", {"need"}, "day"), ("check", {"need", "day"}, "day"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_step_whose_answer_before_is_missing_leads_back_to_it(maria, make, step, known, leads_to, method):
    slot = make.slot("2026-11-25 10:00")
    if "need" in known:
        maria.post("/book/need", data={"need": slot.form_id})
    if "day" in known:
        maria.post("/book/day", data={"day": "2026-11-25"})

    assert maria.open(f"/book/{step}", method=method).location == f"/book/{leads_to}"


@pytest.mark.parametrize(
    ("step", "form", "kind"),
    [("need", {"need": "none"}, "call-me"), ("day", {"day": "none"}, "none-suits"), ("hour", {"slot": "none"}, "none-suits")],
)
def test_none_suits_me_reaches_a_coordinator_once(maria, db, make, step, form, kind):
    maria.post("/book/need", data={"need": make.slot("2026-11-25 10:00").form_id})
    maria.post("/book/day", data={"day": "2026-11-25"})
    for _ in range(2):
        assert maria.post(f"/book/{step}", data=form, follow_redirects=True).status_code == 200

    assert db.scalars(select(Task.kind)).all() == [kind]


def test_taken_hours_are_not_shown_and_the_earliest_is_offered_first(maria, make):
    taken = make.slot("2026-11-25 09:00")
    make.booking(make.participant("Bruno Zych"), taken)
    free = make.slot("2026-11-25 11:00")
    maria.post("/book/need", data={"need": free.form_id})
    days = maria.get("/book/day").text
    maria.post("/book/day", data={"day": "2026-11-25"})
    hours = maria.get("/book/hour").text

    assert f'name="slot" value="{free.id}"' in days
    assert f'value="{taken.id}"' not in hours
    assert f'value="{free.id}"' in hours


def test_an_hour_that_was_just_taken_shows_those_that_are_left_with_the_answers_kept(maria, db, make):
    slot, other = make.slot("2026-11-25 10:00"), make.slot("2026-11-25 12:00")
    maria.post("/book", data={"slot": slot.id})
    make.booking(make.participant("Bruno Zych"), slot)
    answer = maria.post("/book/check", data={"key": "k" * 20, "slot": slot.id, "needs": "large-print"})

    assert answer.status_code == 409
    assert "<title>Błąd: " in answer.text
    assert "Ktoś właśnie zajął tę godzinę" in answer.text
    assert f'value="{other.id}"' in answer.text
    assert live(db) == 1
    maria.post("/book/hour", data={"slot": other.id})
    assert re.search(r'value="large-print" checked', maria.get("/book/check").text)


def test_when_the_day_is_full_the_next_days_are_shown(maria, make):
    slot, later = make.slot("2026-11-25 10:00"), make.slot("2026-11-27 10:00")
    maria.post("/book", data={"slot": slot.id})
    make.booking(make.participant("Bruno Zych"), slot)
    answer = maria.post("/book/check", data={"key": "k" * 20, "slot": slot.id})

    assert answer.status_code == 409
    assert later.day.isoformat() in answer.text


def test_the_same_form_twice_is_one_booking_with_one_answer(maria, db, make):
    slot = make.slot()
    maria.post("/book", data={"slot": slot.id})
    answers = [maria.post("/book/check", data={"key": "k" * 20, "slot": slot.id}) for _ in range(3)]

    assert {(answer.status_code, answer.location) for answer in answers} == {(303, answers[0].location)}
    assert live(db) == 1


def test_a_key_that_was_used_for_another_wish_is_refused(maria, db, make):
    slots = [make.slot(), make.slot()]
    codes = []
    for slot in slots:
        maria.post("/book", data={"slot": slot.id})
        codes.append(maria.post("/book/check", data={"key": "k" * 20, "slot": slot.id}).status_code)

    assert codes == [303, 422]
    assert live(db) == 1


def test_two_sessions_at_once_are_refused_and_the_other_one_is_named(maria, db, make):
    first = make.slot("2026-11-25 10:00")
    second = make.slot("2026-11-25 10:30", specialist=make.specialist("Adam Wilk"), mode="phone")
    for slot in (first, second):
        maria.post("/book", data={"slot": slot.id})
        answer = maria.post("/book/check", data={"key": f"key-for-{slot.id}", "slot": slot.id})

    assert answer.status_code == 409
    assert "Masz już wtedy inne spotkanie" in answer.text
    assert live(db) == 1


def test_of_eight_people_at_one_hour_one_gets_it_and_the_others_hear_of_the_next(app, client, db, make, sign_in):
    slot, other = make.slot("2026-11-25 10:00"), make.slot("2026-11-25 12:00")
    people = make.participants(8)
    db.commit()
    browsers = []
    for person in people:
        sign_in(client, person)
        with client.session_transaction() as session:
            kept = dict(session)
        browser = FlaskClient(app, app.response_class, use_cookies=True)
        with browser.session_transaction() as session:
            session.update(kept)
        browser.post("/book", data={"slot": slot.id})
        browsers.append(browser)
    db.rollback()
    slot_id, other_id = slot.id, other.id
    db.rollback()
    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda one: one.post("/book/check", data={"key": "k" * 20, "slot": slot_id}), browsers))

    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 7
    assert all(f'value="{other_id}"' in answer.text for answer in answers if answer.status_code == 409)
    assert live(db) == 1


def test_moving_changes_the_booking_and_keeps_its_number(maria, db, make):
    slot, later = make.slot(), make.slot()
    maria.post("/book", data={"slot": slot.id})
    maria.post("/book/check", data={"key": "k" * 20, "slot": slot.id})
    number = db.scalar(select(Booking.number))
    maria.post(f"/booked/{number}/move")
    maria.post("/book/first", data={"slot": later.id})
    answer = maria.post("/book/check", data={"key": "m" * 20, "slot": later.id, "moving": number}, follow_redirects=True)

    assert h1(answer) == "Termin zmieniony"
    assert [(one.number, one.slot_id, one.status) for one in db.scalars(select(Booking))] == [(number, later.id, "booked")]


def test_after_a_move_the_next_booking_is_a_new_one(maria, db, make):
    slots = [make.slot() for _ in range(3)]
    maria.post("/book", data={"slot": slots[0].id})
    maria.post("/book/check", data={"key": "a" * 20, "slot": slots[0].id})
    number = db.scalar(select(Booking.number))
    maria.post(f"/booked/{number}/move")
    maria.post("/book/first", data={"slot": slots[1].id})
    maria.post("/book/check", data={"key": "b" * 20, "slot": slots[1].id, "moving": number})
    maria.post("/book/need", data={"need": slots[2].form_id})
    maria.post("/book/first", data={"slot": slots[2].id})
    maria.post("/book/check", data={"key": "c" * 20, "slot": slots[2].id})

    assert live(db) == 2


def test_staff_book_for_somebody_and_it_says_who_did(client, db, make, sign_in):
    person, slot = make.participant(), make.slot()
    sign_in(client, make.ewa)
    client.post(f"/people/{person.id}/book", data={"slot": slot.id})
    answer = client.post(f"/people/{person.id}/book/check", data={"key": "k" * 20, "slot": slot.id}, follow_redirects=True)

    assert answer.status_code == 200
    assert db.execute(select(Booking.person_id, Booking.booked_by_id)).one() == (person.id, make.ewa.id)


@pytest.mark.parametrize("since", ["", "x", "2026-13-01", "0001-01-01", "9999-12-31", "2020-01-01"])
def test_a_wrong_day_in_the_address_shows_days(maria, make, since):
    maria.post("/book/need", data={"need": make.slot().form_id})

    assert maria.get("/book/day", query_string={"since": since}).status_code == 200
