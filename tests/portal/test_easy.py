"""Easy words are chosen on the look page: same addresses, same acts, other words; on every page and in every message."""

from datetime import timedelta

import pytest

from portal import lines
from services import identity
from services.models import AuditEntry, Person
from tests.portal import test_papers
from tests.portal.sending import make_app

EASY, STANDARD = 'data-easy="yes"', 'data-easy="no"'


SAID = {EASY: "Masz zaproszenie?<br>Naciśnij w nim link.", STANDARD: "Otwórz link z zaproszenia albo"}


def test_the_choice_holds_on_every_page_of_this_browser(client):
    for sign, choice in ((STANDARD, "no"), (EASY, "yes"), (STANDARD, "no")):
        assert client.post("/look", data={"easy": choice}).status_code == 303
        page = client.get("/help").text
        assert sign in page
        assert [said in page for said in SAID.values()] == [sign == one for one in SAID], "words of the other kind"
        assert sign in client.get("/never-was").text


@pytest.mark.parametrize(("lang", "said"), [("pl", "Pomoc"), ("en", "Help"), ("uk", "Допомога")])
def test_where_there_are_no_easy_words_the_others_are_said(client, lang, said):
    client.set_cookie("look", f"easy=yes&lang={lang}")
    assert f"<title>{said} – " in client.get("/help").text


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


def test_a_printed_plan_is_in_the_words_of_the_page(client, make, sign_in):
    person = make.participant()
    sign_in(client, person)
    standard = test_papers.text_of(client.get("/plan.pdf").data)
    client.post("/look", data={"easy": "yes"})
    easy = test_papers.text_of(client.get("/plan.pdf").data)

    assert "Nie masz teraz żadnych spotkań." in standard
    assert "Nie masz spotkań." in easy
    assert lines.MARK not in easy
    sign_in(client, make.ewa)
    assert "Nie masz spotkań." in test_papers.text_of(client.get(f"/people/{person.id}/plan.pdf").data), (
        "printed for the person"
    )


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
