"""The words: three languages, nothing missing, nothing left in Polish, and Polish that is easy to read."""

import re
from collections import Counter

import pytest

from scripts import words

LANGUAGES = ["pl", "en", "uk"]
FOUND = words.extract()
CATALOGUES = {(lang, name): words.read(lang, name) for lang in LANGUAGES for name in words.CATALOGUES}
each_catalogue = pytest.mark.parametrize("catalogue", CATALOGUES, ids="-".join)

POLISH = re.compile("[ąćęłńóśźż]", re.I)
# What stays as it is in every language: names, headings of the Polish register, and signs that have no other word.
NAMES = re.compile(
    "Gdyński System Aktywizacji Społeczno-Zawodowej „Pracownia”|Numer, Imię, Nazwisko, Ścieżka, Partner, Data przystąpienia"
    "|Rzecznik Praw Obywatelskich|Pracownia|PJM|SMS|QR|CSV|UTF-8|Windows-1250|iPhone|iPad|Safari|Chrome|Android|Aegis"
    "|Google Authenticator|Microsoft Authenticator|CV|SJM|SKOGN|JPEG|PNG|WebP|anna@example.org"
)
PLACE = re.compile(r"%\(\w+\)s")


def forms(message):
    """The keys and the translations of a message, one or several of each."""
    ids, strings = message.id, message.string
    return (ids, strings) if message.pluralizable else ([ids], [strings])


def entries(lang, name="messages"):
    return [one for one in CATALOGUES[lang, name] if one.id]


@each_catalogue
def test_the_catalogue_holds_what_the_templates_say_and_nothing_else(catalogue):
    """The easy words too: an entry for a sentence that is gone or reworded has to go, or follow it."""
    lang, name = catalogue
    wanted = {words.key(one) for one in words.wanted(lang, FOUND, name)}
    there = {words.key(one) for one in entries(lang, name)}

    assert sorted(map(str, wanted - there)) == [], "run `make words`, then write the translations"
    assert sorted(map(str, there - wanted)) == [], "run `make words`"


@each_catalogue
def test_no_entry_is_empty_guessed_or_set_aside(catalogue):
    assert [one.id for one in entries(*catalogue) if words.is_empty(one) or one.fuzzy] == []
    assert not CATALOGUES[catalogue].obsolete
    assert not CATALOGUES[catalogue].fuzzy


@each_catalogue
def test_every_plural_has_all_its_forms(catalogue):
    how_many = {"pl": 3, "en": 2, "uk": 3}[catalogue[0]]
    assert [one.id for one in entries(*catalogue) if one.pluralizable and len(one.string) != how_many] == []


@each_catalogue
def test_the_placeholders_are_those_of_the_polish_sentence(catalogue):
    """Easy words may leave a fact out, or say it twice, but know no others."""
    for one in entries(*catalogue):
        ids, strings = forms(one)
        wanted = Counter(PLACE.findall(ids[0]))
        for string in strings:
            said = Counter(PLACE.findall(string))
            assert said == wanted or (catalogue[1] == "easy" and said.keys() <= wanted.keys()), string
            assert "%" not in PLACE.sub("", string), string


@pytest.mark.parametrize("name", words.CATALOGUES)
@pytest.mark.parametrize("lang", ["en", "uk"])
def test_no_polish_is_left_in_a_translation(lang, name):
    for one in entries(lang, name):
        for string in forms(one)[1]:
            assert not POLISH.search(NAMES.sub("", string)), string


def test_no_english_sentence_is_a_copy_of_the_polish_one():
    both = (*entries("en"), *entries("en", "easy"))
    copies = {one.id for one in both if one.id == one.string and " " in PLACE.sub("", one.id).strip(" .,:–")}

    assert copies == set()


@pytest.mark.parametrize("name", words.CATALOGUES)
def test_ukrainian_is_written_in_cyrillic(name):
    for one in entries("uk", name):
        for string in forms(one)[1]:
            assert not re.search("[A-Za-z]", PLACE.sub("", NAMES.sub("", string))), string


@each_catalogue
def test_no_sentence_shouts_or_speaks_to_the_eye_with_plain_quotes(catalogue):
    for one in entries(*catalogue):
        for string in forms(one)[1]:
            assert "!" not in string, string
            assert '"' not in string, string


def sentences():
    """All but those whose wording an act prescribes: the accessibility statement begins with them."""
    for one in FOUND:
        for text in forms(one)[0] if one.id and "ustaw" not in str(one.id) else []:
            yield from re.split(r"(?<=[.?!:;])\s+", PLACE.sub("X", text))


def test_polish_sentences_are_short():
    lengths = {sentence: len(re.findall(r"\w[\w-]*", sentence)) for sentence in sentences()}

    assert {sentence: length for sentence, length in lengths.items() if length > 15} == {}
    long = [length for length in lengths.values() if length > 3]  # a label is not a sentence
    assert sum(long) / len(long) <= 10


def test_polish_has_no_office_words_no_capital_you_and_no_guess_at_the_readers_gender():
    office = r"niniejsz|w przypadku|należy|\bcelem\b|w celu|dokona|poniżej|powyżej|użytkowni|prosimy o|uprzejmie|wymagane|nieprawidłow"
    gendered = r"\w+(łeś|łaś|łbyś|łabyś)\b"
    capital = r"(?<=[a-ząćęłńóśźż,] )(Ty|Ci|Cię|Ciebie|Tobie|Tobą|Twój|Twoja|Twoje|Twojego|Państw\w+)\b"

    for pattern, flags in ((office, re.I), (gendered, re.I), (capital, 0)):
        assert [sentence for sentence in sentences() if re.search(pattern, sentence, flags)] == []
