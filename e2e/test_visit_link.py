"""A message's link: answering for one session without signing in. Opening it changes nothing, however often."""

from datetime import timedelta

import pytest

from services import bookings
from services.models import Message, Task

NO = "Nie możesz przyjść? To nic złego."


@pytest.fixture
def person(site):
    return site.newcomer(steps=("Porozmawiać o tym, co jest trudne: psychological-support",))


@pytest.fixture
def booking(site, person):
    return site.booking(person, site.tomorrow(10) + timedelta(days=1))


@pytest.fixture
def visitor(walk, site, booking, scripts):
    """Somebody with a strange phone and the address out of the message."""
    guest = walk(scripts=scripts)
    guest.open(site.visit_path(booking))
    return guest


def everything(site, booking) -> tuple:
    with site.reading() as db:
        found = bookings.get_by_id(db, booking.id)
        waiting = db.query(Message).filter_by(booking_id=booking.id).count()
        return found.status, found.version, found.answer, waiting, db.query(Task).filter_by(person_id=found.person_id).count()


def test_opening_changes_nothing_and_yes_is_one_press(visitor, site, booking):
    before = everything(site, booking)
    for _ in range(5):
        answer = visitor.page.request.get(visitor.page.url)
        assert answer.ok
    assert everything(site, booking) == before
    visitor.page.reload()
    visitor.sees(heading := visitor.page.locator("h1").inner_text(), picture="visit")
    assert heading.startswith("Czy przyjdziesz ")
    visitor.is_silent_about("psycholog", "Porozmawiać o tym, co jest trudne", "Mój plan", "Doradztwo zawodowe")
    visitor.press("Tak, przyjdę")
    visitor.sees("Dziękujemy. Czekamy na ciebie", picture="visit-yes")
    assert site.again(booking).answer == "yes"


def test_help(visitor, site, booking):
    visitor.press("Potrzebuję pomocy, żeby przyjść")
    visitor.sees("Dziękujemy. Pomożemy ci przyjść", picture="visit-help")
    assert site.again(booking).answer == "help"


def test_undo_when_somebody_has_taken_the_place(visitor, site, booking):
    visitor.follow("Nie mogę przyjść")
    visitor.choose("Odwołuję to spotkanie")
    visitor.press("Dalej")
    rival = site.newcomer()
    with site.writing() as db:
        bookings.book(db, rival, rival, booking.slot_id, key="taken-meanwhile")
    visitor.press("Jednak przyjdę")
    visitor.sees("Ta godzina jest już zajęta", picture="visit-taken")


def test_after_the_session_the_link_explains_itself(walk, site, person):
    path = site.visit_path(site.booking(person, -timedelta(hours=2)))
    guest = walk()
    guest.open(path)
    guest.sees("Ten link już nie działa", picture="visit-over")
