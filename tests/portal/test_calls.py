"""The page that coordinators work through: one person after the other."""

import re

import pytest
from sqlalchemy import select

from services import attendance, reminders
from services.channels.calls import CallCarrier
from services.models import AccessLog, Booking, Call, CallTry, Message
from services.subjects import Delivery
from tests.portal.test_today import words_of

HERS, HIS = "+447700900111", "+447700900222"


@pytest.fixture
def ewa(client, make, sign_in):
    return sign_in(client, make.ewa)


@pytest.fixture
def ring(db, database, make):
    """Somebody with a session whom a coordinator is to ring."""

    def ring(name="Maria Kowal", when="2026-11-25 10:00", **about):
        person = make.participant(name, **{"phone": HERS, "contact": "call", "email": None, **about})
        booking = make.booking(person, make.slot(when))
        reminders.remind(db, booking, "day")
        message = db.scalars(select(Message).where(Message.kind == "reminder").order_by(Message.id.desc())).first()
        message.status = "accepted"
        db.commit()
        CallCarrier(database).send(Delivery(message, "", person), None)
        db.commit()
        return db.scalars(select(Call).where(Call.message_id == message.id)).one()

    return ring


def heading(answer):
    return " ".join(re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)[1].split())


def press(browser, call, outcome, *, tries=0, note=""):
    return browser.post(f"/calls/{call.id}", data={"outcome": outcome, "tries": tries, "note": note})


def test_the_list_says_whom_to_ring_about_what_and_since_when(ewa, ring):
    call = ring()
    page = words_of(ewa.get("/calls"))

    for words in (
        "1 osoba czeka na telefon.",
        "Maria Kowal",
        "Przypomnienie o spotkaniu: 25 listopada, 10:00",
        "Na liście od: 23 listopada, 9:00",
    ):
        assert words in page
    assert f'href="/calls/{call.id}"' in ewa.get("/calls").text


def test_an_empty_list_says_so(ewa):
    assert "Nie ma do kogo dzwonić." in words_of(ewa.get("/calls"))


def test_a_call_shows_the_number_the_language_the_needs_and_what_to_say(ewa, ring, db):
    call = ring(needs=["loop"], language="uk")
    answer = ewa.get(f"/calls/{call.id}")
    page = words_of(answer)

    assert heading(answer) == "Telefon: Maria Kowal"
    assert f'href="tel:{HERS}"' in answer.text
    for words in ("ukraiński", "Pętla indukcyjna", "Co powiedzieć", "środa, 25 listopada"):
        assert words in page
    assert [look.what for look in db.scalars(select(AccessLog))] == ["call"]


def test_who_signs_is_not_rung_but_written_to(ewa, ring):
    call = ring(needs=["pjm"])
    answer = ewa.get(f"/calls/{call.id}")

    assert "Nie dzwoń." in words_of(answer)
    assert f'href="sms:{HERS}"' in answer.text and 'href="tel:' + HERS not in answer.text
    assert f'href="/calls/{call.id}/letter.pdf"' in answer.text


def test_after_an_outcome_the_next_call_is_there_with_what_was_noted(ewa, ring, db):
    maria, bruno = ring(), ring("Bruno Zych", "2026-11-25 12:00", phone=HIS)
    answer = press(ewa, maria, "yes")

    assert (answer.status_code, answer.location) == (303, f"/calls/{bruno.id}?noted={maria.id}")
    following = ewa.get(answer.location)
    assert heading(following) == "Telefon: Bruno Zych"
    assert "Maria Kowal: Przyjdzie." in words_of(following)
    assert press(ewa, bruno, "told").location == f"/calls?noted={bruno.id}"
    assert "Nie ma do kogo dzwonić." in words_of(ewa.get(f"/calls?noted={bruno.id}"))


def test_no_offers_a_new_time_at_once(ewa, ring, db):
    call = ring()
    page = ewa.get(press(ewa, call, "no").location)

    assert db.get(Booking, call.booking_id).status == "cancelled"
    assert "Spotkanie jest odwołane" in words_of(page)
    assert f'action="/people/{call.person_id}/book"' in page.text


