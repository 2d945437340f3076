"""From a specialist's free hour, from a file or from a task to a session that staff book for somebody."""

import pytest
from sqlalchemy import select

from services import tasks
from services.models import Booking
from tests.portal.test_today import words_of


@pytest.fixture
def jan(client, make, sign_in):
    return sign_in(client, make.adviser)


@pytest.fixture
def maria(make):
    """Somebody whom Jan has met, so that he may find her."""
    person = make.participant("Maria Kowal")
    make.booking(person, make.slot("2026-11-24 09:00"))
    return person


def booked(db, slot):
    return db.scalars(select(Booking).where(Booking.slot_id == slot.id, Booking.status == "booked")).all()


def test_a_free_hour_leads_to_a_booking_in_three_presses(jan, db, make, maria):
    slot = make.slot("2026-11-25 12:00")
    start = jan.post(f"/people/{maria.id}/book", data={"slot": slot.id})

    assert (start.status_code, start.location) == (303, f"/people/{maria.id}/book/check")
    page = words_of(jan.get(start.location))
    assert "Umawiasz spotkanie dla: Maria K." in page
    assert "środa, 25 listopada, 12:00" in page
    made = jan.post(start.location, data={"key": "k" * 20, "slot": slot.id})
    assert "Spotkanie umówione" in words_of(jan.get(made.location))
    (booking,) = booked(db, slot)
    assert (booking.person_id, booking.booked_by_id) == (maria.id, make.adviser.id)


def test_an_hour_that_somebody_took_before_the_person_was_found_offers_the_next(jan, db, make, maria):
    slot, later = make.slot("2026-11-25 12:00"), make.slot("2026-11-25 13:00")
    make.booking(make.participant("Bruno Zych"), slot)

    answer = jan.post(f"/people/{maria.id}/book", data={"slot": slot.id}, follow_redirects=True)

    assert answer.status_code == 409
    assert "Ktoś właśnie zajął tę godzinę." in words_of(answer)
    assert f'value="{later.id}"' in answer.text
    assert [one.person_id != maria.id for one in booked(db, slot)] == [True]


def test_an_hour_taken_while_the_page_was_read_offers_the_next(jan, db, make, maria):
    slot, later = make.slot("2026-11-25 12:00"), make.slot("2026-11-25 13:00")
    jan.post(f"/people/{maria.id}/book", data={"slot": slot.id})
    make.booking(make.participant("Bruno Zych"), slot)

    answer = jan.post(f"/people/{maria.id}/book/check", data={"key": "k" * 20, "slot": slot.id})

    assert answer.status_code == 409
    assert f'value="{later.id}"' in answer.text
    assert booked(db, later) == []


def test_an_hour_that_was_withdrawn_is_not_there(jan, make, maria):
    slot = make.slot("2026-11-25 12:00", status="withdrawn")

    assert jan.post(f"/people/{maria.id}/book", data={"slot": slot.id}, follow_redirects=True).status_code in (404, 409)


def test_from_a_file_one_begins_with_what_for(client, make, sign_in, maria):
    answer = sign_in(client, make.ewa).post(f"/people/{maria.id}/book", data={"key": "k" * 20})

    assert answer.location == f"/people/{maria.id}/book/need"


def test_from_a_task_what_for_is_known(client, db, make, sign_in, maria):
    tasks.ask(db, "none-suits", maria, form_id=make.form().id)
    ewa = sign_in(client, make.ewa)

    page = ewa.get("/tasks").text
    assert f'action="/people/{maria.id}/book"' in page
    assert f'name="need" value="{make.form().id}"' in page
    answer = ewa.post(f"/people/{maria.id}/book", data={"need": make.form().id})
    assert answer.location == f"/people/{maria.id}/book/person"


def test_a_call_about_a_session_is_no_reason_to_book_another(client, db, make, sign_in, maria):
    tasks.ask(db, "no-contact", maria)

    assert "Umów spotkanie" not in sign_in(client, make.ewa).get("/tasks").text


def test_what_is_said_to_staff_is_about_the_person_and_to_nobody_else(client, make, sign_in, maria):
    booking = make.booking(maria, make.slot("2026-11-26 09:00"))
    asked, done = f"/people/{maria.id}/book/asked", f"/people/{maria.id}/book/done/{booking.number}"
    ewa = sign_in(client, make.ewa)
    assert "znaleźć tej osobie inny termin" in words_of(ewa.get(asked))
    assert "Wróć do osoby" in words_of(ewa.get(done))

    hers = sign_in(client, maria)
    assert "odezwiemy się do ciebie" in words_of(hers.get("/book/asked"))
    assert hers.get(f"/book/done/{booking.number}").status_code == 404


def test_who_books_for_somebody_is_not_asked_about_themselves(client, make, sign_in, maria):
    make.slot("2026-11-25 10:00")
    client, here = sign_in(client, make.ewa), f"/people/{maria.id}/book"
    client.post(f"{here}/need", data={"need": make.form().id})
    client.post(f"{here}/person", data={"specialist": 0})
    pages = "".join(words_of(client.get(f"{here}/{step}")) for step in ("need", "person", "day"))

    assert (
        "Z kim ma być spotkanie?" in pages and "W który dzień ma być spotkanie?" in pages and "Żaden dzień nie pasuje" in pages
    )
    assert "chcesz" not in pages and " mi " not in pages
