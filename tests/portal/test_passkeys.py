"""Coming in without a code, for participants who want it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from services import factors, passkeys
from services.models import Device, Passkey
from tests.authenticator import Authenticator


@pytest.fixture(autouse=True)
def at_a_name(app, monkeypatch):
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], base_url="http://localhost"))


@pytest.fixture
def add(client, sign_in):
    """`add(who)`: they sign in here and keep a key in their phone; returns the phone."""

    def add(who):
        phone = Authenticator()
        sign_in(client, who)
        said = phone.make(client.post("/passkeys/ask").json)
        assert client.post("/passkeys", data={"credential": said}).location == "/passkeys?done=added"
        return phone

    return add


def show(client, phone):
    return client.post("/sign-in/passkey", data={"credential": phone.show(client.post("/sign-in/passkey/ask").json)})


def test_a_key_is_kept_and_lets_in_and_leads_on(client, make, add):
    phone = add(make.participant())
    client.post("/sign-out")
    assert "data-passkey" in client.get("/sign-in").text
    client.get("/reminders?x=1")

    assert show(client, phone).location == "/reminders?x=1"
    assert "Ostatnie wejście" in client.get("/passkeys").text


def test_who_has_none_is_not_pushed(client):
    assert "data-passkey" not in client.get("/sign-in").text
    assert "data-passkey" in client.get("/sign-in/how").text


def test_a_key_of_another_telephone_opens_this_computer_as_a_shared_one(client, db, make, add):
    maria = make.participant()
    phone = add(maria)
    options = client.post("/sign-in/passkey/ask").json
    client.post("/sign-in/passkey", data={"credential": phone.show(options).replace('"platform"', '"cross-platform"')})

    assert db.scalars(select(Device.is_shared).order_by(Device.id.desc())).first() is True


def test_staffs_key_opens_everything_since_it_is_two_factors(app, client, db, make):
    phone, site = Authenticator(), passkeys.Site("localhost", "http://localhost", app.config["SETTINGS"].secret_key)
    number, options = passkeys.ask_to_add(db, site, make.ewa)
    passkeys.add(db, site, make.ewa, number, phone.make(options))

    assert show(client, phone).location == "/people"
    assert client.get("/people").status_code == 200
    phone.is_verified = False
    assert show(client, phone).status_code == 422


@pytest.mark.parametrize("said", ["", "{}", "null", "[[[", '{"id": "AAAA"}'])
def test_a_key_that_is_none_is_refused_with_what_to_do(client, said):
    client.post("/sign-in/passkey/ask")
    answer = client.post("/sign-in/passkey", data={"credential": said})

    assert answer.status_code == 422
    assert "<title>Błąd: Inne sposoby" in answer.text and 'href="#passkey"' in answer.text


def test_an_answer_to_no_question_of_this_browser_is_refused(app, client, make, add):
    phone = add(make.participant())
    asked = client.post("/sign-in/passkey/ask").json
    other = app.test_client()
    other.db = client.db

    assert other.post("/sign-in/passkey", data={"credential": phone.show(asked)}).status_code == 422
    assert client.post("/sign-in/passkey", data={"credential": phone.show(asked)}).location == "/plan"


def test_a_shared_phone_keeps_no_key(client, db, make, sign_in):
    sign_in(client, make.participant(), is_shared=True)

    assert "data-passkey" not in client.get("/passkeys").text
    assert client.post("/passkeys/ask").status_code == 422
    assert db.scalars(select(Passkey)).all() == []


def test_a_phone_that_was_declared_shared_meanwhile_keeps_no_key(client, db, make, sign_in):
    sign_in(client, make.participant())
    said = Authenticator().make(client.post("/passkeys/ask").json)
    db.scalars(select(Device)).one().is_shared = True

    answer = client.post("/passkeys", data={"credential": said})

    assert answer.status_code == 422 and "wspólny telefon" in answer.text
    assert db.scalars(select(Passkey)).all() == []


def test_a_key_that_was_removed_opens_nothing(client, db, make, add):
    phone = add(make.participant())
    number = db.scalars(select(Passkey.id)).one()
    assert client.post(f"/passkeys/{number}/remove").location == "/passkeys?done=removed"
    client.post("/sign-out")

    assert show(client, phone).status_code == 422
    assert client.get("/plan").location == "/sign-in"


def test_at_an_address_in_numbers_there_is_no_button_and_no_question(app, client, make, sign_in, monkeypatch):
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], base_url="http://127.0.0.1:8000"))
    sign_in(client, make.participant())

    assert "data-passkey" not in client.get("/passkeys").text + client.get("/sign-in/how").text
    assert client.post("/passkeys/ask").status_code == 422


def test_participants_have_no_second_factor(client, make, add, db):
    maria = make.participant()
    add(maria)

    assert client.get("/second").status_code == 403
    assert not factors.is_half_open(db, db.scalars(select(Device)).first(), is_required=True)
