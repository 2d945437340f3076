"""S1 to S4: what staff do every day, at a desk with a keyboard and on a telephone in the corridor."""

from datetime import timedelta

from playwright.sync_api import expect

from e2e.journeys.booking import ANYBODY, CHECK, NEED
from e2e.journeys.way import Way, journey
from services import attendance, campaigns, clock
from services.models import Campaign, Enrolment, Slot


def adviser_of(way: Way) -> str:
    """A career adviser of this journey's own, with an empty diary: their address."""
    with way.site.writing() as db:
        return way.site.specialist(db).email


def next_workday(days: int = 3):
    day = clock.today() + timedelta(days=days)
    return day + timedelta(days=max(0, 8 - day.isoweekday()) if day.isoweekday() > 5 else 0)


def starts_of(way: Way, address: str) -> list[int]:
    with way.site.reading() as db:
        own = db.query(Slot).join(Slot.specialist).filter_by(email=address).filter(Slot.status == "published")
        return [clock.local(slot.starts_at).hour for slot in own.order_by(Slot.starts_at)]


@journey("S1")
def publishing_with_a_clash(way: Way) -> None:
    adviser, day = adviser_of(way), next_workday()
    with way.site.writing() as db:
        way.site.slot(db, clock.at_wall(day, clock.time(10)), by=way.site.staff(db, adviser.split("@")[0]))
    staff = way.staff(adviser)
    staff.follow("Terminy", within=".menu")
    staff.sees("Twoje terminy")
    staff.follow("Dodaj wolne terminy")
    staff.sees("Dodaj wolne terminy")
    staff.press("Pokaż listę terminów")
    errors = tuple(staff.page.locator(".errors li").all_inner_texts())
    assert staff.words("Zaznacz co najmniej jeden dzień") in errors
    staff.sees("Dodaj wolne terminy", errors=errors)
    staff.mend("Zaznacz co najmniej jeden dzień")
    days = staff.page.locator("input[name=days]")
    staff.choose_at([box.get_attribute("value") for box in days.all()].index(f"{day}"), "days")
    staff.fill("Od", "09:00")
    staff.fill("Do", "13:00")
    staff.choose(
        staff.words.many("%(num)s minuta", "%(num)s minut", 45), staff.words.many("%(num)s minuta", "%(num)s minut", 15)
    )
    staff.pick("Gdzie?", "przez telefon")
    staff.press("Pokaż listę terminów")
    staff.sees(staff.words.many("Powstanie %(num)s termin", "Powstanie %(num)s terminów", 3))
    staff.says(staff.words.many("%(num)s godzina odpada", "%(num)s godzin odpada", 1))
    staff.untick_at(-1, "time")
    staff.press("Opublikuj zaznaczone")
    staff.sees(staff.words.many("Opublikowano %(num)s termin", "Opublikowano %(num)s terminów", 2))
    assert starts_of(way, adviser) == [9, 10, 11]
    staff.press("Cofnij")
    staff.sees(staff.words.many("Cofnięto %(num)s termin", "Cofnięto %(num)s terminów", 2))
    assert starts_of(way, adviser) == [10]


@journey("S2")
def reminding_and_stopping(way: Way) -> None:
    way.site.booking(way.somebody(), way.site.tomorrow(12))
    with way.site.reading() as db:
        count = campaigns.tomorrow_unanswered(db, way.site.staff(db, "koordynator")).size
    staff = way.staff("koordynator")
    staff.follow("Wysyłki", within=".menu")
    staff.sees("Wyślij przypomnienie")
    staff.press("Sprawdź treść")
    many = "Za chwilę wyślesz wiadomość do %(num)s osób. Sprawdź treść."
    staff.sees(staff.words.many("Za chwilę wyślesz wiadomość do %(num)s osoby. Sprawdź treść.", many, count))
    staff.press(staff.words.many("Wyślij do %(num)s osoby", "Wyślij do %(num)s osób", count))
    staff.sees("Wysyłamy wiadomości")
    staff.press("Zatrzymaj")
    staff.sees("Wysyłka zatrzymana")
    with way.site.reading() as db:
        last = db.query(Campaign).order_by(Campaign.id.desc()).first()
        again = campaigns.tomorrow_unanswered(db, way.site.staff(db, "koordynator"))
    assert last.stopped_at is not None
    assert again.size == count, "who was not written to may be written to anew"


@journey("S3")
def booking_for_somebody(way: Way) -> None:
    person = way.somebody()
    with way.site.reading() as db:
        number = db.query(Enrolment).filter_by(person_id=person.id).one().number
    staff = way.staff("koordynator")
    staff.follow("Osoby", within=".menu")
    staff.sees("Osoby")
    staff.fill("Imię, nazwisko albo numer", number)
    staff.search("Szukaj")
    expect(staff.page.locator(f"#list a[href='/people/{person.id}']")).to_have_count(1)
    staff.sees("Osoby")
    staff.follow(person.last_name, within="#list")
    staff.sees(person.full_name)
    staff.press("Umów spotkanie")
    staff.sees(NEED)
    staff.says("Umawiasz spotkanie dla: %(name)s", name=person.short_name)
    staff.choose(way.form("career-counselling"))
    staff.press("Dalej")
    staff.sees("Z kim ma być spotkanie?")
    staff.choose(ANYBODY)
    staff.press("Dalej")
    staff.press("Biorę ten termin")
    staff.sees(CHECK)
    staff.press("Umów spotkanie")
    staff.sees("Spotkanie umówione")
    staff.follow("Wróć do osoby")
    staff.sees(person.full_name)
    (made,) = way.live(person)
    assert made.booked_by_id is not None


@journey("S4")
def who_came(way: Way) -> None:
    adviser = adviser_of(way)
    person = way.somebody(needs=("loop",))
    booking = way.site.booking(person, -timedelta(minutes=5), by=adviser)
    staff = way.staff(adviser)
    staff.open(f"/today?day={clock.local(booking.starts_at).date()}")
    heading = staff.page.locator("h1").inner_text()
    staff.sees(heading)
    staff.says("Potrzeby: %(needs)s", needs=staff.words("pętla indukcyjna"))
    staff.press("Jest", also=person.short_name)
    staff.sees(heading)
    staff.says("Obecność")
    staff.unfold("Popraw zapis")
    staff.press("Nie ma", also=person.short_name)
    staff.sees(heading)
    staff.says("Nieobecność")
    with way.site.reading() as db:
        assert attendance.last_said(db, booking.id) == {"specialist": "absent"}
