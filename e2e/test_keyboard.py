"""With a keyboard and nothing else: a booking from the plan to the answer, and the focus on its way round every main page."""

import pytest
from playwright.sync_api import expect

from e2e.page_checks import focus_walk
from services import bookings

MOST_TABS = 25
FOCUSED = """() => {
  const el = document.activeElement
  return [...(el.labels ?? []), el].map(one => one.innerText ?? '').join(' ').replace(/\\s+/g, ' ').trim()
}"""


def tab_to(guest, words: str) -> None:
    """Press Tab until the focus stands on what begins with these words, within as many presses as a person bears."""
    passed = []
    for _ in range(MOST_TABS):
        guest.page.keyboard.press("Tab")
        if (text := guest.page.evaluate(FOCUSED)).startswith(words):
            return
        passed.append(text)
    raise AssertionError(f"{words!r} is not reached in {MOST_TABS} presses, only {passed}")


def strike(guest, key: str, heading: str, errors: tuple[str, ...] = ()) -> None:
    """A key that leads to another page."""
    guest.page.keyboard.press(key)
    guest.sees(heading, errors=errors)


def test_booking_and_answering_without_a_mouse(walk, site):
    person = site.newcomer(steps=("Napisać CV: career-counselling",))
    guest = walk(has_touch=False)
    guest.open(site.link(person.email))
    tab_to(guest, "To ja, wchodzę")
    strike(guest, "Enter", "Wejdź do swojego planu", ("Powiedz, czyj to telefon",))
    guest.page.keyboard.press("Tab")
    guest.page.keyboard.press("Enter")  # the link in the box leads to the answers
    expect(guest.page.locator("#phone-1")).to_be_focused()
    guest.page.keyboard.press("Space")
    tab_to(guest, "To ja, wchodzę")
    strike(guest, "Enter", "Mój plan")

    tab_to(guest, "Umów")
    strike(guest, "Enter", "W czym mamy pomóc?")
    tab_to(guest, "Doradztwo zawodowe")
    guest.page.keyboard.press("Space")
    tab_to(guest, "Dalej")
    strike(guest, "Enter", "Z kim chcesz się spotkać?")
    tab_to(guest, "Wszystko jedno")
    guest.page.keyboard.press("Space")
    strike(guest, "Enter", "W który dzień chcesz przyjść?")  # Enter in an answer sends the form
    tab_to(guest, "Dalej")
    strike(guest, "Enter", "W który dzień chcesz przyjść?", ("Wybierz dzień spotkania",))
    guest.page.keyboard.press("Tab")
    guest.page.keyboard.press("Enter")
    guest.page.keyboard.press("Space")
    guest.page.keyboard.press("ArrowDown")
    expect(guest.page.locator("input[name=day]").nth(1)).to_be_checked()
    tab_to(guest, "Dalej")
    strike(guest, "Enter", "O której godzinie?")
    hours = guest.page.locator("input[name=slot]")
    tab_to(guest, hours.first.locator("..").inner_text().split()[0])
    guest.page.keyboard.press("Space")
    strike(guest, "Enter", "Sprawdź i umów spotkanie")
    tab_to(guest, "Potrzebuję czegoś na spotkaniu")
    guest.page.keyboard.press("Enter")
    tab_to(guest, "Duży druk")
    guest.page.keyboard.press("Space")
    tab_to(guest, "Umów spotkanie")
    strike(guest, "Enter", "Spotkanie umówione")
    tab_to(guest, "Wróć do planu")
    strike(guest, "Enter", "Mój plan")
    tab_to(guest, "Tak, przyjdę")
    strike(guest, "Enter", "Dziękujemy. Czekamy na ciebie")
    with site.reading() as db:
        (made,) = bookings.coming(db, person)
    assert (made.answer, made.needs) == ("yes", ["large-print"])


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
