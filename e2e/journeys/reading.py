"""J3: the plan, with the internet and without."""

import re

from playwright.sync_api import expect

from e2e.journeys.way import STEPS, Way, journey
from e2e.offline import Phone


@journey("J3")
def online(way: Way) -> None:
    person = way.somebody(steps=STEPS)
    booking = way.site.booking(person, way.site.tomorrow(10))
    guest = way.guest(person)
    guest.sees("Mój plan")
    guest.says("Najbliższe spotkanie", "Czeka na twoją odpowiedź", "Kto ci pomaga", booking.slot.specialist.full_name)
    guest.follow("Szczegóły i zmiana terminu")
    guest.sees("Twoje spotkanie")
    guest.says(booking.number)
    guest.back()
    guest.sees("Mój plan")
    guest.press("Zrobione", also=STEPS[1])
    guest.sees("Mój plan")
    guest.says("Kroki w twoim planie: zrobione %(done)s z %(all)s", done=1, all=2)
    guest.press("Jednak nie zrobione")
    guest.sees("Mój plan")
    guest.says("Kroki w twoim planie: zrobione %(done)s z %(all)s", done=0, all=2)
    guest.follow("Pomoc", within="header")
    guest.sees("Pomoc")


@journey("J3", needs_scripts=True)
def offline(way: Way) -> None:
    person = way.somebody(steps=STEPS)
    booking = way.site.booking(person, way.site.tomorrow(10))
    guest = way.guest(person)
    phone = Phone(guest)
    phone.until_kept()
    phone.cut_off()
    guest.follow("Pomoc", within="header", whole=None)
    guest.sees("Pomoc")
    guest.follow("Mój plan", within=".menu", whole=None)
    guest.sees("Mój plan")
    expect(guest.page.locator(".off")).to_have_text(re.compile(r"\d+:\d\d"))
    guest.says("Najbliższe spotkanie", booking.slot.specialist.full_name, STEPS[1])
    guest.follow("Umów", within=".menu", whole=None)
    guest.sees("Potrzebny internet")
    phone.hears_of_the_cut()
    guest.page.context.set_offline(False)
    guest.follow("Mój plan", within=".menu", whole=None)
    guest.sees("Mój plan")
    expect(guest.page.locator(".off")).to_have_count(0)
