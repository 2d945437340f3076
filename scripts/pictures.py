"""Takes the README's pictures from a running demo: the plan, choosing a day, and what became of a sending. `make pictures`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from e2e import daytime
from e2e.browser import launch
from e2e.page_watch import watch
from e2e.pages import Walk
from e2e.site import Site, fill

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SCREENSHOTS = Path(__file__).parents[1] / "portal" / "static" / "screenshots"  # what a browser shows before it installs
LARGEST = 150_000  # bytes: a README is read on telephones, too
PHONE = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "locale": "pl-PL",
    "timezone_id": "Europe/Warsaw",
    "reduced_motion": "reduce",
    "has_touch": True,
}


DESK = PHONE | {"viewport": {"width": 1040, "height": 1000}, "device_scale_factor": 1.25, "has_touch": False}


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    seconds = daytime.seconds_ahead()
    by_day = daytime.settings(seconds)
    with (
        tempfile.TemporaryDirectory() as folder,
        daytime.shifted(seconds),
        Site(fill(Path(folder), by_day), by_day) as site,
        sync_playwright() as playwright,
        launch(playwright) as browser,
    ):
        maria = walk(browser, site, "uczestniczka")
        take(maria.page, "plan", SCREENSHOTS)
        maria.follow("Umów", within=".menu")
        maria.choose("Doradztwo zawodowe")
        maria.press("Dalej")
        maria.choose("Wszystko jedno")
        maria.press("Dalej")
        maria.choose_nth(1)
        take(maria.page, "booking", SCREENSHOTS)
        ewa = walk(browser, site, "koordynator", DESK)
        ewa.open("/sendings/words?audience=no-session")  # two hundred people, and words that are kept for them
        ewa.press("Sprawdź treść")
        ewa.press("Wyślij do")
        ewa.page.locator("#result:not([data-hx-get])").wait_for(timeout=120_000)
        take(ewa.page, "sending")


def walk(browser: Browser, site: Site, who: str, screen: dict = PHONE) -> Walk:
    """Somebody of the demo with a browser of their own."""
    context = browser.new_context(**screen, base_url=site.base_url)
    watch(context, site.base_url)
    person = Walk(context.new_page())
    person.sign_in(site.link(who))
    return person


def take(page: Page, name: str, *also: Path) -> None:
    file = PICTURES / f"{name}.png"
    page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
    page.mouse.move(0, 0)
    page.screenshot(path=file, caret="initial")
    size = file.stat().st_size
    print(f"{file.relative_to(PICTURES.parents[1])}: {size} bytes")
    if size > LARGEST:
        sys.exit(f"{LARGEST} bytes at most")
    for folder in also:
        shutil.copy(file, folder)


if __name__ == "__main__":
    main()
