"""Polish that is plain, and easy words that are easy: by numbers, on every page of a participant and in every message.

The bars are those of rows 39 and 40 of the table in docs/accessibility.md.
"""

import pytest
from flask import g

from portal import edge, i18n, messages
from scripts import words
from tests.portal import measure, participant_pages
from tests.portal import message_cases as cases
from tests.portal.measure import KNOWN, Measure, Sentence
from tests.portal.world import build

MEAN, LONGEST, HARD, FOG = 10, 15, 10, 8  # plain: words a sentence, hard words of a hundred, and the fog of both
EASY_LONGEST = 10
FOUND = words.extract()


def for_participants(one) -> bool:
    if str(one.id).startswith(tuple(KNOWN["staff_words"])):
        return False
    return any(not {name, name.split("/")[0]} & set(KNOWN["staff"]) for name, _ in one.locations)


def is_of(one, folder: str) -> bool:
    return any(name.startswith(f"{folder}/") for name, _ in one.locations)


def forms(said) -> list[str]:
    return list(said) if isinstance(said, (tuple, list)) else [said]


PATTERNS = "forms of a word"  # the context of what is no text, but tells which words a glossary explains
PARTICIPANTS = [one for one in FOUND if one.id and for_participants(one) and one.context != PATTERNS]
STRINGS = {form for one in PARTICIPANTS for form in forms(one.id)}


@pytest.fixture
def world(app, db, make, monkeypatch):
    """Nothing that a request does is kept."""
    monkeypatch.setattr(edge, "finish", lambda status: g.db.rollback() if "db" in g else None)
    return build(app, db, make)


@pytest.fixture
def drawn(world):
    """`drawn(easy)`: page -> its lines of sentences."""

    def drawn(easy: str) -> dict[str, list[list[Sentence]]]:
        with measure.watched(world.app) as numbers:
            pages = {}
            for name, status, page in participant_pages.of(world, look=f"easy={easy}"):
                assert status < 500, name
                pages[name] = list(measure.lines_of(measure.text_of(page), numbers))
        return pages

    return drawn


@pytest.fixture
def written(app, db, make, at):
    """`written(name, is_easy)`: the parts of a message -> their lines of sentences. All wordings of a text message count."""

    def written(name: str, *, is_easy: bool) -> dict[str, list[list[Sentence]]]:
        maria = cases.the_maria(make)
        maria.is_easy = is_easy
        with measure.watched(app) as numbers:
            found = messages.words(app, cases.delivery_of(db, make, maria, name))
            parts = {"mail": found.text, "push": f"{found.push_title}\n{found.push_body}", "call": "\n".join(found.say)}
            parts |= {f"sms {n}": i18n.lines.in_text(text) for n, text in enumerate(found._part("sms"))}
            return {part: list(measure.lines_of(text, numbers)) for part, text in parts.items()}

    return written


def is_prescribed(string: str) -> bool:
    return string.startswith(tuple(KNOWN["prescribed"]))


def ours(found: dict[str, list[list[Sentence]]]) -> list[Sentence]:
    """Every sentence once, without those that an act prescribes."""
    every = {one.text: one for said in found.values() for line in said for one in line if one.strings}
    return [one for one in every.values() if not any(map(is_prescribed, one.strings))]


def in_messages() -> list[Sentence]:
    """The sentences of every message, a fact in them counted as one word."""
    strings = (form for one in PARTICIPANTS if is_of(one, "messages") for form in forms(one.id))
    return [Sentence(text, (string,)) for string in strings for text in measure.split(measure.plain_of(string))]


def test_polish_on_pages_and_in_messages_is_plain(drawn):
    plain = Measure([*ours(drawn("no")), *in_messages()])
    told = f"mean {plain.mean:.1f}, longest {len(plain.longest.words)}, hard {plain.hard:.1f} %, fog {plain.fog:.1f}"

    assert len(plain.running) > 400
    assert len(plain.longest.words) <= LONGEST, plain.longest
    assert plain.mean <= MEAN, told
    assert plain.hard <= HARD, told
    assert plain.fog <= FOG, told


def test_no_polish_string_speaks_like_an_office():
    found = {
        form: stem
        for one in FOUND
        for form in (forms(one.id) if one.id else [])
        if not is_prescribed(form) and (stem := measure.first_of(form, KNOWN["banned"]))
    }
    assert found == {}


def said_in(lang: str, name: str) -> dict:
    return {words.key(one): one.string for one in words.read(lang, name) if one.id and not words.is_empty(one)}


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_every_string_of_participants_has_words_that_are_easy(lang):
    """Also those that no page of the test happens to draw. What has no entry of its own has to be easy as it is."""
    standard, easy, wrong = said_in(lang, "messages"), said_in(lang, "easy"), {}
    for one in PARTICIPANTS:
        key = words.key(one)
        for said in forms(easy.get(key) or standard.get(key) or one.id):
            for sentence in measure.split(measure.plain_of(said)):
                length, short = len(measure.WORD.findall(sentence)), lang == "pl" and measure.shortened(sentence)
                if length > EASY_LONGEST or short:
                    wrong[str(one.id)] = f"{length} words{', shortened: ' + short if short else ''}: {sentence}"
    assert wrong == {}, f"too hard, and no easy words in translations/{lang}/LC_MESSAGES/easy.po"


def hardest(found: dict[str, list[list[Sentence]]]) -> dict[str, tuple]:
    wrong = {}
    for name, said in found.items():
        for line in said:
            if sum(bool(one.strings) for one in line) > 1:
                wrong[name, " | ".join(one.text for one in line)] = "several sentences in a line"
            for one in line:
                if one.strings and (len(one.words) > EASY_LONGEST or measure.shortened(one.text)):
                    wrong[name, one.text] = one.strings
    return wrong


def test_easy_words_are_easy_on_every_page(drawn):
    pages = drawn("yes")
    strings = {string for said in pages.values() for line in said for one in line for string in one.strings}

    assert len(pages) > 100
    assert hardest(pages) == {}
    assert strings - STRINGS == set(), "met by participants, but only in templates of staff: they would never get easy words"


@pytest.mark.parametrize("name", [name for name in cases.CASES if not name.startswith(cases.OTHERS)])
def test_easy_words_are_easy_in_every_message(written, name):
    assert hardest(written(name, is_easy=True)) == {}
