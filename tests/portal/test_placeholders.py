"""A coordinator's own words: what is wrong with them, and how each person gets them."""

import pytest
from sqlalchemy import select

from portal import messages, placeholders
from services import campaigns, deliveries
from services.audiences import Filters
from services.channels import sms_text
from services.frame import ensure_offer
from services.models import CampaignTemplate, Message
from tests.portal.sending import KEY, make_app


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    return make_app(folder, f"sqlite:///{folder / 'unused.db'}")


def codes(app, text, *, has_session=False):
    return [code for code, _ in placeholders.check(text, app, has_session=has_session)]


@pytest.mark.parametrize(
    ("text", "code"),
    [("Hej {imie, zapraszamy", "placeholder-open"), ("Hej imie}", "placeholder-open"), ("Hej {nazwisko}", "placeholder-unknown"),
     ("Do zobaczenia {dzień}", "placeholder-session"), ("Hej {imię}, {GODZINA}", "placeholder-session"), ("Wizyta u lekarza", "health-word"),
     ("Napisz do nas: " + "x" * 120, "sms-long"), ("{link} " + "x" * 112, "sms-long")],
)  # fmt: skip
def test_each_fault_has_its_code(app, text, code):
    assert codes(app, text) == [code]


@pytest.mark.parametrize("text", ["Hej {imię}, {imie}, {Imię}", "Zadzwoń: {telefon}", "Zapraszamy: {link}", "x" * 134])
def test_words_that_may_be_sent(app, text):
    assert codes(app, text) == []


def test_a_session_brings_its_own_placeholders_and_a_longer_link(app):
    text = "{dzień}, {godzina}, {miejsce}"

    assert codes(app, text, has_session=True) == []
    assert placeholders.shown(has_session=False) == ["{imię}", "{telefon}", "{link}"]
    assert len(placeholders.shown(has_session=True)) == 6
    lengths = [placeholders.longest("{link}", app, has_session=has) for has in (False, True)]
    assert lengths == [len("pracownia.example/book"), len("pracownia.example/s/") + 22]


def test_the_fault_names_the_word(app):
    [(_, facts)] = placeholders.check("Hej {nazwisko}", app, has_session=False)
    assert facts == {"name": "nazwisko", "known": "{imię}, {telefon}, {link}"}
    [(_, facts)] = placeholders.check("x" * 135, app, has_session=False)
    assert facts == {"length": 135, "most": 134}


def written(app, db, make, texts, *, filters=Filters("everybody"), **more) -> messages.Words:
    campaigns.send(db, make.ewa, filters, key="k", texts=texts, wait=0, **more)
    message = db.scalars(select(Message).where(Message.kind == "note")).one()
    return messages.words(app, deliveries.look(db, KEY, message))


def test_words_about_a_session_name_its_day_hour_and_place(app, db, make, at):
    make.booking(make.participant("Maria Kowal"), make.slot("2026-11-24 10:00"))

    words = written(app, db, make, {"pl": "{imie}: {dzien}, {godzina}, {miejsce}, {telefon}"}, filters=Filters())

    assert words.sms == "Maria: wtorek, 24 listopada, 10:00, ul. Żeromskiego 1, pokój 12, 58 000 00 00"
    assert words.path.startswith("/s/")
    assert "Zobacz spotkanie" in words.text


@pytest.mark.parametrize("is_discreet", [True, False])
def test_a_locked_screen_tells_neither_the_name_nor_the_place_unless_the_person_wants_it(app, db, make, at, is_discreet):
    maria = make.participant("Maria Kowal")
    make.choice(maria, ["email"]).is_discreet = is_discreet
    make.booking(maria, make.slot("2026-11-24 10:00"))
    texts = {"pl": "Hej {imię}, do zobaczenia {dzień}, {miejsce}. {link}"}
    words = written(app, db, make, texts, filters=Filters("session-tomorrow"))

    assert "Maria" in words.text and "Żeromskiego" in words.text
    tells = [part in words.push_body for part in ("Maria", "Żeromskiego")]
    assert tells == [not is_discreet] * 2
    assert not is_discreet or words.push_body.startswith("Hej, do zobaczenia wtorek, 24 listopada, adres znajdziesz w planie.")


def test_each_language_has_its_own_words_and_dates(app, db, make, at):
    make.booking(make.participant("Olena", language="uk"), make.slot("2026-11-24 10:00"))

    words = written(app, db, make, {"pl": "{dzień}", "uk": "День: {dzień}"}, filters=Filters())

    assert (words.lang, words.push_body) == ("uk", "День: вівторок, 24 листопада")
    assert '<html lang="uk">' in words.html


def test_without_a_translation_everything_is_polish_and_says_so(app, db, make, at):
    make.booking(make.participant("Olena", language="uk"), make.slot("2026-11-24 10:00"))

    words = written(app, db, make, {"pl": "Dzień: {dzień}"}, filters=Filters())

    assert (words.lang, words.push_body) == ("pl", "Dzień: wtorek, 24 listopada")
    assert '<html lang="pl">' in words.html
    assert words.push_payload["lang"] == "pl"


@pytest.mark.parametrize(("purpose", "path"), [("no-session", "/book"), ("plan-review", "/book"), ("other", "/plan")])
def test_the_link_leads_where_the_purpose_wants(app, db, make, at, purpose, path):
    make.participant()

    words = written(app, db, make, {"pl": "Tutaj: {link}"}, purpose=purpose)

    assert (words.path, words.sms) == (path, f"Tutaj: pracownia.example{path}")
    assert f"https://pracownia.example{path}" in words.text


def test_what_is_said_on_the_telephone_reads_out_no_link(app, db, make, at):
    make.participant()

    words = written(app, db, make, {"pl": "Dzień dobry. Umów się: {link}. Do zobaczenia."})

    assert words.say == ["Dzień dobry.", "Do zobaczenia."]


def test_typed_markup_stays_text(app, db, make, at):
    make.participant("<b>Maria</b>")

    assert "<b>Maria" not in written(app, db, make, {"pl": "{imię} <i>x</i>"}).html


def test_the_first_words_of_the_frame_pass_their_own_check(app, db, at):
    ensure_offer(db)
    for one in db.scalars(select(CampaignTemplate)):
        for lang, text in one.texts.items():
            assert codes(app, text) == [], (one.name, lang)
            assert placeholders.longest(text, app, has_session=False) <= sms_text.MOST
