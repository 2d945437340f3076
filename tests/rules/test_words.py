"""Words for people stand in templates and catalogues, not in Python."""

import re

import pytest

from tests.rules.house import files, strings, text

# Data, not sentences: names of languages in themselves, and what a register or a keyboard holds.
DATA = {"services/import_columns.py", "services/demo", "services/channels"}
LETTER_BEYOND_ASCII = re.compile(r"[^\W\d_a-zA-Z]")


def spoken(source):
    return [f"{line}: {value}" for line, value in strings(source) if LETTER_BEYOND_ASCII.search(value)]


def is_data(path):
    return any(str(path).startswith(where) for where in DATA)


def test_no_polish_or_ukrainian_word_stands_in_python():
    found = {str(path): spoken(text(path)) for path in files("services", "portal") if not is_data(path)}

    assert {path: lines for path, lines in found.items() if lines} == {}


def test_python_asks_no_catalogue_for_a_sentence():
    asks = re.compile(r"(?<![\w.])(_|gettext|ngettext|lazy_gettext|_l)\(\s*[\"']")
    found = [str(path) for path in files("services", "portal") if asks.search(text(path))]

    assert found == []


@pytest.mark.parametrize(
    ("source", "is_seen"), [("x = 'Zapisz się'", True), ("'''Zażółć'''", False), ("x = 'slot-passed'", False)]
)
def test_the_rule_tells_words_from_codes_and_docstrings(source, is_seen):
    assert bool(spoken(source)) is is_seen
