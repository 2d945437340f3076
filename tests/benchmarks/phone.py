"""What a cheap phone shows, and when: a real Chromium whose line and processor are slowed down by its own tools.

A view is the time from asking for the address to the largest paint. The line is Chromium's own brake: each request waits for
`latency` and shares the line; opening a connection costs nothing extra. Beside it stands a page with nothing in it.
"""

import json
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from e2e import daytime
from e2e.browser import launch
from e2e.offline import Phone
from e2e.page_watch import watch
from e2e.pages import Walk
from e2e.site import Site, fill
from tests.benchmarks import floor

ROUNDS = 5
SLOWER = 4  # times, of the processor
SCREEN = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "locale": "pl-PL", "has_touch": True}
PAGES = ("/plan", "/book/need", "/reminders", "/needs", "/look", "/help", "/install", "/files")
QUIET = 700  # ms without a request, after which a page is taken for whole

PAINT = """() => new Promise((done, fail) => {
  setTimeout(fail, 10000, new Error('nothing was painted'))
  new PerformanceObserver(list => done(list.getEntries().at(-1).startTime)).observe({type: 'largest-contentful-paint', buffered: true})
})"""
SHIFTS = """() => new Promise(done => {
  new PerformanceObserver(list => done(list.getEntries().reduce((sum, one) => sum + one.value, 0))).observe({type: 'layout-shift', buffered: true})
  setTimeout(done, 100, 0)
})"""


@dataclass(frozen=True)
class Line:
    name: str
    bits: int  # a second
    latency: int  # ms

    @property
    def conditions(self) -> dict:
        return {
            "offline": False,
            "latency": self.latency,
            "downloadThroughput": self.bits / 8,
            "uploadThroughput": self.bits / 8,
        }


THREE_G = Line("1.6 Mbit/s, 150 ms", 1_600_000, 150)
SLOW_THREE_G = Line("slow 3G", 400_000, 400)
LINES = (THREE_G, SLOW_THREE_G)


@dataclass
class View:
    paint: float  # ms until the largest
    size: int  # bytes of everything that the page asked for
    fonts: int
    shift: float  # of the layout, as browsers sum it up


@dataclass
class Found:
    """Milliseconds by the name of a line; bytes and shifts of the first view of the plan, and shifts of every page."""

    first: dict[str, float] = field(default_factory=dict)
    again: dict[str, float] = field(default_factory=dict)
    bare: dict[str, float] = field(default_factory=dict)
    offline: float = 0
    size: int = 0
    fonts: int = 0
    shifts: dict[str, float] = field(default_factory=dict)


def measure(folder: Path) -> Found:
    seconds = daytime.seconds_ahead()
    by_day = daytime.settings(seconds)
    with (
        daytime.shifted(seconds),
        Site(fill(folder / "var", by_day), by_day) as site,
        _bare_page() as bare,
        sync_playwright() as playwright,
        launch(playwright) as browser,
    ):
        signed_in = _signed_in(browser, site)
        found = Found()
        for line in LINES:
            views = [_first_view(browser, f"{site.base_url}/plan", line, signed_in) for _ in range(ROUNDS)]
            found.first[line.name] = statistics.median(view.paint for view in views)
            found.size = max(found.size, *(view.size for view in views))
            found.fonts = max(found.fonts, *(view.fonts for view in views))
            found.shifts["/plan"] = max(found.shifts.get("/plan", 0), *(view.shift for view in views))
            found.bare[line.name] = statistics.median(_first_view(browser, bare, line).paint for _ in range(ROUNDS))
        for path in PAGES[1:]:
            found.shifts[path] = _first_view(browser, f"{site.base_url}{path}", SLOW_THREE_G, signed_in).shift
        _on_ones_own_phone(browser, site, signed_in, found)
        return found


def _signed_in(browser: Browser, site: Site) -> dict:
    """The cookies of the demo's participant on a phone that is her own."""
    with browser.new_context(base_url=site.base_url) as context:
        context.request.get(site.link("uczestniczka"))
        context.request.post("/enter", form={"phone": "mine"}, headers={"Sec-Fetch-Site": "same-origin"})
        return context.storage_state()


class _Silent(WSGIRequestHandler):
    def log_request(self, *_) -> None:
        """The table is all that is told."""


@contextmanager
def _bare_page() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, floor.flask_app(), threaded=True, request_handler=_Silent)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()


def _first_view(browser: Browser, url: str, line: Line, signed_in: dict | None = None) -> View:
    """With nothing in the browser's store."""
    with browser.new_context(**SCREEN, storage_state=signed_in) as context:
        page = context.new_page()
        devtools = _slowed(page, line)
        sizes, kinds = [], []
        devtools.on("Network.responseReceived", lambda said: kinds.append(said["type"]))
        devtools.on("Network.loadingFinished", lambda said: sizes.append(said["encodedDataLength"]))
        page.goto(url)
        _until_quiet(page, sizes)
        return View(page.evaluate(PAINT), round(sum(sizes)), kinds.count("Font"), page.evaluate(SHIFTS))


def _slowed(page: Page, line: Line | None) -> CDPSession:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    if line:
        devtools.send("Network.emulateNetworkConditions", line.conditions)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return devtools


def _until_quiet(page: Page, sizes: list[float]) -> None:
    had = -1
    while len(sizes) != had:
        had = len(sizes)
        page.wait_for_timeout(QUIET)


def _on_ones_own_phone(browser: Browser, site: Site, signed_in: dict, found: Found) -> None:
    """The plan again, from the app that has been there: its worker fetches the page, the rest is kept. And without a network."""
    with browser.new_context(**SCREEN, base_url=site.base_url, storage_state=signed_in) as context:
        watch(context, site.base_url)
        page = context.new_page()
        page.goto("/plan")
        Phone(Walk(page)).until_kept()
        page.close()
        for line in LINES:
            with _slowed_worker(browser, line):
                found.again[line.name] = statistics.median(_view(context, line) for _ in range(ROUNDS))
        context.set_offline(True)
        found.offline = statistics.median(_view(context, None) for _ in range(ROUNDS))


def _view(context: BrowserContext, line: Line | None) -> float:
    page = context.new_page()
    try:
        _slowed(page, line)
        page.goto("/plan")
        return page.evaluate(PAINT)
    finally:
        page.close()


@contextmanager
def _slowed_worker(browser: Browser, line: Line) -> Iterator[None]:
    """A service worker asks the network by itself, so the brake of the page is not its own."""
    devtools = browser.new_browser_cdp_session()
    (worker,) = [one for one in devtools.send("Target.getTargets")["targetInfos"] if one["type"] == "service_worker"]
    session = devtools.send("Target.attachToTarget", {"targetId": worker["targetId"], "flatten": False})["sessionId"]
    commands = (("Network.enable", {}), ("Network.emulateNetworkConditions", line.conditions))
    for number, (method, about) in enumerate(commands):
        message = json.dumps({"id": number, "method": method, "params": about})
        devtools.send("Target.sendMessageToTarget", {"sessionId": session, "message": message})
    try:
        yield
    finally:
        devtools.detach()
