"""Words that coordinators keep."""

import pytest
from sqlalchemy import select

from services import frame, stems, texts
from services.errors import NotAllowed, NotFound, Refused
from services.models import CampaignTemplate

WORDS = {"pl": "Zapraszamy"}


def test_kept_words_are_there_for_every_coordinator_by_name(db, make):
    for name in ("Warsztat", "  Dzień   otwarty "):
        texts.keep(db, make.ewa, name, "event", WORDS)

    assert [one.name for one in texts.kept(db, make.coordinator())] == ["Dzień otwarty", "Warsztat"]


def test_words_are_changed_and_ended(db, make):
    text = texts.keep(db, make.ewa, "Warsztat", "event", WORDS)
    texts.keep(db, make.coordinator(), "Warsztat w piątek", "event", {"pl": "W piątek", "en": "On Friday"}, text=text)
    assert (text.name, text.texts["en"]) == ("Warsztat w piątek", "On Friday")

    texts.end(db, make.ewa, text)

    assert texts.kept(db, make.ewa) == []
    with pytest.raises(NotFound):
        texts.get_text(db, make.ewa, text.id)


def test_a_name_is_taken_once_and_comes_back_after_its_end(db, make):
    text = texts.keep(db, make.ewa, "Warsztat", "event", WORDS)
    with pytest.raises(Refused, match="text-name-taken"):
        texts.keep(db, make.ewa, "Warsztat", "event", WORDS)
    texts.end(db, make.ewa, text)

    assert texts.keep(db, make.ewa, "Warsztat", "change", {"pl": "Nowe"}) is text
    assert (text.texts, text.ended_at) == ({"pl": "Nowe"}, None)


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [("", WORDS, "text-name-missing"), ("x" * 81, WORDS, "text-name-long"), ("A", {"en": "Hi"}, "text-missing")],
)
def test_without_a_name_or_polish_words_nothing_is_kept(db, make, name, words, code):
    with pytest.raises(Refused, match=code):
        texts.keep(db, make.ewa, name, "event", words)


def test_specialists_keep_no_words(db, make):
    with pytest.raises(NotAllowed):
        texts.kept(db, make.adviser)


def test_the_first_words_come_with_the_frame_once_and_in_three_languages(db):
    frame.ensure_offer(db), frame.ensure_offer(db)

    found = db.scalars(select(CampaignTemplate).order_by(CampaignTemplate.purpose)).all()

    assert [one.purpose for one in found] == ["no-session", "plan-review"]
    assert all(set(one.texts) == {"pl", "uk", "en"} for one in found)


@pytest.mark.parametrize("text", ["Wizyta u psychologa", "Terapia, piątek", "Психолог чекає", "your Hospital stay"])
def test_words_of_health_are_seen_in_three_languages(text):
    assert stems.first_in(text)


@pytest.mark.parametrize("text", ["Długo się nie widzieliśmy", "Piątek, lecz później", "Według planu"])
def test_plain_words_with_such_a_stem_are_left_alone(text):
    assert stems.first_in(text) is None
