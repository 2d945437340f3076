"""What somebody meant who wrote back. Anything that is not plain is left to a person: a visit that is wrongly taken for
confirmed, or wrongly called off, costs more than a look. The words are data (`answers.toml`)."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ANSWERS = {"yes": "yes", "no": "no", "not_coming": "no", "help": "help", "stop": "stop"}
BESIDE = {"yes": {"around"}, "no": {"around", "reasons"}, "help": {"around"}, "stop": {"around"}}
LONGEST = 1000  # letters that we read: six parts of an SMS


@dataclass(frozen=True)
class _Words:
    letters: dict[int, str]
    kinds: dict[tuple[str, ...], str]
    longest: int  # words in a phrase
    asks: frozenset[str]
    against: frozenset[str]


@dataclass(frozen=True)
class _Found:
    kind: str
    words: tuple[str, ...]
    clause: int


def read_answer(text: str) -> str | None:
    """ "yes", "no", "help" or "stop"; None where a person has to read it."""
    words = _load()
    found = list(_find(text[:LONGEST], words)) if len(text) <= LONGEST else []
    said = {ANSWERS[each.kind] for each in found if each.kind in ANSWERS}
    if len(said) != 1 or _is_turned(found):
        return None
    [answer] = said
    if answer in ("yes", "no") and words.asks & set(text):
        return None
    if answer == "yes" and words.against & set(text):
        return None
    beside = [each for each in found if each.kind not in ANSWERS and each.kind not in BESIDE[answer]]
    return None if any(not _is_a_reason(each, found) for each in beside) else answer


def _is_a_reason(one: _Found, found: list[_Found]) -> bool:
    """Whether unknown words only say why somebody is not coming: after a "because", or in a clause of their own. A number
    among them may be an hour or a day, and then it is about something else."""
    refused = {each.clause for each in found if each.kind == "not_coming"}
    if one.kind != "unknown" or not refused or any(letter.isdigit() for letter in one.words[0]):
        return False
    before = found[: found.index(one)]
    return one.clause not in refused or any(each.kind == "reasons" and each.clause == one.clause for each in before)


def _is_turned(found: list[_Found]) -> bool:
    """Whether a bare "no" stands right before another answer, which it may deny: "not rezygnuje", "not stop"."""
    pairs = zip(found, found[1:], strict=False)
    return any(
        one.kind == "no" and len(one.words) == 1 and two.kind in ANSWERS
        and one.clause == two.clause and two.words[:1] != one.words
        for one, two in pairs
    )  # fmt: skip


def _find(text: str, words: _Words):
    """The phrases of a text in their order, the longest first, never across a sign that parts clauses."""
    for number, clause in enumerate(re.split(r"[^\w\s]|_", _plain(text, words.letters))):
        rest = tuple(clause.split())
        while rest:
            size = next((n for n in range(min(words.longest, len(rest)), 0, -1) if rest[:n] in words.kinds), 0)
            taken = rest[: size or 1]
            yield _Found(words.kinds.get(taken, "unknown"), taken, number)
            rest = rest[len(taken) :]


def _plain(text: str, letters: dict[int, str]) -> str:
    """Small letters without their marks, and one where somebody held a key down."""
    text = unicodedata.normalize("NFKD", text.casefold().translate(letters))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return re.sub(r"(\w)\1{2,}", r"\1", text.translate(letters))


@lru_cache
def _load() -> _Words:
    raw = tomllib.loads((Path(__file__).parent / "answers.toml").read_text(encoding="utf-8"))
    letters = {ord(letter): plain for letter, plain in raw["letters"].items()} | {
        ord(sign): "" for sign in raw["signs"]["inside"]
    }
    kinds = {
        tuple(_plain(phrase, letters).split()): kind for kind, phrases in raw["words"].items() for phrase in phrases
    }  # fmt: skip
    signs = raw["signs"]
    return _Words(letters, kinds, max(map(len, kinds)), frozenset(signs["asks"]), frozenset(signs["against"]))
