"""Whatever is sent to whichever address by whoever it may be: a page that says what to do, never something broken."""

import logging
import re
from urllib.parse import quote

import pytest
from flask import g
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import edge
from tests.portal.test_access_matrix import rules
from tests.portal.world import WHO, build

NASTY = st.sampled_from([
    "", " ", "0", "-1", "1", "²", "٣", "1e9", "9" * 30, "none", "yes", "2026-11-25", "0001-01-01", "9999-12-31", "25:00", "9:00",
    "<script>alert(1)</script>", "%s%n", "{{ 7 * 7 }}", "' OR 1=1 --", "../../etc/passwd", "\x00", "\x7f\x1b", "\ud83d\ude00".encode(
        "utf-16", "surrogatepass").decode("utf-16"), "ą" * 3000, "\u202eabc", "a\r\nSet-Cookie: x=y",
])  # fmt: skip
VALUES = st.one_of(NASTY, st.text(max_size=40))
FIELDS = [
    "key", "need", "step", "slot", "day", "since", "specialist", "needs", "said", "note", "version", "next", "reason",
    "channels", "moments", "endpoint", "p256dh", "auth", "phone", "account", "address", "code", "lang", "theme", "text",
    "from", "state", "q", "start", "booking", "days", "minutes", "pause", "form_id", "where", "capacity", "provides",
    "time", "title", "goal", "support", "doer", "due_on", "moving", "way", "end",
]  # fmt: skip
FORMS = st.dictionaries(st.sampled_from(FIELDS), st.one_of(VALUES, st.lists(VALUES, max_size=3)), max_size=12)


@pytest.fixture
def world(app, db, make, monkeypatch):
    monkeypatch.setattr(edge, "finish", lambda status: g.db.rollback() if "db" in g else None)
    return build(app, db, make)


@pytest.fixture
def is_fine(caplog):
    """Nothing broke: no answer of 500 and more, and nothing unexpected in the log."""
    caplog.set_level(logging.ERROR)

    def is_fine(answer):
        assert answer.status_code < 500, caplog.text[-3000:]
        assert not [record for record in caplog.records if record.name == "pracownia"]
        return True

    return is_fine


@pytest.mark.parametrize("who", WHO)
def test_no_form_breaks_a_page(world, is_fine, who):
    client = world.client(who)
    targets = [(rule, method) for rule, method in rules(world.app)]
    with world.app.test_request_context():
        addresses = [(method, rule.build({name: world.hers[name] for name in rule.arguments})[1]) for rule, method in targets]

    @settings(max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(addresses), FORMS)
    def send(address, form):
        method, path = address
        where = {"query_string" if method == "GET" else "data": form}
        is_fine(client.open(path, method=method, **where))

    send()


ODD = ("²", "9" * 30, "-1", "a b", "\x00", "..", "A" * 2000)


@pytest.mark.parametrize("who", ["nobody", "maria", "jan", "ewa"])
def test_no_address_breaks_a_page(world, is_fine, who):
    client = world.client(who)
    for rule, method in rules(world.app):
        if not rule.arguments:
            continue
        for odd in ODD:
            path = re.sub(r"<[^>]*>", quote(odd, safe=""), rule.rule)
            assert is_fine(client.open(path, method=method)), path


@pytest.mark.parametrize(
    "path", ["/never-was", "/plan/never", "/booked/", "/people/abc", "/static/nothing.css", "/%00", "/..%2f"]
)
@pytest.mark.parametrize("who", ["nobody", "maria"])
def test_a_page_that_is_not_there_says_what_to_do(world, who, path):
    answer = world.client(who).get(path)

    assert answer.status_code in (400, 404)
    seen = re.sub(r"<template\b.*?</template>", "", answer.text, flags=re.DOTALL)  # what waits there is on no page yet
    assert seen.count("<h1>") == 1
    assert 'href="tel:+48580000000"' in answer.text


@pytest.mark.parametrize(("lang", "words"), [("pl", "Nie ma takiej strony"), ("en", "no such page"), ("uk", "сторінки")])
def test_a_page_that_is_not_there_says_so_in_the_persons_language(world, lang, words):
    page = world.client("nobody").get("/never-was", headers={"Accept-Language": lang}).text

    assert f'<html lang="{lang}"' in page
    if lang == "pl":
        assert words in page


def box_of(page: str) -> list[str]:
    """The ids to which the error box leads."""
    box = re.search(r'<div class="errors".*?</ul>', page, re.DOTALL)
    return re.findall(r'href="#([^"]+)"', box[0]) if box else []


EMPTY = [
    ("maria", "/book/need", {}, "need"), ("maria", "/book/person", {}, "specialist"), ("maria", "/book/day", {}, "day"),
    ("maria", "/book/hour", {}, "slot"), ("maria", "/booked/{number}/cancel", {}, "next"), ("maria", "/reminders", {}, "channels"),
    ("maria", "/reminders", {"channels": ["email", "none"]}, "channels"), ("maria", "/reminders/phone", {}, "phone"),
    ("nobody", "/s/{token}/no", {}, "next"), ("nobody", "/sign-in", {}, "address"), ("nobody", "/sign-in", {"address": "a" * 300}, "address"),
    ("jan", "/slots/publish", {}, "days"), ("jan", "/today/{booking_id}/attendance?day=2026-11-24", {"said": "perhaps"}, "b{booking_id}"),
    ("ewa", "/people/{person_id}/plan/draft/goals", {}, "goal"), ("ewa", "/people/import", {}, "register"),
]  # fmt: skip


@pytest.mark.parametrize(("who", "path", "form", "field"), EMPTY, ids=[f"{row[1]} {row[3]}" for row in EMPTY])
def test_a_form_without_an_answer_comes_back_with_a_box_that_leads_to_the_field(world, monkeypatch, who, path, form, field):
    monkeypatch.setattr(edge, "finish", REALLY)
    client = world.client(who)
    if path.startswith("/book/"):
        client.post("/book", data={"need": world.hers["form_id"]})
        client.post("/book/day", data={"day": "2026-11-26"})
    answer, field = client.post(path.format(**world.hers), data=form), field.format(**world.hers)

    assert answer.status_code == 422
    assert re.search(r"<title>Błąd: ", answer.text)
    assert box_of(answer.text)[:1] == [field]
    assert f'id="{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text or field == "phone" or field.startswith("b")


REALLY = edge.finish


TYPED = [
    ("nobody", "/s/{token}/no", {"next": "perhaps"}, None),
    ("maria", "/booked/{number}/cancel", {"reason": "Jestem u lekarza"}, "Jestem u lekarza"),
    ("nobody", "/sign-in", {"address": "żółw" * 60}, "żółw" * 60),
    ("ewa", "/people/{person_id}/plan/draft/goals", {"goal": "ż" * 400}, "ż" * 400),
]


@pytest.mark.parametrize(("who", "path", "form", "words"), TYPED, ids=[row[1] for row in TYPED])
def test_what_was_typed_is_still_there(world, who, path, form, words):
    answer = world.client(who).post(path.format(**world.hers), data=form)

    assert answer.status_code == 422
    assert words is None or words in answer.text
