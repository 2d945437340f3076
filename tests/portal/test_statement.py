"""The accessibility statement has what the ministry's validator looks for."""

import re
from collections import Counter

import pytest

IDS = [
    "a11y-wstep",
    "a11y-podmiot",
    "a11y-zakres",
    "a11y-url",
    "a11y-data-publikacja",
    "a11y-data-aktualizacja",
    "a11y-status",
    "a11y-data-sporzadzenie",
    "a11y-kontakt",
    "a11y-email",
    "a11y-telefon",
    "a11y-procedura",
    "a11y-architektura",
    "a11y-komunikacja",
]


@pytest.mark.parametrize("lang", ["pl", "uk", "en"])
def test_every_id_stands_once_in_each_language(client, lang):
    client.set_cookie("look", f"lang={lang}")
    page = client.get("/accessibility").text
    assert Counter(re.findall(r'id="(a11y-[a-z-]+)"', page)) == Counter(IDS)
    assert len(re.findall(r'<time id="a11y-data-[a-z]+" datetime="\d{4}-\d\d-\d\d">', page)) == 3


def test_every_page_names_it_in_its_head_and_its_foot(client):
    page = client.get("/sign-in").text
    assert '<meta name="deklaracja-dostępności" content="/accessibility">' in page
    assert '<a class="quiet" href="/accessibility">' in page
