"""J7: on the day, "I am here"."""

from datetime import timedelta

from playwright.sync_api import expect

from e2e.journeys.way import STEPS, Way, journey
from services import attendance, clock
from services.models import Booking


def said_about(way: Way, booking: Booking) -> dict[str, str]:
    with way.site.reading() as db:
        return attendance.last_said(db, booking.id)


@journey("J7")
def early(way: Way) -> None:
    person = way.somebody(steps=STEPS)
    booking = way.site.booking(person, way.site.tomorrow(10) + timedelta(days=1))
    guest = way.guest(person)
    guest.open("/here")
    guest.sees("Jeszcze za wcześnie")
    guest.says("Tutaj powiesz, że jesteś: %(day)s, od %(hour)s.")
    expect(guest.page.get_by_role("button", name=guest.words("Jestem na miejscu"))).to_have_count(0)
    guest.back()
    guest.sees("Mój plan")
    assert said_about(way, booking) == {}


@journey("J7")
def in_time(way: Way) -> None:
    person = way.somebody(steps=STEPS)
    booking = way.site.booking(person, timedelta(minutes=40))
    guest = way.guest(person)
    guest.sees("Mój plan")
    guest.says("Dziś jest twoje spotkanie")
    guest.press("Jestem na miejscu")
    guest.sees("Dobrze, że jesteś")
    guest.page.reload()
    guest.sees("Dobrze, że jesteś")
    guest.follow("Wróć do planu")
    guest.sees("Mój plan")
    assert said_about(way, booking) == {"participant": "here"}


@journey("J7")
def by_the_desk(way: Way) -> None:
    """Told by voice; whoever works there says it for the person."""
    with way.site.writing() as db:
        adviser = way.site.specialist(db).email
    person = way.somebody(steps=STEPS)
    booking = way.site.booking(person, timedelta(minutes=20), by=adviser)
    desk = way.staff(adviser)
    desk.open(f"/today?day={clock.local(booking.starts_at).date()}")
    desk.press("Jest", also=person.short_name)
    desk.says("Obecność")
    assert said_about(way, booking) == {"specialist": "present"}
    guest = way.guest(person)
    guest.sees("Mój plan")
