"""A reminder in a real Firefox: it agrees, a coordinator sends, the worker encrypts, the push service carries, Firefox shows."""

import re
from datetime import timedelta

import pytest

from e2e import sending
from e2e.firefox import Firefox
from services.models import Message, PushSubscription

# What a lock screen may never show, by the beginnings of words.
HEALTH = re.compile(r"psych|rehab|terap|lekar|zdrow|chor|niepełnospr|depres|doradc|wsparci", re.IGNORECASE)


@pytest.fixture(scope="module")
def firefox(push):
    with Firefox(push.websocket_url) as browser:
        yield browser


def until_it_stands_at(tab, path: str) -> None:
    tab.eventually("return location.pathname", f"found === {path!r}")


def subscriptions(site, person) -> list[PushSubscription]:
    with site.reading() as db:
        return db.query(PushSubscription).filter_by(person_id=person.id, ended_at=None).all()


def test_a_reminder_is_shown_with_neutral_words_and_can_be_turned_off(firefox, walk, site, push):
    person = site.newcomer()
    booking = site.booking(person, site.tomorrow(12), form="psychological-support")
    tab = firefox.open(site.link(person.email))
    tab.js("document.querySelector('input[value=mine]').click(); document.querySelector('main form button').click()")
    until_it_stands_at(tab, "/plan")

    tab.go(f"{site.base_url}/reminders")
    tab.js("document.querySelector('input[value=push]').click(); document.querySelector('main form button').click()")
    until_it_stands_at(tab, "/reminders/phone")
    seen = "return !!document.querySelector('[data-push-start]')?.checkVisibility()"
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
    tab.go(f"{site.base_url}/reminders/phone")
    tab.eventually(seen, "found")  # it offers to turn them on, and does not say that they are


def about(site, booking) -> list[Message]:
    with site.reading() as db:
        return db.query(Message).filter_by(booking_id=booking.id, channel="push").all()


def test_a_closed_browser_gets_its_reminder_when_it_comes_back(firefox, walk, site, push):
    person = site.newcomer()
    booking = site.booking(person, site.tomorrow(14) + timedelta(minutes=15))
    tab = firefox.open(site.link(person.email))
    tab.js("document.querySelector('input[value=mine]').click(); document.querySelector('main form button').click()")
    until_it_stands_at(tab, "/plan")
    tab.go(f"{site.base_url}/reminders/phone")
    tab.eventually("return !!document.querySelector('[data-push-start]')?.checkVisibility()", "found")
    tab.js("document.querySelector('[data-push-start]').click()")
    site.until(lambda: subscriptions(site, person))
    firefox.close()
    push.wait(push.is_away)

    sending.remind(walk("koordynator"), booking)
    site.until(lambda: [one for one in about(site, booking) if one.status == "accepted"])
    firefox.start()
    tab = firefox.open(site.base_url + site.visit_path(booking))
    (shown,) = tab.notifications()
    assert "14:15" in f"{shown['title']} {shown['body']}"
