"""Every code by which a service or a form refuses has a sentence for people."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
REFUSED = re.compile(r'(?:Refused|InputRequired|FileRequired)\(\s*"([a-z][a-z-]+)"|message="([a-z-]+)"')
# Caught by the caller in every case, or said by pages of their own.
INNER = {"key-used", "too-many-fields", "role-unknown"}


def codes_used() -> set[str]:
    found = set()
    for folder in ("services", "portal"):
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations" not in path.parts:
                found |= {a or b for a, b in REFUSED.findall(path.read_text("utf-8"))}
    return found - INNER


def codes_with_words() -> set[str]:
    words = (ROOT / "portal/templates/components/words.html").read_text("utf-8")
    return set(re.findall(r"^\s+'([a-z-]+)': n?_?(?:gettext)?\(", words, re.M)) | set(re.findall(r"'([a-z-]+)': _\(", words))


def test_every_refusal_has_words():
    assert codes_used() - codes_with_words() == set()


def test_the_search_sees_codes():
    assert {"slot-just-taken", "own-clash", "day-missing"} <= codes_used()
