"""The specialist: who comes today and what they need, who came, publishing times and taking them back."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from services import attendance, bookings, clock
from services.models import Booking, Message, Slot

DESK = {"viewport": {"width": 1280, "height": 800}, "has_touch": False}


@pytest.fixture
def adviser(site):
    """A career adviser of this test's own, with an empty diary: their address."""
    with site.writing() as db:
        return site.specialist(db).email


def times_of(site, address: str, status: str = "published") -> list[Slot]:
    with site.reading() as db:
        own = db.query(Slot).join(Slot.specialist).filter_by(email=address).order_by(Slot.starts_at)
        return [slot for slot in own if slot.status == status]


def next_workday(days: int = 3):
    day = clock.today() + timedelta(days=days)
    return day + timedelta(days=max(0, 8 - day.isoweekday()) if day.isoweekday() > 5 else 0)


def test_today_shows_who_comes_with_their_needs_and_records_who_came(walk, site, adviser, scripts):
    person = site.newcomer(needs=("loop", "step-free"))
    booking = site.booking(person, -timedelta(minutes=5), by=adviser)
    day = clock.local(booking.starts_at).date()  # just after midnight it is yesterday
    staff = walk(adviser, scripts=scripts)
    staff.open(f"/today?day={day}")
    staff.sees(re.compile(r"\d+ \S+$"), picture="today")
    staff.says(person.short_name, "Potrzeby: wejście bez schodów · pętla indukcyjna")
    staff.press(f"Jest – {person.short_name}")
    staff.sees(re.compile(r"\d+ \S+$"), picture="today-recorded")
    staff.says("Obecność")
    with site.reading() as db:
        assert attendance.last_said(db, booking.id) == {"specialist": "present"}
    staff.page.locator("summary").filter(has_text="Popraw zapis").first.click()
    staff.press(f"Nie ma – {person.short_name}")
    staff.says("Nieobecność")
    with site.reading() as db:
        assert attendance.last_said(db, booking.id) == {"specialist": "absent"}


@pytest.mark.parametrize("options", [{}, DESK], ids=["phone", "desk"])
def test_the_demo_adviser_looks_at_the_coming_days(walk, options):
    staff = walk("doradca", **options)
    staff.sees(re.compile("^Dziś"), picture=f"today-demo-{'desk' if options else 'phone'}")
    staff.page.locator("aside .list a").first.click()
    expect(staff.page.locator("h1")).not_to_have_text(re.compile("^Dziś"))
    staff.sees(re.compile(r"\d+ \S+$"), picture=f"day-demo-{'desk' if options else 'phone'}")
    staff.follow("Terminy", within=".menu")
    staff.sees("Twoje terminy", picture=f"slots-{'desk' if options else 'phone'}")


def test_publishing_times_with_a_clash_and_undoing_it(walk, site, adviser, scripts):
    day = next_workday()
    with site.writing() as db:
        ten = site.slot(db, clock.at_wall(day, clock.time(10)), by=site.staff(db, adviser.split("@")[0]))
    staff = walk(adviser, scripts=scripts)
    staff.open("/slots/new")
    staff.sees("Dodaj wolne terminy", picture="slots-new")
    staff.press("Pokaż listę terminów")
    found = staff.page.locator(".errors li").all_inner_texts()
    assert "Zaznacz co najmniej jeden dzień" in found
    staff.sees("Dodaj wolne terminy", errors=tuple(found), picture="slots-new-error")
    staff.page.locator(f"input[name=days][value='{day}']").locator("..").click()
    staff.fill("Od", "09:00")
    staff.fill("Do", "13:00")
    staff.choose("45 minut", "15 minut")
    staff.page.locator("#where").select_option("phone")
    staff.press("Pokaż listę terminów")
    staff.sees(re.compile(r"^Powstan\S+ 3 "), picture="slots-check")
    staff.says("1 godzina odpada", "masz wtedy inny termin")
    staff.page.locator("label.choice").filter(has_text="12:00").click()
    staff.press("Opublikuj zaznaczone")
    staff.sees(re.compile("^Opublikowano 2 "), picture="slots-published")
    assert [clock.local(slot.starts_at).hour for slot in times_of(site, adviser)] == [9, 10, 11]
    staff.press("Cofnij")
    staff.sees(re.compile("^Cofnięto 2 "), picture="slots-undone")
    assert [slot.id for slot in times_of(site, adviser)] == [ten.id]


def test_withdrawing_a_time_that_somebody_has(walk, site, adviser, scripts):
    person = site.newcomer()
    booking = site.booking(person, site.tomorrow() + timedelta(days=2), by=adviser)
    staff = walk(adviser, scripts=scripts)
    staff.open("/slots")
    staff.sees("Twoje terminy")
    staff.press("Wycofaj zaznaczone")
    staff.sees("Twoje terminy", errors=("Zaznacz co najmniej jeden termin",), picture="slots-error")
    staff.page.locator(f"#slot-{booking.slot_id}").locator("..").click()
    staff.press("Wycofaj zaznaczone")
    staff.sees("Wycofać 1 termin?", picture="slots-withdraw")
    staff.says("1 osoba straci spotkanie", person.short_name)
    staff.press("Tak, wycofaj")
    staff.sees("Wycofano 1 termin", picture="slots-withdrawn")
    with site.reading() as db:
        assert not db.get(Booking, booking.id).is_live
        kinds = [row.kind for row in db.query(Message).filter_by(booking_id=booking.id)]
    assert "cancelled-by-us" in kinds
    guest = walk(person.email)
    guest.is_silent_about("Najbliższe spotkanie")


def test_booking_somebody_into_a_free_hour(walk, site, adviser):
    person = site.newcomer()
    site.booking(person, -timedelta(days=3), by=adviser)  # so that they know each other
    with site.writing() as db:
        slot = site.slot(db, clock.now() + site.tomorrow(12), by=site.staff(db, adviser.split("@")[0]))
    staff = walk(adviser, **DESK)
    staff.open(f"/today?day={slot.day}")
    staff.sees(re.compile(r"\d+ \S+$"), picture="free-hour")
    staff.follow("Umów osobę na 12:00")
    staff.sees("Kogo szukasz?", picture="find-for-slot")
    staff.fill("Imię, nazwisko albo numer", person.last_name)
    staff.page.get_by_role("button", name="Szukaj").click()
    staff.page.locator(f"a[href^='/people/{person.id}?']").click()
    staff.sees(person.full_name, picture="file-for-slot")
    staff.press("Umów na tę godzinę")
    staff.sees("Sprawdź i umów spotkanie", picture="book-for")
    staff.says(f"Umawiasz spotkanie dla: {person.short_name}")
    staff.press("Umów spotkanie")
    staff.sees("Spotkanie umówione", picture="booked-for")
    with site.reading() as db:
        (made,) = bookings.coming(db, person)
    assert made.slot_id == slot.id
