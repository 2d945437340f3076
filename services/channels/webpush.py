"""Notifications by web push. `webpush` encrypts; what it leaves open is closed here.

Left open by webpush 1.0.6: the port is missing in the token's audience, a time to live given once stays for the next message,
each message is signed anew, there is no Topic and no Urgency, and a malformed key raises or passes as it comes.
"""

import re
from binascii import a2b_base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from pydantic_core import to_json
from webpush import WebPush
from webpush.vapid import VAPID

from services import clock
from services.channels import ACCEPTED, DEADLINE, Outcome
from services.channels.endpoints import check_endpoint, origin_of
from services.channels.guarded import GuardedNetwork
from services.channels.http import Poster, read_retry_after

PLAINTEXT = 1900  # every message has this size before encryption, so that its length tells nothing
SIGNED_FOR, RENEW_BEFORE = timedelta(hours=12), timedelta(hours=1)
SHORTEST, LONGEST = 60, 28 * 86_400  # seconds that a push service is asked to keep a message
POINT = re.compile("B[A-P][A-Za-z0-9_-]{85}={0,3}")  # 65 bytes in base64url, of which the first is 4
URL_SAFE = bytes.maketrans(b"-_", b"+/")
SECRET = re.compile("[A-Za-z0-9_-]{22}={0,3}")  # 16 bytes


@dataclass(frozen=True)
class Notification:
    """What goes to one browser. `topic`: a newer one with the same takes the older one's place while it waits."""

    payload: dict
    topic: str
    useful_until: datetime
    urgency: str = "normal"


def check_keys(p256dh: str, auth: str) -> str | None:
    """None, or the code "keys-malformed". Whether the point lies on the curve shows when something is encrypted for it."""
    return None if POINT.fullmatch(p256dh) and SECRET.fullmatch(auth) else "keys-malformed"


class SignedOnce:
    """One signature per push service, kept until an hour before it ends."""

    def __init__(self, private_pem: str, subject: str):
        self._private = load_pem_private_key(private_pem.encode(), None)
        self._public = VAPID.get_application_server_key(self._private.public_key())
        self._subject = subject if subject.startswith(("mailto:", "https:")) else f"mailto:{subject}"
        self._lock, self._kept = Lock(), {}

    def header(self, origin: str, now: datetime) -> str:
        with self._lock:
            header, ends = self._kept.get(origin, (None, now))
            if header is None or not now < ends - RENEW_BEFORE <= now + SIGNED_FOR:
                ends = now + SIGNED_FOR
                claims = {"aud": origin, "exp": int(ends.timestamp()), "sub": self._subject}
                token = jwt.encode(claims, self._private, algorithm="ES256")
                header = f"vapid t={token}, k={self._public}"
                self._kept[origin] = header, ends
            return header


class Receiver(NamedTuple):
    """As much of a WebPushSubscription as the encryption reads, which asks for its `keys`: checked already, and at no cost."""

    p256dh: str
    auth: str

    @property
    def keys(self) -> "Receiver":
        return self


class Sealer(WebPush):
    """Encrypts and no more. `get` would sign as well and build three models for each message: a sixth of all the time."""

    def __init__(self, private_pem: str):
        public = load_pem_private_key(private_pem.encode(), None).public_key()
        super().__init__(private_pem.encode(), public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    def _decode_subscription_key(self, key: str) -> bytes:
        return a2b_base64(key.encode().translate(URL_SAFE) + b"===")  # once checked, this is all that is left to do

    def seal(self, plain: bytes, receiver: Receiver) -> bytes:
        """The body of a message. ValueError when the receiver's point is not on the curve."""
        return self._encrypt(plain, receiver)


class PushSender:
    """Sends to browsers over pooled connections, from as many threads as there are. `close()` it in the end."""

    def __init__(self, private_pem: str, subject: str, allowed: tuple[str, ...], *, deadline: float = DEADLINE):
        self._allowed = allowed
        self._signed, self._sealer = SignedOnce(private_pem, subject), Sealer(private_pem)
        self._poster = Poster(GuardedNetwork(allowed), deadline)

    def build(self, endpoint: str, p256dh: str, auth: str, note: Notification) -> tuple[dict[str, str], bytes] | Outcome:
        """Headers and body of the POST for one browser, or why there is none. Never raises for what is stored."""
        if code := check_endpoint(endpoint, self._allowed) or check_keys(p256dh, auth):
            return Outcome("bad-subscription", code)
        plain = to_json(note.payload)
        if len(plain) > PLAINTEXT:
            return Outcome("refused", "push-too-long", is_alarm=True)
        try:
            body = self._sealer.seal(plain.ljust(PLAINTEXT), Receiver(p256dh, auth))  # spaces after JSON mean nothing
        except ValueError:
            return Outcome("bad-subscription", "keys-malformed")
        now = clock.now()
        lasts = min(max((note.useful_until - now).total_seconds(), SHORTEST), LONGEST)
        headers = {
            "authorization": self._signed.header(origin_of(endpoint), now),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(int(lasts)),
            "topic": note.topic,
            "urgency": note.urgency,
        }
        return headers, body

    def send(self, endpoint: str, p256dh: str, auth: str, notification: Notification) -> Outcome:
        """Encrypt for one browser and hand over to its push service. Never raises for what is stored or answered."""
        built = self.build(endpoint, p256dh, auth, notification)
        if isinstance(built, Outcome):
            return built
        try:
            answer = self._poster.post(endpoint, *built)
        except TimeoutError:
            return Outcome("later", "push-timeout")
        except PermissionError:
            return Outcome("refused", "push-address-private", is_alarm=True)
        except OSError:
            return Outcome("later", "push-away")
        return judge(answer.status, answer.headers.get("retry-after", ""))

    def close(self) -> None:
        self._poster.close()


def judge(status: int, retry_after: str = "") -> Outcome:
    """What a push service means by its answer."""
    if 200 <= status < 300:
        return ACCEPTED
    reason = f"push-{status}"
    if status in (404, 410):
        return Outcome("gone", reason)
    if status == 429 or status >= 500 or status == 408:
        return Outcome("later", reason, after=read_retry_after(retry_after))
    if status in (401, 403):  # our key or our clock: once mended, the same message goes through
        return Outcome("later", reason, is_alarm=True)
    return Outcome("refused", reason, is_alarm=True)  # 400, 413, and redirects, which are never followed
