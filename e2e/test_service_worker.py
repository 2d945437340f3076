"""The service worker under a real Firefox whose pages are closed: notifications with buttons, pressed as a desktop presses them.

The site behind it is a bad one, on purpose: it refuses, breaks, hangs up, or is the page of a hotel's network.
"""

from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from urllib.parse import parse_qs

import pytest
from webpush.vapid import VAPID

from e2e.desktop import Desktop
from e2e.firefox import Firefox
from portal.views.pwa import WORKER
from services import clock
from services.channels.webpush import Notification, PushSender

PAGE = "<!doctype html><html lang=pl><meta charset=utf-8><title>Próba</title><h1>Próba</h1>"
SUBSCRIBE = """
await navigator.serviceWorker.register('/sw.js');
const registration = await navigator.serviceWorker.ready;
return (await registration.pushManager.subscribe({userVisibleOnly: true, applicationServerKey: given[0]})).toJSON();
"""
DONE, FAILED = {"title": "Dziękujemy", "body": "Czekamy."}, {"title": "Nie zapisaliśmy odpowiedzi", "body": "Naciśnij tutaj."}
YES = {
    "action": "yes", "title": "Przyjdę", "post": "/s/abc", "fields": {"said": "yes", "version": "1", "by": "push"},
    "done": DONE, "failed": FAILED,
}  # fmt: skip
NO = {"action": "no", "title": "Nie mogę", "url": "/s/abc/no"}
REMINDER = {
    "title": "Jutro, o 12:00", "body": "Przyjdziesz?", "tag": "r1", "lang": "pl", "url": "/s/abc", "seen": "/m/1-abc",
    "actions": [YES, NO],
}  # fmt: skip
NOTED = (200, "application/json", '{"noted": true}')
HANGS_UP = (0, "", "")


class BadSite:
    """`answers` says what each path is answered; `asked` holds what came: method, path, headers, form."""

    def __init__(self):
        self.answers, self.asked, self.changed = {}, [], Condition()

    def forms(self, path: str) -> list:
        return [(headers, form) for method, asked, headers, form in self.asked if (method, asked) == ("POST", path)]

    def wait(self, question, timeout: float = 20):
        with self.changed:
            assert (found := self.changed.wait_for(question, timeout)), self.asked
            return found


