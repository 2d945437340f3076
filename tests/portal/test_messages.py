"""What people get to read, word for word: each event by each channel in each language.

`GOLDEN=write pytest tests/portal/test_messages.py` renews the files.
"""

import os
import re
from pathlib import Path

import html5lib
import pytest
from sqlalchemy import select

from portal import messages
from services import deliveries, reminders
from services.channels import sms_text
from services.kinds import KINDS
from services.models import Link, Message
from tests.portal import message_cases as cases
from tests.portal.message_cases import CASES, LANGUAGES, delivery_of
from tests.portal.sending import make_app

GOLDEN = Path(__file__).parent / "golden"
HOST = "https://pracownia.example"
ONE_WAY = ("reminder-day", "reminder-three-days", "reminder-two-hours", "freed")  # whose SMS invites an answer where it can


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    return make_app(folder, f"sqlite:///{folder / 'unused.db'}")


@pytest.fixture(scope="module")
def one_way(tmp_path_factory):
    """An installation whose text messages come from a name, to which nobody can answer."""
    folder = tmp_path_factory.mktemp("one-way")
    return make_app(folder, f"sqlite:///{folder / 'unused.db'}", sms_sender="Pracownia")


@pytest.fixture
def maria(at, make, monkeypatch):
    monkeypatch.setattr("services.seats.new_number", lambda: "K7M-402")
    monkeypatch.setattr("services.codes.digits_of", lambda key, code: "402718")
    return cases.the_maria(make)


@pytest.fixture
def words(app, db, make, maria):
    def words(name, language="pl", app=app):
        cases.speak(maria, language)
        return messages.words(app, delivery_of(db, make, maria, name))

    return words


def without_secrets(text: str) -> str:
    return re.sub(r"/([wsofct])/[\w-]{22}", r"/\1/TOKEN", text)


def letters(text: str) -> str:
    """What the gateway counts, below the text."""
    is_plain = all(letter in "".join(sms_text._alphabet()[0]) for letter in text)
    units = len(text) if is_plain else len(text.encode("utf-16-le")) // 2
    return f"{text}\n\n[{units} {'GSM' if is_plain else 'UCS-2'}, parts: {sms_text.parts(text)}]\n"


def by_channel(name: str, found: messages.Words) -> dict[str, str]:
    kind = KINDS[cases.kind_of(name)]
    texts = {"email": f"{found.subject}\n\n{found.text}", "sms": letters(found.sms)}
    if found.push_title:
        texts["push"] = f"{found.push_title}\n{found.push_body}\n"
    if kind.may_call:
        texts["call"] = "\n".join(found.say) + "\n"
    return texts


def check(name: str, text: str) -> None:
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    assert file.read_text("utf-8") == text


@pytest.mark.parametrize(("name", "language"), cases.VOICES)
def test_the_exact_words(words, name, language):
    for channel, text in by_channel(name, words(name, language)).items():
        check(f"{language}/{name}.{channel}", without_secrets(text))


@pytest.mark.parametrize("language", [*LANGUAGES, cases.EASY])
@pytest.mark.parametrize("name", ONE_WAY)
def test_the_exact_words_where_nobody_can_answer_a_text_message(words, one_way, name, language):
    found = words(name, language, one_way)
    check(f"{language}/{name}-one-way.sms", without_secrets(letters(found.sms)))
    assert not re.search(r"\b(TAK|NIE|YES|NO|ТАК|НІ)\b", found.sms)


def test_every_kind_has_its_words_here_and_every_file_its_test():
    assert {cases.kind_of(name) for name in CASES} == set(KINDS) - cases.ELSEWHERE
    expected = {f"{name}.{channel}" for name in CASES for channel in ("email", "push", "sms", "call")}
    expected |= {f"{name}-one-way.sms" for name in ONE_WAY}
    for language in (*LANGUAGES, cases.EASY):
        assert {file.stem for file in (GOLDEN / language).iterdir()} <= expected
    assert {folder.name for folder in GOLDEN.iterdir()} == {*LANGUAGES, cases.EASY}


@pytest.mark.parametrize(("name", "language"), cases.VOICES)
def test_both_forms_of_a_mail_say_the_same_and_carry_one_link(words, name, language):
    found = words(name, language)
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(found.html)
    assert page.get("lang") == language.partition("-")[0]
    assert page.findtext("head/title") == found.subject
    [heading] = page.iter("h1")
    assert found.text.startswith(heading.text)
    for text in page.find("body").itertext():
        for part in filter(None, map(str.strip, text.splitlines())):
            assert part in found.text
    links = [link.get("href") for link in page.iter("a")]
    assert links == ([] if name == "code" else [HOST + found.path])
    assert re.findall(r"https?://\S+", found.text) == links
    assert not list(page.iter("img"))
    assert "src=" not in found.html
    assert "url(" not in found.html


