import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import httpcore
import jwt
import pytest
from webpush import WebPush, WebPushSubscription
from webpush.vapid import VAPID

from e2e.firefox import Firefox
from e2e.push_service import PushService

PAGE = "<!doctype html><html lang=pl><meta charset=utf-8><title>Próba</title><h1>Próba</h1>"
WORKER = """
addEventListener('install', () => skipWaiting());
addEventListener('push', event => event.waitUntil(
  registration.showNotification('Pracownia', {body: event.data.text(), tag: 'one', lang: 'pl', data: {url: '/plan'}})));
"""
SUBSCRIBE = """
await navigator.serviceWorker.register('/sw.js');
const registration = await navigator.serviceWorker.ready;
return (await registration.pushManager.subscribe({userVisibleOnly: true, applicationServerKey: given[0]})).toJSON();
"""
UNSUBSCRIBE = "return (await (await navigator.serviceWorker.ready).pushManager.getSubscription()).unsubscribe()"
TEXT = "Masz wiadomość w planie. Zażółć gęślą jaźń."


@contextlib.contextmanager
def site():
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            kind, text = ("text/javascript", WORKER) if self.path == "/sw.js" else ("text/html", PAGE)
            self.send_response(200)
            self.send_header("content-type", kind)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


class Sender:
    """The least that a product does to send: encrypt with `webpush`, sign for the service's whole origin, post."""

    def __init__(self):
        self.private, self.public, self.key = VAPID.generate_keys()
        self._encrypt = WebPush(self.private, self.public, subscriber="pracownia@example.org", ttl=600)

    def signed(self, audience, key=None, lives=600):
        claims = {"aud": audience, "exp": int(time.time()) + lives, "sub": "mailto:pracownia@example.org"}
        return f"vapid t={jwt.encode(claims, self.private, algorithm='ES256')}, k={key or self.key}"

    def send(self, subscription, text, audience, **other):
        sealed = self._encrypt.get(text, WebPushSubscription.model_validate(subscription))
        headers = {**sealed.headers, "authorization": self.signed(audience), **other.pop("headers", {})}
        body = other.pop("body", None) or sealed.encrypted
        answer = httpcore.request("POST", subscription["endpoint"], content=body, headers=headers)
        fields = {name.decode().lower(): value.decode() for name, value in answer.headers}
        return SimpleNamespace(status_code=answer.status, headers=fields)


@pytest.fixture(scope="module")
def push():
    with PushService() as push:
        yield push


@pytest.fixture(scope="module")
def sender():
    return Sender()


@pytest.fixture(scope="module")
def home():
    with site() as url:
        yield url


@pytest.fixture(scope="module")
def firefox(push):
    with Firefox(push.websocket_url) as firefox:
        yield firefox


@pytest.fixture(scope="module")
def subscription(firefox, home, sender):
    return firefox.open(home).js(SUBSCRIBE, sender.key)


def test_a_real_firefox_decrypts_and_shows_a_message(push, firefox, home, sender, subscription):
    answer = sender.send(subscription, TEXT, push.origin, headers={"topic": "abc-_1", "urgency": "high"})

    message = push.messages[-1]
    assert (answer.status_code, answer.headers["location"]) == (201, f"{push.origin}/message/{message.version}")
    assert push.wait(lambda: message.ack) == 100
    shown = firefox.open(home).notifications()
    assert shown == [{"title": "Pracownia", "body": TEXT, "tag": "one", "lang": "pl", "data": {"url": "/plan"}}]
    assert (message.topic, message.ttl, message.headers["urgency"]) == ("abc-_1", 600, "high")
    assert message.claims["aud"] == push.origin


def test_a_message_that_was_changed_on_its_way_is_reported_as_unreadable(push, sender, subscription):
    sealed = sender._encrypt.get("x", WebPushSubscription.model_validate(subscription)).encrypted
    assert sender.send(subscription, "", push.origin, body=sealed[:-1] + bytes([sealed[-1] ^ 1])).status_code == 201

    assert push.wait(lambda: push.messages[-1].ack) == 101


@pytest.mark.parametrize(
    ("status", "wrong"),
    [
        (400, {"headers": {"ttl": "soon"}}),
        (400, {"headers": {"content-encoding": "aesgcm"}}),
        (400, {"headers": {"topic": "a" * 33}}),
        (400, {"headers": {"urgency": "now"}}),
        (400, {"body": b"short"}),
        (413, {"body": b"x" * 4097}),
        (401, {"headers": {"authorization": "none"}}),
        (401, {"audience": "http://127.0.0.1"}),
        (401, {"audience": "https://push.example.org"}),
    ],
)
def test_what_a_public_service_refuses_is_refused(push, sender, subscription, status, wrong):
    answer = sender.send(subscription, TEXT, **({"audience": push.origin} | wrong))

    assert (answer.status_code, push.messages[-1].ack) == (status, None)


def test_a_token_for_too_long_or_by_another_key_is_refused(push, sender, subscription):
    other = Sender()
    too_long = {"authorization": sender.signed(push.origin, lives=25 * 3600)}
    not_ours = {"authorization": other.signed(push.origin)}
    forged = {"authorization": other.signed(push.origin, key=sender.key)}

    given = [sender.send(subscription, TEXT, push.origin, headers=h).status_code for h in (too_long, not_ours, forged)]

    assert given == [401, 403, 401]


def test_a_forced_answer_is_given_as_often_as_asked(push, sender, subscription):
    push.answer_next(429, {"retry-after": "7"}, times=2)

    answers = [sender.send(subscription, TEXT, push.origin) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [429, 429, 201]
    assert answers[1].headers["retry-after"] == "7"
    assert [message.ack for message in push.messages[-3:-1]] == [None, None]


def test_what_is_sent_while_the_browser_is_away_arrives_when_it_is_back(push, firefox, home, sender, subscription):
    firefox.close()
    push.wait(push.is_away)
    for text, headers in (("stare", {"topic": "t"}), ("nowe", {"topic": "t"}), ("za późno", {"ttl": "0"})):
        assert sender.send(subscription, text, push.origin, headers=headers).status_code == 201

    firefox.start()

    old, new, late = push.messages[-3:]
    push.wait(lambda: new.ack)
    assert (old.ack, new.ack, late.ack) == (None, 100, None)
    assert [note["body"] for note in firefox.open(home).notifications()] == ["nowe"]


def test_after_unsubscribing_the_endpoint_is_gone(push, firefox, home, sender, subscription):
    assert firefox.open(home).js(UNSUBSCRIBE) is True
    push.wait(lambda: not push.subscriptions)

    assert sender.send(subscription, TEXT, push.origin).status_code == 410
    assert sender.send(subscription | {"endpoint": f"{push.origin}/push/never"}, TEXT, push.origin).status_code == 404
