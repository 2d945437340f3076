"""A reminder in a real Firefox: it agrees, a coordinator sends, the worker encrypts, the push service carries, Firefox shows."""

import re
from datetime import timedelta

import pytest

from e2e import sending
from e2e.desktop import Desktop
from e2e.firefox import Firefox, Tab
from services import bookings, outbox
from services.models import Booking, Intention, Message, Person, PushSubscription

# What a lock screen may never show, by the beginnings of words.
HEALTH = re.compile(r"psych|rehab|terap|lekar|zdrow|chor|niepełnospr|depres|doradc|wsparci", re.IGNORECASE)


@pytest.fixture(scope="module")
def desktop():
    with Desktop() as desktop:
        yield desktop


@pytest.fixture(scope="module")
def firefox(push, desktop):
    # The worker ends as soon as it has nothing to do, so that each push and each press must wake it anew.
    with Firefox(push.websocket_url, {"dom.serviceWorkers.idle_timeout": 0}, desktop=desktop) as browser:
        yield browser


@pytest.fixture(autouse=True)
def _afresh(firefox, desktop):
    yield
    firefox.close_pages()
    desktop.clear()


def until_it_stands_at(tab, path: str) -> None:
    tab.eventually("return location.pathname", f"found === {path!r}")


def subscriptions(site, person) -> list[PushSubscription]:
    with site.reading() as db:
        return db.query(PushSubscription).filter_by(person_id=person.id, ended_at=None).all()


def test_a_reminder_is_shown_with_neutral_words_and_can_be_turned_off(firefox, walk, site, push):
    person = site.newcomer()
    booking = site.booking(person, site.tomorrow(12), form="psychological-support")
    with site.writing() as db:  # that it is booked they know: or the word of it would follow them to the phone
        outbox.cancel(db, Message.booking_id == booking.id)
    tab = firefox.open(site.link(person.email))
    tab.js("document.querySelector('input[value=mine]').click(); document.querySelector('main form button').click()")
    until_it_stands_at(tab, "/plan")

    tab.go(f"{site.base_url}/reminders")
    for way in ("email", "push"):  # by the phone instead of by mail
        tab.js("document.querySelector(`input[name=channels][value=${given[0]}]`).click()", way)
    tab.js("document.querySelector('main form button').click()")
    until_it_stands_at(tab, "/reminders/phone")
    seen = "return !!document.querySelector('[data-push-start]')?.checkVisibility({visibilityProperty: true})"
    tab.eventually(seen, "found")
    tab.js("document.querySelector('[data-push-start]').click()")
    push.wait(lambda: push.subscriptions)
    (kept,) = site.until(lambda: subscriptions(site, person))
    assert kept.endpoint.startswith(f"{push.origin}/push/")
    until_it_stands_at(tab, "/reminders/saved")

    path = site.visit_path(booking)
    sending.remind(walk("koordynator"), booking)
    message = push.wait(lambda: next(iter(push.messages), None))
    assert message.status == 201, message.why
    (shown,) = tab.notifications()
    push.wait(lambda: message.ack == 100)
    words = f"{shown['title']} {shown['body']}"
    assert not HEALTH.search(words), words
    assert "12:00" in words
    assert shown["lang"] == "pl"
    assert shown["data"]["url"] == path
    site.until(lambda: all(one.status == "accepted" for one in about(site, booking)))

    tab.go(site.base_url + path)
    heading = tab.js("return document.querySelector('h1').textContent")
    assert heading.startswith("Czy przyjdziesz "), heading

    tab.go(f"{site.base_url}/reminders")
    tab.js("document.querySelector(\"form[action='/reminders/phone/off'] button\").click()")
    site.until(lambda: not subscriptions(site, person))
    # Until its answer is drawn: what is still under way may take the place of the next page.
    tab.eventually("return !document.querySelector(\"form[action='/reminders/phone/off']\")", "found")
    tab.go(f"{site.base_url}/reminders/phone")
    tab.eventually(seen, "found")  # it offers to turn them on, and does not say that they are


