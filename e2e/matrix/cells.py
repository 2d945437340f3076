"""The cells of the matrix, and which of them a short run looks at."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from e2e.matrix.registry import Look, Row
from e2e.matrix.registry_staff import PAGES, STAFF
from portal import i18n

LANGUAGES = ("pl", "uk", "en")
THEMES = ("light", "dark", "contrast")
# Easy text is for participants; it counts from the day on which the portal knows it.
EASES = ("standard", "easy") if "easy" in getattr(i18n, "CHOICES", ()) else ("standard",)
SCRIPTS = (True, False)
IS_FULL = bool(os.environ.get("PRACOWNIA_TEST_FULL"))


@dataclass(frozen=True)
class Cell:
    """One page as one person would see it."""

    endpoint: str
    state: str
    lang: str
    ease: str
    theme: str
    scripts: bool

    @property
    def look(self) -> Look:
        return PAGES[self.endpoint][self.state]

    @property
    def kind(self) -> str:
        """The state without its number: a page may have several forms."""
        return self.state.partition(" ")[0]

    def __str__(self) -> str:
        words = self.endpoint, self.state, self.lang, self.ease, self.theme, "scripts" if self.scripts else "no-scripts"
        return "-".join(words).replace(" ", "-")


def eases(endpoint: str) -> tuple[str, ...]:
    """Staff read one kind of words."""
    return EASES[:1] if endpoint in STAFF else EASES


def whole(pages: dict[str, Row] = PAGES) -> Iterable[Cell]:
    """Every cell. Without scripts there is no page of a phone without a network."""
    for endpoint, row in pages.items():
        for state, lang, ease, theme, scripts in product(row, LANGUAGES, eases(endpoint), THEMES, SCRIPTS):
            if scripts or not state.startswith("offline"):
                yield Cell(endpoint, state, lang, ease, theme, scripts)


def sampled(pages: dict[str, Row] = PAGES) -> list[Cell]:
    """Each page as it usually is and with each of its errors; with nothing or with the most, in turns. From one to the next
    every dimension moves on, so that every two values of two dimensions meet again and again."""
    combinations = list(product(LANGUAGES, EASES, THEMES, SCRIPTS))
    stride = next(step for step in (7, 11, 13) if len(combinations) % step)
    found: list[Cell] = []
    for nth, (endpoint, row) in enumerate(pages.items()):
        left_out = ("empty", "longest")[nth % 2] if {"empty", "longest"} <= row.keys() else ""
        for state in row:
            if state == left_out:
                continue
            lang, ease, theme, scripts = combinations[len(found) * stride % len(combinations)]
            ease = ease if ease in eases(endpoint) else EASES[0]
            found.append(Cell(endpoint, state, lang, ease, theme, scripts or state.startswith("offline")))
    return found


def chosen() -> list[Cell]:
    return list(whole()) if IS_FULL else sampled()
