"""A phone that lacks something loses that one thing: the plan, an answer and a booking are there all the same, and all the rest."""

import os
import re

import pytest
from playwright.sync_api import expect

from e2e.offline import Phone

pytestmark = pytest.mark.whole_browser

DENIED = "get() { throw new DOMException('denied', 'SecurityError') }"


def gone(*names: str) -> str:
    return "".join(f"delete {name};" for name in names)


def denied(*names: str) -> str:
    """As browsers do whose owners forbid sites to store anything: the very name throws."""
    return "".join(f"Object.defineProperty(window, '{name}', {{{DENIED}}});" for name in names)


# What is missing, and what is lost by it.
PHONES = {
    "everything": ("", ""),
    "no indexedDB": (gone("window.indexedDB", "Window.prototype.indexedDB"), ""),
    "indexedDB denied": (denied("indexedDB"), ""),
    "storage denied": (denied("localStorage", "sessionStorage"), ""),
    "no caches in pages": (gone("window.caches", "Window.prototype.caches"), ""),
    "caches denied": (denied("caches"), ""),
    "no push": (gone("window.PushManager", "ServiceWorkerRegistration.prototype.pushManager"), "push"),
    "no notifications": (gone("window.Notification"), "push"),
    "no voice": (gone("window.speechSynthesis", "window.SpeechSynthesisUtterance"), "voice"),
    "no badge": (gone("Navigator.prototype.setAppBadge", "Navigator.prototype.clearAppBadge"), "badge"),
    "a badge that fails": ("Navigator.prototype.setAppBadge = Navigator.prototype.clearAppBadge = async () => { throw new Error('no') };", "badge"),
    "no service worker": (gone("Navigator.prototype.serviceWorker"), "copy badge push"),
    "a worker that is refused": (
        "ServiceWorkerContainer.prototype.register = async () => { throw new DOMException('refused', 'SecurityError') };", "copy badge"),
}  # fmt: skip
PHONES["nothing"] = ("".join(script for script, _ in PHONES.values()), "copy badge push voice")
# The others in the full run. Of these, one loses nothing and the other all that there is to lose.
SAMPLE = ("storage denied", "nothing")
CASES = [name for name in PHONES if os.environ.get("PRACOWNIA_TEST_FULL") or name in SAMPLE]
# A phone with a Polish voice and an icon that carries a number; what is missing is taken from it afterwards.
WHOLE = """
  window.badges = []
  Navigator.prototype.setAppBadge = async number => { badges.push(number) }
  Navigator.prototype.clearAppBadge = async () => { badges.push(0) }
  const voice = Object.assign(new EventTarget(), {speak() {}, cancel() {}, getVoices: () => [{lang: 'pl-PL', localService: true, name: 'pl'}]})
  Object.defineProperty(window, 'speechSynthesis', {value: voice, configurable: true})
"""


@pytest.mark.parametrize("case", CASES)
def test_a_phone_loses_what_it_lacks_and_nothing_else(walk, site, case):
    script, lost = PHONES[case]
    person = site.newcomer(steps=("Napisać CV",))
    booking = site.booking(person, site.tomorrow(9))
    guest = walk()
    guest.page.add_init_script(WHOLE + script)
    guest.sign_in(site.link(person.email))

    guest.sees("Mój plan")
    expect(guest.page.get_by_role("button", name="Posłuchaj")).to_have_count(0 if "voice" in lost else 1)
    if "badge" not in lost:
        guest.page.wait_for_function("() => badges.at(-1) === 1")
    answers(guest)
    assert site.again(booking).answer == "yes"
    if "badge" not in lost:
        guest.page.wait_for_function("() => badges.at(-1) === 0")
    books(guest)
    asks_for_notifications(guest, "push" in lost)
    if "copy" not in lost:
        reads_the_plan_without_a_network(guest, case)
    leaves(guest)


def answers(guest) -> None:
    guest.press("Tak, przyjdę")
    guest.sees("Dziękujemy. Czekamy na ciebie")
    guest.follow("Wróć do planu", within="main")
    guest.sees("Mój plan")


def books(guest) -> None:
    guest.follow("Umów", within=".menu")
    guest.choose("Doradztwo zawodowe")
    guest.press("Dalej")
    guest.choose("Wszystko jedno")
    guest.press("Dalej")
    guest.choose_nth(2)  # not the nearest day: tomorrow is taken, and a day may have one hour only
    guest.press("Dalej")
    guest.choose_nth(0)
    guest.press("Dalej")
    guest.press("Umów spotkanie")
    guest.sees("Spotkanie umówione")


def asks_for_notifications(guest, is_lost: bool) -> None:
    guest.open("/reminders/phone")
    guest.sees("Włącz powiadomienia")
    shown = guest.page.locator("[data-push-state]:not([hidden])")
    expect(shown).to_contain_text("nie umie pokazać powiadomień" if is_lost else "Telefon zapyta o zgodę")


def reads_the_plan_without_a_network(guest, case: str) -> None:
    guest.open("/plan")
    if "caches" in case:  # no page can look; the worker tells by the icon's number that it has kept the plan
        guest.page.wait_for_function("() => badges.length > 0")
    else:
        Phone(guest).until_kept()
    guest.page.context.set_offline(True)
    guest.open("/plan")
    guest.says("Plan jest z")
    guest.page.context.set_offline(False)
    Phone(guest).hears_of_the_cut()


def leaves(guest) -> None:
    guest.open("/plan")
    guest.press("Wyloguj", within="footer", whole=True)
    guest.sees(re.compile("^Do zobaczenia"))
