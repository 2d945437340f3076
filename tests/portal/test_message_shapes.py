"""What a text message and a lock screen hold: not too much, one link, nothing that others should not read."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from portal import messages
from services import clock, demo, stems
from services.channels import sms_text
from services.kinds import KINDS
from services.models import TrustedContact
from tests.factories import instant
from tests.portal import message_cases as cases
from tests.portal.message_cases import CASES, delivery_of
from tests.portal.sending import make_app

MOST = sms_text.MOST  # 134: two parts of a text in which one letter is outside the old alphabet
TITLE, BODY = 40, 120  # what a lock screen shows
HOSTS = ("https://pracownia.example", "https://pracownia.laboratorium-innowacji.example.org")
PLACES = tomllib.loads((Path(demo.__file__).parent / "places.toml").read_text("utf-8"))["places"]
LONGEST = max((place["address"] for place in PLACES), key=len)
DAYS = ("2026-09-28 10:00", "2026-09-30 10:30", "2026-10-12 12:30")  # Monday, Wednesday, and the longest months


@pytest.fixture(scope="module", params=HOSTS)
def app(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shapes")
    return make_app(folder, f"sqlite:///{folder / 'unused.db'}", base_url=request.param)


@pytest.fixture
def maria(at, make):
    return cases.the_maria(make)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def at_longest(delivery, when):
    """The same message about a session on another day, in the house with the longest address."""
    if delivery.slot is None:
        return delivery
    if delivery.slot.place:
        delivery.slot.place.address, delivery.slot.room.name = LONGEST, "sala warsztatowa"
    for session in filter(None, (delivery.booking, delivery.slot)):
        session.starts_at = instant(when)
    if delivery.of_whom:
        delivery.of_whom.first_name = "Aleksandra"
    return delivery


@pytest.mark.parametrize(("name", "language"), cases.VOICES)
def test_a_text_message_fits_into_two_parts_whatever_it_is_about(app, db, make, maria, name, language):
    cases.speak(maria, language)
    delivery = delivery_of(db, make, maria, name)
    wrong = []
    for when in DAYS:
        with clock.frozen(instant("2026-09-14 09:00")):
            found = messages.words(app, at_longest(delivery, when))
            texts = found._part("sms")
            if not sms_text.fits(found.sms):
                wrong.append(found.sms)
            if units(texts[-1].strip()) > MOST:  # the barest fits also where each letter counts two
                wrong.append(texts[-1])
            if len(re.findall(r"example(?:\.org)?/", found.sms)) != (name != "code"):
                wrong.append(f"links: {found.sms}")
    db.expunge_all()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", CASES)
def test_the_fullest_text_comes_first_and_each_says_less(app, db, make, maria, name):
    texts = [" ".join(text.split()) for text in messages.words(app, delivery_of(db, make, maria, name))._part("sms")]
    assert len(texts) >= 2
    assert len(texts[-1]) == min(map(len, texts))


@pytest.mark.parametrize(("name", "language"), cases.VOICES)
def test_nothing_that_others_may_see_tells_of_health_or_names_the_help(app, db, make, maria, name, language):
    """The form of support here is psychological, its label neutral: the label too is for the mail alone."""
    cases.speak(maria, language)
    found = messages.words(app, delivery_of(db, make, maria, name))
    on_screens = (found.subject, found.sms, found.push_title, found.push_body)
    for text in (*on_screens, found.text, found.html, *found.say):
        assert stems.first_in(re.sub(r"<[^>]*>|/[wsofct]/\S+", "", text)) is None
        assert make.adviser.last_name not in text
    if not name.endswith("frank"):
        assert not any(cases.NEUTRAL[maria.language] in text.lower() for text in on_screens if name != "booked-by-phone")
    if not name.startswith(("copy", "acting")):
        assert not any("Maria" in text for text in on_screens)


@pytest.mark.parametrize("name", [name for name in CASES if KINDS[cases.kind_of(name)].about in ("booking", "offer")])
def test_a_discreet_notification_tells_neither_what_nor_where(app, db, make, maria, name):
    found = messages.words(app, delivery_of(db, make, maria, name))
    tells = re.search("rozmowa|Żeromskiego|pokój", found.push_title + found.push_body, re.IGNORECASE)
    assert bool(tells) == name.endswith("frank")


@pytest.mark.parametrize(("name", "language"), cases.VOICES)
def test_a_notification_fits_a_lock_screen(app, db, make, maria, name, language):
    cases.speak(maria, language)
    found = messages.words(app, at_longest(delivery_of(db, make, maria, name), DAYS[0]))
    db.expunge_all()
    assert len(found.push_title) <= TITLE
    assert len(found.push_body) <= BODY
    assert bool(found.push_title) == bool(found.push_body)


@pytest.mark.parametrize("name", CASES)
def test_every_channel_leads_to_the_same_place(app, db, make, maria, name):
    found = messages.words(app, delivery_of(db, make, maria, name))
    host = app.config["SETTINGS"].host
    if name == "code":
        assert found.path is None
        assert found.sms.endswith(f"\n\n@{host} #{found.delivery.digits}")  # the phone offers the digits on our page only
        return
    assert f"https://{host}{found.path}" in found.text
    assert f"{host}{found.path}" in found.sms
    assert found.push_payload["url"] == found.path


@pytest.mark.parametrize(("language", "where"), [("pl", "pokój 12"), ("uk", "кімната 12"), ("en", "room 12")])
def test_the_place_is_told_in_the_readers_language(app, db, make, maria, language, where):
    cases.speak(maria, language)
    found = messages.words(app, delivery_of(db, make, maria, "booked"))
    assert where in found.text


def test_who_reads_it_out_does_so_in_their_own_language(app, db, make, maria):
    maria.language = "uk"
    delivery = delivery_of(db, make, maria, "reminder-day")
    assert messages.words(app, delivery, language="pl").say[0] == "Dzień dobry, tu Pracownia."


@pytest.mark.parametrize("name", ["copy-reminder", "freed", "booked"])
def test_what_somebody_typed_stays_text(app, db, make, maria, name):
    maria.first_name = "Maria\r\nBcc: all@example.org"
    delivery = delivery_of(db, make, maria, name)
    delivery.slot.place.address = "ul. %(link)s {{ 7 * 7 }}"
    found = messages.words(app, delivery)
    assert "\n" not in found.subject
    assert "\r" not in found.subject
    assert "%(link)s {{ 7 * 7 }}" in found.text
    assert sms_text.fits(found.sms)


def test_a_copy_is_written_for_its_reader(app, db, make, maria):
    delivery = delivery_of(db, make, maria, "copy-reminder")
    assert isinstance(delivery.to, TrustedContact)
    english = replace(delivery, to=TrustedContact(name="Anna", email="anna@example.org", language="en"))
    assert messages.words(app, english).lang == "en"
