"""What a browser does behind a page: every console message, every request to somebody else, the HTML as it was sent."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request, Response

# The browser notes every answer from 400 up, also those that a journey asked for. That a page, or a part that htmx asked
# for, came with one of these is for the journey to judge; a picture or a script that is missing is always a fault.
EXPECTED_STATUS = re.compile(r"Failed to load resource: the server responded with a status of (403|404|409|413|422|429) ")


# Chromium's own receipt for a page that asked it to forget what it kept, when somebody signs out.
RECEIPT = re.compile(r"Clear-Site-Data header on '[^']*': Cleared data types: ")


@dataclass(eq=False)
class Watch:
    """The ear at one browser context; `take` hands over what it heard and forgets it."""

    origin: str
    scripts: bool
    _heard: list[str] = field(default_factory=list)
    _pages: set[str] = field(default_factory=set)
    _sent: WeakKeyDictionary[Page, Response] = field(default_factory=WeakKeyDictionary)

    def take(self) -> list[str]:
        heard, self._heard = self._heard, []
        return heard

    def source(self, page: Page) -> str:
        """The last HTML that the server sent for this page, whole or in part; fetched again if the browser dropped it."""
        if response := self._sent.get(page):
            with contextlib.suppress(Error):
                return response.text()
        return page.request.get(page.url).text()

    def status(self, page: Page) -> int:
        """With which status that HTML came."""
        return self._sent[page].status

    def on_console(self, message: ConsoleMessage) -> None:
        if EXPECTED_STATUS.match(message.text) and message.location["url"] in self._pages:
            return
        if message.type == "info" and RECEIPT.match(message.text):
            return
        self._heard.append(f"console {message.type}: {message.text} ({message.location['url']})")

    def on_request(self, request: Request) -> None:
        if request.resource_type in ("document", "fetch", "xhr"):
            self._pages.add(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self._heard.append(f"foreign request: {request.method} {request.url}")

    def on_response(self, response: Response) -> None:
        is_page = response.request.resource_type in ("document", "fetch", "xhr")
        if is_page and "text/html" in response.headers.get("content-type", "") and not 300 <= response.status < 400:
            with contextlib.suppress(Error):  # a service worker's own requests belong to no page
                self._sent[response.frame.page] = response


_watches: WeakKeyDictionary[BrowserContext, Watch] = WeakKeyDictionary()


def watch(context: BrowserContext, base_url: str, scripts: bool = True) -> Watch:
    """Listen to everything that the pages of `context` do, from now on; only `base_url` counts as ours."""
    parts = urlsplit(base_url)
    listening = _watches[context] = Watch(f"{parts.scheme}://{parts.netloc}", scripts)
    context.on("console", listening.on_console)
    context.on("weberror", lambda error: listening._heard.append(f"error in a script: {error.error}"))
    context.on("request", listening.on_request)
    context.on("response", listening.on_response)
    return listening


def watch_of(page: Page) -> Watch:
    """The watch of this page's context. A page that nobody listens to cannot be checked, which is an error, not a pass."""
    try:
        return _watches[page.context]
    except KeyError:
        raise RuntimeError("this page's context is not watched: open it with the `phone` fixture") from None
