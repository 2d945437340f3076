"""A page with scripts and the same page without: the part that htmx asks for is what the page holds."""

import re

import pytest
from html5lib import parse

from tests.portal.world import build

REFINE = {"HX-Request": "true", "HX-Request-Type": "partial"}
STEP = {"HX-Request": "true", "HX-Request-Type": "full"}
# (who, address, id of the part)
PARTS = [
    ("maria", "/book/day", "days"), ("maria", "/book/day?since=2026-11-26", "days"), ("jan", "/today", "times"),
    ("jan", "/today?day=2026-11-24", "times"), ("jan", "/slots", "times"), ("jan", "/slots?since=2026-11-25", "times"),
    ("ewa", "/people", "list"), ("ewa", "/people?q=kowal", "list"), ("ewa", "/people?q=nobody-of-this-name", "list"),
    ("ewa", "/sendings/{campaign_id}", "result"),
]  # fmt: skip


@pytest.fixture
def world(app, db, make):
    world = build(app, db, make)
    for days in range(8):
        make.slot(f"2026-11-{24 + days if days < 6 else 30} {15 + (days >= 6) + (days > 6)}:00")
    db.commit()
    return world


def elements(html: str):
    return [node for node in parse(html, namespaceHTMLElements=False).iter() if isinstance(node.tag, str)]


def text_of(node) -> str:
    return re.sub(r"\s+", " ", " ".join(node.itertext())).strip()


def without_keys(page: str) -> str:
    """A form's key is new each time."""
    return re.sub(r'name="key" value="[^"]*"', "", page)


def controls_of(node) -> list:
    kept = ("href", "action", "name", "value", "id", "type", "checked")
    return [
        (one.tag, sorted((name, value) for name, value in one.attrib.items() if name in kept))
        for one in node.iter() if isinstance(one.tag, str) and one.attrib.get("name") != "key"
    ]  # fmt: skip


@pytest.mark.parametrize(("who", "path", "part_id"), PARTS, ids=[row[1] for row in PARTS])
def test_the_part_is_what_a_fresh_load_holds(world, who, path, part_id):
    client, path = world.client(who), path.format(**world.hers)
    if who == "maria":
        client.post("/book", data={"need": world.hers["form_id"]})
    whole, part = client.get(path), client.get(path, headers=REFINE)

    assert (whole.status_code, part.status_code) == (200, 200)
    assert "<html" in whole.text
    assert "<html" not in part.text
    root = next(one for one in elements(part.text) if one.tag == "body")[0]
    same = [one for one in elements(whole.text) if one.attrib.get("id") == root.attrib["id"]]
    assert root.attrib["id"] == part_id
    assert len(same) == 1
    assert text_of(same[0]) == text_of(root)
    assert controls_of(same[0]) == controls_of(root)


STEPS = ["/plan", "/book/need", "/reminders", "/look", "/help", "/here", "/files"]


@pytest.mark.parametrize("path", STEPS)
def test_a_step_with_scripts_is_the_whole_page(world, path):
    """A boosted link gets the same page; the swap takes #page from it, and the title."""
    client = world.client("maria")
    plain, boosted = client.get(path).text, client.get(path, headers=STEP).text

    assert without_keys(plain) == without_keys(boosted)
    assert boosted.count('id="page"') == 1
    assert "<title>" in boosted


@pytest.mark.parametrize("path", STEPS)
def test_a_page_that_has_no_parts_is_whole_whatever_htmx_asks(world, path):
    assert "<html" in world.client("maria").get(path, headers=REFINE).text


def test_a_refused_form_is_the_same_with_and_without_scripts(world):
    client = world.client("maria")
    plain, boosted = client.post("/book/need"), client.post("/book/need", headers=STEP)

    assert (plain.status_code, boosted.status_code) == (422, 422)
    assert 'id="page"' in boosted.text
    assert "Błąd: " in boosted.text
    # Without scripts the box takes the focus by itself; after a swap our script gives it.
    assert re.sub(r"\s*autofocus", "", without_keys(plain.text)) == without_keys(boosted.text)
