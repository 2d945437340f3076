"""The specialist: the coming days, times that are taken back, a person for a free hour. Publishing and attendance: journeys/."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from services import bookings, clock
from services.models import Booking, Message

DESK = {"viewport": {"width": 1280, "height": 800}, "has_touch": False}


@pytest.fixture
def adviser(site):
    """A career adviser of this test's own, with an empty diary: their address."""
    with site.writing() as db:
        return site.specialist(db).email


@pytest.mark.parametrize("options", [{}, DESK], ids=["phone", "desk"])
def test_the_demo_adviser_looks_at_the_coming_days(walk, options):
    staff = walk("doradca", **options)
    staff.sees(re.compile("^Dziś"), picture=f"today-demo-{'desk' if options else 'phone'}")
    staff.page.locator("aside .list a").first.click()
    expect(staff.page.locator("h1")).not_to_have_text(re.compile("^Dziś"))
    staff.sees(re.compile(r"\d+ \S+$"), picture=f"day-demo-{'desk' if options else 'phone'}")
    staff.follow("Terminy", within=".menu")
    staff.sees("Twoje terminy", picture=f"slots-{'desk' if options else 'phone'}")


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
