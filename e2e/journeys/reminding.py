"""J8: how and when to be reminded; yes, no and blocked to what the telephone shows."""

import re

from playwright.sync_api import expect

from e2e.journeys.way import Way, journey
from services.models import PushSubscription, ReminderChoice

QUESTION = "Jak mamy ci przypominać?"
TURN_ON = "Włącz powiadomienia"
# The question that a browser asks is not a page: a person's answer to it is given here, before it is asked.
ANSWERS = """answer => {
  Object.defineProperty(Notification, 'permission', {get: () => window.answered ?? 'default'})
  Notification.requestPermission = async () => window.answered = answer
}"""


@journey("J8")
def another_way_and_time(way: Way) -> None:
    person = way.somebody()
    guest = way.guest(person)
    guest.follow("Przypomnienia", within=".menu")
    guest.sees(QUESTION)
    guest.choose("Nie przypominajcie")
    guest.press("Zapisz")
    guest.sees(QUESTION, errors=("Wybierz sposób przypominania albo „Nie przypominajcie”, nie oba naraz",))
    guest.mend("Wybierz sposób przypominania albo „Nie przypominajcie”, nie oba naraz")
    guest.untick("Nie przypominajcie")
    guest.choose("3 dni wcześniej")
    guest.unfold("Więcej: godzina, cisza, ekran telefonu")
    guest.pick("Rano do", "10:00")
    guest.press("Zapisz")
    guest.sees("Zapisane")
    with way.site.reading() as db:
        kept = db.get(ReminderChoice, person.id)
    assert (kept.channels, sorted(kept.moments), kept.quiet_to) == (["email"], ["day", "three-days"], 10)


@journey("J8")
def a_message_to_try_it(way: Way) -> None:
    person = way.somebody()
    guest = way.guest(person)
    guest.open("/reminders")
    guest.press("Wyślij próbną wiadomość")
    guest.sees("Próbna wiadomość jest w drodze")
    way.site.mail_to(person.email, re.compile("Pracownia"))


def asks_the_phone(way: Way, answer: str):
    """On the page before the browser's own question, whose answer is known."""
    person = way.somebody()
    guest = way.guest(person)
    guest.page.add_init_script(f"({ANSWERS})({answer!r})")
    guest.open("/reminders/phone")
    guest.sees(TURN_ON)
    button = guest._named("button", TURN_ON, "", "main")
    expect(button).to_be_visible()
    guest.hand.press(button)
    return person, guest


def has_push(way: Way, person) -> bool:
    with way.site.reading() as db:
        return db.query(PushSubscription).filter_by(person_id=person.id).count() > 0


@journey("J8", needs_scripts=True)
def notifications_not_now(way: Way) -> None:
    person, guest = asks_the_phone(way, "default")
    guest.sees(TURN_ON)
    guest.follow("Nie teraz")
    guest.sees("Zapisane")
    assert not has_push(way, person)


@journey("J8", needs_scripts=True)
def notifications_blocked(way: Way) -> None:
    person, guest = asks_the_phone(way, "denied")
    guest.says("Powiadomienia są w tym telefonie zablokowane. Napiszemy inaczej albo zadzwonimy.")
    guest.sees(TURN_ON)
    guest.follow("Nie teraz")
    guest.sees("Zapisane")
    assert not has_push(way, person)
