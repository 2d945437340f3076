"""What the accessibility statement says of the pages: from the runs of the tests, from the settings, and from what is there.

`accessibility_results.toml` is written by `make statement`; nobody edits it. Whatever it does not cover is a gap, and every
gap is said on the page.
"""

import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flask import Flask

from portal import films

FILE = Path(__file__).parent / "accessibility_results.toml"
# Bars of docs/accessibility.md that are open → what the statement calls the gap. The law's own annex asks for those in LAW.
GAPS = {
    1: "faults", 5: "borders", 9: "narrow", 10: "large-text", 11: "spacing", 12: "forced-colours", 16: "keyboard", 37: "languages",
    38: "languages", 39: "plain-words", 40: "easy-text", 41: "hard-words", 42: "read-aloud", 43: "films", 44: "interpreter",
    46: "easy-review", 47: "people",
}  # fmt: skip
LAW = {
    "faults",
    "unchecked",
    "unreviewed",
    "borders",
    "narrow",
    "large-text",
    "spacing",
    "forced-colours",
    "keyboard",
    "languages",
}


@dataclass(frozen=True)
class Results:
    """`routes`: the pages that the tests have looked at. `others`: addresses that show no page. `open_bars`: of the table."""

    on: date
    changed_on: date  # the first run with the pages as they are
    looked_at: int = 0
    routes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    violations: int = 0
    faults: int = 0
    open_bars: tuple[int, ...] = ()


@dataclass(frozen=True)
class Statement:
    results: Results
    gaps: list[str] = field(default_factory=list)

    @property
    def of_the_law(self) -> list[str]:
        return [code for code in self.gaps if code in LAW]

    @property
    def beyond_the_law(self) -> list[str]:
        return [code for code in self.gaps if code not in LAW]

    @property
    def is_compliant(self) -> bool:
        """The whole site meets the annex: tested throughout without a fault, and reviewed by somebody."""
        return not self.of_the_law


def read(file: Path = FILE) -> Results:
    said = tomllib.loads(file.read_text("utf-8"))
    return Results(**{name: tuple(value) if isinstance(value, list) else value for name, value in said.items()})


def of(app: Flask, results: Results | None = None) -> Statement:
    """What holds for this installation today."""
    results = results or app.extensions["accessibility-results"]
    settings, film_of = app.config["SETTINGS"], app.jinja_env.globals["film_of"]
    gaps = [GAPS[bar] for bar in results.open_bars if bar in GAPS]
    if results.violations or results.faults:
        gaps.append("faults")
    if unchecked(app, results):
        gaps.append("unchecked")
    if settings.reviewed_on is None:
        gaps.append("unreviewed")
    gaps = [code for code in gaps if code not in ("films", "easy-review")]
    if not all(map(film_of, films.SCREENS)):
        gaps.append("films")
    if not settings.etr_reviewed_by:
        gaps.append("easy-review")
    return Statement(results, sorted(set(gaps)))


def unchecked(app: Flask, results: Results) -> set[str]:
    """Pages that have come since the tests last looked at all of them."""
    shown = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods} - {"static"}
    return shown - set(results.routes) - set(results.others)


def init(app: Flask) -> None:
    app.extensions["accessibility-results"] = read()
