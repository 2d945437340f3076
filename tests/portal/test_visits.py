"""A message's link: an answer for one session without signing in, and nothing of the programme."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from services import bookings, identity
from services.models import Booking, Device, Intention, Task


@pytest.fixture
def booking(make):
    return make.booking(make.participant("Maria Kowalewska"), make.slot("2026-11-24 10:00"))


@pytest.fixture
def link(app, db, booking):
    key = app.config["SETTINGS"].secret_key
    made = identity.make_link(db, key, "visit", person_id=booking.person_id, booking_id=booking.id, lasts=timedelta(days=3))
    return f"/s/{identity.token_of(key, made)}"


def test_opening_it_shows_time_and_place_and_changes_nothing(client, db, booking, link):
    for _ in range(5):
        page = client.get(link).text

    assert "10:00" in page
    assert "Kowalewska" not in page
    assert "career" not in page
    assert db.scalar(select(func.count(Intention.id))) == 0
    assert db.scalar(select(func.count(Device.id))) == 0
    assert client.get("/plan").location == "/sign-in"


@pytest.mark.parametrize(("said", "words"), [("yes", "Czekamy na ciebie"), ("help", "Pomożemy ci przyjść")])
def test_an_answer_works_as_often_as_one_likes_and_is_noted_once(client, db, link, said, words):
    for _ in range(2):
        assert words in client.post(link, data={"said": said, "version": 1}, follow_redirects=True).text

    assert db.scalars(select(Intention.answer)).all() == [said]


WORKER = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}


def by_push(client, link, *, version=1, said="yes"):
    """What the service worker sends when a button of the notification was pressed."""
    answer = client.post(link, data={"said": said, "version": version, "by": "push"}, headers=WORKER)
    return answer.status_code, answer.json


def test_a_button_of_the_notification_is_noted_once_and_by_its_own_way(client, db, link):
    assert [by_push(client, link) for _ in range(2)] == [(200, {"noted": True})] * 2

    assert db.execute(select(Intention.answer, Intention.way)).all() == [("yes", "push")]
    assert "Czekamy na ciebie" in client.get(link).text


def test_the_page_and_whatever_else_somebody_writes_there_is_the_links_way(client, db, link):
    client.post(link, data={"said": "help", "version": 1, "by": "staff"})
    client.post(link, data={"said": "yes", "version": 1})

    assert db.scalars(select(Intention.way)).all() == ["link", "link"]


def test_a_button_of_a_notification_about_another_time_is_not_noted(client, db, make, booking, link):
    bookings.move(db, booking.person, booking, make.slot("2026-11-25 12:00").id, key="elsewhere")

    assert by_push(client, link) == (409, {"noted": False})
    assert by_push(client, link, version="") == (409, {"noted": False})
    assert db.scalar(select(func.count(Intention.id))) == 0
    assert by_push(client, link, version=2) == (200, {"noted": True})


def test_a_button_does_not_say_more_than_the_page_can(client, db, link):
    assert by_push(client, link, said="no") == (409, {"noted": False})
    assert db.scalar(select(Booking.status)) == "booked"


def test_a_button_of_a_cancelled_session_is_not_noted(client, db, booking, link):
    bookings.cancel(db, booking.person, booking)

    assert by_push(client, link) == (409, {"noted": False})


@pytest.mark.parametrize(("moment", "status"), [("2026-11-24 10:00", 409), ("2026-11-27 10:00", 404)])
def test_a_button_that_is_pressed_too_late_is_not_noted(client, db, link, at, moment, status):
    at(moment)

    assert by_push(client, link) == (status, {"noted": False})
    assert db.scalar(select(func.count(Intention.id))) == 0


@pytest.mark.parametrize(("chosen", "kinds"), [("cancel", []), ("other-time", ["new-time"]), ("call-me", ["call-me"])])
def test_i_cannot_come_gives_the_place_back_and_is_undone(client, db, link, chosen, kinds):
    assert client.get(f"{link}/no").status_code == 200
    assert "Spotkanie odwołane" in client.post(f"{link}/no", data={"next": chosen}, follow_redirects=True).text
    assert db.scalar(select(Booking.status)) == "cancelled"
    assert db.scalars(select(Task.kind)).all() == kinds
    client.post(f"{link}/restore")

    assert db.scalar(select(Booking.status)) == "booked"


def test_a_place_that_is_taken_meanwhile_is_said(client, make, booking, link):
    client.post(f"{link}/no", data={"next": "cancel"})
    make.booking(make.participant("Bruno Zych"), booking.slot)

    assert client.post(f"{link}/restore").status_code == 409


def test_after_the_start_nothing_is_changed_any_more(client, db, link, at):
    at("2026-11-24 10:01")

    assert "już się zaczęło albo minęło" in client.get(link).text
    client.post(link, data={"said": "yes", "version": 1})
    client.post(f"{link}/no", data={"next": "cancel"})
    assert db.scalar(select(Booking.status)) == "booked"
    assert db.scalar(select(func.count(Intention.id))) == 0


def test_an_old_link_explains_itself(client, link, at):
    at("2026-11-27 10:00")
    page = client.get(link)

    assert page.status_code == 404
    assert "Ten link już nie działa" in page.text
    assert "tel:" in page.text
