"""What holds for every answer, and who may send us a form."""

import logging
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal import create_app
from portal.config import Settings
from services import codes, identity
from services.models import Device, Link, Organisation, SignInCode, StaffRole
from tests.portal.sending import KEY, vapid_key

HOST = "pracownia.example"


@pytest.fixture(scope="module")
def real_app(tmp_path_factory):
    """As it runs outside demo mode, behind https."""
    var = tmp_path_factory.mktemp("real")
    settings = Settings(
        is_demo=False, var_dir=var, database_url=f"sqlite:///{var / 'none.db'}", queue_url=f"sqlite:///{var / 'queue.db'}",
        base_url=f"https://{HOST}", bind="127.0.0.1:8000", secret_key=KEY, smtp_url="smtp://localhost", mail_from="a@example.org",
        push_hosts=(), vapid_private_key=vapid_key(), vapid_subject="mailto:a@example.org", help_phone="58 000 00 00",
        help_hours="8:00–16:00", max_body=20_000,
    )  # fmt: skip
    return create_app(settings)


@pytest.fixture
def real(real_app, database, at, db):
    db.commit()
    unused, real_app.extensions["database"] = real_app.extensions["database"], database
    yield FlaskClient(real_app, real_app.response_class, use_cookies=True)
    real_app.extensions["database"] = unused


def over_https(client, path, method="GET", **more):
    return client.open(path, method=method, base_url=f"https://{HOST}", **more)


ADDRESSES = ("/help", "/plan", "/sign-in", "/never-was", "/s/wrong", "/healthz", "/manifest.webmanifest", "/sw.js", "style")


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_answer_carries_the_headers(real, path):
    path = real.application.extensions["assets"].url("app.css") if path == "style" else path
    headers = over_https(real, path).headers

    csp = headers["Content-Security-Policy"]
    assert csp.startswith("default-src 'none'")
    assert "unsafe" not in csp
    assert "*" not in csp
    assert "data:" not in csp
    assert "frame-ancestors 'none'" in csp
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "immutable" in headers["Cache-Control"] or headers["Cache-Control"] in ("no-store", "no-cache")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE"])
def test_a_method_that_no_page_has_is_told_so_with_the_headers(real, method):
    answer = over_https(real, "/help", method)

    assert answer.status_code == 405
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_page_that_differs_by_person_or_by_htmx_says_so(real):
    assert {"HX-Request", "Cookie"} <= {one.strip() for one in over_https(real, "/help").headers["Vary"].split(",")}


FROM_ELSEWHERE = ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"})
FROM_US = ({"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": f"https://{HOST}"}, {"Origin": "null"}, {})


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
def test_a_form_on_another_site_cannot_act_here(real, db, headers):
    assert over_https(real, "/sign-in", "POST", data={"address": "a@example.org"}, headers=headers).status_code == 403
    assert db.scalar(select(func.count(SignInCode.id))) == 0


@pytest.mark.parametrize("headers", FROM_US)
def test_a_form_of_ours_is_taken(real, headers):
    assert over_https(real, "/sign-in", "POST", data={"address": "a@example.org"}, headers=headers).status_code == 303


