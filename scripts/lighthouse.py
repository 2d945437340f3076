"""Lighthouse on five pages of the running demo, as on a phone; the result is written as a table. `make lighthouse`.

Each page is looked at by a browser in which somebody has signed in, as a person would be; the sign-in page by one where nobody
has. The worst of `ROUNDS` looks counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright
from sqlalchemy import select

from e2e import daytime
from e2e.browser import FLAGS, needed_flags, program
from e2e.site import Site, fill
from services import bookings, demo, drafts, slots
from services.models import Person, SupportForm
from tests.child import Child

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "lighthouse.md"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FULL, ROUNDS, TRIES = 100, 3, 3
WORDS = """\
# Lighthouse

Written by `make lighthouse`, never by hand: Lighthouse {version}, its own phone (a slow line and a processor four times slower, both
reckoned), the demo's data, `pracownia serve`. Each page was looked at {rounds} times; what stands here is the worst of them.
Measured on {day}, on a machine that Lighthouse gives {speed} points.

| page | performance | accessibility | best practices | SEO | largest paint | blocked | layout shift | bytes |
|---|---|---|---|---|---|---|---|---|
{rows}

All of these but the one for signing in are somebody's own: a search engine is led to that one and sees nothing of them, so none of them
has to ask not to be listed.
"""
TIMES = ("largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "total-byte-weight")


def main() -> None:
    seconds = daytime.seconds_ahead()
    by_day = daytime.settings(seconds)
    with (
        tempfile.TemporaryDirectory() as folder,
        daytime.shifted(seconds),
        Site(fill(Path(folder) / "var", by_day), by_day) as site,
        sync_playwright() as playwright,
    ):
        number = _half_way(site)
        pages = {"plan": "/plan", "day": "/book/day", "hour": "/book/hour", "booked": f"/booked/{number}"}
        with _browser(playwright, Path(folder) / "signed-in") as (port, signs_in):
            signs_in(site)
            looks = {name: _looks(f"{site.base_url}{path}", port) for name, path in pages.items()}
        with _browser(playwright, Path(folder) / "nobody") as (port, _):
            looks["sign-in"] = _looks(f"{site.base_url}/sign-in", port)
    rows = "\n".join(_row(name, found) for name, found in looks.items())
    print(rows)
    first = looks["plan"][0]
    speed = round(first["environment"]["benchmarkIndex"])
    about = {"version": first["lighthouseVersion"], "rounds": ROUNDS, "day": first["fetchTime"][:10], "speed": speed}
    TABLE.write_text(WORDS.format(rows=rows, **about), "utf-8")
    sys.exit("\n".join(_missed(looks)) or 0)


def _half_way(site: Site) -> str:
    """The demo's participant has chosen a day; returns the number of the session that she has booked."""
    with site.writing() as db:
        maria = db.scalars(select(Person).where(Person.email == demo.ACCOUNTS[0])).one()
        form = db.scalars(select(SupportForm).where(SupportForm.given_by == "career-adviser").limit(1)).one()
        days, _ = slots.free_days(db, form.id, person=maria)
        answers = {"form": form.id, "day": days[0].day.isoformat()}
        drafts.keep(db, drafts.owner_of(maria, maria), "booking", answers)
        return bookings.coming(db, maria)[0].number


@contextmanager
def _browser(playwright: Playwright, profile: Path) -> Iterator[tuple[int, Callable]]:
    """One that Lighthouse alone steers, and how somebody signs in there: while another program listens, its traces break."""
    flags = [
        *FLAGS,
        *needed_flags(),
        "--headless=new",
        "--remote-debugging-port=0",
        f"--user-data-dir={profile}",
        "about:blank",
    ]
    child = Child([program(playwright.chromium), *flags], r"DevTools listening on ws://127\.0\.0\.1:(\d+)/")
    port = int(child.match[1])

    def signs_in(site: Site) -> None:
        browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        request = browser.contexts[0].request
        request.get(site.link("uczestniczka"))
        answer = request.post(f"{site.base_url}/enter", form={"phone": "mine"}, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.url == f"{site.base_url}/plan", answer.url
        browser.close()

    try:
        yield port, signs_in
    finally:
        child.stop()


def _looks(url: str, port: int) -> list[dict]:
    return [_look(url, port) for _ in range(ROUNDS)]


def _look(url: str, port: int) -> dict:
    command = ["node", Path(sys.argv[1]) / "cli" / "index.js", url, f"--port={port}", "--output=json", "--quiet"]
    command.append(f"--only-categories={','.join(CATEGORIES)}")
    for _ in range(TRIES):  # its recording breaks now and then, and it says itself to run it again
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if done.returncode == 0:
            break
    else:
        sys.exit(done.stderr)
    found = json.loads(done.stdout)
    if found.get("runtimeError") or found["finalDisplayedUrl"] != url:
        sys.exit(f"{url}: {found.get('runtimeError') or found['finalDisplayedUrl']}")
    return found


def _score(found: dict, category: str) -> int:
    return round(100 * (found["categories"][category]["score"] or 0))


def _row(name: str, looks: list[dict]) -> str:
    scores = [str(min(_score(found, category) for found in looks)) for category in CATEGORIES]
    worst = [max(looks, key=lambda found, time=time: found["audits"][time]["numericValue"])["audits"][time] for time in TIMES]
    return f"| {name} | {' | '.join(scores)} | {' | '.join(one['displayValue'].replace(chr(160), ' ').removeprefix('Total size was ') for one in worst)} |"


def _missed(looks: dict[str, list[dict]]) -> list[str]:
    """What takes points away, by its own words."""
    found = {}
    for name, rounds in looks.items():
        for look in rounds:
            for category in CATEGORIES:
                for part in look["categories"][category]["auditRefs"]:
                    audit = look["audits"][part["id"]]
                    if _score(look, category) < FULL and part["weight"] and audit["score"] not in (1, None):
                        found[f"{name}, {category}: {audit['title']} {audit.get('displayValue', '')}".rstrip()] = True
    return list(found)


if __name__ == "__main__":
    main()
