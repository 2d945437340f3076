"""The checks that every page has to pass, wherever a journey meets it. They measure; they do not know what a page is for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import html5lib
from html5lib.constants import E as HTML_FAULTS
from playwright.sync_api import Page

from e2e.page_watch import watch_of

HERE = Path(__file__).parent
AXE = (HERE / "vendor" / "axe-core-4.14.1" / "axe.min.js").read_text()
MEASURES = (HERE / "page_measures.js").read_text()
NARROWEST = 320
SMALLEST_TEXT = 16
MOST_STOPS = 400

# What axe cannot decide and a person has: rule -> (elements that it may say so of, as a CSS selector; why it is right).
ALLOWED_INCOMPLETE: dict[str, tuple[str, str]] = {
    "hidden-content": (
        "[data-push-state], [data-print], [data-passkey], [data-passkey-failed], td[data-head], .listen > *, div[hidden]:has(> #website)",
        "a script shows one state of this phone, and test_reminders.py and test_second.py look at each; printing needs a script, reading"
        " aloud a voice (test_reading.py); a column that phones leave out is looked at on a desk by test_shapes.py; the field that only programs fill in is for"
        " nobody to see",
    ),
}

# In a page whose scripts are off, timers and observers never fire, but promises do: axe gets by on those.
PROMISES_ONLY = """() => {
  const soon = (act, wait = 0, ...given) => { if (wait < 50) Promise.resolve().then(() => act(...given)); return 0 }
  window.setTimeout = soon
  window.requestAnimationFrame = act => soon(() => act(0))
  window.kept = window.MutationObserver
  window.MutationObserver = window.WebKitMutationObserver = undefined
}"""
LOADED = "() => { window.MutationObserver = window.kept }"  # it has looked for it by now, and the browser's driver needs it
RUN_AXE = """async allowed => {
  const rules = Object.fromEntries(axe.getRules().map(({ruleId}) => [ruleId, {enabled: true}]))
  const {violations, incomplete} = await axe.run(document, {rules, resultTypes: ['violations', 'incomplete']})
  const isAllowed = (id, target) => id in allowed && document.querySelector(target[target.length - 1]).matches(allowed[id])
  const told = (word, list) => list.flatMap(({id, help, nodes}) => nodes
    .filter(({target}) => word !== 'unsure' || !isAllowed(id, target))
    .map(({target, html}) => `axe ${word}: ${id} (${help}) at ${target.join(' ')}: ${html.slice(0, 160)}`))
  return [...told('violation', violations), ...told('unsure', incomplete)]
}"""
# What makes two renderings of one page differ although it is the same: the once-only key of a form, numbers, secrets in
# an address, and the marks that scripts leave.
PASSING = re.compile(
    r"""(?<=name="key" value=")[^"]*|\b[A-Z]\d[A-Z]-\d{3}\b|(?<=/)[\w-]{16,}|(?<!<h)(?<!</h)\d+"""
    r"""| data-htmx-powered="true"| tabindex="-1"(?=>)"""
)
# Numbers and long random words in an address: /people/17 and /people/18 are the same page with other people on it.
PARTICULAR = re.compile(r"(?<=/)(\d[\d-]*|[\w-]{16,})(?=/|$)")

_passed: set[tuple[str, str, str]] = set()


def assert_page(page: Page, *, expect_h1: bool = True) -> None:
    """Fail with everything that is wrong with the page as it stands."""
    found = check_page(page, expect_h1=expect_h1)
    assert not found, f"{len(found)} on {page.url}:\n" + "\n".join(f"  - {finding}" for finding in found)


def check_page(page: Page, *, expect_h1: bool = True) -> list[str]:
    """Everything that is wrong with the page as it stands, one sentence each, and what its browser heard since last time.

    A page that passed is not measured again while its HTML (but for numbers and the like), its window and its colours are
    the same.
    """
    watching = watch_of(page)
    heard = watching.take()
    this = _fingerprint(page)
    if this in _passed:
        return heard
    found = [
        *measure(page, "structure", expect_h1),
        *measure(page, "smallText", SMALLEST_TEXT),
        *measure(page, "smallTargets"),
        *axe(page),
        *html_faults(watching.source(page)),
        *sideways(page),
    ]
    if not found:
        _passed.add(this)
    return found + heard + watching.take()


def measure(page: Page, name: str, value: Any = None) -> Any:
    """Run one of page_measures.js in the page."""
    return page.evaluate(f"([name, value]) => ({MEASURES})()[name](value)", [name, value])


def axe(page: Page) -> list[str]:
    """What axe-core says, with every rule that it has turned on, and what it was not sure of and nobody allowed."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        if not watch_of(page).scripts:
            page.evaluate(PROMISES_ONLY)
        page.evaluate(AXE)
        if not watch_of(page).scripts:
            page.evaluate(LOADED)
    return page.evaluate(RUN_AXE, {rule: selector for rule, (selector, _) in ALLOWED_INCOMPLETE.items()})


def html_faults(source: str) -> list[str]:
    """What a strict parser stumbles over in the HTML as it was sent; a part without a doctype is read as a part."""
    parser = html5lib.HTMLParser()
    if source.lstrip()[:9].lower() == "<!doctype":
        parser.parse(source)
    else:
        parser.parseFragment(source)
    return [
        f"HTML line {line}, column {column}: {HTML_FAULTS.get(code, code) % facts}"
        for (line, column), code, facts in parser.errors
    ]


def sideways(page: Page, width: int = NARROWEST) -> list[str]:
    """What does not fit, or is cut off, in a window so narrow; the window is put back afterwards."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 640})
    try:
        return measure(page, "sideways", width)
    finally:
        if before:
            page.set_viewport_size(before)


@contextmanager
def at_text_size(page: Page, percent: int) -> Iterator[None]:
    """All text of the page at `percent` of its size, as a phone's or browser's own setting does it."""
    change = "share => document.documentElement.style.setProperty('font-size', share, 'important')"
    usual = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    page.evaluate(change, f"{usual * percent / 100}px")
    try:
        yield
    finally:
        page.evaluate("document.documentElement.style.removeProperty('font-size')")


def focus_walk(page: Page) -> list[str]:
    """Press Tab once round the page: each stop seen whole, with a ring of 3 px, and every control reached."""
    found: list[str] = []
    visited: list[int] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = measure(page, "stop")
        if stop["at"] == -1 and -1 not in visited:  # from the last control to the window itself, and round again
            visited.append(-1)
        elif stop["at"] in visited:
            return found + measure(page, "unreached", [at for at in visited if at >= 0])
        else:
            visited.append(stop["at"])
            found += stop["found"]
    return [*found, f"Tab came to no end in {MOST_STOPS} presses"]


def _fingerprint(page: Page) -> tuple[str, str, str]:
    html = PASSING.sub("", page.content())
    looks = page.evaluate(
        """() => [innerWidth, innerHeight, ...['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)']
          .map(query => matchMedia(query).matches), getComputedStyle(document.documentElement).fontSize].join()"""
    )
    return PARTICULAR.sub("*", urlsplit(page.url).path), looks, hashlib.sha256(html.encode()).hexdigest()
