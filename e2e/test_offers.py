"""A free place taken by its link, a question answered by one press: with a strange phone, without signing in."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services import bookings, clock, identity, waiting
from services.models import Booking, Enrolment, FollowUp, Offer, Person, Wish


@pytest.fixture
def person(site):
    return site.newcomer(steps=("Porozmawiać o tym, co jest trudne: psychological-support",))


@pytest.fixture
def offer(site, person):
    """She waits since yesterday, and an hour of the day after tomorrow has become free."""
    with site.writing() as db:
        slot = site.slot(db, clock.now() + site.tomorrow(10) + timedelta(days=1))
        wish = Wish(person_id=person.id, form_id=slot.form_id, since=clock.now() - timedelta(days=1))
        offer = Offer(wish=wish, slot=slot, made_at=clock.now(), until=clock.now() + timedelta(hours=4))
        db.add(offer)
        db.flush()
        return offer


@pytest.fixture
def path(site, person, offer):
    with site.writing() as db:
        link = identity.offer_link(db, site.key, db.get(Offer, offer.id), person.id)
        return f"/o/{identity.token_of(site.key, link)}"


@pytest.fixture
def visitor(walk, path, scripts):
    guest = walk(scripts=scripts)
    guest.open(path)
    return guest


def booked(site, person):
    with site.reading() as db:
        return list(db.scalars(select(Booking.slot_id).where(Booking.person_id == person.id, Booking.status == "booked")))


def test_opening_changes_nothing_and_taking_it_is_one_press(visitor, site, person, offer):
    for _ in range(5):
        assert visitor.page.request.get(visitor.page.url).ok
    assert (site.again(offer).result, booked(site, person)) == (None, [])
    visitor.sees("Jest wolny termin. Chcesz go?", picture="offer")
    visitor.is_silent_about("psycholog", "Porozmawiać o tym, co jest trudne", "Mój plan", "Doradztwo zawodowe")
    visitor.press("Biorę ten termin")
    visitor.sees("Masz ten termin", picture="offer-taken")
    assert booked(site, person) == [offer.slot_id]


def test_no_thank_you(visitor, site, person, offer):
    visitor.press("Nie, dziękuję")
    visitor.sees("Dziękujemy za odpowiedź", picture="offer-declined")
    visitor.says("Czekasz dalej")
    assert (site.again(offer).result, booked(site, person)) == ("declined", [])


def test_somebody_was_faster(visitor, site, offer):
    other = site.newcomer()
    with site.writing() as db:
        who = db.get(Person, other.id)
        bookings.book(db, who, who, offer.slot_id, key="faster")
    visitor.press("Biorę ten termin")
    visitor.sees("Ten termin jest już zajęty", picture="offer-gone")


def test_how_are_you_doing(walk, site, person, scripts):
    with site.writing() as db:
        enrolment = db.scalars(select(Enrolment).where(Enrolment.person_id == person.id)).one()
        question = FollowUp(enrolment_id=enrolment.id, after_days=28, asked_at=clock.now())
        db.add(question)
        db.flush()
        link = identity.follow_up_link(db, site.key, question, person.id, until=clock.now() + timedelta(days=14))
        token = identity.token_of(site.key, link)
    guest = walk(scripts=scripts)
    guest.open(f"/f/{token}")
    guest.sees("Jak ci idzie?", picture="follow-up")
    guest.press("Szukam pracy")
    guest.sees("Dziękujemy za odpowiedź", picture="follow-up-answered")
    guest.says("Twoja odpowiedź: Szukam pracy.")
    guest.follow("Zmień odpowiedź")
    guest.press("Zadzwońcie do mnie")
    guest.says("Zadzwonimy do ciebie w dzień roboczy.")
    assert site.again(question).answer == "call-me"


def test_the_plan_says_what_one_waits_for(walk, site, person):
    with site.writing() as db:
        who = db.get(Person, person.id)
        waiting.wait_for(db, who, who, site.slot(db, clock.now() + site.tomorrow(15)).form_id)
    hers = walk(person.email)
    hers.open("/plan")
    hers.sees("Mój plan", picture="plan-waiting")
    hers.says("Czekasz na wolny termin")
    hers.press("Nie czekam już")
    hers.sees("Mój plan")
    hers.is_silent_about("Czekasz na wolny termin")


def test_a_coordinator_sets_the_day_of_the_review(walk, person):
    ewa = walk("koordynator")
    ewa.open(f"/people/{person.id}/plan")
    ewa.fill("Kiedy przejrzymy plan", "2020-01-01")
    ewa.press("Zapisz dzień")
    ewa.sees(
        ewa.page.locator("h1").inner_text(), errors=("Wybierz dzień w przyszłości, najdalej za dwa lata",), picture="review"
    )
    ewa.fill("Kiedy przejrzymy plan", (clock.today() + timedelta(days=60)).isoformat())
    ewa.press("Zapisz dzień")
    ewa.sees(ewa.page.locator("h1").inner_text(), picture="review-set")
