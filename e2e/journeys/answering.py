"""J5 and J6: I will come; I cannot come."""

from datetime import timedelta

from playwright.sync_api import expect

from e2e.journeys.booking import DAY, HOUR, step
from e2e.journeys.way import STEPS, Way, journey
from e2e.offline import Phone
from services import bookings
from services.models import Booking, Person

THANKS = "Dziękujemy. Czekamy na ciebie"
NO = "Nie możesz przyjść? To nic złego."
ASK = "Czy przyjdziesz %(day)s, o %(hour)s?"
LATE = "Nie zapisaliśmy tej odpowiedzi"


def with_a_session(way: Way) -> tuple[Person, Booking]:
    person = way.somebody(steps=STEPS)
    return person, way.site.booking(person, way.site.tomorrow(10) + timedelta(days=1))


def moved(way: Way, booking: Booking) -> None:
    """By a telephone call, while the person's phone shows the old time."""
    with way.site.writing() as db:
        held = bookings.get_by_id(db, booking.id)
        slot = way.site.slot(db, held.starts_at + timedelta(days=2))
        bookings.move(db, held.person, held, slot.id, key=f"moved-{booking.id}")


@journey("J5")
def by_the_link_of_a_message(way: Way) -> None:
    person, booking = with_a_session(way)
    guest = way.stranger()
    guest.open(way.site.visit_path(booking))
    guest.sees(ASK)
    guest.press("Tak, przyjdę")
    guest.sees(THANKS)
    assert way.site.again(booking).answer == "yes"


@journey("J5")
def in_the_plan(way: Way) -> None:
    person, booking = with_a_session(way)
    guest = way.guest(person)
    guest.press("Tak, przyjdę")
    guest.sees(THANKS)
    guest.follow("Wróć do planu")
    guest.sees("Mój plan")
    guest.says("Wiemy, że przyjdziesz")
    assert way.site.again(booking).answer == "yes"


@journey("J5")
def too_late(way: Way) -> None:
    person, booking = with_a_session(way)
    guest = way.stranger()
    guest.open(way.site.visit_path(booking))
    guest.sees(ASK)
    moved(way, booking)
    guest.press("Tak, przyjdę")
    guest.sees(ASK)  # the new day and hour
    assert way.site.again(booking).answer == "none"
    guest.press("Tak, przyjdę")
    guest.sees(THANKS)
    assert way.site.again(booking).answer == "yes"


def answered_without_a_network(way: Way) -> tuple:
    """(the person's browser, their phone, the booking): "Tak, przyjdę" is pressed and waits in the phone."""
    person, booking = with_a_session(way)
    guest = way.guest(person)
    phone = Phone(guest)
    phone.until_kept()
    phone.cut_off()
    press_unsent(guest, "Tak, przyjdę")
    phone.hears_of_the_cut()
    return guest, phone, booking


@journey("J5", needs_scripts=True)
def offline_and_sent_later(way: Way) -> None:
    guest, phone, booking = answered_without_a_network(way)
    guest.sees("Mój plan")
    guest.says("Zapisane w telefonie")
    expect(guest.page.locator("[data-answers]")).to_contain_text(guest.words("Tak, przyjdę"))
    guest.is_silent_about("Wiemy, że przyjdziesz")
    assert way.site.again(booking).answer == "none"
    guest.page.context.set_offline(False)
    phone.dispatch_sync()
    guest.says("Mamy twoją odpowiedź")
    guest.follow("Pokaż plan", within="[data-answers]")
    guest.sees("Mój plan")
    guest.says("Wiemy, że przyjdziesz")
    assert way.site.again(booking).answer == "yes"


@journey("J5", needs_scripts=True)
def offline_and_too_late(way: Way) -> None:
    guest, phone, booking = answered_without_a_network(way)
    moved(way, booking)
    guest.page.context.set_offline(False)
    phone.dispatch_sync()
    guest.says(LATE)
    guest.sees("Mój plan")
    assert guest.page.locator("[data-answers] a[href^='tel:']").count() == 1
    guest.follow("Zobacz to spotkanie", within="[data-answers]")
    guest.sees("Twoje spotkanie")
    assert way.site.again(booking).answer == "none"


def press_unsent(guest, button: str) -> None:
    """A button whose answer cannot leave the phone; the words that it is kept get the focus."""
    guest.hand.press(guest._named("button", button, "", "main"))
    expect(guest.page.locator("[data-answers] .notice h2:focus")).to_have_count(1)


@journey("J6")
def another_time(way: Way) -> None:
    person, booking = with_a_session(way)
    guest = way.guest(person)
    guest.follow("Nie mogę przyjść")
    guest.sees(NO)
    guest.choose("Chcę inny termin")
    guest.press("Dalej")
    step(guest, DAY, 3)
    guest.choose_at(1, "day")
    guest.press("Dalej")
    step(guest, HOUR, 4)
    guest.choose_at(0, "slot")
    guest.press("Dalej")
    guest.sees(guest.page.locator("h1").inner_text())
    guest.press("Umów spotkanie")
    guest.sees("Spotkanie umówione")
    (made,) = way.live(person)
    assert made.id != booking.id


@journey("J6")
def called_off_and_taken_back(way: Way) -> None:
    person, booking = with_a_session(way)
    guest = way.guest(person)
    guest.follow("Nie mogę przyjść")
    guest.sees(NO)
    guest.press("Dalej")
    guest.sees(NO, errors=("Wybierz jedną odpowiedź",))
    guest.mend("Wybierz jedną odpowiedź")
    guest.choose("Odwołuję to spotkanie")
    guest.unfold("Dlaczego? Nie musisz odpowiadać.")
    guest.fill("Dlaczego nie możesz przyjść", "Boli mnie ząb.")
    guest.press("Dalej")
    guest.sees("Spotkanie odwołane")
    assert not way.live(person)
    guest.press("Jednak przyjdę")
    guest.sees("Spotkanie wróciło")
    assert [made.id for made in way.live(person)] == [booking.id]


@journey("J6")
def called_off_by_the_link(way: Way) -> None:
    person, booking = with_a_session(way)
    guest = way.stranger()
    guest.open(way.site.visit_path(booking))
    guest.follow("Nie mogę przyjść")
    guest.sees(NO)
    guest.press("Dalej")
    guest.sees(NO, errors=("Wybierz jedną odpowiedź",))
    guest.choose("Odwołuję to spotkanie")
    guest.press("Dalej")
    guest.sees("Spotkanie odwołane")
    assert not way.site.again(booking).is_live
    guest.press("Jednak przyjdę")
    guest.sees(ASK)
    assert way.site.again(booking).is_live
