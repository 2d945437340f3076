"""A web server of a few lines, for trying the checks on pages that are wrong on purpose."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HTML = "text/html; charset=utf-8"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"


class SmallSite:
    """`site.pages[path] = html`, or `(status, content type, text)`; `site.url` has no slash at its end."""

    def __init__(self) -> None:
        self.pages: dict[str, str | tuple[int, str, str]] = {"/favicon.ico": (204, HTML, "")}
        self.url = ""


@contextlib.contextmanager
def small_site() -> Iterator[SmallSite]:
    site = SmallSite()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = site.pages.get(self.path, (404, HTML, "<!doctype html><html lang=pl><title>Nie ma</title><h1>Nie ma</h1>"))
            status, kind, text = (200, HTML, page) if isinstance(page, str) else page
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-security-policy", POLICY)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
