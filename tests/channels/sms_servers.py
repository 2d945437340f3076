"""A gateway for tests that speaks as SMSAPI.pl does: over real HTTP, with its form, its errors and its memory of `idx`; and
that calls back with reports and replies, late and twice if a test wants it."""

import json
import threading
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode
from urllib.request import Request, urlopen

from services import clock

DELIVERED, EXPIRED, SENT, UNDELIVERED = ("404", "DELIVERED"), ("402", "EXPIRED"), ("403", "SENT"), ("405", "UNDELIVERED")
TOKEN = "token-of-the-tests"
NUMBER, TEXT = "+447700900123", "Jutro o 10:00. Odpisz TAK albo NIE. Żółć"
FIRST, SECOND = "A" * 30 + "-_", "b" * 32


def send(gateway, *, number=NUMBER, text=TEXT, reference=FIRST, lasts=timedelta(hours=24)):
    return gateway.send(number, text, reference, clock.now() + lasts)


class SmsServer:
    """`with SmsServer() as server:` at `server.url`. It accepts, unless one of these says otherwise:

    `error(number, message)` and `raw(status, body, **headers)` are answers that it gives once, in their order; `fault` is
    "hang" (no answer), "trickle-head", "trickle-body" (the answer, then a byte now and then), "cut" (half of the answer) or
    "late" (it takes the message, and the answer never comes). `requests` are (path, headers, form) of every call, `taken`
    the forms of the messages that it has; `ids` leads from an idx to its number.
    """

    def __init__(self, token: str = TOKEN):
        self.token = token
        self.requests: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.taken: list[dict[str, str]] = []
        self.ids: dict[str, str] = {}
        self.next: list[tuple[int, bytes, dict[str, str]]] = []
        self.fault: str | None = None
        self.connections = 0
        self.stop = threading.Event()
        self.lock = threading.Lock()

    def error(self, number: int | str, message: str = "") -> None:
        self.raw(200, json.dumps({"invalid_numbers": [], "error": number, "message": message}).encode())

    def raw(self, status: int, body: bytes, **headers: str) -> None:
        self.next.append((status, body, {name.replace("_", "-"): value for name, value in headers.items()}))

    def __enter__(self):
        self._server = _Server(("127.0.0.1", 0), type("Calls", (_Calls,), {"sms": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_):
        self.stop.set()
        self._server.shutdown()
        self._server.server_close()

    def report(self, url: str, *rows: tuple[str, tuple[str, str]], times: int = 1) -> list[tuple[int, str]]:
        """Call back with one report for each (idx, status) of `rows`, all in one GET; the answers."""
        columns = {
            "MsgId": [self.ids[idx] for idx, _ in rows],
            "status": [status for _, (status, _) in rows],
            "status_name": [name for _, (_, name) in rows],
            "idx": [idx for idx, _ in rows],
            "donedate": ["1795424400" for _ in rows],
            "username": ["pracownia" for _ in rows],
            "points": ["0.16" for _ in rows],
        }
        query = urlencode({name: ",".join(values) for name, values in columns.items()})
        return [_call(Request(f"{url}{'&' if '?' in url else '?'}{query}")) for _ in range(times)]

    def reply(self, url: str, number: str, text: str, *, to: str = "", times: int = 1) -> list[tuple[int, str]]:
        """Call back with what a telephone wrote, as an answer to the message with the idx `to`; the answers."""
        form = {
            "sms_to": "48600700800",
            "sms_from": number.removeprefix("+"),
            "sms_text": text,
            "sms_date": "1795424500",
            "username": "pracownia",
            "MsgId": self.ids.get(to, ""),
        }
        return [_call(Request(url, data=urlencode(form).encode())) for _ in range(times)]


def _call(request: Request) -> tuple[int, str]:
    try:
        with urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that hangs up is what half of the tests are about."""


class _Calls(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    sms: SmsServer

    def setup(self):
        super().setup()
        self.sms.connections += 1

    def do_POST(self):
        form = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode(), keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        fault = self.sms.fault
        self.sms.requests.append((self.path, headers, form))
        if fault in ("hang", "trickle-head"):
            return self._drip(fault, b"" if fault == "hang" else b"HTTP/1.1 200 OK\r\nx: ")
        with self.sms.lock:
            status, body, more = self.sms.next.pop(0) if self.sms.next else (200, self._take(form, headers), {})
        if fault == "late":
            return self._drip(fault)
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body) + (500 if fault == "trickle-body" else 0)))
        self.end_headers()
        if fault == "cut":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            return None
        self.wfile.write(body)
        return self._drip(fault) if fault == "trickle-body" else None

    def _take(self, form: dict[str, str], headers: dict[str, str]) -> bytes:
        def no(number: int) -> bytes:
            return json.dumps({"error": number, "message": f"about {form.get('to')}"}).encode()

        if self.path != "/sms.do":
            return b"<html>Not Found</html>"
        if headers.get("authorization") != f"Bearer {self.sms.token}":
            return no(101)
        idx = form.get("idx", "")
        if form.get("check_idx") == "1" and idx in self.sms.ids:
            return no(53)
        self.sms.ids[idx] = f"{len(self.sms.ids) + 1:024X}"
        self.sms.taken.append(form)
        entry = {
            "id": self.sms.ids[idx], "points": 0.16, "number": form["to"], "submitted_number": form["to"], "status": "QUEUE",
            "date_sent": 1795424400, "error": None, "idx": idx, "parts": 1,
        }  # fmt: skip
        return json.dumps({"count": 1, "message": form["message"], "length": 10, "parts": 1, "list": [entry]}).encode()

    def _drip(self, fault: str, head: bytes = b"") -> None:
        """Say the head and then, but for a hang, a byte now and then, until the test is over."""
        with suppress(OSError):
            self.wfile.write(head)
            while not self.sms.stop.wait(0.05):
                if fault not in ("hang", "late"):
                    self.wfile.write(b" ")
        self.close_connection = True

    def log_message(self, *_):
        pass
