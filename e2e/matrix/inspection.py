"""Everything that is looked for on one page of the matrix, in one load of it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from e2e.matrix.cells import Cell
from e2e.page_checks import at_text_size, check_page, measure, sideways
from e2e.page_watch import watch_of
from scripts import words

MEASURES = (Path(__file__).parent / "measures.js").read_text()
PHONE, SMALL, LOW, DESK = (360, 740), (320, 256), (640, 320), (1280, 800)
LONGEST_MOTION = 150
PLACE = re.compile(r"%\(\w+\)s")
# Its words are Polish in every language: only who builds a page looks at the gallery.
POLISH_ONLY = {"gallery.gallery"}
# A sheet to print and to hand over: what is on every other page is no use on paper.
SHEETS = {"people.card"}
# Names that coordinators gave, which are also words of ours.
GIVEN = {"Przegląd planu"}


def more(page: Page, name: str, value: Any = None) -> Any:
    """Run one of measures.js in the page."""
    return page.evaluate(f"([name, value]) => ({MEASURES})()[name](value)", [name, value])


def inspect(page: Page, cell: Cell) -> list[str]:
    """Everything that is wrong with the page of this cell, one sentence each."""
    found = check_page(page)
    found += more(page, "frame", cell.lang) + more(page, "statuses") + more(page, "roomy")
    if cell.endpoint not in SHEETS:
        found += more(page, "help")
    if cell.kind != "offline":
        found += more(page, "said", watch_of(page).source(page))
    found += _languages(page, cell)
    found += _sizes(page)
    found += _wishes(page)
    return found


def _languages(page: Page, cell: Cell) -> list[str]:
    if cell.lang == "pl" or cell.endpoint in POLISH_ONLY:
        return []
    exact, patterns = polish(cell.lang)
    said = more(page, "spoken")
    return [
        f'in Polish: "{text}"'
        for text in said
        if text not in GIVEN and (text in exact or (patterns and patterns.fullmatch(text)))
    ]


@cache
def polish(lang: str) -> tuple[set[str], re.Pattern[str] | None]:
    """Sentences that are said in other words in this language: those without places for data, and one pattern for the rest."""
    exact, patterns = set(), []
    for one in words.read(lang):
        ids, strings = (one.id, one.string) if one.pluralizable else ([one.id], [one.string])
        for text in ids if one.id and not words.is_empty(one) else []:
            if text in strings or not re.search(r"\w{2}", text):
                continue
            if not PLACE.search(text):
                exact.add(text)
            elif len(re.findall(r"\w{2,}", PLACE.sub("", text))) >= 2:
                patterns.append(".+?".join(map(re.escape, PLACE.split(text))))
    return exact, re.compile("|".join(patterns)) if patterns else None


def _sizes(page: Page) -> list[str]:
    """Narrow, large, spaced out, and at a desk: nothing is cut off, nothing needs scrolling sideways; the focus is never covered."""
    found = more(page, "broken")
    more(page, "spacing", True)
    found += [f"{one}, with text spaced out" for one in sideways(page) + more(page, "cutOff")]
    more(page, "spacing", False)
    with at_text_size(page, 200):
        found += [f"{one}, at 200 %" for one in measure(page, "sideways", PHONE[0]) + more(page, "cutOff")]
    for width, height in (DESK, SMALL, LOW):
        page.set_viewport_size({"width": width, "height": height})
        if (width, height) == DESK:
            found += measure(page, "sideways", width) + more(page, "cutOff")
            found += [f"{one}, at a desk" for one in more(page, "broken")]
        else:
            found += [f"{one}, at {width}×{height}" for one in more(page, "focuses")]
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    return found


def _wishes(page: Page) -> list[str]:
    """What moves, with the wish for less and without; and the system's own colours."""
    found = more(page, "motion", 0)
    page.emulate_media(reduced_motion="no-preference")
    found += more(page, "motion", LONGEST_MOTION)
    page.emulate_media(reduced_motion="reduce", forced_colors="active")
    found += [f"{one}, with forced colours" for one in more(page, "forced")]
    page.emulate_media(reduced_motion="reduce", forced_colors="none")
    return found
