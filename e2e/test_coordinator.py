"""The coordinator: finding somebody, inviting them, a plan together, reminding everybody of tomorrow. Booking for them: journeys/."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from e2e import sending
from services import campaigns
from services.models import Message, Person, Task

DESK = {"viewport": {"width": 1280, "height": 800}, "has_touch": False}


@pytest.fixture
def person(site):
    return site.newcomer()


def how_it_ended(site, booking) -> str:
    """What became of the sending's message about this booking."""
    with site.reading() as db:
        return db.query(Message).filter(Message.booking_id == booking.id, Message.campaign_id.is_not(None)).one().status


def found_by(staff, person) -> None:
    """From the menu to somebody's file."""
    staff.follow("Osoby", within=".menu")
    staff.sees("Osoby", picture="people")
    staff.fill("Imię, nazwisko albo numer", f"{person.first_name} {person.last_name}")
    staff.page.get_by_role("button", name="Szukaj").click()
    staff.page.locator(f"a[href='/people/{person.id}']").click()
    staff.sees(person.full_name, picture="file")


def test_finding_somebody_by_part_of_the_name(walk, scripts):
    staff = walk("koordynator", scripts=scripts)
    staff.open("/people")
    staff.fill("Imię, nazwisko albo numer", "kowalska mar")
    staff.page.get_by_role("button", name="Szukaj").click()
    expect(staff.page.locator("#list a").filter(has_text="Kowalska Maria").first).to_be_visible()
    staff.sees("Osoby", picture="people-found")
    staff.fill("Imię, nazwisko albo numer", "nikogo takiego nie ma")
    staff.page.get_by_role("button", name="Szukaj").click()
    staff.says("Nie ma takiej osoby")
    staff.sees("Osoby")


def test_an_invitation_with_its_card_lets_the_person_in(walk, site, person, scripts):
    staff = walk("koordynator", scripts=scripts)
    found_by(staff, person)
    staff.follow("Zaproś do aplikacji")
    staff.sees(f"Zaproszenie dla: {person.short_name}", picture="invitation-before")
    staff.press("Zrób link i kartę")
    staff.sees(f"Zaproszenie dla: {person.short_name}", picture="invitation")
    address = staff.page.locator(".address").inner_text().strip()
    staff.press("Zrób kod")
    staff.sees(f"Zaproszenie dla: {person.short_name}", picture="invitation-code")
    digits = re.sub(r"\D", "", staff.page.locator(".big-code strong").last.inner_text())
    staff.page.get_by_role("link", name="Karta z kodem QR do druku").click()
    staff.sees("Pracownia: twoje wejście", picture="card")
    expect(staff.page.locator(".qr svg")).to_be_visible()
    assert staff.page.locator(".address").inner_text().strip() == address

    by_link, by_code = walk(), walk(scripts=scripts)
    by_link.sign_in(address)
    by_link.sees("Mój plan")
    by_code.open("/sign-in")
    with site.reading() as db:
        number = db.get(Person, person.id).enrolments[0].number
    by_code.fill("Twój e-mail, telefon albo numer z karty", number)
    by_code.press("Wyślij mi kod")
    by_code.fill("Wpisz kod", digits)
    by_code.press("Wejdź")
    by_code.choose("Mój")
    by_code.press("Wchodzę")
    by_code.sees("Mój plan")


