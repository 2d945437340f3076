"""Booking in five steps, the booked page, moving, giving back, presses and lines that fail. Whole journeys: journeys/."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar
from playwright.sync_api import expect

from services import bookings, slots
from services.models import Booking, SupportForm, Task

STEPS = {
    "need": "W czym mamy pomóc?",
    "person": "Z kim chcesz się spotkać?",
    "day": "W który dzień chcesz przyjść?",
    "hour": "O której godzinie?",
    "check": "Sprawdź i umów spotkanie",
}
ADVICE = "Doradztwo zawodowe"


@pytest.fixture
def person(site):
    return site.newcomer(steps=("Napisać CV: career-counselling", "Zapisać się do urzędu pracy"))


def live(site, person) -> list[Booking]:
    with site.reading() as db:
        return bookings.coming(db, person)


def to_the_days(guest) -> None:
    guest.follow("Umów", within=".menu")
    guest.choose(ADVICE)
    guest.press("Dalej")
    guest.choose("Wszystko jedno")
    guest.press("Dalej")


def to_the_check(guest, day: int = 0, hour: int = 0) -> int:
    """Through the steps to the last one; returns the slot."""
    to_the_days(guest)
    guest.choose_nth(day)
    guest.press("Dalej")
    slot = int(guest.choose_nth(hour))
    guest.press("Dalej")
    guest.sees(STEPS["check"])
    return slot


def test_five_steps_each_asks_again_when_left_empty_and_back_keeps_the_answers(walk, site, person, scripts):
    guest = walk(person.email, scripts=scripts)
    guest.follow("Umów", within=".menu")
    guest.sees(STEPS["need"], picture="book-need")
    guest.press("Dalej")
    guest.sees(STEPS["need"], errors=("Wybierz, w czym mamy pomóc",), picture="book-need-error")
    guest.choose(ADVICE)
    guest.press("Dalej")
    guest.sees(STEPS["person"], picture="book-person")
    guest.press("Dalej")
    guest.sees(STEPS["person"], errors=("Wybierz osobę albo „Wszystko jedno”",))
    guest.choose("Wszystko jedno")
    guest.press("Dalej")
    guest.sees(STEPS["day"], picture="book-day")
    guest.press("Dalej")
    guest.sees(STEPS["day"], errors=("Wybierz dzień spotkania",))
    day = guest.choose_nth(1)
    guest.press("Dalej")
    guest.sees(STEPS["hour"], picture="book-hour")
    guest.press("Dalej")
    guest.sees(STEPS["hour"], errors=("Wybierz godzinę",))
    slot = guest.choose_nth(0)
    guest.press("Dalej")
    guest.sees(STEPS["check"], picture="book-check")

    for step, kept in (("hour", slot), ("day", day), ("person", "0"), ("need", None)):
        guest.back()
        guest.sees(STEPS[step])
        checked = guest.page.locator("label.choice input:checked")
        expect(checked).to_have_count(1)
        assert kept in (None, checked.get_attribute("value"))
    for step in ("person", "day", "hour", "check"):
        guest.press("Dalej")
        expect(guest.page.locator("h1")).to_have_text(STEPS[step])
        if step != "check" and not guest.page.locator("label.choice input:checked").count():
            guest.choose_nth(1 if step == "day" else 0)  # a new answer to an earlier step may have put later ones aside

    guest.page.get_by_text("Potrzebuję czegoś na spotkaniu").click()
    guest.choose("Duży druk")
    guest.press("Umów spotkanie")
    guest.sees("Spotkanie umówione", picture="booked")
    (made,) = live(site, person)
    assert made.needs == ["large-print"]
    guest.says(made.number)


def test_a_step_of_the_plan_is_booked_with_what_it_knows(walk, site, person, scripts):
    guest = walk(person.email, scripts=scripts)
    guest.press("Umów spotkanie – Napisać CV")
    guest.sees(STEPS["person"])
    guest.choose("Wszystko jedno")
    guest.press("Dalej")
    guest.press("Biorę ten termin")
    guest.sees(STEPS["check"])
    guest.press("Umów spotkanie")
    guest.sees("Spotkanie umówione")
    (made,) = live(site, person)
    assert made.step_line
    guest.follow("Wróć do planu", within="main")
    guest.sees("Mój plan", picture="plan-booked")
    expect(guest.page.locator(f"#step-{made.step_line}")).to_contain_text("Spotkanie:")


def test_calendar_move_cancel_and_undo(walk, site, person, scripts):
    made = site.booking(person, site.tomorrow() + timedelta(days=3))
    guest = walk(person.email, scripts=scripts)
    guest.follow("Szczegóły i zmiana terminu")
    guest.sees("Twoje spotkanie", picture="booking")
    with guest.page.expect_download() as download:
        guest.page.get_by_role("link", name="Dodaj do kalendarza").click()
    (event,) = Calendar.from_ical(download.value.path().read_bytes()).walk("VEVENT")
    assert (event.start, event.end) == (made.starts_at, made.ends_at)

    guest.press("Zmień termin")
    guest.sees(STEPS["day"], picture="move-day")
    guest.says("Zmieniasz termin. Stare spotkanie zostaje, dopóki nie wybierzesz nowego.")
    guest.choose_nth(2)
    guest.press("Dalej")
    guest.choose_nth(0)
    guest.press("Dalej")
    guest.sees("Sprawdź i zmień termin", picture="move-check")
    guest.press("Zmień termin")
    guest.sees("Termin zmieniony", picture="moved")
    (moved,) = live(site, person)
    assert (moved.number, moved.version) == (made.number, made.version + 1)
    assert moved.starts_at != made.starts_at

    guest.follow("Nie mogę przyjść")
    guest.sees("Nie możesz przyjść? To nic złego.", picture="cannot-come")
    guest.press("Dalej")
    guest.sees("Nie możesz przyjść? To nic złego.", errors=("Wybierz jedną odpowiedź",))
    guest.choose("Odwołuję to spotkanie")
    guest.press("Dalej")
    guest.sees("Spotkanie odwołane", picture="cancelled")
    assert not live(site, person)
    guest.press("Jednak przyjdę")
    guest.sees("Spotkanie wróciło", picture="restored")
    assert len(live(site, person)) == 1


@pytest.mark.parametrize("where", ["day", "hour", "need"])
def test_nothing_suits_and_a_coordinator_hears_of_it(walk, site, person, where):
    guest = walk(person.email)
    guest.follow("Umów", within=".menu")
    if where == "need":
        guest.choose("Nie wiem. Zadzwońcie do mnie")
    else:
        to_the_days(guest)
        if where == "hour":
            guest.choose_nth(0)
            guest.press("Dalej")
        guest.choose("Żaden dzień mi nie pasuje" if where == "day" else "Żadna godzina mi nie pasuje")
    guest.press("Dalej")
    guest.sees("Zapisaliśmy to", picture=f"asked-{where}")
    with site.reading() as db:
        kinds = [task.kind for task in db.query(Task).filter_by(person_id=person.id)]
    assert kinds == ["call-me" if where == "need" else "none-suits"]


def test_more_days_are_shown_in_place_and_without_scripts(walk, site, person, scripts):
    guest = walk(person.email, scripts=scripts)
    to_the_days(guest)
    days = guest.page.locator("#days input")
    first = days.first.get_attribute("value")
    expect(days).to_have_count(5)
    guest.page.get_by_role("link", name="Pokaż kolejne dni").click()
    expect(guest.page.locator(f"#days input[value='{first}']")).to_have_count(0)
    expect(days).not_to_have_count(0)
    assert days.first.get_attribute("value") > first
    guest.sees(STEPS["day"])
    chosen = guest.choose_nth(1)
    guest.press("Dalej")
    guest.sees(STEPS["hour"])
    guest.back()
    expect(guest.page.locator(f"input[type=radio][value='{chosen}']")).to_be_checked()


def test_two_presses_are_one_booking(walk, site, person):
    """With scripts the second press is not sent; and where it is, the form's key makes it the same booking."""
    guest = walk(person.email)
    to_the_check(guest)
    sent = []
    guest.page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    guest.page.get_by_role("button", name="Umów spotkanie").dblclick()
    guest.sees("Spotkanie umówione")
    assert len(sent) == 1
    again = guest.page.request.post(sent[0].url, data=sent[0].post_data, headers=sent[0].headers)
    assert again.ok
    assert "Spotkanie umówione" in again.text()
    assert len(live(site, person)) == 1


