"""Nothing happens by itself on any page, for anybody: no countdown, no reload, no window that opens, no dialogue; and whatever
somebody sends can be taken back, or was shown to them before."""

import re
from pathlib import Path

import pytest
from flask import g

from portal import edge
from tests.portal.test_access_matrix import BY_LINK, IN, ask, expected, rules
from tests.portal.world import build

STATIC = Path(__file__).parents[2] / "portal" / "static"
FORBIDDEN = {
    "a page that loads itself anew": re.compile(r"http-equiv=[\"']?refresh", re.I),
    "a new window": re.compile(r"\btarget=[\"']?_?(?:blank|new)", re.I),
    "a dialogue": re.compile(r"<dialog\b|role=[\"'](?:alert)?dialog|aria-modal", re.I),
    "a password": re.compile(r"type=[\"']?password", re.I),
    "a countdown": re.compile(r"role=[\"']timer|countdown|<progress\b|<meter\b", re.I),
    "something that moves or plays": re.compile(r"<(?:marquee|blink)\b|\bautoplay\b", re.I),
    "a part that asks by itself": re.compile(r"hx-trigger=[\"'][^\"']*\b(?:every|load|revealed|intersect)\b", re.I),
}
# What a person has asked for by sending: its page tells how far it is, in place, without moving the focus.
ASKED_FOR = {("sendings.result", "a part that asks by itself")}
IN_SCRIPTS = {
    "a dialogue": re.compile(r"(?<![.\w])(?:alert|confirm|prompt)\(|showModal"),
    "a new window": re.compile(r"\bwindow\.open\("),
    "a page that loads itself anew": re.compile(r"location\.reload\("),
    "a clock that ticks": re.compile(r"\bsetInterval\("),
}
IN_SCRIPTS_FOR_A_REASON = {
    (
        "app.js",
        "a page that loads itself anew",
    ): "the browser's own Back, after signing out on a shared phone: the page is not shown again",
    (
        "read.js",
        "a clock that ticks",
    ): "looks whether the voice still speaks, from the press that begins to the one that ends it",
}
VISITORS = ("nobody", "maria", "jan", "ewa", "admin", "half", "anna")


@pytest.fixture
def world(app, db, make, monkeypatch):
    monkeypatch.setattr(edge, "finish", lambda status: g.db.rollback() if "db" in g else None)
    return build(app, db, make)


def surprises(endpoint: str, text: str) -> list[str]:
    return [name for name, seen in FORBIDDEN.items() if seen.search(text) and (endpoint, name) not in ASKED_FOR]


@pytest.mark.parametrize("who", VISITORS)
def test_nothing_happens_by_itself_on_any_page(world, who):
    wrong, pages, client = [], 0, world.client(who)
    for rule, method in rules(world.app):
        answer = ask(world, client, rule, method, world.hers) if method == "GET" else None
        if answer is None or answer.status_code >= 400 or answer.mimetype != "text/html":
            continue
        pages += answer.status_code == 200
        wrong += [f"{rule.rule}: {what}" for what in surprises(rule.endpoint, answer.text)]
    assert wrong == []
    assert pages >= 8


@pytest.mark.parametrize("fault", [
    '<meta http-equiv="refresh" content="5">', '<a href="/" target="_blank">', "<dialog open>", '<div role="timer">',
    '<input type="password">', '<video autoplay>', '<div data-hx-get="/x" data-hx-trigger="every 5s">',
])  # fmt: skip
def test_the_search_sees_each_of_them(fault):
    assert surprises("plan.see", fault)


def test_no_script_of_ours_does_it_either():
    found = {
        (path.name, name)
        for path in STATIC.rglob("*.js")
        for name, seen in IN_SCRIPTS.items()
        if "vendor" not in path.parts and seen.search(path.read_text("utf-8"))
    }
    assert found - set(IN_SCRIPTS_FOR_A_REASON) == set()


# What people send, and how they take it back: at which address, or on which page they see it before it counts.
TAKEN_BACK = {
    "attendance.check_in": "bookings.cancel", "attendance.confirm": "attendance.confirm", "bookings.answer": "bookings.cancel",
    "bookings.answer_later": "bookings.cancel", "bookings.cancel": "bookings.restore", "bookings.move": "bookings.see",
    "bookings.restore": "bookings.cancel", "booking.make": "bookings.cancel", "barriers.report": "barriers.withdraw",
    "contacts.add": "contacts.end", "follow_ups.answer": "follow_ups.answer", "look.choose": "look.choose",
    "needs.change": "needs.change", "passkeys.add": "passkeys.remove", "plan.mark": "plan.mark", "reminders.choose": "reminders.choose",
    "reminders.put_first": "reminders.put_first", "reminders.subscribe": "reminders.unsubscribe",
    "reminders.unsubscribe": "reminders.subscribe", "visits.answer": "visits.cancel", "visits.cancel": "visits.restore",
    "visits.restore": "visits.cancel", "leaving.leave": "reminders.choose", "offers.answer": "bookings.cancel",
}  # fmt: skip
SHOWN_BEFORE = {
    "barriers.withdraw": "barriers.see", "contacts.end": "contacts.ask_end", "contacts.stop": "contacts.copies",
    "plan.answer": "plan.proposed", "plan.stop_waiting": "plan.see", "passkeys.remove": "passkeys.see",
}  # fmt: skip
# A step of a journey that ends with one of those above, a way in or out, or what changes nothing of anybody's.
STEPS = {
    "booking.start", "booking.choose_need", "booking.choose_person", "booking.choose_day", "booking.choose_hour",
    "booking.take_first", "booking.suit", "entry.ask_for_code", "entry.try_code", "entry.enter_as", "entry.ask_for_key", "entry.use_key",
    "entry.use_link", "entry.sign_out", "entry.start_anew", "install.never", "passkeys.ask", "reminders.send_test", "reminders.renew",
    "receipts.seen", "hooks.posted", "mailbox.reply",
}  # fmt: skip


def test_whatever_people_send_can_be_taken_back_or_was_shown_before(app):
    """The journeys themselves are walked where each thing is tested; here nothing new is forgotten."""
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    gets = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    theirs = {name for name in posts if expected_in(name)}

    assert theirs - set(TAKEN_BACK) - set(SHOWN_BEFORE) - STEPS == set(), "how is it taken back?"
    assert (set(TAKEN_BACK) | set(SHOWN_BEFORE) | STEPS) - posts == set()
    assert set(TAKEN_BACK.values()) <= posts | gets
    assert set(SHOWN_BEFORE.values()) <= gets


def expected_in(endpoint: str) -> bool:
    """Whether it is for people: participants, and whoever is not signed in."""
    if endpoint.partition(".")[0] in ("acting", "acting_entry", "acting_plan", "booking_acting"):
        return False  # who acts for somebody does what the person does, by the same services
    if endpoint in BY_LINK:
        return True
    return expected(endpoint, "maria", "") == IN