def test_a_plan_is_built_proposed_and_agreed(walk, site, person, scripts):
    staff = walk("koordynator", scripts=scripts)
    found_by(staff, person)
    staff.follow("Plan", within="main section")
    staff.sees(f"Plan: {person.full_name}", picture="staff-plan-empty")
    staff.press("Ułóż plan")
    draft = f"Nowa wersja planu: {person.short_name}"
    staff.sees(draft)
    staff.press("Dodaj cel")
    staff.sees(draft, errors=("Napisz, jaki jest cel",), picture="draft-error")
    staff.fill("Co ta osoba chce osiągnąć", "Znaleźć pracę w kuchni")
    staff.press("Dodaj cel")
    staff.sees(draft, picture="draft-goal")
    staff.press("Dodaj krok")
    staff.sees(draft, errors=("Napisz, jaki to krok",))
    staff.fill("Co trzeba zrobić", "Porozmawiać z doradczynią")
    staff.page.get_by_label("Forma wsparcia").select_option(label="doradztwo zawodowe")
    staff.press("Dodaj krok")
    staff.sees(draft, picture="draft")
    staff.follow("Sprawdź i zaproponuj")
    staff.sees(f"Tak zobaczy plan: {person.short_name}", picture="draft-check")
    staff.press("Zaproponuj ten plan")
    staff.sees("Plan czeka na odpowiedź", picture="staff-proposed")

    guest = walk(person.email, scripts=scripts)
    guest.follow("Przeczytaj plan")
    guest.says("Cel: Znaleźć pracę w kuchni", "Porozmawiać z doradczynią")
    guest.choose("Zgadzam się na ten plan")
    guest.press("Wyślij odpowiedź")
    guest.sees("Mamy twoją odpowiedź")

    staff.open(f"/people/{person.id}/plan")
    staff.sees(f"Plan: {person.full_name}", picture="staff-plan")
    staff.says("Obowiązuje")
    staff.page.locator("summary").filter(has_text="Zmień stan").first.click()
    staff.press("Zrobione")
    staff.sees(f"Plan: {person.full_name}")


def test_an_answer_of_nobody_is_done_with(walk, site, person):
    site.booking(person, site.tomorrow())
    guest = walk(person.email)
    guest.press("Potrzebuję pomocy, żeby przyjść")
    staff = walk("koordynator", **DESK)
    staff.follow("Zadania", within=".menu")
    staff.sees("Zadania", picture="tasks")
    staff.press(f"Załatwione {person.full_name}")
    staff.sees("Zadania")
    with site.reading() as db:
        assert all(task.done_at for task in db.query(Task).filter_by(person_id=person.id))


def test_everybody_of_tomorrow_is_reminded(walk, site, person, scripts):
    booking = site.booking(person, site.tomorrow(12))
    staff = walk("koordynator", scripts=scripts)
    with site.reading() as db:
        count = campaigns.tomorrow_unanswered(db, site.staff(db, "koordynator")).size
    staff.follow("Wysyłki", within=".menu")
    staff.sees("Wyślij przypomnienie", picture="sendings")
    checked = staff.page.locator("input[name=person]:checked")
    expect(checked).to_have_count(count)
    sending.keep_only(staff)
    staff.press("Sprawdź treść")
    staff.sees("Wyślij przypomnienie", errors=("Zaznacz co najmniej jedną osobę",), picture="sendings-error")
    sending.keep_only(staff, booking)
    staff.press("Sprawdź treść")
    staff.sees(re.compile(r"do 1 osoby\. Sprawdź treść\.$"), picture="sendings-preview")
    staff.press("Wyślij do 1 osoby")
    site.until(lambda: how_it_ended(site, booking) == "accepted")
    if scripts:  # the page asks again by itself
        staff.page.locator("#result:not([data-hx-get])").wait_for()
    staff.page.reload()
    staff.sees("Wysyłka zakończona", picture="sending-done")
    staff.says(person.full_name, "Wysłane")
    staff.says("1 osoba")
    path = site.mail_to(person.email, re.compile(r"(/s/[\w-]+)"))
    guest = walk(scripts=scripts)
    guest.open(path)
    guest.press("Tak, przyjdę")
    assert site.again(booking).answer == "yes"
    staff.open("/sendings")
    staff.is_silent_about(person.full_name)


def test_the_register_is_imported_on_a_page(walk, site, tmp_path):
    staff = walk("koordynator", **DESK)
    staff.open("/people/import")
    staff.sees(staff.page.locator("h1").inner_text(), picture="import")


def test_someone_without_any_address_is_for_calling(walk, site):
    person = site.newcomer(email=None, phone="+442079460555", contact="call")
    site.booking(person, site.tomorrow(14) + timedelta(minutes=5))
    staff = walk("koordynator")
    staff.open("/sendings")
    expect(staff.answer(person.full_name)).to_contain_text("telefon")