def test_a_button_says_that_it_works_while_the_server_thinks(walk, person):
    guest = walk(person.email)
    to_the_check(guest)
    held = []
    guest.page.route(re.compile(r"/book/check"), lambda route: held.append(route))
    button = guest.page.locator("main button[type=submit]").last
    button.click()
    expect(button).to_have_text("Wysyłamy…")
    expect(button).to_have_attribute("aria-busy", "true")
    button.click()
    assert len(held) == 1
    held[0].continue_()
    guest.sees("Spotkanie umówione")


def test_a_cut_line_keeps_the_page_and_says_what_to_do(walk, person):
    guest = walk(person.email)
    to_the_check(guest)
    guest.page.get_by_text("Potrzebuję czegoś na spotkaniu").click()
    guest.choose("Duży druk")
    guest.page.route(re.compile(r"/book/check"), lambda route: route.abort("internetdisconnected"))
    guest.page.get_by_role("button", name="Umów spotkanie").click()
    expect(guest.page.locator("[data-cut-off]:focus")).to_contain_text("Nie ma połączenia")
    expect(guest.answer("Duży druk").locator("input")).to_be_checked()
    guest.hears_of("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    guest.page.unroute_all()
    guest.press("Umów spotkanie")
    guest.sees("Spotkanie umówione")


def test_the_earliest_hour_is_offered_and_taken_ones_are_not_shown(walk, site, person):
    guest = walk(person.email)
    to_the_days(guest)
    with site.reading() as db:
        form = db.query(SupportForm).filter_by(code="career-counselling").one().id
        (first,) = slots.first_free(db, form, person=person)
        free = slots.free_hours(db, form, first.day, person=person)
    expect(guest.page.locator(".offer input[name=slot]")).to_have_value(str(first.id))
    guest.choose_nth(0)
    guest.press("Dalej")
    shown = [choice.get_attribute("value") for choice in guest.page.locator("input[name=slot]").all()]
    assert shown == [*(str(slot.id) for slot in free), "none"]
