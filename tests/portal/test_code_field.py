"""Signing in asks nobody to remember, to copy by hand or to solve anything: one field that takes a code as it comes, and a
link that still lets its person in after programs have opened it."""

import re
from datetime import timedelta

import pytest

from portal import messages
from services import codes, identity
from services.models import Device, SignInCode
from tests.portal import message_cases as cases
from tests.portal.message_cases import delivery_of


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowal", email="maria@example.org", phone="+48600100200")


@pytest.fixture
def digits(client, db, app, maria):
    """The code that Maria has asked for in this browser."""
    client.post("/sign-in", data={"address": maria.email})
    return codes.digits_of(app.config["SETTINGS"].secret_key, db.query(SignInCode).one())


@pytest.mark.parametrize(
    "as_it_comes",
    [
        "{0}{1}",
        "{0} {1}",
        " {0} {1} ",
        "{0}-{1}",
        "{0}\u2013{1}",
        "{0}\u00a0{1}",
        "\t{0}.{1}\n",
        "kod: {0} {1}",
        "{0}\u200b{1}",
    ],
)
def test_a_code_is_taken_as_it_was_pasted(client, digits, as_it_comes):
    answer = client.post("/sign-in/code", data={"code": as_it_comes.format(digits[:3], digits[3:])})

    assert (answer.status_code, answer.location) == (303, "/sign-in/who")


def test_a_wrong_code_is_shown_again_and_can_be_mended(client, digits):
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    answer = client.post("/sign-in/code", data={"code": wrong})

    assert (answer.status_code, f'value="{wrong}"' in answer.text) == (422, True)
    assert client.post("/sign-in/code", data={"code": digits}).status_code == 303


def test_the_field_is_one_and_can_be_filled_in_by_the_phone(client, digits):
    fields = re.findall(r"<input(?![^>]*hidden)[^>]*>", client.get("/sign-in/code").text)

    assert len(fields) == 1
    for said in ('autocomplete="one-time-code"', 'inputmode="numeric"', 'type="text"', 'name="code"'):
        assert said in fields[0]
    assert "maxlength" not in fields[0]  # it would cut off what is pasted with spaces
    assert "onpaste" not in client.get("/sign-in/code").text


@pytest.mark.parametrize("page", ["/sign-in", "/sign-in/how", "/sign-in/code", "/second", "/second/new"])
def test_no_password_and_no_riddle(client, digits, make, sign_in, page):
    if page.startswith("/second"):
        sign_in(client, make.ewa)
    text = client.get(page, follow_redirects=True).text.lower()

    assert 'type="password"' not in text
    assert "captcha" not in text


@pytest.mark.parametrize("language", ["pl", "uk", "en"])
def test_the_text_message_is_bound_to_our_site(app, db, make, at, language):
    """Its last line is "@host #code": the phone offers the digits on our pages, and on no other."""
    maria = cases.the_maria(make, language)
    found = messages.words(app, delivery_of(db, make, maria, "code"))

    for text in (found.sms, found._part("sms")[-1]):
        assert text.splitlines()[-1] == f"@{app.config['SETTINGS'].host} #{found.delivery.digits}"


def test_after_five_programs_have_opened_a_link_the_person_gets_in(client, app, db, maria):
    key = app.config["SETTINGS"].secret_key
    link = identity.make_link(db, key, "sign-in", lasts=timedelta(hours=1), person_id=maria.id)
    token = identity.token_of(key, link)
    for _ in range(5):
        scanner = app.test_client()
        scanner.db = db
        assert scanner.head(f"/w/{token}").status_code == 303
        assert scanner.get(f"/w/{token}", follow_redirects=True).status_code == 200
        assert scanner.get("/plan").location == "/sign-in"
    assert db.query(Device).count() == 0
    db.refresh(link)
    assert link.spent_at is None

    client.get(f"/w/{token}")
    assert client.post("/enter", data={"phone": "mine"}).location == "/plan"
    assert client.get("/plan").status_code == 200
