"""Choosing how and when to be reminded, and a message to try it."""

import re

import pytest
from playwright.sync_api import expect

from services.models import MailboxItem, ReminderChoice

pytestmark = pytest.mark.whole_browser

QUESTION = "Jak mamy ci przypominać?"


@pytest.fixture
def person(site):
    return site.newcomer()


def test_choosing_with_every_mistake(walk, site, person, scripts):
    guest = walk(person.email, scripts=scripts)
    guest.follow("Przypomnienia", within=".menu")
    guest.sees(QUESTION, picture="reminders")
    expect(guest.answer("E-mail").locator("input")).to_be_checked()
    guest.choose("Nie przypominajcie")
    guest.press("Zapisz")
    guest.sees(QUESTION, errors=("Wybierz sposób przypominania albo „Nie przypominajcie”, nie oba naraz",))
    guest.answer("Nie przypominajcie").click()
    guest.answer("E-mail").click()
    guest.press("Zapisz")
    guest.sees(QUESTION, errors=("Wybierz, jak mamy przypominać, albo „Nie przypominajcie”",))
    guest.choose("E-mail")
    guest.answer("dzień wcześniej").click()
    guest.press("Zapisz")
    guest.sees(QUESTION, errors=("Wybierz, kiedy mamy przypomnieć",), picture="reminders-error")
    guest.choose("3 dni wcześniej", "2 godziny wcześniej")
    guest.press("Zapisz")
    guest.sees("Zapisane", picture="reminders-saved")
    with site.reading() as db:
        kept = db.get(ReminderChoice, person.id)
    assert (kept.channels, kept.moments) == (["email"], ["three-days", "two-hours"])


def test_none_at_all_is_a_choice(walk, site, person):
    guest = walk(person.email)
    guest.open("/reminders")
    guest.answer("E-mail").click()
    guest.choose("Nie przypominajcie")
    guest.press("Zapisz")
    guest.sees("Zapisane")
    with site.reading() as db:
        assert db.get(ReminderChoice, person.id).channels == []


def test_a_message_to_try_it_arrives(walk, site, person):
    guest = walk(person.email)
    guest.open("/reminders")
    guest.press("Wyślij próbną wiadomość")
    guest.sees("Próbna wiadomość jest w drodze", picture="tested")
    site.mail_to(person.email, re.compile("Pracownia"))
    with site.reading() as db:
        item = db.query(MailboxItem).filter_by(to=person.email).one()
    guest.open("/mailbox")
    guest.sees("Skrzynka wiadomości", picture="mailbox")
    guest.open(f"/mailbox/{item.id}")
    guest.sees(item.subject, picture="mail")


def test_nobody_is_asked_for_a_permission_before_they_press(walk, person):
    guest = walk(person.email)
    guest.page.add_init_script("""window.asked = 0
        Notification.requestPermission = async () => { window.asked += 1; return 'default' }""")
    guest.open("/reminders/phone")
    button = guest.page.get_by_role("button", name="Włącz powiadomienia")
    expect(button).to_be_visible()
    assert guest.page.evaluate("asked") == 0
    guest.sees("Włącz powiadomienia", picture="phone")
    button.click()
    expect(button).to_be_visible()
    assert guest.page.evaluate("asked") == 1


@pytest.mark.parametrize("state", ["ready", "on", "denied", "failed", "ios", "unsupported"])
def test_every_state_of_a_phone(walk, person, state):
    guest = walk(person.email)
    guest.open("/reminders/phone")
    expect(guest.page.get_by_role("button", name="Włącz powiadomienia")).to_be_visible()
    guest.page.evaluate(
        """state => document.querySelectorAll('[data-push-state]').forEach(part =>
             part.hidden = !part.dataset.pushState.split('|').includes(state))""",
        state,
    )
    guest.sees("Włącz powiadomienia", picture=f"phone-{state}")


def test_a_shared_phone_gets_no_notifications(walk, person):
    guest = walk(person.email, shared=True)
    guest.open("/reminders/phone")
    guest.sees("Włącz powiadomienia", picture="phone-shared")
    expect(guest.page.get_by_role("button", name="Włącz powiadomienia")).to_have_count(0)


def test_without_scripts_the_page_says_what_works_instead(walk, person):
    guest = walk(person.email, scripts=False)
    guest.open("/reminders/phone")
    guest.sees("Włącz powiadomienia", picture="phone-no-scripts")
    expect(guest.page.locator("noscript p")).to_be_visible()


def test_the_order_the_hour_and_the_quiet_are_the_persons(walk, site, scripts):
    person = site.newcomer(phone="+447700900950")
    guest = walk(person.email, scripts=scripts)
    guest.open("/reminders")
    guest.choose("SMS")
    guest.page.get_by_text("Więcej: godzina, cisza, ekran telefonu").click()
    guest.page.get_by_label("O której mamy pisać?").select_option("16")
    guest.page.get_by_label("Rano do").select_option("10")
    guest.press("Zapisz")
    guest.sees("Zapisane", picture="reminders-order")
    guest.press("Zacznijcie od: e-mail")
    guest.sees("Zapisane")
    with site.reading() as db:
        kept = db.get(ReminderChoice, person.id)
    assert (kept.channels, kept.hour, kept.quiet_to) == (["email", "sms"], 16, 10)


def test_a_trusted_person_is_named_and_ended_in_two_presses(walk, site, person, scripts):
    guest = walk(person.email, scripts=scripts)
    guest.open("/reminders")
    guest.follow("Bliska osoba, która też ma dostać przypomnienie")
    guest.sees("Bliska osoba, która też dostanie przypomnienie", picture="trusted")
    guest.fill("Imię tej osoby", "Olena")
    guest.press("Dodaj")
    guest.sees(
        "Bliska osoba, która też dostanie przypomnienie",
        errors=("Wpisz numer telefonu albo e-mail, na przykład 600 100 200",), picture="trusted-error",
    )  # fmt: skip
    guest.fill("Jej numer telefonu albo e-mail", "olena@example.org")
    guest.press("Dodaj")
    guest.sees("Bliska osoba, która też dostanie przypomnienie", picture="trusted-there")
    guest.follow("Zakończ")
    guest.sees("Zakończyć kopie?", picture="trusted-end")
    guest.press("Tak, zakończ")
    guest.sees("Bliska osoba, która też dostanie przypomnienie")
    expect(guest.page.get_by_role("main").get_by_text("Olena")).to_have_count(0)