def test_the_cookie_is_for_our_own_pages_over_https_and_not_for_scripts(real):
    cookie = over_https(real, "/sign-in", "POST", data={"address": "a@example.org"}).headers["Set-Cookie"]

    assert cookie.startswith("__Host-pracownia=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie


def test_a_page_asked_for_under_another_name_is_refused(real):
    assert real.get("/sign-in", base_url="https://evil.example").status_code == 400
    assert over_https(real, "/sign-in").status_code == 200


def test_a_form_that_is_too_large_has_a_page(real):
    answer = over_https(real, "/sign-in", "POST", data={"address": "a" * 30_000})

    assert answer.status_code == 413
    assert "<h1>" in answer.text


def test_who_asks_for_many_codes_waits_and_is_told_how_long(client, make):
    maria = make.participant()
    answers = [client.post("/sign-in", data={"address": maria.email}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert f'value="{maria.email}"' in answers[-1].text


def test_who_guesses_too_often_waits_and_is_told_how_long(client, make):
    client.post("/sign-in", data={"address": make.participant().email})
    answers = [client.post("/sign-in/code", data={"code": "000000"}) for _ in range(6)]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_tokens_and_names_stay_out_of_the_log(app, client, db, make, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    maria = make.participant(email="tajna.maria@example.org")
    key = app.config["SETTINGS"].secret_key
    link = identity.make_link(db, key, "visit", person_id=maria.id, booking_id=make.booking(maria).id, lasts=timedelta(days=1))
    token = identity.token_of(key, link)

    def broken(db, *_args):
        db.add_all(Organisation(name=f"{token} tajna.maria@example.org", role="partner") for _ in range(2))
        db.flush()

    monkeypatch.setattr(identity, "find_link", broken)
    monkeypatch.setattr(codes, "ask_for_code", broken)

    assert client.post(f"/s/{token}", data={"said": "yes"}).status_code == 500
    assert client.post("/sign-in", data={"address": maria.email}).status_code == 500
    assert "unexpected, at visits.answer" in caplog.text
    assert token not in caplog.text
    assert "tajna" not in caplog.text


def test_a_database_error_says_nothing_of_its_values(database):
    with database.write() as db:
        db.add_all([Organisation(name="tajna", role="leader"), Organisation(name="tajna", role="partner")])
        with pytest.raises(IntegrityError) as error:
            db.flush()

    assert "tajna" not in str(error.value)


@pytest.fixture
def link_of(app, db):
    """`link_of(who)`: the address of a fresh way in."""

    def link_of(who):
        key = app.config["SETTINGS"].secret_key
        owner = {"staff_id": who.id} if hasattr(who, "role_codes") else {"person_id": who.id}
        return f"/w/{identity.token_of(key, identity.make_link(db, key, 'sign-in', lasts=timedelta(days=1), **owner))}"

    return link_of


def test_opening_a_link_changes_nothing_and_then_it_works_once(app, client, db, make, link_of):
    maria = make.participant()
    address = link_of(maria)
    scanner, other = (FlaskClient(app, app.response_class, use_cookies=True) for _ in range(2))

    for _ in range(5):
        assert client.get(address, follow_redirects=True).status_code == 200
    assert db.scalar(select(func.count(Device.id))) == 0
    assert db.scalar(select(Link.spent_at)) is None
    scanner.get(address, follow_redirects=True)

    client.get(address)
    assert client.post("/enter", data={"phone": "mine"}).location == "/plan"
    other.get(address)
    again = other.post("/enter", data={"phone": "mine"})
    assert again.status_code == 404
    assert db.scalar(select(func.count(Device.id))) == 1


def test_the_token_leaves_the_address_at_once(client, make, link_of):
    answer = client.get(link_of(make.participant()))

    assert (answer.status_code, answer.location) == (303, "/enter")


def test_a_spent_link_explains_itself_and_offers_another_way(client, make, link_of):
    address = link_of(make.participant())
    client.get(address)
    client.post("/enter", data={"phone": "mine"})
    client.post("/sign-out")
    page = client.get(address, follow_redirects=True)

    assert page.status_code == 404
    assert "Ten link był już użyty" in page.text
    assert 'href="/sign-in"' in page.text
    assert 'href="tel:+48580000000"' in page.text


@pytest.mark.parametrize("address", ["/w/never-was", "/enter", "/s/never-was"])
def test_a_wrong_link_has_the_same_kind_of_page(client, address):
    page = client.get(address, follow_redirects=True)

    assert page.status_code == 404
    assert 'href="tel:+48580000000"' in page.text


def test_an_old_link_explains_itself(client, make, link_of, at):
    address = link_of(make.participant())
    at("2026-11-25 09:00")

    assert client.get(address, follow_redirects=True).status_code == 404


def test_signing_out_clears_the_browser_and_ends_the_device(client, db, make, sign_in):
    sign_in(client, make.participant())
    answer = client.post("/sign-out")

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert db.scalar(select(Device.ended_at)) is not None
    assert client.get("/plan").location == "/sign-in"


@pytest.mark.parametrize(("is_shared", "minutes", "stays"), [(True, 9, True), (True, 11, False), (False, 60 * 24 * 30, True)])
def test_a_shared_phone_forgets_after_ten_idle_minutes(client, make, sign_in, at, is_shared, minutes, stays):
    start = at("2026-11-23 09:00")
    sign_in(client, make.participant(), is_shared=is_shared)
    at(start + timedelta(minutes=minutes))

    assert (client.get("/plan").status_code == 200) is stays


def test_on_a_shared_phone_each_page_counts_as_use(client, make, sign_in, at):
    start = at("2026-11-23 09:00")
    sign_in(client, make.participant(), is_shared=True)
    for minutes in (8, 16, 24):
        at(start + timedelta(minutes=minutes))
        assert client.get("/plan").status_code == 200


def test_a_device_that_was_ended_elsewhere_signs_in_again(client, db, make, sign_in):
    sign_in(client, make.participant())
    db.scalar(select(Device)).ended_at = db.scalar(select(Device)).created_at

    assert client.get("/plan").location == "/sign-in"


def test_a_role_that_is_taken_away_is_gone_at_once(client, db, make, sign_in):
    ewa = make.ewa
    sign_in(client, ewa)
    assert client.get("/sendings").status_code == 200
    db.delete(db.scalar(select(StaffRole).where(StaffRole.staff_id == ewa.id)))

    assert client.get("/sendings").status_code == 403


def test_somebody_who_left_is_out_at_once(client, make, sign_in):
    ewa = make.ewa
    sign_in(client, ewa)
    ewa.is_active = False

    assert client.get("/sendings").location == "/sign-in"


def test_a_cookie_that_somebody_made_up_is_no_sign_in(client):
    client.set_cookie("pracownia", "eyJfdXNlcl9pZCI6IjEifQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")

    assert client.get("/plan").location == "/sign-in"
