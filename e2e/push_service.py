"""A push service on this machine that a real Firefox subscribes to, for the product to send real messages through.

Firefox talks to it over a websocket (Mozilla's autopush protocol); the product posts to the endpoint that Firefox got.
"""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any, TypeVar

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from e2e.push_rules import Message, Refusal, from_base64, judge, to_base64

LOOPBACK = "127.0.0.1"
Found = TypeVar("Found")


@dataclass
class Browser:
    """One Firefox profile; `socket` is None while it is away, and then messages are `kept`."""

    uaid: str
    socket: ServerConnection | None = None
    kept: list[tuple[Subscription, Message]] = field(default_factory=list)


@dataclass(eq=False)
class Subscription:
    token: str
    channel: str
    key: bytes | None
    browser: Browser


class PushService:
    """`with PushService() as push:` serves at `push.websocket_url` for Firefox and at `push.origin` for the product.

    `push.messages` holds every POST, accepted or not; `push.subscriptions` the live ones by the token in their endpoint.
    """

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.subscriptions: dict[str, Subscription] = {}
        self._ended: set[str] = set()
        self._browsers: dict[str, Browser] = {}
        self._forced: deque[tuple[int, Mapping[str, str]]] = deque()
        self._changed = Condition()

    def __enter__(self) -> PushService:
        self._sockets = serve(self._talk, LOOPBACK, 0, subprotocols=["push-notification"])
        self._posts = ThreadingHTTPServer((LOOPBACK, 0), type("Posts", (_Posts,), {"service": self}))
        for server in (self._sockets, self._posts):
            Thread(target=server.serve_forever, daemon=True).start()
        self.websocket_url = f"ws://{LOOPBACK}:{self._sockets.socket.getsockname()[1]}/"
        self.origin = f"http://{LOOPBACK}:{self._posts.server_port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._posts.shutdown()
        self._posts.server_close()
        self._sockets.shutdown()

    def wait(self, predicate: Callable[[], Found], timeout: float = 30) -> Found:
        """The first true value of `predicate`, asked again whenever something happened here; else TimeoutError."""
        with self._changed:
            if found := self._changed.wait_for(predicate, timeout):
                return found
        seen = [(message.status, message.why, message.ack) for message in self.messages[-5:]]
        raise TimeoutError(f"push service: {len(self.subscriptions)} subscriptions, last messages {seen}")

    def answer_next(self, status: int, headers: Mapping[str, str] | None = None, times: int = 1) -> None:
        """Answer the next POSTs with this, unread and undelivered, whatever they hold."""
        self._forced.extend([(status, headers or {})] * times)

    def is_away(self) -> bool:
        """Is no browser connected?"""
        return all(browser.socket is None for browser in self._browsers.values())

    def take(self, message: Message) -> Mapping[str, str]:
        """Judge one POST, deliver or keep it, and give back the answer's headers; the status stands in the message."""
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()
            if self._forced:
                message.status, headers = self._forced.popleft()
                return headers
            try:
                if message.token in self._ended:
                    raise Refusal(410, "the person unsubscribed")
                if message.token not in self.subscriptions:
                    raise Refusal(404, "no such subscription")
                subscription = self.subscriptions[message.token]
                judge(message, self.origin, subscription.key)
            except Refusal as refusal:
                message.status, message.why = refusal.status, str(refusal)
                return {}
            self._deliver(subscription, message)
        return {"location": f"{self.origin}/message/{message.version}", "ttl": str(message.ttl)}

    def _deliver(self, subscription: Subscription, message: Message) -> None:
        browser = subscription.browser
        if browser.socket is not None:
            try:
                browser.socket.send(_notification(subscription, message))
                return
            except ConnectionClosed:
                browser.socket = None
        if message.topic:  # a newer message on the same topic takes the place of one that nobody has seen
            same = [kept for kept in browser.kept if kept[0] is subscription and kept[1].topic == message.topic]
            browser.kept = [kept for kept in browser.kept if kept not in same]
        browser.kept.append((subscription, message))

    def _talk(self, socket: ServerConnection) -> None:
        browser: Browser | None = None
        with contextlib.suppress(ConnectionClosed):  # a browser that ends says no goodbye
            for raw in socket:
                said = json.loads(raw)
                with self._changed:
                    if said.get("messageType") == "hello":
                        browser = self._greet(said.get("uaid"), socket)
                    elif (answer := self._answer(browser, said)) is not None:
                        socket.send(json.dumps(answer))
                    self._changed.notify_all()
        with self._changed:
            if browser is not None and browser.socket is socket:
                browser.socket = None
            self._changed.notify_all()

    def _greet(self, uaid: str | None, socket: ServerConnection) -> Browser:
        browser = self._browsers.get(uaid or "") or Browser(uuid.uuid4().hex)
        self._browsers[browser.uaid] = browser
        browser.socket = socket
        welcome = {"messageType": "hello", "uaid": browser.uaid, "status": 200, "use_webpush": True, "broadcasts": {}}
        socket.send(json.dumps(welcome))
        waiting, browser.kept = browser.kept, []
        for subscription, message in waiting:
            if subscription.token in self.subscriptions and time.time() <= message.at + message.ttl:
                socket.send(_notification(subscription, message))
        return browser

    def _answer(self, browser: Browser | None, said: dict[str, Any]) -> dict[str, Any] | None:
        """What to say back. A ping is an empty object, and so is its answer; None says nothing."""
        if not said:
            return said
        kind, channel = said["messageType"], said.get("channelID")
        done = {"messageType": kind, "status": 200, "channelID": channel}
        if kind == "register" and browser is not None:
            key = from_base64(said["key"]) if said.get("key") else None
            subscription = Subscription(uuid.uuid4().hex, channel, key, browser)
            self.subscriptions[subscription.token] = subscription
            return done | {"pushEndpoint": f"{self.origin}/push/{subscription.token}"}
        if kind == "unregister":
            over = {token for token, subscription in self.subscriptions.items() if subscription.channel == channel}
            self._ended |= over
            self.subscriptions = {token: live for token, live in self.subscriptions.items() if token not in over}
            return done
        if kind in ("ack", "nack"):
            codes = {update["version"]: update.get("code") for update in said.get("updates", [said])}
            for message in self.messages:
                message.ack = codes.get(message.version, message.ack)
        return None


class _Posts(BaseHTTPRequestHandler):
    service: PushService
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        message = Message(self.path.rpartition("/")[2], headers, body)
        answer = self.service.take(message)
        self.send_response(message.status)
        for name, value in answer.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(message.why)))
        self.end_headers()
        self.wfile.write(message.why.encode())

    def log_message(self, *_: object) -> None:
        """Nothing: the tests read `messages`."""


def _notification(subscription: Subscription, message: Message) -> str:
    content = {"data": to_base64(message.body), "headers": {"encoding": "aes128gcm"}, "ttl": message.ttl}
    where = {"channelID": subscription.channel, "version": message.version}
    return json.dumps({"messageType": "notification", **where, **content})
