"""Fixtures for journeys in a real Chromium. A conftest.py takes them in with `from e2e.browser import browser, driver, phone,
whole_browser`."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, Playwright, sync_playwright

from e2e.page_watch import Watch, watch

SHOTS = Path(__file__).parents[1] / "var" / "shots"
# A browser that asks nobody for updates, so that each request that is seen is the page's own.
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(driver) -> Iterator[Browser]:
    """One Chromium for the whole run, if there is one without what only a screen needs: the same engine, and less work for it."""
    own = {"executable_path": shutil.which("chromium-headless-shell") or program(driver.chromium)}
    with driver.chromium.launch(**{**_program(driver.chromium), **own}) as browser:
        yield browser


@pytest.fixture(scope="session")
def whole_browser(driver) -> Iterator[Browser]:
    """Chromium as people have it, with notifications."""
    with launch(driver) as browser:
        yield browser


def launch(playwright: Playwright) -> Browser:
    """Playwright's own Chromium where it is installed, Debian's where not."""
    return playwright.chromium.launch(**_program(playwright.chromium))


@contextmanager
def lasting(kind: BrowserType, profile: Path, **options: Any) -> Iterator[BrowserContext]:
    """A browser that keeps in a folder what it is given, as everybody's does. What `phone` opens is private: nothing is installed
    from there. Options are those of `phone`."""
    context = kind.launch_persistent_context(profile, **_program(kind), **options)
    try:
        yield context
    finally:
        context.close()


def _program(kind: BrowserType) -> dict[str, Any]:
    return {"executable_path": program(kind), "args": [*FLAGS, *needed_flags()]}


def needed_flags() -> list[str]:
    return ["--no-sandbox"] if os.geteuid() == 0 else []


def program(kind: BrowserType) -> str:
    own = kind.executable_path
    found = own if Path(own).exists() else shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("apt-get install -y --no-install-recommends chromium")
    return found


@pytest.fixture
def phone(request) -> Iterator[Callable[..., Page]]:
    """`phone(base_url, scripts=True, **context_options)` opens an empty page on a new phone, 360×740, in Polish.

    Tests that are marked `whole_browser` have it in a Chromium with notifications.

    Options are Playwright's: `color_scheme="dark"`, `contrast="more"`, `forced_colors="active"`, `locale="en-GB"`,
    `viewport={"width": 1280, "height": 800}` …
    """
    is_whole = request.node.get_closest_marker("whole_browser")
    with phones(request.getfixturevalue("whole_browser" if is_whole else "browser")) as open_phone:
        yield open_phone


@contextmanager
def phones(browser: Browser) -> Iterator[Callable[..., Page]]:
    """As the fixture. What a phone's console said, or it asked of strangers, and no check reported fails at the end."""
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_phone(base_url: str, *, scripts: bool = True, **options: Any) -> Page:
        usual = {"locale": "pl-PL", "timezone_id": "Europe/Warsaw", "has_touch": True, "reduced_motion": "reduce"}
        settings = {**usual, "viewport": {"width": 360, "height": 740}, **options}
        context = browser.new_context(**settings, base_url=base_url, java_script_enabled=scripts)
        opened.append((context, watch(context, base_url, scripts)))
        context.set_default_timeout(15_000)
        return context.new_page()

    try:
        yield open_phone
    finally:
        for context, _ in opened:
            context.close()
    if left := [finding for _, watching in opened for finding in watching.take()]:
        pytest.fail("heard, and reported by no check:\n" + "\n".join(left))


def shot(page: Page, name: str, *, whole: bool = True) -> None:
    """Keep a picture of the page as var/shots/<name>.png, only when PRACOWNIA_SHOTS is set."""
    if os.environ.get("PRACOWNIA_SHOTS"):
        SHOTS.mkdir(parents=True, exist_ok=True)
        # To hide the caret, Playwright writes into the page, and htmx would carry what is left of that into the next one.
        page.screenshot(path=SHOTS / (re.sub(r"[^\w-]+", "-", name) + ".png"), full_page=whole, caret="initial")
