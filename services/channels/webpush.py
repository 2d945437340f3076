"""Notifications by web push. `webpush` encrypts; what it leaves open is closed here.

Left open by webpush 1.0.6: the port is missing in the token's audience, a time to live given once stays for the next message,
each message is signed anew, there is no Topic and no Urgency, and a malformed key raises or passes as it comes.
"""

import json
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from webpush import WebPush, WebPushSubscription
from webpush.vapid import VAPID

from services import clock
from services.channels import ACCEPTED, DEADLINE, Outcome
from services.channels.endpoints import GuardedNetwork, check_endpoint, origin_of
from services.channels.http import Poster, read_retry_after

PLAINTEXT = 1900  # every message has this size before encryption, so that its length tells nothing
SIGNED_FOR, RENEW_BEFORE = timedelta(hours=12), timedelta(hours=1)
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(weeks=4)  # how long a push service is asked to keep a message


@dataclass(frozen=True)
class Notification:
    """What goes to one browser. `topic`: a newer one with the same takes the older one's place while it waits."""

    payload: dict
    topic: str
    useful_until: datetime
    urgency: str = "normal"


def check_keys(p256dh: str, auth: str) -> str | None:
    """None, or the code "keys-malformed". Whether the point lies on the curve shows when something is encrypted for it."""
    public, secret = _decoded(p256dh), _decoded(auth)
    is_point = public is not None and len(public) == 65 and public[0] == 4
    return None if is_point and secret is not None and len(secret) == 16 else "keys-malformed"


def _decoded(text: str) -> bytes | None:
    text = text.rstrip("=")
    if not re.fullmatch(r"[\w-]{1,120}", text, re.ASCII):
        return None
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None


class SignedOnce(VAPID):
    """One signature per push service, kept until an hour before it ends."""

    def __init__(self, private_pem: str, subject: str):
        private = load_pem_private_key(private_pem.encode(), None)
        self.public_pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        super().__init__(private_pem.encode(), self.public_pem)
        self.subject = subject if subject.startswith(("mailto:", "https:")) else f"mailto:{subject}"
        self._signing_key = private
        self._lock, self._kept = Lock(), {}

    def get_authorization_header(self, endpoint, subscriber: str = "", expiration: int = 0) -> str:
        origin, now = origin_of(str(endpoint)), clock.now()
        with self._lock:
            header, ends = self._kept.get(origin, (None, now))
            if header is None or not now < ends - RENEW_BEFORE <= now + SIGNED_FOR:
                ends = now + SIGNED_FOR
                claims = {"aud": origin, "exp": int(ends.timestamp()), "sub": self.subject}
                token = jwt.encode(claims, self._signing_key, algorithm="ES256")
                header = f"vapid t={token}, k={self.get_application_server_key(self.public_key)}"
                self._kept[origin] = header, ends
            return header


class PushSender:
    """Sends to browsers over pooled connections, from as many threads as there are. `close()` it in the end."""

    def __init__(self, private_pem: str, subject: str, allowed: tuple[str, ...], *, deadline: float = DEADLINE):
        self._allowed = allowed
        vapid = SignedOnce(private_pem, subject)
        self._crypt = WebPush(private_pem.encode(), vapid.public_pem, vapid.subject)
        self._crypt.vapid = vapid
        self._poster = Poster(GuardedNetwork(allowed), deadline)

    def send(self, endpoint: str, p256dh: str, auth: str, notification: Notification) -> Outcome:
        """Encrypt for one browser and hand over to its push service. Never raises for what is stored or answered."""
        if code := check_endpoint(endpoint, self._allowed):
            return Outcome("bad-subscription", code)
        if code := check_keys(p256dh, auth):
            return Outcome("bad-subscription", code)
        plain = json.dumps(notification.payload, ensure_ascii=False, separators=(",", ":")).encode()
        if len(plain) > PLAINTEXT:
            return Outcome("refused", "push-too-long", is_alarm=True)
        keys = {"p256dh": p256dh.rstrip("="), "auth": auth.rstrip("=")}
        try:
            subscription = WebPushSubscription(endpoint=endpoint, keys=keys)
            message = self._crypt.get(plain.ljust(PLAINTEXT), subscription)  # spaces after JSON mean nothing to its reader
        except ValueError:
            return Outcome("bad-subscription", "keys-malformed")
        lasts = min(max(notification.useful_until - clock.now(), SHORTEST), LONGEST)
        headers = {
            **message.headers,
            "ttl": str(int(lasts.total_seconds())),
            "topic": notification.topic,
            "urgency": notification.urgency,
            "content-type": "application/octet-stream",
        }
        try:
            answer = self._poster.post(endpoint, headers, message.encrypted)
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