def test_who_does_not_answer_waits_for_the_next_try_with_the_note(ewa, ring, db):
    call = ring()
    page = words_of(ewa.get(f"/calls/{call.id}"))
    for words in ("Spróbuję dziś o 10:00", "Spróbuję dziś o 15:00", "Spróbuję jutro o 9:00"):
        assert words in page
    where = press(ewa, call, "no-answer:hour", note="Poczta <głosowa>").location

    assert "następna próba: 23 listopada, 10:00" in words_of(ewa.get(where))
    assert "Poczta &lt;głosowa&gt;" in ewa.get(f"/calls/{call.id}").text
    assert "Później" in words_of(ewa.get("/calls"))


def test_a_letter_is_offered_after_three_tries(ewa, ring, at):
    call = ring()
    offered = []
    for tries, hour in enumerate(("09", 11, 13)):
        at(f"2026-11-23 {hour}:00")
        offered.append("letter.pdf" in ewa.get(f"/calls/{call.id}").text)
        press(ewa, call, "no-answer:hour", tries=tries)
    assert offered == [False] * 3
    assert "Wydrukuj list" in words_of(ewa.get(f"/calls/{call.id}"))

    paper = ewa.get(f"/calls/{call.id}/letter.pdf")
    assert paper.mimetype == "application/pdf"
    assert paper.data.startswith(b"%PDF")


def test_the_second_of_two_sees_what_the_first_has_noted(ewa, ring, db):
    call = ring()
    press(ewa, call, "no-answer:hour")
    second = press(ewa, call, "yes")

    assert (second.status_code, second.location) == (303, f"/calls/{call.id}?changed=")
    page = words_of(ewa.get(second.location))
    assert "Ten telefon ma już nowy wynik" in page and "Nie odbiera" in page
    assert db.scalars(select(CallTry.outcome)).all() == ["no-answer"]


def test_a_call_that_is_over_says_what_came_of_it(ewa, ring):
    call = ring()
    press(ewa, call, "told")
    answer = ewa.get(press(ewa, call, "no").location)

    assert heading(answer) == "Nie trzeba dzwonić: Maria Kowal"
    assert "Wynik: Wie o tym" in words_of(answer) and "Ewa Nowak" in words_of(answer)


def test_a_call_that_became_needless_is_not_made(ewa, ring, db):
    call = ring()
    attendance.answer(db, call.person, call.booking, "yes", way="sms")
    answer = ewa.get(f"/calls/{call.id}")

    assert heading(answer) == "Nie trzeba dzwonić: Maria Kowal"
    assert "Maria" not in ewa.get("/calls").text
    assert ewa.get(press(ewa, call, "no").location).status_code == 200
    assert db.get(Booking, call.booking_id).status == "booked"


@pytest.mark.parametrize("outcome", ["", "perhaps", "no-answer", "no-answer:never", "no-answer:hour:x"])
def test_an_outcome_that_is_not_offered_shows_the_call_again_with_the_note(ewa, ring, db, outcome):
    call = ring()
    answer = press(ewa, call, outcome, note="zajęte")

    assert answer.status_code == 422
    assert "Wybierz jedną odpowiedź" in words_of(answer) and "zajęte</textarea>" in answer.text
    assert db.get(Call, call.id).tries == 0


def test_somebody_elses_call_is_not_there(client, make, sign_in, ring, db):
    call = ring()
    browser = sign_in(client, make.coordinator("Iza Mróz", organisation=make.organisation()))

    assert browser.get(f"/calls/{call.id}").status_code == press(browser, call, "yes").status_code == 404
    assert "Maria" not in browser.get("/calls").text
    assert browser.get(f"/calls?noted={call.id}").status_code == 404


def test_the_tasks_say_how_many_calls_wait(ewa, ring):
    assert "do wykonania" not in words_of(ewa.get("/tasks"))
    ring()

    assert "1 telefon do wykonania" in words_of(ewa.get("/tasks"))
