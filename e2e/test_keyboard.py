"""With a keyboard and nothing else: past the menu, and the focus on its way round every main page. Whole journeys: journeys/."""

import pytest
from playwright.sync_api import expect

from e2e.page_checks import focus_walk


def test_the_first_tab_leads_past_the_menu(walk):
    guest = walk("uczestniczka", has_touch=False)
    guest.open("/plan")
    guest.page.keyboard.press("Tab")
    expect(guest.page.get_by_role("link", name="Przejdź do treści")).to_be_focused()
    guest.page.keyboard.press("Enter")
    expect(guest.page.locator("#content")).to_be_focused()


PARTICIPANT = ("/plan", "/book/need", "/book/person", "/book/day", "/book/hour", "/book/check", "/reminders", "/look", "/help")
STAFF = {"doradca": ("/today", "/slots/new"), "koordynator": ("/people", "/sendings", "/tasks")}


def draft(guest) -> None:
    """Answers of every step, so that each of them can be opened."""
    guest.open("/book/need")
    guest.choose("Doradztwo zawodowe")
    guest.press("Dalej")
    guest.choose("Wszystko jedno")
    guest.press("Dalej")
    guest.choose_nth(1)
    guest.press("Dalej")
    guest.choose_nth(0)
    guest.press("Dalej")


@pytest.mark.parametrize("window", [{"width": 360, "height": 740}, {"width": 320, "height": 256}], ids=["phone", "zoomed"])
def test_the_focus_is_seen_on_every_stop_of_a_participants_pages(walk, site, window):
    guest = walk(site.newcomer(steps=("Kurs komputerowy",)).email, has_touch=False, viewport=window)
    draft(guest)
    found = {}
    for path in PARTICIPANT:
        guest.open(path)
        if wrong := focus_walk(guest.page):
            found[path] = wrong
    assert not found


@pytest.mark.parametrize("who", STAFF)
def test_the_focus_is_seen_on_every_stop_of_the_staffs_pages(walk, who):
    staff = walk(who, has_touch=False, viewport={"width": 1280, "height": 800})
    found = {}
    for path in STAFF[who]:
        staff.open(path)
        if wrong := focus_walk(staff.page):
            found[path] = wrong
    assert not found
