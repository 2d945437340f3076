"""What the columns of a register mean, and how a cell becomes a value. The words are in `register.toml`."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

import phonenumbers

from services import clock

DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d{2})-(\d{2})")
EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\".]+(\.[^\s@,;<>\".]+)+")
PHONE = re.compile(r"\+?[\d\s()./-]{5,30}")
LONGEST = {"number": 40, "first_name": 80, "last_name": 80, "email": 200}
LONGEST_NAME_OF_QUALIFICATION = 200
EARLIEST = date(1900, 1, 1)


class Wrong(Exception):
    """A cell that cannot be taken. `facts` never hold what stood in it."""

    def __init__(self, code: str, **facts):
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True)
class Column:
    name: str
    needed: bool
    headings: tuple[str, ...]
    words: dict[str, str] = field(default_factory=dict)  # in lower case → code
    empty: str | None = None

    @property
    def known(self) -> list[str]:
        """The first word of each code: what a person may write there."""
        return list({code: word for word, code in reversed(self.words.items())}.values())[::-1]


@lru_cache
def columns() -> dict[str, Column]:
    raw = tomllib.loads((Path(__file__).parent / "register.toml").read_text(encoding="utf-8"))
    return {
        name: Column(
            name, row.get("needed", False), tuple(row["headings"]),
            {word.casefold(): code for code, words in row.get("words", {}).items() for word in words}, row.get("empty"),
        )
        for name, row in raw.items()
    }  # fmt: skip


@lru_cache
def _by_heading() -> dict[str, str]:
    return {heading.casefold(): column.name for column in columns().values() for heading in column.headings}


def column_of(heading: str) -> str | None:
    """Which column a heading means; None for one that we do not know."""
    return _by_heading().get(" ".join(heading.split()).casefold())


def tidy(cell: str) -> str:
    """One line, one form of each letter, no space around."""
    return " ".join(unicodedata.normalize("NFC", cell).split())


@dataclass(frozen=True)
class Lists:
    """What the database knows: names in lower case → ids."""

    paths: dict[str, int]
    partners: dict[str, int]
    path_names: list[str]
    partner_names: list[str]


def value_of(name: str, cell: str, lists: Lists):
    """The value of one cell, or Wrong."""
    column, text = columns()[name], tidy(cell)
    if not text:
        if column.needed:
            raise Wrong("value-missing")
        return _nothing(column)
    if name in ("joined_on", "left_on", "work_started_on", "born_on"):
        return _date(name, text)
    if name == "phone":
        return _phone(text)
    if name == "paths":
        return frozenset(_each(text, lists.paths, lists.path_names))
    if name == "partner":
        return _known(text, lists.partners, lists.partner_names)
    if name == "needs":
        return frozenset(_each(text, column.words, column.known))
    if name == "qualifications":
        return _lines(cell)
    if column.words:
        return _known(text, column.words, column.known)
    if len(text) > LONGEST[name]:
        raise Wrong("value-too-long", most=LONGEST[name])
    if name == "email" and not EMAIL.fullmatch(text):
        raise Wrong("email-wrong")
    return text


def _nothing(column: Column):
    return frozenset() if column.name in ("needs", "qualifications") else column.empty


def _known(text: str, words: dict, known: list[str]):
    found = words.get(text.casefold())
    if found is None:
        raise Wrong("value-unknown", known=known)
    return found


def _each(text: str, words: dict, known: list[str]) -> list:
    return [_known(part, words, known) for part in map(str.strip, text.split(",")) if part]


def _lines(cell: str) -> frozenset[str]:
    """Qualifications: one to a line, since their names may hold commas."""
    names = frozenset(filter(None, map(tidy, cell.splitlines())))
    if any(len(name) > LONGEST_NAME_OF_QUALIFICATION for name in names):
        raise Wrong("value-too-long", most=LONGEST_NAME_OF_QUALIFICATION)
    return names


def _date(name: str, text: str) -> date:
    found = DATE.fullmatch(text)
    if not found:
        raise Wrong("date-wrong")
    day, month, year = found.group(1, 2, 3) if found.group(1) else found.group(6, 5, 4)
    try:
        made = date(int(year), int(month), int(day))
    except ValueError:
        raise Wrong("date-wrong") from None
    if made < EARLIEST or made.year > clock.today().year + 20 or (name == "born_on" and made > clock.today()):
        raise Wrong("date-wrong")
    return made


def _phone(text: str) -> str:
    """E.164. Numbers that could exist are taken: those kept for fiction are possible, and never valid."""
    try:
        number = phonenumbers.parse(text, "PL") if PHONE.fullmatch(text) else None
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Wrong("phone-wrong")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def order_of_dates(values: dict) -> list[str]:
    """The columns whose dates cannot follow each other: born, then joined, then left or at work."""
    joined = values.get("joined_on")
    if joined is None:
        return []
    late = [name for name in ("born_on",) if values.get(name) and values[name] >= joined]
    return late + [name for name in ("left_on", "work_started_on") if values.get(name) and values[name] < joined]
