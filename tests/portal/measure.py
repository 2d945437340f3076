"""How plain, and how easy, Polish words are: counted in sentences, as they stand on a page or in a message.

A template's words are marked while it draws (`watched`), so that a page gives them back without what was filled in: a name, a
date or a number counts as one word, and every sentence knows which strings it is made of.
"""

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import pass_eval_context
from markupsafe import Markup

from portal import lines

KNOWN = tomllib.loads((Path(__file__).parent / "plain.toml").read_text("utf-8"))
OPEN, SHUT, FACT, FACT_END = "\ue000", "\ue001", "\ue002", "\ue003"
FIRST_ID = 0xF0000
PLACE = re.compile(r"%\(\w+\)s")
SILENT = {"script", "style", "template", "svg", "head", "textarea"}
QUOTED = "message"  # the class of a message that is shown on a page: it is written to somebody else
EMPTY = {"br", "hr", "img", "input", "meta", "link", "source", "track", "path", "circle", "rect"}
IN_A_LINE = {"a", "strong", "b", "em", "time", "abbr", "bdi", "q", "span"}
FACT_WORD = "X"
WORD = re.compile(r"[^\W_]+(?:[-:.,/@][^\W_]+)*")
VOWELS = re.compile("[aąeęioóuy]", re.IGNORECASE)
SOFT = re.compile("i(?=[aąeęioóu])", re.IGNORECASE)  # only softens the letter before it


@dataclass(frozen=True)
class Sentence:
    text: str
    strings: tuple[str, ...]  # the msgids that it is made of

    @property
    def words(self) -> list[str]:
        return WORD.findall(self.text)


def syllables(word: str) -> int:
    return len(VOWELS.findall(SOFT.sub("", word)))


def is_hard(word: str) -> bool:
    return word not in KNOWN["names"] and syllables(word) >= 4


def split(text: str) -> list[str]:
    """Sentences of one line. A line ends one too."""
    return [one.strip() for one in re.split(r"(?<=[.?!])\s+|\n", text) if WORD.search(one)]


def plain_of(string: str) -> str:
    return PLACE.sub(FACT_WORD, string)


@dataclass(frozen=True)
class Measure:
    """Of running text: labels of up to three words are no sentences."""

    sentences: list[Sentence]

    @property
    def running(self) -> list[Sentence]:
        return [one for one in self.sentences if len(one.words) > 3]

    @property
    def mean(self) -> float:
        return sum(len(one.words) for one in self.running) / len(self.running)

    @property
    def longest(self) -> Sentence:
        return max(self.sentences, key=lambda one: len(one.words))

    @property
    def hard(self) -> float:
        """How many of a hundred words have four syllables or more."""
        words = [word for one in self.running for word in one.words]
        return 100 * sum(map(is_hard, words)) / len(words)

    @property
    def fog(self) -> float:
        return 0.4 * (self.mean + self.hard)


def first_of(text: str, stems: list[str]) -> str | None:
    return next((stem for stem in stems if re.search(rf"\b{re.escape(stem)}", text, re.IGNORECASE)), None)


def shortened(text: str) -> str | None:
    """The first shortened word. Letters alone (PJM, QR) are one too."""
    for one in KNOWN["shortened"]:
        if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text, re.IGNORECASE):
            return one
    letters = re.findall(r"\b[A-ZĄĆĘŁŃÓŚŹŻ]{2,}\b", text)
    return next((one for one in letters if one not in KNOWN["initials_allowed"]), None)


@contextmanager
def watched(app) -> Iterator[dict[str, int]]:
    """While it holds, the app's templates mark their words. Gives the number of each string that was drawn."""
    numbers: dict[str, int] = {}
    usual = {name: app.jinja_env.globals[name] for name in ("_", "gettext", "ngettext", "pgettext")}

    def watching(name):
        @pass_eval_context
        def told(context, *asked, **facts):
            number = numbers.setdefault(asked[1 if name == "pgettext" else 0], len(numbers))
            facts = {about: _marked(value) for about, value in facts.items()}
            said = usual[name](context, *asked, **facts)
            words = said.removesuffix(lines.MARK)
            made = f"{OPEN}{chr(FIRST_ID + number)}{words}{SHUT}{said[len(words) :]}"
            return Markup(made) if isinstance(said, Markup) else made

        return told

    app.jinja_env.globals.update({name: watching(name) for name in usual})
    app.jinja_env.cache.clear()
    try:
        yield numbers
    finally:
        app.jinja_env.globals.update(usual)
        app.jinja_env.cache.clear()


def _marked(value):
    made = FACT + "{}" + FACT_END
    return Markup(made).format(value) if isinstance(value, Markup) else made.format(value)


class _Reader(HTMLParser):
    """What one reads on a page, a line for each block and after each break."""

    def __init__(self, page: str):
        super().__init__()
        self.said, self._open = [], []
        self.feed(page)

    def _is_silent(self) -> bool:
        return any(name in SILENT or name == QUOTED for name in self._open)

    def _break(self, name: str) -> None:
        if name not in IN_A_LINE or (name == "span" and "label" in self._open):
            self.said.append("\n")

    def handle_starttag(self, tag, attrs):
        self._break(tag)
        if tag not in EMPTY:
            self._open.append(QUOTED if QUOTED in (dict(attrs).get("class") or "").split() else tag)

    def handle_endtag(self, tag):
        if self._open:
            self._open.pop()
        self._break(tag)

    def handle_data(self, data):
        if not self._is_silent():
            self.said.append(re.sub(r"\s+", " ", data))


def text_of(page: str) -> str:
    return "".join(_Reader(page).said)


def lines_of(marked: str, numbers: dict[str, int]) -> Iterator[list[Sentence]]:
    """The sentences of each line of a marked text."""
    known, inside = {number: string for string, number in numbers.items()}, []  # of strings and facts, as they nest
    for line in marked.split("\n"):
        said: list[tuple[str, int | None]] = []
        for part in re.findall(f"[{OPEN}-{FACT_END}\U000f0000-\U000ffffd]|[^{OPEN}-{FACT_END}\U000f0000-\U000ffffd]+", line):
            if part in (OPEN, FACT):
                inside.append(None)
            elif part in (SHUT, FACT_END):
                inside.pop()
            elif ord(part[0]) >= FIRST_ID:
                inside[-1] = ord(part) - FIRST_ID
            else:
                of = inside[-1] if inside else None
                part = part if of is not None else re.sub(r"\S.*\S|\w", FACT_WORD, part) if WORD.search(part) else part
                said += [(letter, of) for letter in part]
        text, found, start = "".join(letter for letter, _ in said), [], 0
        gaps = [gap.end() for gap in re.finditer(r"(?<=[.?!])\s+", text)]
        gaps += [comma.end() for comma in re.finditer(", ", text) if said[comma.start()][1] is None]  # a list, no sentence
        for end in [*sorted(gaps), len(text)]:
            if WORD.search(text[start:end]):
                of = dict.fromkeys(number for _, number in said[start:end] if number is not None)
                found.append(Sentence(text[start:end].strip(), tuple(known[number] for number in of)))
            start = end
        if found:
            yield found
