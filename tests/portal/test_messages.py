"""What people get to read, word for word. `GOLDEN=write pytest tests/portal/test_messages.py` renews the files."""

import os
import re
from datetime import timedelta
from pathlib import Path

import html5lib
import pytest
from sqlalchemy import select

from portal import messages
from services import bookings, clock, codes, deliveries, identity, outbox, reminders
from services.models import Link, Message
from tests.portal.sending import KEY, make_app, post_trial

GOLDEN = Path(__file__).parent / "golden"
HEALTH = re.compile(
    r"psych|rehab|niepełnospr|terap|zdrow|zdrów|chor|lecz|lekarz|pacjent|inwalid|upośledz|uzależn|depres|kryzys|diagno|medycz|klinik|szpital"
    r"|nastr|emoc|orzecz|bezdomn|bezrobo|zasił|pomoc społeczn|mops|dług",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    return make_app(folder, f"sqlite:///{folder / 'unused.db'}")


@pytest.fixture
def maria(db, at, make, monkeypatch):
    """Maria, with a phone that shows notifications, and a form of support whose label is neutral."""
    monkeypatch.setattr(bookings, "new_number", lambda: "K7M-402")
    maria = make.participant("Maria Kowal", email="maria@example.org")
    make.choice(maria, ["email", "push"], ["three-days", "day", "two-hours"])
    make.subscription(maria)
    form = make.form("psychology")
    form.names, form.neutral = {"pl": "Wsparcie psychologiczne"}, {"pl": "rozmowa", "en": "a talk"}
    return maria


def slot(make, when="2026-11-25 10:00", **more):
    return make.slot(
        when, form=make.form("psychology"), room=more.pop("room", None) or make.room("12", place=make.place("Dom")), **more
    )


def booked(db, make, maria):
    make.booking(maria, slot(make))


def booked_by_phone(db, make, maria):
    make.booking(maria, slot(make, mode="phone"))


def booked_and_frank(db, make, maria):
    _frank(db, maria)
    make.booking(maria, slot(make))


def moved(db, make, maria):
    booking = make.booking(maria, slot(make))
    other = slot(make, "2026-11-27 12:30", room=booking.slot.room)
    bookings.move(db, maria, booking, other.id, key="move")


def cancelled_by_us(db, make, maria):
    booking = make.booking(maria, slot(make))
    bookings.cancel(db, make.ewa, booking)


def reminder(moment, *, answer="none"):
    def case(db, make, maria):
        booking = make.booking(maria, slot(make))
        booking.answer = answer
        reminders.remind(db, booking, moment)

    return case


def frank_reminder(db, make, maria):
    _frank(db, maria)
    reminder("day")(db, make, maria)


def plan_waiting(db, make, maria):
    make.plan(maria, answered=None)


def code(db, make, maria):
    codes.ask_for_code(db, maria.email, "browser")


def invitation(db, make, maria):
    identity.invite(db, KEY, make.ewa, maria, by="email")


def trial(db, make, maria):
    post_trial(db, maria)
    post_trial(db, maria, "push", subscription_id=outbox.routes(db, maria)[0].subscription_id)


def _frank(db, person):
    from services.models import ReminderChoice

    db.get(ReminderChoice, person.id).is_discreet = False


CASES = {
    "booked": booked,
    "booked-by-phone": booked_by_phone,
    "booked-frank": booked_and_frank,
    "moved": moved,
    "cancelled-by-us": cancelled_by_us,
    "reminder-three-days": reminder("three-days"),
    "reminder-day": reminder("day"),
    "reminder-day-frank": frank_reminder,
    "reminder-two-hours": reminder("two-hours"),
    "reminder-two-hours-yes": reminder("two-hours", answer="yes"),
    "reminder-campaign": reminder("asked-7"),
    "plan-waiting": plan_waiting,
    "code": code,
    "invitation": invitation,
    "test": trial,
}


def written(app, db, message) -> messages.Rendered:
    delivery = deliveries.look(db, KEY, message)
    assert isinstance(delivery, deliveries.Delivery), delivery
    return messages.render(app, delivery)


def posted(db, name):
    kind = next(kind for kind in sorted(messages.KINDS, key=len, reverse=True) if name.startswith(kind))
    found = db.scalars(select(Message).where(Message.kind == kind, Message.status == "waiting").order_by(Message.id)).all()
    return {message.channel: message for message in found}


def without_secrets(text: str) -> str:
    return re.sub(r"/([ws])/[\w-]{22}", r"/\1/TOKEN", text)


def check(name: str, text: str) -> None:
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        file.write_text(text, "utf-8")
    assert file.read_text("utf-8") == text


@pytest.mark.parametrize("name", CASES)
def test_the_exact_words_in_polish(app, db, make, maria, name):
    CASES[name](db, make, maria)
    found = posted(db, name)
    assert "email" in found
    assert ("push" in found) == (name not in ("code", "invitation"))
    for channel, message in found.items():
        words = written(app, db, message)
        if channel == "email":
            check(f"{name}.email", without_secrets(f"{words.subject}\n\n{words.text}"))
        else:
            check(f"{name}.push", f"{words.push_title}\n{words.push_body}\n")


@pytest.mark.parametrize("name", CASES)
def test_both_forms_of_a_mail_say_the_same_and_carry_one_link(app, db, make, maria, name):
    CASES[name](db, make, maria)
    words = written(app, db, posted(db, name)["email"])
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(words.html)
    assert page.get("lang") == "pl"
    assert page.findtext("head/title") == words.subject
    [heading] = page.iter("h1")
    assert words.text.startswith(heading.text)
    for text in page.find("body").itertext():
        for part in filter(None, map(str.strip, text.splitlines())):
            assert part in words.text
    links = [link.get("href") for link in page.iter("a")]
    assert links == ([] if name == "code" else [f"https://pracownia.example{words.path}"])
    assert re.findall(r"https?://\S+", words.text) == links
    assert not list(page.iter("img"))
    assert "src=" not in words.html
    assert "url(" not in words.html


@pytest.mark.parametrize("name", CASES)
def test_no_message_names_a_kind_of_help(app, db, make, maria, name):
    """The form of support here is psychological, the label neutral. A lock screen and a shared mailbox are read by others."""
    CASES[name](db, make, maria)
    for message in posted(db, name).values():
        words = written(app, db, message)
        everything = "\n".join((words.subject, words.text, words.html, words.push_title, words.push_body))
        assert not HEALTH.search(everything)
        assert make.adviser.last_name not in everything


@pytest.mark.parametrize("name", CASES)
def test_a_discreet_notification_tells_neither_what_nor_where_and_fits_a_lock_screen(app, db, make, maria, name):
    CASES[name](db, make, maria)
    message = posted(db, name).get("push")
    if message is None:
        return
    words = written(app, db, message)
    tells = "rozmowa" in words.push_body or "Żeromskiego" in words.push_body
    assert tells == name.endswith("frank")
    assert "Maria" not in words.push_title + words.push_body
    assert len(words.push_title) <= 40
    assert len(words.push_body) <= 120


def test_a_reminder_is_written_from_what_holds_at_sending(app, db, make, maria):
    booking = make.booking(maria, slot(make))
    reminders.remind(db, booking, "day")
    booking.slot.room.name = "7"
    assert "pokój 7" in written(app, db, posted(db, "reminder")["email"]).text


def test_a_reminder_goes_in_the_language_of_its_reader(app, db, make, maria):
    maria.language = "en"
    booking = make.booking(maria, slot(make))
    reminders.remind(db, booking, "day")
    words = written(app, db, posted(db, "reminder")["email"])
    assert "Wednesday 25 November" in words.text
    assert "a talk" in words.text
    assert '<html lang="en">' in words.html


def test_what_somebody_typed_cannot_become_markup(app, db, make, maria):
    maria.first_name = "<b>Maria</b>"
    booking = make.booking(maria, slot(make))
    booking.slot.place.address = "ul. O'Neilla & <i>Syn</i> 1"
    words = written(app, db, posted(db, "booked")["email"])
    assert "ul. O'Neilla & <i>Syn</i> 1" in words.text
    assert "<b>Maria" not in words.html
    assert "<i>Syn" not in words.html


def test_the_mail_of_a_booking_brings_a_calendar_entry_and_a_way_to_the_settings(app, db, make, maria):
    make.booking(maria, slot(make))
    mail = messages.envelope(app, deliveries.look(db, KEY, posted(db, "booked")["email"]))
    assert mail.attachment.name == "pracownia-K7M-402.ics"
    assert b"SUMMARY:rozmowa" in mail.attachment.content
    assert mail.settings_url == "https://pracownia.example/reminders"
    assert len(mail.reference) == 32


def test_a_code_and_an_invitation_cannot_be_turned_off(app, db, make, maria):
    for name in ("code", "invitation"):
        CASES[name](db, make, maria)
        assert messages.envelope(app, deliveries.look(db, KEY, posted(db, name)["email"])).settings_url is None


def test_a_notification_carries_its_topic_as_tag_and_a_path_of_ours(app, db, make, maria):
    make.booking(maria, slot(make))
    message = posted(db, "booked")["push"]
    note = messages.notification(app, deliveries.look(db, KEY, message))
    assert note.payload["tag"] == note.topic
    assert re.fullmatch(r"[\w-]{32}", note.topic)
    assert note.payload["lang"] == "pl"
    assert re.fullmatch(r"/s/[\w-]{22}", note.payload["url"])
    assert note.useful_until == message.useful_until


def test_a_preview_shows_the_words_and_writes_nothing(app, db, make, maria):
    booking = make.booking(maria, slot(make))
    before = len(db.scalars(select(Message)).all())
    words = messages.preview(app, booking)
    assert "pokój 12" in words.text
    assert words.push_body.endswith("Przyjdziesz?")
    assert len(db.scalars(select(Message)).all()) == before
    assert db.scalar(select(Link)) is None


def test_a_code_tells_until_when_it_works(app, db, make, maria):
    CASES["code"](db, make, maria)
    words = written(app, db, posted(db, "code")["email"])
    assert clock.local(clock.now() + timedelta(minutes=15)).strftime("%-H:%M") in words.text
    assert re.match(r"\d{6} ", words.subject)
