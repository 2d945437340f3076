"""The call list on a phone, and with a keyboard and nothing else; and a text message that is answered in the demo's mailbox."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from services import clock, reminders
from services.channels.calls import CallCarrier
from services.models import Booking, Call, MailboxItem, Message
from services.subjects import Delivery

HERS, HIS = "+447700900341", "+447700900342"
MOST_TABS = 25
FOCUSED = """() => {
  const el = document.activeElement
  return [...(el.labels ?? []), el].map(one => one.innerText ?? '').join(' ').replace(/\\s+/g, ' ').trim()
}"""


def tab_to(guest, words: str) -> None:
    """Press Tab until the focus stands on what begins with these words, within as many presses as a person bears."""
    passed = []
    for _ in range(MOST_TABS):
        guest.page.keyboard.press("Tab")
        if (text := guest.page.evaluate(FOCUSED)).startswith(words):
            return
        passed.append(text)
    raise AssertionError(f"{words!r} is not reached in {MOST_TABS} presses, only {passed}")


def strike(guest, key: str, heading: str | re.Pattern[str]) -> None:
    """A key that leads to another page."""
    guest.page.keyboard.press(key)
    guest.sees(heading)


@pytest.fixture
def ring(site):
    """`ring(minutes)`: somebody new whose session begins so soon that they are the first on the list."""

    def ring(minutes: int, *, phone: str = HERS, **about) -> tuple:
        person = site.newcomer(phone=phone, contact="call", email=None, **about)
        booking = site.booking(person, timedelta(minutes=minutes))
        with site.writing() as db:
            reminders.remind(db, db.get(Booking, booking.id), "day")
            message = db.query(Message).filter_by(booking_id=booking.id, kind="reminder").one()
            message.status, message.ended_at = "accepted", clock.now()
        CallCarrier(site.database).send(Delivery(message, "", person), None)
        return person, booking

    return ring


def call_of(site, person) -> Call:
    with site.reading() as db:
        return db.query(Call).filter_by(person_id=person.id).one()


def test_one_person_after_the_other_on_a_phone(walk, site, ring, scripts):
    zofia, first = ring(95, needs=("loop",), language="uk")
    halina, second = ring(100, phone=HIS)
    staff = walk("koordynator", scripts=scripts)
    staff.follow("Telefony", within=".menu")
    staff.sees("Telefony", picture="calls")
    staff.follow("Zacznij dzwonić")
    staff.sees(f"Telefon: {zofia.full_name}", picture="call")
    staff.says("ukraiński", "Pętla indukcyjna (lepiej słychać)")
    assert staff.page.get_by_role("link", name="Zadzwoń").first.get_attribute("href") == f"tel:{HERS}"
    staff.press("Przyjdzie")
    staff.sees(f"Telefon: {halina.full_name}", picture="call-next")
    staff.says(f"{zofia.full_name}: Przyjdzie.")
    assert site.again(first).answer == "yes"

    staff.fill("Notatka, jeśli jest potrzebna", "Poczta głosowa")
    staff.press("Nie odbiera. Spróbuję")
    staff.says("następna próba")
    staff.open(f"/calls/{call_of(site, halina).id}")
    staff.sees(f"Telefon: {halina.full_name}", picture="call-again")
    staff.says("Poczta głosowa", "Ostatnia próba")
    staff.press("Nie przyjdzie")
    staff.says("Spotkanie jest odwołane, a miejsce wolne dla innych.")
    assert site.again(second).status == "cancelled"
    staff.open(f"/calls/{call_of(site, halina).id}")
    staff.sees(f"Nie trzeba dzwonić: {halina.full_name}", picture="call-over")


def test_who_signs_is_written_to(walk, site, ring):
    person, _ = ring(90, needs=("pjm",))
    staff = walk("koordynator")
    staff.open(f"/calls/{call_of(site, person).id}")
    staff.sees(f"Telefon: {person.full_name}", picture="call-pjm")
    staff.says("Nie dzwoń. Ta osoba używa PJM, języka migowego. Napisz do niej.")


def test_the_list_is_worked_through_with_a_keyboard(walk, site, ring):
    person, booking = ring(85)
    ring(88, phone=HIS)
    staff = walk("koordynator", has_touch=False)
    staff.open("/calls")
    tab_to(staff, "Zacznij dzwonić")
    strike(staff, "Enter", f"Telefon: {person.full_name}")
    tab_to(staff, "Notatka")
    staff.page.keyboard.type("Potwierdza")
    staff.page.keyboard.press("Enter")  # a new line, not the first button
    assert call_of(site, person).tries == 0
    tab_to(staff, "Przyjdzie")
    strike(staff, "Enter", re.compile("^Telefon: "))
    expect(staff.page.locator("h1")).to_be_focused()
    assert site.again(booking).answer == "yes"


def test_a_text_message_is_answered_as_by_the_telephone(walk, site, scripts):
    person = site.newcomer(phone="+447700900343", contact="sms", email=None)
    booking = site.booking(person, site.tomorrow())
    with site.writing() as db:
        reminders.remind(db, db.get(Booking, booking.id), "day")
    site.send_now()

    def found():
        with site.reading() as db:
            message = db.query(Message).filter_by(booking_id=booking.id, kind="reminder").one()
            return db.query(MailboxItem).filter_by(reference=message.provider_ref or "").first()

    item = site.until(found)
    guest = walk(scripts=scripts)
    guest.open("/mailbox")
    guest.sees("Skrzynka wiadomości", picture="mailbox")
    guest.open(f"/mailbox/{item.id}")
    guest.fill("Odpowiedz jak z telefonu", "")
    guest.press("Wyślij odpowiedź")
    guest.sees("SMS do: +447700900343", errors=("Napisz odpowiedź, na przykład TAK",))
    guest.fill("Odpowiedz jak z telefonu", "tak, dziękuję")
    guest.press("Wyślij odpowiedź")
    guest.sees("SMS do: +447700900343", picture="mailbox-sms")
    guest.says("Zapisane: przyjdę.")
    assert site.again(booking).answer == "yes"
