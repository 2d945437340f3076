"""Passkeys and the second step of staff, with an authenticator that Chromium plays; at an address with a name, as passkeys need."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from pyotp import TOTP

from e2e.page_checks import assert_page
from e2e.site import Site, copy_of
from services import clock, factors
from services.permissions import SYSTEM

SECRET = re.compile(r"secret=([A-Z2-7]{32})")
OWN_PHONE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def site(filled, by_day, tmp_path_factory):
    folder = copy_of(filled, tmp_path_factory.mktemp("second") / "var")
    with Site(folder, by_day, host="localhost", STAFF_FACTOR="required") as running:
        yield running


@pytest.fixture
def coordinator(site):
    """Her address; what another journey set up is forgotten."""
    with site.writing() as db:
        factors.reset(db, SYSTEM, site.staff(db, "koordynator"))
    return "koordynator@example.org"


def with_keys(guest):
    """This phone keeps passkeys from here on; returns the way to tell it whether a finger is shown."""
    line = guest.page.context.new_cdp_session(guest.page)
    line.send("WebAuthn.enable")
    number = line.send("WebAuthn.addVirtualAuthenticator", {"options": OWN_PHONE})["authenticatorId"]
    return lambda shown: line.send("WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": shown})


def come_in(guest, site, address):
    guest.open(site.link(address))
    guest.press("To ja, wchodzę")


def code(secret, *, away=0):
    return TOTP(secret).at(clock.now() + timedelta(seconds=30 * away))


def test_a_coordinator_sets_up_an_authenticator_and_comes_in_with_it(walk, site, coordinator, scripts):
    guest = walk(scripts=scripts)
    guest.open("/tasks")
    come_in(guest, site, coordinator)
    guest.sees("Ustaw drugi krok przy wejściu", picture="second-new")
    guest.press("Ustaw aplikację z kodami")
    guest.sees("Dodaj Pracownię do aplikacji z kodami", picture="second-app")
    expect(guest.page.locator("svg.qr-code")).to_be_visible()
    secret = SECRET.search(guest.page.get_by_role("link", name="Mam aplikację na tym telefonie").get_attribute("href"))[1]
    guest.says(" ".join(re.findall("....", secret)))
    guest.press("Zapisz")
    guest.sees("Dodaj Pracownię do aplikacji z kodami", errors=("Wpisz kod",))
    guest.fill("Kod, który pokazuje aplikacja", code(secret, away=-1))
    guest.press("Zapisz")
    guest.sees("Drugi krok jest ustawiony", picture="second-codes")
    paper = guest.page.locator(".secrets li").all_inner_texts()
    assert len(set(paper)) == 10
    guest.press("Mam je na kartce")
    expect(guest.page).to_have_url(re.compile("/tasks$"))

    again = walk(scripts=scripts)
    again.open("/sendings")
    come_in(again, site, coordinator)
    again.sees("Potwierdź, że to ty", picture="second-ask")
    again.open("/people")
    again.sees("Potwierdź, że to ty")
    again.fill("Kod z aplikacji", "12345")
    again.press("Wejdź")
    wrong = "Ten kod się nie zgadza. Sprawdź, czy to kod Pracowni, i wpisz ten, który widać teraz."
    again.sees("Potwierdź, że to ty", errors=(wrong,), picture="second-ask-wrong")
    digits = code(secret, away=1)
    again.fill("Kod z aplikacji", f"{digits[:3]} {digits[3:]}")  # as some applications copy it
    again.press("Wejdź")
    expect(again.page).to_have_url(re.compile("/people$"))

    lost = walk(scripts=scripts)
    come_in(lost, site, coordinator)
    lost.fill("Kod z aplikacji", paper[4])
    lost.press("Wejdź")
    lost.sees("Witaj", picture="second-left")
    lost.says("Zostało ci 9 kodów zapasowych.")
    lost.press("Ustaw nowy telefon")
    lost.sees("Ustaw drugi krok przy wejściu")


def test_five_wrong_codes_are_a_wait(walk, site, coordinator):
    with site.writing() as db:
        factors.begin(db, site.staff(db, "koordynator")).app_since = clock.now()
    guest = walk()
    come_in(guest, site, coordinator)
    for _ in range(factors.TRIES):
        guest.fill("Kod z aplikacji", "1")
        guest.press("Wejdź")
    guest.fill("Kod z aplikacji", "2")
    guest.press("Wejdź")
    wait = re.compile(r"To już pięć prób. Poczekaj \d+ minut i spróbuj jeszcze raz.")
    guest.sees("Potwierdź, że to ty", errors=(wait,), picture="second-wait")


def test_a_coordinators_passkey_is_the_second_step(walk, site, coordinator):
    guest = walk(color_scheme="dark")
    shows_finger = with_keys(guest)
    come_in(guest, site, coordinator)
    guest.sees("Ustaw drugi krok przy wejściu", picture="second-new-key")
    shows_finger(False)
    guest.page.get_by_role("button", name="Ustaw klucz w tym urządzeniu").click()
    guest.says("Nie udało się. Spróbuj jeszcze raz albo wybierz inny sposób.")
    assert_page(guest.page)
    shows_finger(True)
    guest.press("Ustaw klucz w tym urządzeniu", whole=True)
    guest.sees("Drugi krok jest ustawiony")
    guest.press("Mam je na kartce")
    guest.press("Wyloguj", within="footer", whole=True)

    come_in(guest, site, coordinator)
    guest.sees("Potwierdź, że to ty", picture="second-key")
    guest.press("Użyj klucza", whole=True)
    expect(guest.page).to_have_url(re.compile("/people$"))


def test_a_participant_comes_in_with_a_key_of_their_own_phone(walk, site):
    person = site.newcomer(steps=("Kurs komputerowy",))
    guest = walk(person.email)
    with_keys(guest)
    guest.open("/reminders")
    guest.follow("Wejdź bez kodu na tym telefonie")
    guest.sees("Wejdź bez kodu na tym telefonie", picture="passkeys")
    guest.press("Zapisz klucz w tym telefonie", whole=True)
    guest.sees("Wejdź bez kodu na tym telefonie", picture="passkeys-added")
    guest.says("Jeszcze nie był używany.")
    guest.press("Wyloguj", within="footer", whole=True)

    guest.open("/reminders")
    guest.sees("Wejdź do swojego planu", picture="sign-in-key")
    guest.press("Wejdź kluczem z tego telefonu", whole=True)
    guest.sees("Jak mamy ci przypominać?")

    guest.open("/passkeys")
    guest.press("Usuń")
    guest.sees("Wejdź bez kodu na tym telefonie")
    guest.says("Tym kluczem nie da się już wejść.")
    guest.press("Wyloguj", within="footer", whole=True)
    guest.open("/sign-in/how")
    guest.sees("Inne sposoby wejścia")
    guest.press("Wchodzę kluczem", whole=True)
    guest.sees("Inne sposoby wejścia", errors=("Nie znamy tego klucza. Wejdź z kodem.",), picture="passkey-unknown")


@pytest.mark.parametrize("case", ["no-scripts", "shared", "no-passkeys"])
def test_where_there_can_be_no_key_every_other_way_is_there(walk, site, case):
    person = site.newcomer()
    guest = walk(person.email, scripts=case != "no-scripts", shared=case == "shared")
    if case == "no-passkeys":
        guest.page.add_init_script("delete window.PublicKeyCredential")
    guest.open("/passkeys")
    guest.sees("Wejdź bez kodu na tym telefonie", picture=f"passkeys-{case}")
    expect(guest.page.get_by_role("button", name="Zapisz klucz w tym telefonie")).to_have_count(0)
    guest.open("/sign-in/how")
    guest.sees("Inne sposoby wejścia", picture=f"how-{case}")
    if case != "shared":
        expect(guest.page.get_by_role("button", name="Wchodzę kluczem")).to_have_count(0)
