"""A phone of one's own without a network: the plan with its date, help, answers that wait and count once; and what leaves with whoever signs out."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from e2e.offline import Phone
from services import bookings
from services.models import AttendanceStatement, Intention

pytestmark = pytest.mark.whole_browser

STEPS = ("Napisać CV: career-counselling", "Zapisać się do urzędu pracy")


@pytest.fixture
def person(site):
    return site.newcomer(steps=STEPS)


@pytest.fixture
def booking(site, person):
    return site.booking(person, site.tomorrow(10))


@pytest.fixture
def phone_of(walk):
    """`phone_of(person)`: signed in on a phone of their own, whose worker has kept the plan."""

    def sign_in(person, **options) -> Phone:
        guest = Phone(walk(person.email, **options))
        guest.until_kept()
        return guest

    return sign_in


def said(site, booking) -> list[tuple[str, str]]:
    with site.reading() as db:
        return [(one.answer, one.way) for one in db.query(Intention).filter_by(booking_id=booking.id).order_by(Intention.id)]


def move(site, booking) -> None:
    with site.writing() as db:
        held = bookings.get_by_id(db, booking.id)
        slot = site.slot(db, held.starts_at + timedelta(days=2))
        bookings.move(db, held.person, held, slot.id, key=f"moved-{booking.id}")


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_the_plan_stays_with_its_date(walk, site, person, booking, theme):
    guest = Phone(walk())
    guest.page.context.add_cookies([{"name": "look", "value": f"theme={theme}", "url": site.base_url}])
    guest.walk.sign_in(site.link(person.email))
    guest.until_kept()
    guest.cut_off()
    guest.page.reload()
    guest.walk.sees("Mój plan", picture=f"offline-{theme}")
    expect(guest.page.locator("html")).to_have_attribute("data-theme", theme)
    expect(guest.page.locator(".off")).to_have_text(
        re.compile(r"^Nie ma internetu\. Plan jest (z|ze) \w+, \d+ \w+, godz\. \d+:\d\d\.$")
    )
    guest.walk.says("Kroki w twoim planie", "Najbliższe spotkanie", "Kto ci pomaga")
    for words in (booking.slot.specialist.full_name, "rozmowa przez telefon"):
        expect(guest.page.locator("main")).to_contain_text(words)
    assert guest.page.locator("main a[href^='tel:']").count() >= 1
    guest.hears_of_the_cut()


def test_it_stays_in_the_language_of_the_page(phone_of, site):
    guest = phone_of(site.newcomer(language="uk"))
    guest.cut_off()
    for path in ("/plan", "/book/need"):
        guest.page.goto(path)
        expect(guest.page.locator("html")).to_have_attribute("lang", "uk")
    guest.hears_of_the_cut()


def test_other_pages_say_that_they_need_the_internet_and_help_stays(phone_of, person):
    guest = phone_of(person)
    guest.cut_off()
    for path in ("/book/need", "/reminders", "/files"):
        guest.page.goto(path)
        guest.walk.sees("Potrzebny internet", picture="needs-internet")
        assert guest.page.locator("main a[href^='tel:']").count() == 1
    guest.page.goto("/help")
    guest.walk.sees("Pomoc")
    guest.walk.follow("Mój plan", within=".menu")
    guest.walk.sees("Mój plan")
    guest.hears_of_the_cut()


@pytest.mark.parametrize("button", ["Tak, przyjdę", "Potrzebuję pomocy, żeby przyjść"])
def test_an_answer_without_a_network_waits_and_counts_once(phone_of, site, person, booking, button):
    guest = phone_of(person)
    guest.cut_off()
    guest.press_unsent(button)
    guest.walk.says("Zapisane w telefonie", "Wyślemy, gdy wróci internet.")
    guest.walk.is_silent_about("Wiemy, że przyjdziesz", "Dziękujemy", "Nie ma połączenia")
    assert said(site, booking) == []
    guest.hears_of_the_cut()

    guest.page.context.set_offline(False)
    for _ in range(2):
        guest.dispatch_sync()
    answer = "yes" if button.startswith("Tak") else "help"
    guest.walk.says("Mamy twoją odpowiedź")
    assert said(site, booking) == [(answer, "plan")]
    site.until(lambda: guest.kept_answers() == [])
    guest.walk.follow("Pokaż plan", within="[data-answers]")
    guest.walk.sees("Mój plan")
    guest.walk.says("Wiemy, że przyjdziesz" if answer == "yes" else "Zadzwonimy w sprawie pomocy")


def test_from_the_kept_page_a_place_is_given_back(phone_of, site, person, booking):
    guest = phone_of(person)
    guest.cut_off()
    guest.page.reload()
    guest.press_unsent("Nie mogę przyjść")
    guest.hears_of_the_cut()
    guest.walk.sees("Mój plan", picture="offline-answer")
    assert site.again(booking).status == "booked"
    guest.hears_of_the_cut()
    guest.page.context.set_offline(False)
    guest.dispatch_sync()
    site.until(lambda: site.again(booking).status == "cancelled")
    assert said(site, booking) == [("no", "plan")]


def test_on_the_day_i_am_here_without_a_network(phone_of, site, person):
    booking = site.booking(person, timedelta(minutes=40))
    guest = phone_of(person)
    guest.cut_off()
    guest.page.reload()
    guest.press_unsent("Jestem na miejscu")
    guest.walk.says("Powiedz też w recepcji swoje imię.")
    guest.hears_of_the_cut()
    guest.page.context.set_offline(False)
    guest.walk.says("Mamy twoją odpowiedź")
    guest.page.goto("/here")
    guest.walk.sees("Dobrze, że jesteś")
    with site.reading() as db:
        assert [one.said for one in db.query(AttendanceStatement).filter_by(booking_id=booking.id)] == ["here"]


@pytest.mark.parametrize("occasion", ["online", "opening", "coming back to it"])
def test_without_background_sync_it_is_sent_by_the_page(walk, site, person, booking, occasion):
    guest = Phone(walk(person.email), sync=False, deaf=occasion != "online")
    guest.until_kept()
    guest.cut_off()
    guest.press_unsent("Tak, przyjdę")
    guest.walk.says("Otwórz plan, gdy wróci internet.")
    guest.hears_of_the_cut()
    if occasion == "opening":
        guest.page.goto("about:blank")
    guest.page.context.set_offline(False)
    if occasion == "opening":
        guest.page.goto("/plan")
    if occasion == "coming back to it":
        guest.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    site.until(lambda: said(site, booking))
    guest.walk.says("Mamy twoją odpowiedź")
    assert said(site, booking) == [("yes", "plan")]


def test_one_that_comes_too_late_says_so_with_the_number_to_call(phone_of, site, person, booking):
    guest = phone_of(person)
    guest.cut_off()
    guest.press_unsent("Tak, przyjdę")
    guest.hears_of_the_cut()
    move(site, booking)
    guest.page.context.set_offline(False)
    guest.dispatch_sync()
    guest.page.goto("/plan")
    guest.walk.says("Nie zapisaliśmy tej odpowiedzi", "Termin tego spotkania się zmienił.")
    guest.walk.sees("Mój plan", picture="answer-too-late")
    assert guest.page.locator("[data-answers] a[href^='tel:']").count() == 1
    expect(guest.page.get_by_role("link", name="Zobacz to spotkanie")).to_have_attribute("href", f"/booked/{booking.number}")
    assert (said(site, booking), site.again(booking).answer) == ([], "none")
    guest.page.get_by_role("button", name="Rozumiem").click()
    guest.walk.is_silent_about("Nie zapisaliśmy tej odpowiedzi")
    assert guest.kept_answers() == []


def test_who_asks_while_an_earlier_try_still_fails_gets_a_try_of_their_own(phone_of, site, person, booking):
    guest = phone_of(person)
    guest.cut_off()
    guest.press_unsent("Tak, przyjdę")
    guest.hears_of_the_cut()
    held = []
    context = guest.page.context
    context.route("**/later", lambda route: route.continue_() if held else held.append(route))
    with context.expect_event("request", lambda request: request.url.endswith("/later")):
        context.set_offline(False)
    guest.page.evaluate("void dispatchEvent(new Event('online'))")
    guest.page.wait_for_timeout(100)  # the worker has heard it: it tells nobody
    held[0].abort("internetdisconnected")
    guest.walk.says("Mamy twoją odpowiedź")
    assert said(site, booking) == [("yes", "plan")]
    guest.hears_of_the_cut()


def test_a_page_of_somebody_elses_network_is_no_word_of_ours(phone_of, site, person, booking):
    """A hotel's sign-in page answers 200 to everything: the answer waits on."""
    guest = phone_of(person)
    guest.cut_off()
    guest.press_unsent("Tak, przyjdę")
    guest.hears_of_the_cut()
    guest.page.context.route(
        "**/later", lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Hotel</h1>")
    )
    guest.page.context.set_offline(False)
    guest.dispatch_sync()
    assert [one["said"] for one in guest.kept_answers()] == ["yes"]
    assert said(site, booking) == []
