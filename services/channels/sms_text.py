"""How long a text is as an SMS: what the gateway counts, charges and, beyond the agreed two parts, refuses.

The alphabet is data (`sms_text.toml`). Outside it a text goes out as UTF-16, and each part holds less than half as much:
one "ł" makes a part of 160 letters one of 70.
"""

import tomllib
from functools import lru_cache
from pathlib import Path

PARTS = 2  # what we send, and pay, at most
ONE_GSM, MANY_GSM = 160, 153  # a message of many parts spends some of each on putting them together
ONE_WIDE, MANY_WIDE = 70, 67
MOST = PARTS * MANY_WIDE  # letters that fit whatever they are


@lru_cache
def _alphabet() -> tuple[frozenset[str], frozenset[str]]:
    raw = tomllib.loads((Path(__file__).parent / "sms_text.toml").read_text(encoding="utf-8"))
    return frozenset(raw["alphabet"] + "\n\r"), frozenset(raw["extension"])


def parts(text: str) -> int:
    """In how many parts a text goes out. A letter that counts two is never cut in half: it goes to the next part whole."""
    plain, extension = _alphabet()
    if all(letter in plain or letter in extension for letter in text):
        sizes = [2 if letter in extension else 1 for letter in text]
        one, many = ONE_GSM, MANY_GSM
    else:
        sizes = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
        one, many = ONE_WIDE, MANY_WIDE
    if sum(sizes) <= one:
        return 1
    count, filled = 1, 0
    for size in sizes:
        if filled + size > many:
            count, filled = count + 1, 0
        filled += size
    return count


def fits(text: str) -> bool:
    return parts(text) <= PARTS