@pytest.mark.parametrize("name", CASES)
def test_a_trusted_person_reads_when_and_where_and_never_what(words, name):
    found = words(name)
    tells = "rozmowa" in found.text and "rozmowa przez telefon" not in found.text
    if name.startswith("copy"):
        assert not tells
        assert found.path.startswith("/c/")
        assert "Przypomnienia" not in found.text
        assert "Kowal" not in found.text


def test_an_apology_names_the_free_times_and_says_whose_fault_it_is_not(words):
    found = words("cancelled-by-us")
    assert [value for term, value in found.facts if term == "Wolny termin"] == [
        "czwartek, 26 listopada, godzina 12:00", "czwartek, 26 listopada, godzina 14:00",
    ]  # fmt: skip
    assert "To nie twoja wina." in found.text
    assert found.path == "/book/need"


@pytest.mark.parametrize("name", ["missed", "cancelled", "cancelled-by-us"])
def test_nobody_is_blamed(words, name):
    found = words(name)
    everything = " ".join((found.text, found.sms, found.push_body, *found.say)).lower()
    assert not re.search(r"niestety|musisz|powinn|kara|zaniedb|nieobecn|opuszcz|opuści", everything)


@pytest.mark.parametrize("name", [name for name in CASES if KINDS[cases.kind_of(name)].may_call])
def test_what_is_said_on_the_telephone_is_sentences_without_addresses_of_pages(words, name):
    said = words(name).say
    assert said[0] == "Dzień dobry, tu Pracownia."
    assert all(sentence.endswith((".", "?")) for sentence in said)
    assert not any("/" in sentence or "http" in sentence for sentence in said)
    asks = not name.startswith(("booked", "reminder-two-hours-yes"))
    assert said[-1].endswith("?") == asks


def test_a_message_is_written_from_what_holds_at_sending(app, db, make, maria):
    booking = make.booking(maria, cases.slot(make))
    reminders.remind(db, booking, "day")
    booking.slot.room.name = "7"
    message = db.scalars(select(Message).where(Message.kind == "reminder")).first()
    assert "pokój 7" in messages.words(app, deliveries.look(db, cases.KEY, message)).text


def test_what_somebody_typed_cannot_become_markup(app, db, make, maria):
    maria.first_name = "<b>Maria</b>"
    delivery = delivery_of(db, make, maria, "copy-reminder")
    delivery.slot.place.address = "ul. O'Neilla & <i>Syn</i> 1"
    found = messages.words(app, delivery)
    assert "ul. O'Neilla & <i>Syn</i> 1" in found.text
    assert "<b>Maria</b> ma spotkanie" in found.text
    assert "<b>Maria" not in found.html
    assert "<i>Syn" not in found.html
    assert "\n" not in found.subject


def test_the_mail_of_a_booking_brings_a_calendar_entry_and_a_way_to_the_settings(words):
    mail = words("booked").envelope
    assert mail.attachment.name == "pracownia-K7M-402.ics"
    assert b"SUMMARY:rozmowa" in mail.attachment.content
    assert mail.settings_url.startswith(f"{HOST}/")
    assert len(mail.reference) == 32


@pytest.mark.parametrize("name", ["code", "invitation"])
def test_a_code_and_an_invitation_cannot_be_turned_off(words, name):
    assert words(name).envelope.settings_url is None


def test_who_gets_copies_turns_them_off_by_the_link_in_each(words):
    found = words("copy-reminder")
    assert found.envelope.settings_url == HOST + found.path


def test_a_notification_carries_its_topic_as_tag_and_a_path_of_ours(words):
    found = words("booked")
    assert re.fullmatch(r"[\w-]{32}", found.push_payload["tag"])
    assert found.push_payload["tag"] == found.delivery.reference
    assert found.push_payload["lang"] == "pl"
    assert re.fullmatch(r"/s/[\w-]{22}", found.push_payload["url"])


def test_a_preview_shows_the_words_and_writes_nothing(app, db, make, maria):
    booking = make.booking(maria, cases.slot(make))
    before = len(db.scalars(select(Message)).all())
    found = messages.preview(app, maria, "reminder", booking=booking)
    assert "pokój 12" in found.text
    assert found.push_body.endswith("Przyjdziesz?")
    assert len(db.scalars(select(Message)).all()) == before
    assert db.scalar(select(Link)) is None
