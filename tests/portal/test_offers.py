"""An offer's link: a free place is taken or declined without signing in, and nobody leaves with nothing."""

import pytest
from sqlalchemy import func, select

from services import clock, identity, waiting
from services.models import Booking, Device, Message, Offer, Task, Wish


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowalewska")


@pytest.fixture
def slot(db, make, maria):
    """Tomorrow at ten: it became free after Maria had asked."""
    wish = Wish(person=maria, form=make.form(), since=clock.now())
    db.add(wish)
    slot = make.slot("2026-11-24 10:00")
    waiting.offer_free(db)
    return slot


@pytest.fixture
def link(app, db, maria, slot):
    key = app.config["SETTINGS"].secret_key
    made = identity.offer_link(db, key, db.scalar(select(Offer)), maria.id)
    return f"/o/{identity.token_of(key, made)}"


def result(db):
    return db.scalar(select(Offer.result))


def booked(db):
    return db.scalar(select(func.count(Booking.id)).where(Booking.status == "booked"))


def test_opening_it_shows_time_and_place_and_changes_nothing(client, db, link):
    for _ in range(5):
        page = client.get(link).text

    assert "wtorek" in page
    assert "10:00" in page
    assert "Odpowiedz do: poniedziałek, 23 listopada, 13:00." in page
    assert "Kowalewska" not in page
    assert "career" not in page
    assert (result(db), booked(db)) == (None, 0)
    assert db.scalar(select(func.count(Device.id))) == 0


def test_taking_it_is_one_press_however_often_and_the_page_says_so(client, db, maria, link):
    for _ in range(2):
        page = client.post(link, data={"said": "yes"}, follow_redirects=True)

    assert "Masz ten termin" in page.text
    assert (result(db), booked(db)) == ("taken", 1)
    assert db.scalars(select(Message.kind).where(Message.kind == "booked")).all() == ["booked"]
    assert db.scalar(select(Booking.person_id)) == maria.id


def test_no_thank_you_is_nothing_bad(client, db, link):
    page = client.post(link, data={"said": "no"}, follow_redirects=True).text

    assert "Czekasz dalej" in page
    assert result(db) == "declined"
    assert "Czekasz dalej" in client.post(link, data={"said": "yes"}, follow_redirects=True).text  # the next in line has it
    assert booked(db) == 0


def test_a_press_without_an_answer_changes_nothing(client, db, link):
    assert client.post(link, data={"said": "perhaps"}).location == link
    assert result(db) is None


def test_who_comes_too_late_reads_other_times(client, db, make, link, slot):
    make.slot("2026-11-25 12:00")
    make.booking(make.participant("Bruno Zych"), slot)

    opened, pressed = client.get(link), client.post(link, data={"said": "yes"})

    for page in (opened, pressed):
        assert "Ten termin jest już zajęty" in page.text
        assert "środa, 25 listopada, godzina 12:00" in page.text
        assert "/book/need" in page.text
    assert (opened.status_code, pressed.status_code) == (200, 409)


def test_who_is_elsewhere_then_is_told_why(client, make, maria, link):
    own = make.slot("2026-11-24 10:30", form=make.form("psychology"), specialist=make.specialist(), room=make.room())
    make.booking(maria, own)

    assert "Masz już wtedy inne spotkanie" in client.post(link, data={"said": "yes"}).text


def test_when_the_time_is_over_the_link_says_so(client, at, link):
    at("2026-11-23 13:00")

    page = client.get(link)
    assert page.status_code == 404
    assert "Czas na odpowiedź już minął" in page.text
    assert client.post(link, data={"said": "yes"}).status_code == 404
    assert client.get("/o/" + "A" * 22).status_code == 404


def test_a_link_for_another_purpose_opens_no_offer(app, client, db, make, maria, link):
    key = app.config["SETTINGS"].secret_key
    other = identity.visit_link(db, key, make.booking(maria, make.slot("2026-11-27 10:00")))

    assert client.get(f"/o/{identity.token_of(key, other)}").status_code == 404


def test_the_page_is_in_the_persons_language(client, maria, link):
    maria.language = "uk"
    assert '<html lang="uk"' in client.get(link).text


def test_who_finds_no_time_waits_and_a_coordinator_knows(client, db, make, maria, sign_in):
    make.slot("2026-11-24 10:00")
    sign_in(client, maria)
    client.post("/book", data={"need": make.form().id})
    for _ in range(2):
        client.post("/book/person", data={"specialist": "0"})
        page = client.post("/book/day", data={"day": "none"}, follow_redirects=True).text

    assert "Damy ci też znać, gdy zwolni się miejsce." in page
    assert db.scalars(select(Wish.form_id)).all() == [make.form().id]
    assert db.scalars(select(Task.kind)).all() == ["none-suits"]


def test_who_only_moves_keeps_their_time_and_does_not_wait_for_another(client, db, make, maria, sign_in):
    booking = make.booking(maria, make.slot("2026-11-24 10:00"))
    sign_in(client, maria)
    client.post(f"/booked/{booking.number}/move")

    page = client.post("/book/day", data={"day": "none"}, follow_redirects=True).text

    assert "zwolni się miejsce" not in page
    assert db.scalars(select(Wish.id)).all() == []
    assert db.scalars(select(Task.kind)).all() == ["none-suits"]


def test_the_plan_shows_what_one_waits_for_and_ends_it_with_a_press(client, db, make, maria, sign_in):
    waiting.wait_for(db, maria, maria, make.form().id)
    wish_id = db.scalar(select(Wish.id))
    sign_in(client, maria)
    assert "Czekasz na wolny termin" in client.get("/plan").text

    for _ in range(2):
        page = client.post(f"/plan/wishes/{wish_id}/end", follow_redirects=True).text

    assert "Czekasz na wolny termin" not in page
    assert db.scalar(select(Wish.ended_at)) is not None
