"""Easy words are chosen on the look page: same addresses, same acts, other words; on every page and in every message."""

from datetime import timedelta

import pytest

from services import identity
from services.models import AuditEntry, Person
from tests.portal.sending import make_app

EASY, STANDARD = 'data-easy="yes"', 'data-easy="no"'


def test_the_choice_holds_on_every_page_of_this_browser(client):
    assert STANDARD in client.get("/help").text
    assert client.post("/look", data={"easy": "yes"}).status_code == 303

    assert EASY in client.get("/help").text
    assert EASY in client.get("/never-was").text
    client.post("/look", data={"easy": "no"})
    assert STANDARD in client.get("/help").text


def test_a_person_who_chose_easy_words_meets_them_on_every_phone(client, db, make, sign_in):
    maria = make.participant()
    sign_in(client, maria)
    client.post("/look", data={"easy": "yes"})
    db.refresh(maria)
    assert maria.is_easy
    assert db.query(AuditEntry).filter_by(act="person:words").count() == 1

    client.delete_cookie("look")
    assert EASY in client.get("/plan").text
    client.set_cookie("look", "easy=no")
    assert STANDARD in client.get("/plan").text, "what this phone has chosen goes before"


def test_saving_another_choice_leaves_the_words(client, db, make, sign_in):
    maria = make.participant()
    maria.is_easy = True
    sign_in(client, maria)
    client.post("/look", data={"theme": "dark"})
    assert db.get(Person, maria.id).is_easy


def test_staff_pages_have_one_kind_of_words(client, make, sign_in):
    client.set_cookie("look", "easy=yes")
    sign_in(client, make.ewa)
    assert STANDARD in client.get("/people").text
    assert 'name="easy"' not in client.get("/look").text


def test_a_page_by_a_persons_link_speaks_to_them(client, app, db, make):
    person = make.participant()
    booking = make.booking(person)
    key = app.config["SETTINGS"].secret_key
    link = identity.make_link(db, key, "visit", person_id=person.id, booking_id=booking.id, lasts=timedelta(days=2))
    address = f"/s/{identity.token_of(key, link)}"

    assert STANDARD in client.get(address).text
    person.is_easy = True
    assert EASY in client.get(address).text


def test_the_page_that_a_phone_keeps_follows_the_choice(client, make, sign_in):
    """The phone fetches its copies anew when this name changes."""
    sign_in(client, make.participant())
    names = []
    for choice in ("no", "yes"):
        client.post("/look", data={"easy": choice})
        answer = client.get("/plan/offline")
        assert (EASY in answer.text) == (choice == "yes")
        names.append(answer.headers["Kept-As"])
    assert names[0] != names[1]


@pytest.mark.parametrize("readers", ["", "Ola, Jan i Marek"])
def test_only_readers_who_have_a_name_are_thanked(tmp_path, database, readers, at):
    """There is no logo of easy-to-read text: the words are called "Prosty tekst", and nobody has read them until named."""
    app = make_app(tmp_path, f"sqlite:///{tmp_path / 'unused.db'}", etr_reviewed_by=readers)
    app.extensions["database"] = database
    client = app.test_client()

    assert "czytali" not in client.get("/help").text, "the standard words are not what they have read"
    client.set_cookie("look", "easy=yes")
    page = client.get("/help").text
    assert (f"Ten prosty tekst czytali i poprawiali: {readers}." in page) == bool(readers)
    assert ("czytali" in page) == bool(readers)
    assert "Prosty tekst" in client.get("/look").text
