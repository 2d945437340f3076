"""The installed app: what a browser wants of it, its icon's number, the offer to put it on the screen, a newer edition."""

import json
import re
import struct

import pytest
from playwright.sync_api import expect

from e2e.browser import lasting, shot
from e2e.offline import NOTHING, Phone
from e2e.page_checks import assert_page

pytestmark = pytest.mark.whole_browser

STUB = "window.badges = []; navigator.setAppBadge = async n => badges.push(n); navigator.clearAppBadge = async () => badges.push(0)"
OFFER = "Plan jako ikona na ekranie"


@pytest.fixture
def person(site):
    return site.newcomer(steps=("Napisać CV",))


def badge_becomes(page, number: int) -> None:
    page.wait_for_function("number => window.badges.at(-1) === number", arg=number)


def test_a_browser_has_nothing_against_installing_it(browser, site, person, tmp_path):
    with lasting(browser.browser_type, tmp_path, base_url=site.base_url, locale="pl-PL") as context:
        context.request.get(site.link(person.email))
        context.request.post("/enter", form={"phone": "mine"}, headers={"Sec-Fetch-Site": "same-origin"})
        page = context.pages[0]
        page.goto("/plan")
        devtools = context.new_cdp_session(page)
        found = devtools.send("Page.getAppManifest")
        errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
        manifest = json.loads(found["data"])
        assert errors == found["errors"] == []

        about = {"id": "/", "start_url": "/plan", "scope": "/", "display": "standalone", "lang": "pl", "dir": "ltr"}
        assert {name: manifest[name] for name in about} == about
        assert all(manifest[name] for name in ("name", "short_name", "description", "theme_color", "background_color"))
        assert [(one["sizes"], one.get("purpose", "any")) for one in manifest["icons"]] == [
            ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")]  # fmt: skip
        assert {one["form_factor"] for one in manifest["screenshots"]} == {"narrow"}
        for one in manifest["icons"] + manifest["screenshots"]:
            assert size_of(context.request.get(one["src"]).body()) == one["sizes"], one["src"]
        assert [one["name"] for one in manifest["shortcuts"]] == [
            "Mój plan", "Potwierdź spotkanie", "Nie mogę przyjść", "Zadzwoń"]  # fmt: skip
        for one in manifest["shortcuts"]:
            assert context.request.get(one["url"], max_redirects=0).status == 200


def size_of(png: bytes) -> str:
    """As its own first lines say."""
    assert png.startswith(b"\x89PNG")
    return "{}x{}".format(*struct.unpack(">II", png[16:24]))


@pytest.mark.parametrize("lang", ["pl", "uk", "en"])
def test_the_icon_has_its_name_in_the_language_of_the_page(walk, lang):
    guest = walk(locale=lang)
    guest.open("/help")
    manifest = guest.page.request.get(guest.page.locator("link[rel=manifest]").get_attribute("href")).json()
    assert manifest["lang"] == lang
    assert bool(re.search("[а-яіїє]", manifest["name"])) == (lang == "uk")


def test_shortcuts_lead_to_the_next_session(walk, site, person):
    guest = walk(person.email)
    guest.open("/next")
    guest.sees("Nie masz teraz żadnych spotkań", picture="next-none")
    site.booking(person, site.tomorrow(9))
    guest.open("/next")
    guest.sees(re.compile("^Czy przyjdziesz "), picture="next")
    guest.press("Tak, przyjdę")
    guest.sees("Dziękujemy. Czekamy na ciebie")
    guest.open("/next/cancel")
    guest.sees("Nie możesz przyjść? To nic złego.")


def test_the_icon_carries_what_waits_for_my_answer(walk, site, person):
    site.booking(person, site.tomorrow(9))
    with site.writing() as db:
        site.proposal(db, person, ("Kurs komputerowy: thematic-workshop",))
    guest = walk()
    guest.page.add_init_script(STUB)
    guest.sign_in(site.link(person.email))
    badge_becomes(guest.page, 2)
    guest.says("Na twoją odpowiedź czeka: 2")
    guest.press("Tak, przyjdę")
    badge_becomes(guest.page, 1)
    guest.open("/plan/proposed")
    guest.choose("Zgadzam się na ten plan")
    guest.press("Wyślij odpowiedź")
    guest.follow("Wróć do planu", within="main")
    badge_becomes(guest.page, 0)


def test_it_is_offered_from_the_second_visit_on_until_somebody_says_no(walk, site, person, scripts):
    guest = walk(person.email, scripts=scripts)
    guest.is_silent_about(OFFER)
    guest.open("/plan")
    guest.is_silent_about(OFFER)
    _an_hour_later(guest, site)
    guest.open("/plan")
    guest.sees("Mój plan", picture="plan-offer")
    guest.says(OFFER)
    guest.follow("Dodaj plan do ekranu")
    guest.sees("Dodaj plan do ekranu", picture="install-guide")
    assert all(one.get_attribute("alt") for one in guest.page.locator("main img").all())
    guest.back()
    guest.press("Nie, dziękuję")
    guest.sees("Mój plan")
    guest.is_silent_about(OFFER)
    guest.press("Wyloguj", within="footer", whole=True)
    guest.sign_in(site.link(person.email))
    guest.is_silent_about(OFFER)


def _an_hour_later(guest, site) -> None:
    (kept,) = [one for one in guest.page.context.cookies() if one["name"] == "install"]
    count, _, began = kept["value"].partition(".")
    guest.page.context.add_cookies([{"name": "install", "value": f"{count}.{int(began) - 3600}", "url": site.base_url}])


def test_where_the_browser_can_install_it_the_button_does(walk, site, person):
    guest = walk(person.email)
    _an_hour_later(guest, site)
    guest.open("/plan")
    Phone(guest).until_kept()
    guest.page.evaluate("""() => {
      const event = new Event('beforeinstallprompt', {cancelable: true})
      event.prompt = () => { window.asked = true }
      event.userChoice = Promise.resolve({outcome: 'accepted'})
      window.heldBack = !dispatchEvent(event)
    }""")
    assert guest.page.evaluate("heldBack && !window.asked"), "it asks without a press"
    guest.page.get_by_role("link", name="Dodaj plan do ekranu").click()
    expect(guest.page.get_by_text(OFFER)).to_have_count(0)
    assert guest.page.evaluate("window.asked && location.pathname") == "/plan"


def test_a_page_that_was_on_its_way_while_the_worker_began_gets_it_too(walk, site, person):
    guest = walk()
    guest.open("/help")  # no worker yet
    ask = guest.page.context.request
    ask.get(site.link(person.email))
    ask.post("/enter", form={"phone": "mine"}, headers={"Sec-Fetch-Site": "same-origin"})

    held, versions = [], []
    guest.page.route("**/plan", lambda route: held.append(route))
    devtools = guest.page.context.new_cdp_session(guest.page)
    devtools.on("ServiceWorker.workerVersionUpdated", lambda said: versions.extend(one["status"] for one in said["versions"]))
    devtools.send("ServiceWorker.enable")
    guest.page.evaluate("navigator.serviceWorker.register('/sw.js'); location.href = '/plan'")
    for _ in range(500):
        if held and "activated" in versions:
            break
        guest.page.wait_for_timeout(20)  # lets what the browser has said come in
    held[0].continue_()
    guest.sees("Mój plan")
    Phone(guest).until_kept()


def test_a_newer_edition_is_a_link_and_never_reloads_the_page(walk, person):
    guest = walk(person.email)
    Phone(guest).until_kept()
    guest.page.evaluate("window.here = 'yes', document.getElementById('page').dataset.assets = '/static/app.older.css'")
    guest.page.evaluate("import(document.getElementById('page').dataset.mine).then(({shown}) => shown())")
    link = guest.page.get_by_role("link", name="Jest nowa wersja. Odśwież.")
    expect(link).to_be_visible()
    assert guest.page.evaluate("window.here") == "yes"
    link.click()
    expect(link).to_have_count(0)
    guest.sees("Mój plan")
    assert guest.page.evaluate("window.here") is None


@pytest.mark.parametrize("is_online", [True, False], ids=["online", "offline"])
@pytest.mark.parametrize("shared", [True, False], ids=["shared", "mine"])
def test_signing_out_leaves_no_trace(walk, site, person, shared, is_online):
    booking = site.booking(person, site.tomorrow(9))
    guest = walk(person.email, shared=shared)
    phone = Phone(guest)
    guest.page.context.grant_permissions(["notifications"])
    if shared:
        assert phone.traces() == NOTHING
    else:
        phone.until_kept()
        phone.cut_off()
        phone.press_unsent("Tak, przyjdę")
        phone.hears_of_the_cut()
        guest.page.evaluate("localStorage.x = sessionStorage.x = 'y'")
        guest.page.evaluate("navigator.serviceWorker.ready.then(one => one.showNotification('Masz wiadomość'))")
        assert phone.traces()["caches"] == phone.traces()["databases"] == ["pracownia"]
    guest.page.context.set_offline(not is_online)
    where = ".shared" if shared else "footer"
    if is_online:
        guest.press("Wyloguj", within=where, whole=True)
        guest.sees("Do zobaczenia")
    else:
        _press_offline(guest, where)
        phone.hears_of_the_cut()
        expect(guest.page).to_have_title("Do zobaczenia – Pracownia")
        assert guest.page.get_by_text("Nie wysłaliśmy twojej odpowiedzi").count() == (0 if shared else 1)
        shot(guest.page, "signed-out-offline")
        assert_page(guest.page)
    guest.is_silent_about(person.short_name, "Napisać CV")
    phone.hears_of_the_cut()
    assert phone.traces() == NOTHING
    if not is_online:
        guest.page.context.set_offline(False)
        expect(guest.page.locator("[data-left]")).to_have_count(0)  # it came through, and the server's own page took its place
        guest.sees("Do zobaczenia")
    guest.page.goto("/plan")
    guest.sees("Wejdź do swojego planu")
    guest.page.go_back()
    guest.is_silent_about(person.short_name, "Napisać CV")
    assert "left" not in {one["name"] for one in guest.page.context.cookies()}
    phone.hears_of_the_cut()
    assert is_online or site.again(booking).answer == "none"


def _press_offline(guest, within: str) -> None:
    guest.page.locator(within).get_by_role("button", name="Wyloguj").click()
    expect(guest.page.locator("[data-left] h1:focus")).to_have_count(1)


def test_a_phone_that_was_shut_after_signing_out_offline_is_signed_out_by_its_next_request(walk, site, person):
    guest = walk(person.email)
    Phone(guest).until_kept()
    guest.page.context.set_offline(True)
    _press_offline(guest, "footer")
    Phone(guest).hears_of_the_cut()
    guest.page.close()
    guest.page.context.set_offline(False)
    answer = guest.page.context.request.get("/plan", max_redirects=0)
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in")
    assert "left" not in {one["name"] for one in guest.page.context.cookies()}
    assert guest.page.context.request.get("/plan", max_redirects=0).status == 303
