"""An answer that a phone kept while it had no network: taken once, or refused with the reason that the phone's page has words for."""

import pytest
from sqlalchemy import select

from services import bookings
from services.models import Intention

PRESSED = {"said": "yes", "version": "1", "key": "5a4f0d0e-0001"}


@pytest.fixture
def booking(make):
    return make.booking(make.participant(), make.slot("2026-11-26 10:00"))


@pytest.fixture
def maria(client, sign_in, booking):
    return sign_in(client, booking.person)


def test_it_is_noted_once_however_often_it_comes(maria, db, booking):
    for _ in range(3):
        answer = maria.post(f"/booked/{booking.number}/later", data=PRESSED)
        assert (answer.status_code, answer.get_json()) == (200, {"noted": True})

    assert db.scalars(select(Intention.answer)).all() == ["yes"]


def test_one_that_is_too_late_says_why_and_leaves_nothing(maria, db, make, booking):
    bookings.move(db, booking.person, booking, make.slot("2026-11-27 10:00").id, key="m")
    answer = maria.post(f"/booked/{booking.number}/later", data=PRESSED)

    assert (answer.status_code, answer.get_json()) == (409, {"noted": False, "why": "booking-changed"})
    assert db.scalars(select(Intention.answer)).all() == []


@pytest.mark.parametrize("change", [{"said": "perhaps"}, {"key": ""}])
def test_what_no_page_of_ours_sends_is_not_there(maria, db, booking, change):
    assert maria.post(f"/booked/{booking.number}/later", data=PRESSED | change).status_code == 404
    assert db.scalars(select(Intention.answer)).all() == []


def test_whoever_is_not_signed_in_any_more_gets_no_word_that_looks_like_one(client, booking):
    answer = client.post(f"/booked/{booking.number}/later", data=PRESSED)

    assert answer.status_code == 303
    assert not answer.is_json
