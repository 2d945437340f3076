"""Push messages built per second of CPU, up to the network: ours, a hand-written floor, pywebpush and the npm web-push."""

import gc
import json
import os
import random
import struct
import subprocess
import sys
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from py_vapid import Vapid
from pywebpush import webpush

from services import clock
from services.channels.webpush import PLAINTEXT, Notification, PushSender
from tests.channels.push_servers import POINT, Browser, new_key

MESSAGES, ROUNDS, WARM = 200, 50, 30
NPM = "web-push@3.6.7"
HOSTS = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com")
SUBJECT, TOPIC, LASTS = "mailto:it@example.org", "t" * 32, 7200
PAYLOAD = {
    "title": "Meeting tomorrow at 10:00", "body": "Career adviser, room 12, 4 Example Street. Will you come?", "lang": "en",
    "tag": TOPIC, "url": "/bookings/4711", "seen": "/m/" + "k" * 43,
    "actions": [
        {
            "action": "yes", "title": "I will come", "post": "/s/" + "k" * 43,
            "fields": {"said": "yes", "version": "1", "by": "push"},
            "done": {"title": "Thank you", "body": "We are expecting you."},
            "failed": {"title": "Not saved", "body": "Open the page and answer there."},
        },
        {"action": "no", "title": "I cannot", "url": "/s/" + "k" * 43 + "/no"},
    ],
}  # fmt: skip

Subscription = tuple[str, str, str]
Round = Callable[[], float]  # seconds of CPU for MESSAGES messages


@dataclass
class Found:
    """Messages per second of CPU, the median of the rounds; `npm` is None where it could not be measured, with why."""

    ours: float
    floor: float
    of_floor: float
    pywebpush: float
    npm: float | None
    why_not: str = ""


def measure(folder: Path) -> Found:
    """One message of each kind is decrypted first; then the rounds alternate, so that a slow moment strikes them all."""
    key = new_key()
    browsers = [Browser() for _ in range(MESSAGES)]
    subscriptions = [
        (f"https://{HOSTS[number % len(HOSTS)]}/send/{number:0160d}", browser.p256dh, browser.auth)
        for number, browser in enumerate(browsers)
    ]
    why_not = _install(folder)
    with closing(PushSender(key, SUBJECT, HOSTS)) as sender:
        builders = {"ours": _ours(sender), "floor": _floor(sender), "pywebpush": _pywebpush(key)}
        for build in builders.values():
            _prove(browsers[0], build(*subscriptions[0]))
        rounds = {name: _round_of(build, subscriptions) for name, build in builders.items()}
        node = None if why_not else _Node(folder, key, subscriptions)
        try:
            if node:
                _prove(browsers[0], node.first)
                rounds["npm"] = node.round
            spent = _alternate(rounds)
        finally:
            if node:
                node.close()
    rate = {name: MESSAGES / median(seconds) for name, seconds in spent.items()}
    # Of pairs from the same moment: one lucky round of either would move a quotient of the best ones by some hundredths.
    of_floor = median(floor / ours for floor, ours in zip(spent["floor"], spent["ours"], strict=True))
    return Found(rate["ours"], rate["floor"], of_floor, rate["pywebpush"], rate.get("npm"), why_not)


def _alternate(rounds: dict[str, Round]) -> dict[str, list[float]]:
    """Seconds of each round. Neighbours change, so that none always runs after the same other one."""
    for run in rounds.values():
        run()
    gc.collect()
    gc.freeze()  # as portal.wsgi does
    names, chance, spent = list(rounds), random.Random(1), {name: [] for name in rounds}
    for _ in range(ROUNDS):
        chance.shuffle(names)
        for name in names:
            spent[name].append(rounds[name]())
    return spent


def _round_of(build, subscriptions: list[Subscription]) -> Round:
    def run() -> float:
        for subscription in subscriptions[:WARM]:
            build(*subscription)
        began = time.process_time()
        for subscription in subscriptions:
            build(*subscription)
        return time.process_time() - began

    return run


def _prove(browser: Browser, body: bytes) -> None:
    plain = browser.read(body)
    assert len(plain) == PLAINTEXT, len(plain)
    assert json.loads(plain) == PAYLOAD


def _ours(sender: PushSender):
    note = Notification(PAYLOAD, TOPIC, clock.now() + timedelta(seconds=LASTS))

    def build(endpoint: str, p256dh: str, auth: str) -> bytes:
        _headers, body = sender.build(endpoint, p256dh, auth, note)
        return body

    return build


