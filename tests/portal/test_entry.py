"""Ways in without a password, and out."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services import clock, codes
from services.models import Device, SignInCode


@pytest.fixture
def digits(app, db):
    """The digits of the newest code, as its mail says them."""
    return lambda: codes.digits_of(
        app.config["SETTINGS"].secret_key, db.scalars(select(SignInCode).order_by(SignInCode.id.desc())).first()
    )


def test_the_first_page_leads_to_the_way_in_and_later_home(client, make, sign_in):
    assert client.get("/").location == "/sign-in"
    sign_in(client, make.participant())
    assert client.get("/").location == "/plan"
    assert client.get("/sign-in").location == "/plan"


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1} {2}", "{1}-{2}"])
def test_a_code_lets_in_however_it_is_typed(client, make, digits, typed):
    maria = make.participant()
    assert client.post("/sign-in", data={"address": f" {maria.email.upper()} "}).location == "/sign-in/code"
    code = digits()
    assert client.post("/sign-in/code", data={"code": typed.format(code, code[:3], code[3:])}).location == "/sign-in/who"
    assert "Maria K." in client.get("/sign-in/who").text

    assert client.post("/sign-in/who", data={"phone": "mine"}).location == "/plan"
    assert client.get("/plan").status_code == 200


def test_asking_for_a_code_says_nothing_about_who_is_there(client, make):
    maria = make.participant()
    known = client.post("/sign-in", data={"address": maria.email}, follow_redirects=True)
    unknown = client.post("/sign-in", data={"address": "nobody@example.org"}, follow_redirects=True)

    assert known.status_code == unknown.status_code == 200
    assert known.request.path == unknown.request.path


def test_a_code_works_only_in_the_browser_that_asked(app, client, make, digits):
    maria = make.participant()
    client.post("/sign-in", data={"address": maria.email})
    code, other = digits(), app.test_client()
    other.db = client.db
    with other.session_transaction() as session:
        session.update(address=maria.email, browser="another")

    assert other.post("/sign-in/code", data={"code": code}).status_code == 422


@pytest.mark.parametrize("code", ["", "abc", "12345", "٣٣٣٣٣٣", "²²²²²²", "1234567", "<b>"])
def test_a_wrong_code_is_said_with_what_to_do(client, make, code):
    client.post("/sign-in", data={"address": make.participant().email})
    answer = client.post("/sign-in/code", data={"code": code})

    assert answer.status_code == 422
    assert 'href="#code"' in answer.text
    assert "<title>Błąd: " in answer.text


def test_an_old_code_is_said_to_be_old(client, make, digits, at):
    client.post("/sign-in", data={"address": make.participant().email})
    code = digits()
    at("2026-11-23 10:00")

    assert "już nie działa" in client.post("/sign-in/code", data={"code": code}).text


def test_two_people_at_one_address_say_who_comes_in(client, db, make, digits):
    first, second = (
        make.participant("Maria Kowal", email="dom@example.org"),
        make.participant("Jan Kowal", email="dom@example.org"),
    )
    client.post("/sign-in", data={"address": "dom@example.org"})
    client.post("/sign-in/code", data={"code": digits()})

    nobody_named = client.post("/sign-in/who", data={"phone": "mine"})
    assert nobody_named.status_code == 422
    assert 'href="#account"' in nobody_named.text
    client.post("/sign-in/who", data={"phone": "shared", "account": f"Person-{second.id}"})
    assert db.execute(select(Device.person_id, Device.is_shared)).one() == (second.id, True)
    assert first.id != second.id


def test_whose_phone_it_is_must_be_said(client, make, digits):
    client.post("/sign-in", data={"address": make.participant().email})
    client.post("/sign-in/code", data={"code": digits()})
    answer = client.post("/sign-in/who")

    assert answer.status_code == 422
    assert 'href="#phone"' in answer.text


@pytest.mark.parametrize("path", ["/sign-in/code", "/sign-in/who"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_later_steps_lead_back_to_the_first(client, path, method):
    answer = client.open(path, method=method)

    assert answer.status_code in (303, 422)
    assert answer.status_code == 422 or answer.location == "/sign-in"


def test_staff_are_not_asked_whose_phone_it_is(client, db, make, digits):
    client.post("/sign-in", data={"address": make.ewa.email})
    client.post("/sign-in/code", data={"code": digits()})

    assert "Czyj to telefon" not in client.get("/sign-in/who").text
    assert client.post("/sign-in/who").location == "/people"


def test_a_phone_of_ones_own_is_told_once_a_day_to_stay_signed_in_and_not_with_each_answer(client, make, sign_in, at):
    now = clock.now()
    sign_in(client, make.participant())

    def cookies():
        return [line for line in client.get("/plan").headers.getlist("Set-Cookie") if line.startswith("pracownia=")]

    # An answer on its way while somebody else signs in would bring the cookie of whoever was here before back.
    assert cookies() == []
    at(now + timedelta(days=1, minutes=1))
    (longer,) = cookies()
    assert "Expires=" in longer
    assert cookies() == []
