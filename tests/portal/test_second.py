"""The second step of staff, as a browser meets it: set up once, asked each time, in the way of everything until it is done."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from pyotp import TOTP
from sqlalchemy import func, select

from services import clock, drafts, factors, identity, passkeys
from services.models import Device, DeviceOpening, Draft, SecondFactor
from services.permissions import SYSTEM
from tests.authenticator import Authenticator


@pytest.fixture(autouse=True)
def settings(app, monkeypatch):
    """Whether a second factor is required can be set; at an address with a name there are passkeys."""

    def set_to(**changed):
        monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **changed))

    set_to(staff_factor="required", base_url="http://localhost")
    return set_to


@pytest.fixture
def key(app):
    return app.config["SETTINGS"].secret_key


@pytest.fixture
def come_in(db, key):
    """`come_in(client, who)`: by a fresh link of theirs; returns where it leads."""

    def come_in(client, who):
        owner = {"person_id": who.id} if hasattr(who, "enrolments") else {"staff_id": who.id}
        link = identity.make_link(db, key, "sign-in", lasts=timedelta(hours=1), **owner)
        client.get(f"/w/{identity.token_of(key, link)}")
        return client.post("/enter", data={"phone": "mine"}).location

    return come_in


@pytest.fixture
def code(db, key):
    """What the authenticator of somebody shows now, or so many half-minutes away."""

    def code(staff, away=0):
        return TOTP(factors.secret_of(key, factors.factor_of(db, staff))).at(clock.now() + timedelta(seconds=30 * away))

    return code


@pytest.fixture
def ewa(db, make, key, code):
    """Who has set up her authenticator some minutes ago, and put her recovery codes away."""
    factors.begin(db, make.ewa)
    with clock.frozen(clock.now() - timedelta(minutes=10)):
        device = identity.device_of(db, identity.sign_in(db, make.ewa, is_shared=False))
        factors.confirm_app(db, key, device, code(make.ewa))
    factors.put_away_codes(db, make.ewa)
    return make.ewa


def token_in(client):
    with client.session_transaction() as session:
        return session.get("_user_id")


def test_the_first_time_leads_through_setting_up_an_authenticator(client, make, come_in, code, db):
    client.get("/tasks")
    assert come_in(client, make.ewa) == "/second"
    assert client.get("/second").location == "/second/new"
    assert client.post("/second/new").location == "/second/app"
    page = client.get("/second/app").text
    before = token_in(client)
    secret = re.search(r"secret=([A-Z2-7]{32})&", page)[1]
    assert " ".join(re.findall("....", secret)) in page
    assert "<svg" in page
    assert client.get("/tasks").location == "/second", "an authenticator that has shown nothing opens nothing"

    assert client.post("/second/app", data={"code": TOTP(secret).at(clock.now())}).location == "/second/codes"

    shown = re.findall(r"<strong class=\"address\">(\d{5} \d{5})</strong>", client.get("/second/codes").text)
    assert len(set(shown)) == 10
    assert client.post("/second/codes").location == "/tasks", "one goes on to where one was going"
    assert client.get("/tasks").status_code == 200
    assert client.get("/second/codes").location == "/second", "the recovery codes are shown once"
    assert token_in(client) != before


def test_each_time_after_that_a_code_is_asked_for(client, ewa, come_in, code):
    client.get("/sendings?x=1")
    assert come_in(client, ewa) == "/second"
    half = token_in(client)
    assert "one-time-code" in client.get("/second").text

    assert client.post("/second", data={"code": f" {code(ewa)} "}).location == "/sendings?x=1"

    assert client.get("/people").status_code == 200
    assert token_in(client) != half
    assert client.get("/second").location == "/people", "an open device has nothing to show"
    with client.session_transaction() as session:
        session["_user_id"] = half
    assert client.get("/people").location == "/sign-in", "the token of the half-open time opens nothing"


@pytest.mark.parametrize(
    ("typed", "code_of_error"), [("", "Wpisz kod"), ("000000", "nie zgadza"), ("x", "nie zgadza"), ("<b>", "nie zgadza")]
)
def test_a_wrong_code_says_what_to_do_and_keeps_what_was_typed(client, ewa, come_in, typed, code_of_error):
    come_in(client, ewa)
    answer = client.post("/second", data={"code": typed})

    assert answer.status_code == 422
    assert 'href="#code"' in answer.text and code_of_error in answer.text and "<title>Błąd: " in answer.text


def test_wrong_codes_are_counted_although_they_are_refused(client, ewa, come_in, code, at):
    come_in(client, ewa)
    for _ in range(factors.TRIES):
        assert client.post("/second", data={"code": "000001"}).status_code == 422

    waiting = client.post("/second", data={"code": code(ewa)})

    assert (waiting.status_code, waiting.headers["Retry-After"]) == (429, "900")
    at("2026-11-23 09:15")
    assert client.post("/second", data={"code": code(ewa)}).location == "/people"


def test_a_half_open_device_shows_nobodys_name_and_no_menu(client, ewa, come_in):
    come_in(client, ewa)
    page = client.get("/second").text

    assert ewa.full_name not in page and "/sendings" not in page and "/tasks" not in page


def test_somebody_else_may_come_in_instead_and_the_half_open_device_ends(client, db, make, ewa, come_in):
    come_in(client, ewa)
    assert client.get("/sign-in").status_code == 200

    assert come_in(client, make.participant()) == "/plan"

    assert db.scalars(select(Device.ended_at).where(Device.staff_id == ewa.id)).all()[-1] is not None


def test_signing_out_ends_a_half_open_device(client, db, ewa, come_in):
    come_in(client, ewa)
    client.post("/sign-out")

    assert db.scalars(select(Device.ended_at).where(Device.staff_id == ewa.id)).all()[-1] is not None
    assert client.get("/second").location == "/sign-in"


def test_what_was_typed_before_the_session_ended_is_there_afterwards(client, db, ewa, make, come_in, code):
    drafts.keep(db, f"staff:{ewa.id}", "slots", {"days": ["1"]})
    come_in(client, ewa)
    client.post("/second", data={"code": code(ewa)})

    assert db.scalars(select(Draft.data).where(Draft.owner == f"staff:{ewa.id}")).all() == [{"days": ["1"]}]


def test_where_it_is_optional_nobody_is_asked_who_has_none(client, make, ewa, come_in, settings, app):
    settings(staff_factor="optional")

    assert come_in(client, make.adviser) == "/today"
    assert client.get("/second/new").status_code == 200, "but one may set one up"
    other = app.test_client()
    other.db = client.db
    assert come_in(other, ewa) == "/second"


def test_participants_are_never_asked(client, make, come_in):
    assert come_in(client, make.participant()) == "/plan"
    assert client.get("/plan").status_code == 200


def test_a_lost_telephone_a_recovery_code_and_a_new_telephone(client, db, ewa, come_in, key, code):
    lost = factors.secret_of(key, factors.factor_of(db, ewa))
    codes = factors._codes(key, factors.factor_of(db, ewa))
    come_in(client, ewa)

    assert client.post("/second", data={"code": f"{codes[0][:5]} {codes[0][5:]}"}).location == "/second/codes"

    page = client.get("/second/codes").text
    assert "9 kodów" in page and "Ustaw nowy telefon" in page and codes[1][:5] not in page
    assert client.post("/second/over").location == "/second/new"
    assert client.get("/people").location == "/second", "half-open again, until the new one has shown a code"
    client.post("/second/new")
    assert factors.secret_of(key, factors.factor_of(db, ewa)) != lost
    assert client.post("/second/app", data={"code": code(ewa)}).location == "/second/codes"
    assert client.post("/second", data={"code": codes[1]}).status_code == 422


@pytest.mark.parametrize("path", ["/second/new", "/second/app", "/second/key"])
def test_who_has_a_factor_sets_up_no_other_one_with_a_half_open_device(client, db, ewa, come_in, key, code, path):
    come_in(client, ewa)
    before = factors.secret_of(key, factors.factor_of(db, ewa))
    phone = Authenticator()
    said = phone.make(client.post("/second/key/ask").json) if path.endswith("key") else ""

    client.post(path, data={"code": code(ewa, away=1), "credential": said})
    client.get("/second/app")

    assert client.get("/people").location == "/second"
    assert (factors.ways_of(db, ewa), factors.secret_of(key, factors.factor_of(db, ewa))) == (["app"], before)
    assert client.post("/second/over").status_code == 403
    assert client.get("/second/codes").location == "/second"


def test_recovery_codes_are_not_shown_to_a_half_open_device(client, db, ewa, come_in):
    db.get(SecondFactor, ewa.id).codes_seen_at = None
    come_in(client, ewa)

    assert client.get("/second/codes").location == "/second"
    client.post("/second/codes")
    assert db.get(SecondFactor, ewa.id).codes_seen_at is None


def test_a_passkey_is_a_second_factor(app, client, db, make, come_in):
    phone = Authenticator()
    come_in(client, make.ewa)
    answer = client.post("/second/key/ask")
    assert answer.json["authenticatorSelection"]["userVerification"] == "required"
    assert client.post("/second/key", data={"credential": phone.make(answer.json)}).location == "/second/codes"
    client.post("/second/codes")

    other = app.test_client()
    other.db = client.db
    come_in(other, make.ewa)
    assert "data-passkey" in other.get("/second").text
    options = other.post("/second/key/ask").json
    assert [one["id"] for one in options["allowCredentials"]] == [passkeys.of(db, make.ewa)[0].credential_id]
    assert other.post("/second/key", data={"credential": phone.show(options)}).location == "/people"
    assert db.scalars(select(DeviceOpening.by)).all() == ["passkey", "passkey"]


@pytest.mark.parametrize("said", ["", "{}", json.dumps({"id": "AAAA"})])
def test_a_passkey_that_is_none_is_refused_on_the_same_page(client, ewa, come_in, said):
    come_in(client, ewa)
    client.post("/second/key/ask")
    answer = client.post("/second/key", data={"credential": said})

    assert answer.status_code == 422 and "<title>Błąd: Potwierdź" in answer.text
    assert client.get("/people").location == "/second"


def test_after_a_reset_every_session_is_over_and_the_next_one_sets_up_anew(client, db, ewa, come_in, code):
    come_in(client, ewa)
    client.post("/second", data={"code": code(ewa)})
    factors.reset(db, SYSTEM, ewa)

    assert client.get("/people").location == "/sign-in"
    assert come_in(client, ewa) == "/second"
    assert client.get("/second").location == "/second/new"


def test_looking_at_the_pages_writes_nothing(client, db, make, come_in):
    come_in(client, make.ewa)
    for path in ("/second", "/second/new", "/second/app", "/second/codes"):
        client.get(path)

    assert db.scalar(select(func.count()).select_from(SecondFactor)) == 0