def _floor(sender: PushSender):
    """RFC 8291 with nothing around it: no checks, no JSON, and the headers lie ready."""
    plain = json.dumps(PAYLOAD, separators=(",", ":")).encode().ljust(PLAINTEXT)
    note = Notification(PAYLOAD, TOPIC, clock.now() + timedelta(seconds=LASTS))
    browser = Browser()
    kept = {host: sender.build(f"https://{host}/one", browser.p256dh, browser.auth, note)[0] for host in HOSTS}

    def build(endpoint: str, p256dh: str, auth: str) -> bytes:
        assert kept[endpoint.split("/", 3)[2]]
        return encrypt(plain, urlsafe_b64decode(p256dh + "="), urlsafe_b64decode(auth + "=="))

    return build


def encrypt(plain: bytes, receiver: bytes, secret: bytes) -> bytes:
    """The floor: what stands here is what RFC 8291 asks for, with the primitives that webpush takes."""
    salt = os.urandom(16)
    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(*POINT)
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), receiver))
    seed = HKDF(hashes.SHA256(), 32, secret, b"WebPush: info\0" + receiver + public).derive(shared)
    key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(seed)
    nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(seed)
    return salt + struct.pack("!LB", 4096, 65) + public + AESGCM(key).encrypt(nonce, plain + b"\x02", None)


class _Nowhere:
    """Stands where pywebpush posts: it has built the message, and that is all that is measured."""

    status_code, text, headers = 201, "", {}

    def post(self, _url: str, *, data: bytes, **_more):
        self.body = data
        return self


def _pywebpush(key: str):
    vapid, nowhere = Vapid.from_pem(key.encode()), _Nowhere()

    def build(endpoint: str, p256dh: str, auth: str) -> bytes:
        webpush(
            {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}},
            json.dumps(PAYLOAD, separators=(",", ":")).ljust(PLAINTEXT),
            vapid_private_key=vapid, vapid_claims={"sub": SUBJECT}, ttl=LASTS, requests_session=nowhere,
            headers={"topic": TOPIC, "urgency": "normal"},
        )  # fmt: skip
        return nowhere.body

    return build


def _install(folder: Path) -> str:
    """Puts the npm package there; "" or why it is not."""
    line = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder), NPM]
    try:
        done = subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=120)
        subprocess.run(["node", "--version"], capture_output=True, check=True)
    except FileNotFoundError as error:
        return f"no {error.filename} here"
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return "npm or node does not answer"
    return "" if done.returncode == 0 else "npm could not install it"


NODE = """
const push = require('web-push');
let given;
const build = ([endpoint, p256dh, auth]) => push.generateRequestDetails(
  {endpoint, keys: {p256dh, auth}}, JSON.stringify(given.payload).padEnd(given.size),
  {vapidDetails: given.vapid, TTL: given.lasts, topic: given.topic, urgency: 'normal'});
require('readline').createInterface({input: process.stdin}).on('line', line => {
  if (!given) {
    given = JSON.parse(line);
    return console.log(build(given.subscriptions[0]).body.toString('base64'));
  }
  for (const one of given.subscriptions.slice(0, given.warm)) build(one);
  const began = process.cpuUsage();
  for (const one of given.subscriptions) build(one);
  const spent = process.cpuUsage(began);
  console.log((spent.user + spent.system) / 1e6);
});
"""


class _Node:
    """A process that builds one round of messages for every line that it is given. `first` is a body to decrypt."""

    def __init__(self, folder: Path, key: str, subscriptions: list[Subscription]):
        private = load_pem_private_key(key.encode(), None)
        number = private.private_numbers().private_value.to_bytes(32, "big")
        vapid = {
            "subject": SUBJECT, "privateKey": _text(number), "publicKey": _text(private.public_key().public_bytes(*POINT)),
        }  # fmt: skip
        self._process = subprocess.Popen(
            ["node", "-e", NODE], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        given = {"payload": PAYLOAD, "size": PLAINTEXT, "lasts": LASTS, "topic": TOPIC, "vapid": vapid, "warm": WARM}
        self.first = urlsafe_b64decode(self._ask(json.dumps({**given, "subscriptions": subscriptions})).translate(URL_SAFE))

    def _ask(self, line: str) -> str:
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def round(self) -> float:
        return float(self._ask("again"))

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


URL_SAFE = str.maketrans("+/", "-_")


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


if __name__ == "__main__":
    print(measure(Path(sys.argv[1])))