def turn_on(firefox, site, person) -> None:
    """The person signs in here and turns on the messages of this phone."""
    tab = firefox.open(site.link(person.email))
    tab.js("document.querySelector('input[value=mine]').click(); document.querySelector('main form button').click()")
    until_it_stands_at(tab, "/plan")
    tab.go(f"{site.base_url}/reminders/phone")
    tab.eventually("return !!document.querySelector('[data-push-start]')?.checkVisibility({visibilityProperty: true})", "found")
    tab.js("document.querySelector('[data-push-start]').click()")
    site.until(lambda: subscriptions(site, person))
    until_it_stands_at(tab, "/reminders/saved")


def about(site, booking) -> list[Message]:
    with site.reading() as db:
        return db.query(Message).filter_by(booking_id=booking.id, channel="push").all()


def test_a_closed_browser_gets_its_reminder_when_it_comes_back(firefox, walk, site, push):
    person = site.newcomer()
    booking = site.booking(person, site.tomorrow(14) + timedelta(minutes=15))
    turn_on(firefox, site, person)
    firefox.close()
    push.wait(push.is_away)

    try:
        sending.remind(walk("koordynator"), booking)
        site.until(lambda: [one for one in about(site, booking) if one.status == "accepted"])
    finally:
        firefox.start()
    tab = firefox.open(site.base_url + site.visit_path(booking))
    (shown,) = tab.notifications()
    assert "14:15" in f"{shown['title']} {shown['body']}"


@pytest.fixture
def reminded(firefox, desktop, walk, site):
    """`reminded(hour)`: a reminder of a session tomorrow at that hour, shown while no page of the portal is open."""

    def remind(hour: int):
        person = site.newcomer()
        booking = site.booking(person, site.tomorrow(hour))
        turn_on(firefox, site, person)
        firefox.close_pages()
        sending.remind(walk("koordynator"), booking)
        shown = desktop.wait_for(f"{hour}:00")
        assert list(shown.buttons) == ["Przyjdę", "Nie mogę"]
        assert not HEALTH.search(f"{shown.title} {shown.body} {shown.buttons}")
        return booking, shown

    return remind


def said(site, booking) -> list[tuple[str, str]]:
    with site.reading() as db:
        return [(one.answer, one.way) for one in db.query(Intention).filter_by(booking_id=booking.id)]


def test_a_button_answers_with_every_page_closed_and_two_presses_are_one_answer(reminded, firefox, desktop, walk, site):
    booking, shown = reminded(16)
    site.until(lambda: [one for one in about(site, booking) if one.reached_at])
    assert said(site, booking) == []

    desktop.press(shown, "Przyjdę", times=2)
    done = desktop.wait_for("Zapisane")
    desktop.wait(lambda: list(desktop.shown) == [done.number])
    assert firefox.pages() == {}
    assert said(site, booking) == [("yes", "push")]
    guest = walk()
    guest.open(site.visit_path(booking))
    guest.sees("Dziękujemy. Czekamy na ciebie")
    with site.reading() as db:
        person = db.get(Person, booking.person_id)
    elsewhere = walk(person.email)
    elsewhere.open("/plan")
    elsewhere.says("Wiemy, że przyjdziesz")


def test_the_other_button_opens_the_page_that_asks_what_next(reminded, firefox, desktop, site):
    booking, shown = reminded(17)

    desktop.press(shown, "Nie mogę")
    firefox.wait_for_page(f"{site.base_url}{site.visit_path(booking)}/no")
    (tab,) = (Tab(firefox, context) for context in firefox.pages())
    tab.eventually("return document.querySelector('h1')?.textContent || ''", "found.startsWith('Nie możesz przyjść?')")
    assert said(site, booking) == []
    desktop.wait(lambda: not desktop.shown)


def test_a_button_of_a_reminder_that_is_out_of_date_says_that_nothing_was_noted(reminded, firefox, desktop, site):
    booking, shown = reminded(18)
    with site.writing() as db:
        held = bookings.get_by_id(db, booking.id)
        slot = site.slot(db, held.starts_at + timedelta(days=2))
        bookings.move(db, held.person, held, slot.id, key=f"moved-{booking.id}")

    desktop.press(shown, "Przyjdę")
    failed = desktop.wait_for("Nie udało się zapisać")
    assert said(site, booking) == []
    with site.reading() as db:
        assert db.get(Booking, booking.id).answer == "none"
    desktop.press(failed)
    firefox.wait_for_page(f"{site.base_url}{site.visit_path(booking)}")
