"""The first page of a visit carries its styles and looks like every other; nothing on a page moves once it is there."""

import os
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from e2e.offline import Phone
from e2e.site import Site, copy_of
from portal import keys
from services import drafts, slots
from services.models import SupportForm

SHIFTS = """() => new Promise(done => {
  const told = list => done(list.getEntries().flatMap(({value, sources}) => sources.map(({node}) => [value, node?.outerHTML?.slice(0, 120) ?? ''])))
  new PerformanceObserver(told).observe({type: 'layout-shift', buffered: true})
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100, [])))
})"""
IS_PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length > 0"
LATE = re.compile(r"/static/.*\\.(js|svg|png)$")
STRANGER = ("/sign-in", "/sign-in/code", "/sign-in/how", "/look", "/help", "/accessibility", "/privacy")
OWN = (
    "/plan",
    "booked",
    "/book/day",
    "/book/hour",
    "/book/person",
    "/reminders",
    "/reminders/phone",
    "/needs",
    "/files",
    "/install",
    "/next",
    "/passkeys",
)
SAMPLE = ("/sign-in", "/plan", "booked", "/book/day", "/reminders/phone")
IS_FULL = bool(os.environ.get("PRACOWNIA_TEST_FULL"))


@pytest.fixture(scope="module")
def site(filled, by_day, tmp_path_factory):
    """At an address with a name, since a passkey is only offered there."""
    with Site(copy_of(filled, tmp_path_factory.mktemp("first-view") / "var"), by_day, host="localhost") as running:
        yield running


@pytest.fixture(scope="module")
def maria(site):
    """Somebody with a session tomorrow, who has chosen a kind of help and a day for another."""
    person = site.newcomer(steps=("Napisać CV", "Kurs komputerowy: thematic-workshop"))
    booking = site.booking(person, site.tomorrow(9))
    with site.writing() as db:
        form = db.scalars(select(SupportForm).where(SupportForm.code == "career-counselling")).one()
        who = db.get(type(person), person.id)
        days, _ = slots.free_days(db, form.id, person=who)
        drafts.keep(db, drafts.owner_of(who, who), "booking", {"form": form.id, "day": days[0].day.isoformat()})
    return person, booking


def shifts_of(page, path: str) -> list:
    """What moved on the page, when its scripts and pictures came long after it was drawn."""
    held = []
    page.route(LATE, lambda route: held.append(route))
    page.goto(path, wait_until="commit")
    page.wait_for_function(IS_PAINTED)
    page.unroute(LATE)
    for route in held:
        route.continue_()
    page.wait_for_load_state("networkidle")
    return page.evaluate(SHIFTS)


@pytest.mark.parametrize("path", [path for path in STRANGER if IS_FULL or path in SAMPLE])
def test_nothing_moves_on_a_page_for_everybody(walk, path):
    assert shifts_of(walk().page, path) == []


def test_nothing_moves_where_this_phone_has_a_key(walk, site):
    page = walk().page
    page.context.add_cookies([{"name": keys.COOKIE, "value": "1", "url": site.base_url}])

    assert shifts_of(page, "/sign-in") == []
    expect(page.get_by_role("button", name="Wejdź kluczem z tego telefonu")).to_be_visible()


@pytest.mark.parametrize("path", [path for path in OWN if IS_FULL or path in SAMPLE])
def test_nothing_moves_on_a_persons_own_page(walk, site, maria, path):
    person, booking = maria
    page = signed_in(walk, site, person)

    assert shifts_of(page, f"/booked/{booking.number}" if path == "booked" else path) == []


def signed_in(walk, site, person):
    """A page that has shown nothing yet, on the phone of somebody who has signed in."""
    page = walk().page
    page.context.request.get(site.link(person.email))
    assert page.context.request.post("/enter", form={"phone": "mine"}, headers={"Sec-Fetch-Site": "same-origin"}).ok
    return page


def test_nothing_moves_where_the_app_is_offered(walk, site, maria):
    """From the second visit on."""
    person, _ = maria
    page = signed_in(walk, site, person)
    page.context.add_cookies([{"name": "install", "value": "1.1000000000", "url": site.base_url}])
    assert shifts_of(page, "/plan") == []
    expect(page.locator("[data-install]")).to_have_count(1)


def test_what_to_answer_is_seen_at_first_sight(walk, maria):
    person, _ = maria
    page = walk(person.email).page
    page.goto("/plan")
    button = page.get_by_role("button", name="Tak, przyjdę").first.bounding_box()

    assert button["y"] + button["height"] <= page.viewport_size["height"], button


def test_the_first_page_looks_like_the_next(walk):
    """One carries its styles, the other finds them in the browser's store."""
    page = walk().page
    page.goto("/help")
    expect(page.locator("head style")).to_have_count(1)
    first = page.screenshot(full_page=True, caret="initial")
    page.evaluate("location.assign('/help?again')")
    expect(page.locator("head style")).to_have_count(0)
    page.wait_for_load_state()

    assert page.screenshot(full_page=True, caret="initial") == first


def test_nothing_moves_on_the_kept_page_with_an_answer_that_waits_nor_when_it_has_come_through(walk, site):
    person = site.newcomer(steps=("Napisać CV",))
    booking = site.booking(person, site.tomorrow(9))
    guest = walk(person.email)
    phone = Phone(guest)
    phone.until_kept()
    page = guest.page
    page.context.set_offline(True)
    page.goto("/plan")
    expect(page.locator("[data-kept-at]")).to_have_count(1)
    expect(page.get_by_role("button", name="Tak, przyjdę")).to_be_visible()
    assert page.evaluate(SHIFTS) == []

    phone.press_unsent("Tak, przyjdę")
    page.goto("/plan")
    expect(page.get_by_role("heading", name="Zapisane w telefonie")).to_be_visible()
    assert page.evaluate(SHIFTS) == []

    phone.hears_of_the_cut()

    page.close()  # so that it is the next page that hears of it
    page.context.set_offline(False)
    page = page.context.new_page()
    page.goto("/plan")
    expect(page.get_by_role("heading", name="Mamy twoją odpowiedź")).to_be_visible()
    assert page.evaluate(SHIFTS) == []
    assert site.again(booking).answer == "yes"
