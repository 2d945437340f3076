"""The same pages in other shapes: twice the text, wide text, dark, yellow on black, forced colours, a desk."""

import pytest

from e2e.browser import shot
from e2e.page_checks import at_text_size, check_page, measure
from e2e.test_keyboard import draft

MAIN = ("/plan", "/book/day", "/book/hour", "/book/check")
SPACED = """() => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }')
  document.adoptedStyleSheets.push(sheet)
}"""


@pytest.fixture
def person(site):
    newcomer = site.newcomer(steps=("Rozmowa o niepełnosprawnościach: disability-needs", "Napisać CV"), needs=("step-free",))
    site.booking(newcomer, site.tomorrow(12))
    return newcomer


def wrong_with(guest, paths, check) -> dict[str, list[str]]:
    found = {}
    for path in paths:
        guest.open(path)
        if wrong := check(path):
            found[path] = wrong
    return found


@pytest.mark.parametrize("width", [360, 320])
def test_twice_the_text_fits(walk, person, width):
    guest = walk(person.email, viewport={"width": width, "height": 740})
    draft(guest)

    def check(path):
        with at_text_size(guest.page, 200):
            shot(guest.page, f"twice-{width}{path}")
            return measure(guest.page, "sideways", width)

    paths = (*MAIN, "/reminders", "/look", "/help", "/sign-in/how", "/here")
    assert not wrong_with(guest, paths, check)


def test_text_set_wide_fits(walk, person):
    guest = walk(person.email)
    draft(guest)

    def check(path):
        guest.page.evaluate(SPACED)
        shot(guest.page, f"spaced{path}")
        return measure(guest.page, "sideways", 360)

    assert not wrong_with(guest, (*MAIN, "/reminders"), check)


@pytest.mark.parametrize(
    "options", [{"color_scheme": "dark"}, {"contrast": "more"}, {"forced_colors": "active"}], ids=["dark", "contrast", "forced"]
)
def test_colours_of_the_phone(walk, person, options, request):
    guest = walk(person.email, **options)
    draft(guest)

    def check(path):
        shot(guest.page, f"{request.node.callspec.id}{path}")
        return check_page(guest.page)

    assert not wrong_with(guest, (*MAIN, "/reminders", "/here"), check)


DESKS = {
    "doradca": ("/today", "/slots", "/slots/new"),
    "koordynator": ("/people", "/people/1", "/people/1/plan", "/sendings", "/tasks"),
}


@pytest.mark.parametrize("who", DESKS)
def test_the_staffs_pages_on_a_desk(walk, who):
    staff = walk(who, viewport={"width": 1280, "height": 800}, has_touch=False)

    def check(path):
        shot(staff.page, f"desk{path}")
        return check_page(staff.page)

    assert not wrong_with(staff, DESKS[who], check)


def test_every_component(walk):
    guest = walk()
    guest.open("/gallery")
    shot(guest.page, "gallery")
    assert not check_page(guest.page)


def test_nothing_moves_for_those_who_asked_for_stillness(walk, person):
    guest = walk(person.email)
    moving = """() => [...document.querySelectorAll('*')].filter(one => {
      const {transitionDuration, animationName} = getComputedStyle(one)
      return animationName !== 'none' || transitionDuration.split(',').some(time => parseFloat(time) > 0)
    }).length"""
    assert not wrong_with(guest, ("/plan", "/book/need"), lambda path: guest.page.evaluate(moving))
