"""J4: a time is booked: as most do, with an interpreter, where nothing is free, where somebody was faster."""

from playwright.sync_api import expect

from e2e.journeys.way import STEPS, Way, journey
from services import bookings
from services.models import Task

LOST = "Ktoś właśnie zajął tę godzinę. Wybierz inną. Twoje odpowiedzi są zapisane."
NEED, WHO = "W czym mamy pomóc?", "Z kim chcesz się spotkać?"
DAY, HOUR, CHECK = "W który dzień chcesz przyjść?", "O której godzinie?", "Sprawdź i umów spotkanie"
ANYBODY = "Wszystko jedno, najszybszy termin"


def step(guest, heading: str, number: int, **more) -> None:
    guest.sees(heading, **more)
    guest.says(guest.words("krok %(step)s z %(of)s", step=number, of=5))


def to_the_days(way: Way, guest, need: str = "career-counselling") -> None:
    guest.follow("Umów", within=".menu")
    step(guest, NEED, 1)
    guest.choose(way.form(need))
    guest.press("Dalej")
    step(guest, WHO, 2)
    guest.choose(ANYBODY)
    guest.press("Dalej")
    step(guest, DAY, 3)


def to_the_check(guest, hour: int = 0) -> int:
    """From the days on; returns the time that was chosen."""
    guest.choose_at(2, "day")  # not the nearest day: it may have one hour only
    guest.press("Dalej")
    step(guest, HOUR, 4)
    slot = guest.choose_at(hour, "slot")
    guest.press("Dalej")
    step(guest, CHECK, 5)
    return int(slot)


@journey("J4")
def default(way: Way) -> None:
    person = way.somebody(steps=STEPS)
    guest = way.guest(person)
    to_the_days(way, guest)
    guest.press("Dalej")
    step(guest, DAY, 3, errors=("Wybierz dzień spotkania",))
    guest.mend("Wybierz dzień spotkania")
    slot = to_the_check(guest)
    guest.back()
    step(guest, HOUR, 4)
    assert guest.page.locator("input[name=slot]:checked").get_attribute("value") == str(slot), "going back lost the answer"
    guest.press("Dalej")
    guest.unfold("Potrzebuję czegoś na spotkaniu")
    guest.choose("Więcej czasu")
    guest.press("Umów spotkanie")
    guest.sees("Spotkanie umówione")
    guest.follow("Wróć do planu")
    guest.sees("Mój plan")
    guest.says("Czeka na twoją odpowiedź")
    (made,) = way.live(person)
    assert (made.slot_id, made.needs) == (slot, ["more-time"])


@journey("J4")
def with_a_sign_language_interpreter(way: Way) -> None:
    """Said once, long before; here it is only looked at."""
    person = way.somebody(steps=STEPS, needs=("pjm",))
    guest = way.guest(person)
    guest.press("Umów spotkanie", also="Napisać CV")
    step(guest, WHO, 2)
    guest.choose(ANYBODY)
    guest.press("Dalej")
    step(guest, DAY, 3)
    guest.press("Biorę ten termin")
    step(guest, CHECK, 5)
    guest.says("Zamówimy go. Nic za to nie płacisz.")
    assert guest.box("Tłumacz PJM (języka migowego)").is_checked(), "asked again for what was said"
    guest.press("Umów spotkanie")
    guest.sees("Spotkanie umówione")
    (made,) = way.live(person)
    assert made.needs == ["pjm"]


@journey("J4")
def with_nothing_free(way: Way) -> None:
    person = way.somebody(steps=("Złożyć wniosek o stypendium: stipend",))
    guest = way.guest(person)
    guest.press("Umów spotkanie", also="Złożyć wniosek o stypendium")
    guest.sees("Teraz nie ma wolnych terminów")
    guest.press("Dajcie mi znać")
    guest.sees("Zapisaliśmy to")
    with way.site.reading() as db:
        assert [task.kind for task in db.query(Task).filter_by(person_id=person.id)] == ["none-suits"]
    guest.follow("Mój plan", within=".menu")
    guest.sees("Mój plan")
    guest.says("Czekasz na wolny termin")
    guest.press("Nie czekam już")
    guest.sees("Mój plan")
    guest.is_silent_about("Czekasz na wolny termin")


@journey("J4")
def with_the_hour_lost(way: Way) -> None:
    person, rival = way.somebody(steps=STEPS), way.somebody()
    guest = way.guest(person)
    to_the_days(way, guest)
    slot = to_the_check(guest, hour=1)
    guest.unfold("Potrzebuję czegoś na spotkaniu")
    guest.choose("Duży druk")
    with way.site.writing() as db:
        bookings.book(db, rival, rival, slot, key=f"faster-{rival.id}")
    guest.press("Umów spotkanie")
    step(guest, HOUR, 4, errors=(LOST,))
    expect(guest.page.locator(f"input[value='{slot}']")).to_have_count(0)
    guest.mend(LOST)
    guest.choose_at(0, "slot")
    guest.press("Dalej")
    step(guest, CHECK, 5)
    assert guest.box("Duży druk").is_checked()
    guest.press("Umów spotkanie")
    guest.sees("Spotkanie umówione")
    (made,) = way.live(person)
    assert made.slot_id != slot
    assert made.needs == ["large-print"]