@contextmanager
def serving(site: BadSite):
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            self.note("")
            self.say(200, "text/javascript", WORKER.read_text("utf-8")) if self.path == "/sw.js" else self.say(
                200, "text/html", PAGE
            )

        def do_POST(self):
            self.note(self.rfile.read(int(self.headers.get("content-length", 0))).decode())
            if (answer := site.answers.get(self.path, (204, "text/html", ""))) != HANGS_UP:
                self.say(*answer)

        def note(self, body):
            with site.changed:
                site.asked.append((self.command, self.path, self.headers, {k: v[0] for k, v in parse_qs(body).items()}))
                site.changed.notify_all()

        def say(self, status, kind, text):
            self.send_response(status)
            self.send_header("content-type", f"{kind}; charset=utf-8")
            self.send_header("location", "/somewhere-else")
            self.send_header("set-cookie", "pracownia=somebody; Path=/")
            self.send_header("content-length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    yield site
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def home():
    with serving(BadSite()) as site:
        yield site


@pytest.fixture(scope="module")
def elsewhere():
    with serving(BadSite()) as site:
        yield site


@pytest.fixture(scope="module")
def desktop():
    with Desktop() as desktop:
        yield desktop


@pytest.fixture(scope="module")
def firefox(push, desktop):
    # The worker ends as soon as it has nothing to do, so that each push and each press must wake it anew.
    with Firefox(push.websocket_url, {"dom.serviceWorkers.idle_timeout": 0}, desktop=desktop) as browser:
        yield browser


@pytest.fixture(scope="module")
def send(push, firefox, home):
    """`send(payload)`: a real message to a browser that has no page of ours open."""
    private, _public, key = VAPID.generate_keys()
    subscription = firefox.open(home.url).js(SUBSCRIBE, key)
    firefox.close_pages()
    sender = PushSender(private.decode(), "mailto:pracownia@example.org", (push.origin,))

    def send(payload: dict) -> None:
        assert firefox.pages() == {}
        notification = Notification(payload, "t", clock.now() + timedelta(hours=1))
        assert sender.send(subscription["endpoint"], **subscription["keys"], notification=notification).code == "accepted"

    yield send
    sender.close()


@pytest.fixture(autouse=True)
def _afresh(home, elsewhere, desktop, firefox):
    yield
    firefox.close_pages()
    desktop.clear()
    for site in (home, elsewhere):
        site.answers.clear()
        site.asked.clear()


def test_it_is_shown_with_its_buttons_and_the_server_hears_that(send, home, desktop):
    send(REMINDER)

    shown = desktop.wait_for(REMINDER["title"])
    assert (shown.body, list(shown.buttons)) == (REMINDER["body"], ["Przyjdę", "Nie mogę"])
    ((headers, form),) = home.wait(lambda: home.forms("/m/1-abc"))
    assert (headers["sec-fetch-site"], headers["cookie"], form) == ("same-origin", None, {})


@pytest.mark.parametrize("answer", [(500, "text/html", "!"), HANGS_UP])
def test_it_is_shown_although_the_receipt_comes_to_nothing(send, home, desktop, answer):
    home.answers["/m/1-abc"] = answer
    send(REMINDER)

    desktop.wait_for(REMINDER["title"])
    home.wait(lambda: home.forms("/m/1-abc"))


def test_a_message_without_a_receipt_sends_none(send, firefox, home, desktop):
    send({name: REMINDER[name] for name in ("title", "body", "url")})
    shown = desktop.wait_for(REMINDER["title"])
    desktop.press(shown)
    firefox.wait_for_page(f"{home.url}/s/abc")

    assert shown.buttons == {}
    assert [path for method, path, *_ in home.asked if method == "POST"] == []


def test_a_button_answers_without_a_page_and_says_so_quietly(send, firefox, home, desktop):
    home.answers["/s/abc"] = NOTED
    send(REMINDER)
    desktop.press(desktop.wait_for(REMINDER["title"]), "Przyjdę")

    done = desktop.wait_for(DONE["title"])
    ((headers, form),) = home.forms("/s/abc")
    assert form == YES["fields"]
    assert headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert (headers["accept"], headers["sec-fetch-site"], headers["cookie"]) == ("application/json", "same-origin", None)
    assert (done.body, done.buttons, done.is_quiet) == (DONE["body"], {}, True)
    assert [one.title for one in desktop.shown.values()] == [DONE["title"]]
    assert firefox.pages() == {}
    desktop.press(done)
    firefox.wait_for_page(f"{home.url}/s/abc")


@pytest.mark.parametrize(
    "answer",
    [
        (409, "application/json", '{"noted": false}'),
        (409, "application/json", '{"noted": true}'),
        (200, "application/json", '{"noted": false}'),
        (200, "text/html", "<h1>Witamy w hotelu</h1>"),
        (200, "application/json", "null"),
        (303, "text/html", ""),
        (500, "text/html", "<h1>Coś się zepsuło</h1>"),
        HANGS_UP,
    ],
    ids=str,
)
def test_what_was_not_noted_is_said_and_leads_to_the_page(send, firefox, home, desktop, answer):
    home.answers["/s/abc"] = answer
    send(REMINDER)
    desktop.press(desktop.wait_for(REMINDER["title"]), "Przyjdę")

    failed = desktop.wait_for(FAILED["title"])
    assert (failed.body, failed.is_quiet) == (FAILED["body"], False)
    assert DONE["title"] not in [one.title for one in desktop.ever[-2:]]
    assert firefox.pages() == {}
    desktop.press(failed)
    firefox.wait_for_page(f"{home.url}/s/abc")


def test_the_other_button_opens_its_page(send, firefox, home, desktop):
    send(REMINDER)
    desktop.press(desktop.wait_for(REMINDER["title"]), "Nie mogę")

    firefox.wait_for_page(f"{home.url}/s/abc/no")
    desktop.wait(lambda: not desktop.shown)
    assert home.forms("/s/abc") == []


def test_only_our_own_addresses_are_asked_or_opened(send, firefox, home, elsewhere, desktop):
    abroad = {"post": f"{elsewhere.url}/s/abc", "url": f"//{elsewhere.url.partition('//')[2]}/s/abc/no"}
    send({
        **REMINDER, "url": f"{elsewhere.url}/s/abc", "seen": f"{elsewhere.url}/m/1-abc",
        "actions": [{**YES, "post": abroad["post"]}, {**NO, "url": abroad["url"]}],
    })  # fmt: skip
    desktop.press(desktop.wait_for(REMINDER["title"]), "Przyjdę")
    desktop.press(desktop.wait_for(FAILED["title"]))
    send({**REMINDER, "actions": [{**NO, "url": abroad["url"]}]})
    desktop.press(desktop.wait_for(REMINDER["title"]), "Nie mogę")
    send({**REMINDER, "title": "Trzecie"})
    desktop.press(desktop.wait_for("Trzecie"))

    firefox.wait_for_page(f"{home.url}/s/abc")  # by now the worker has been through all that came before
    assert elsewhere.asked == []
    assert list(firefox.pages().values()) == [f"{home.url}/s/abc"]
