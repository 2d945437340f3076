"""What a push service accepts (RFC 8030, 8188, 8291, 8292), as strictly as the strictest of the public ones."""

from __future__ import annotations

import base64
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

LARGEST_BODY = 4096
# Salt, record size, key length, key, then at least one padding byte and the cipher's tag.
SMALLEST_BODY = 16 + 4 + 1 + 65 + 1 + 16
A_DAY = 24 * 3600
URGENCIES = ("very-low", "low", "normal", "high")


class Refusal(Exception):
    """A message that is not taken, with the status to answer."""

    def __init__(self, status: int, why: str):
        super().__init__(why)
        self.status = status


@dataclass
class Message:
    """One POST as it came in (header names in lower case), and what became of it.

    `ack` is the browser's word: 100 delivered to the service worker, 101 could not be decrypted.
    """

    token: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.time)
    version: str = field(default_factory=lambda: uuid.uuid4().hex)
    status: int = 201
    why: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    ack: int | None = None

    @property
    def ttl(self) -> int:
        return int(self.headers["ttl"])

    @property
    def topic(self) -> str | None:
        return self.headers.get("topic")


def judge(message: Message, origin: str, subscribed_key: bytes | None) -> None:
    """Raise Refusal if a service at `origin` must not take the message; keep the token's claims in it otherwise."""
    headers, size = message.headers, len(message.body)
    if not headers.get("ttl", "").isdigit():
        raise Refusal(400, "TTL is missing or no number")
    if headers.get("content-encoding") != "aes128gcm" or size < SMALLEST_BODY:
        raise Refusal(400, "not an aes128gcm body")
    if not re.fullmatch(r"[\w-]{1,32}", headers.get("topic", "none"), re.ASCII):
        raise Refusal(400, "Topic is not 1 to 32 characters of URL-safe base64")
    if headers.get("urgency", "normal") not in URGENCIES:
        raise Refusal(400, "unknown Urgency")
    if size > LARGEST_BODY:
        raise Refusal(413, f"{size} bytes, {LARGEST_BODY} at most")
    message.claims = _claims(headers.get("authorization", ""), origin, subscribed_key)


def _claims(authorization: str, origin: str, subscribed_key: bytes | None) -> dict[str, Any]:
    """The VAPID token's claims. The audience is the whole origin: with its port, where it has one."""
    parts = re.fullmatch(r"vapid t=(?P<token>[\w.-]+), ?k=(?P<key>[\w-]+)", authorization, re.IGNORECASE)
    if parts is None:
        raise Refusal(401, "no VAPID header")
    key = from_base64(parts["key"])
    if subscribed_key is not None and key != subscribed_key:
        raise Refusal(403, "signed with another key than the page subscribed with")
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
        demands = {"require": ["aud", "exp", "sub"]}
        claims = jwt.decode(parts["token"], public, ["ES256"], options=demands, audience=origin)
    except (ValueError, jwt.InvalidTokenError) as error:
        raise Refusal(401, f"VAPID token: {error}") from None
    if claims["exp"] > time.time() + A_DAY or not claims["sub"].startswith(("mailto:", "https:")):
        raise Refusal(401, "VAPID token: lives over a day, or names nobody to write to")
    return claims


def from_base64(text: str) -> bytes:
    """URL-safe base64 as push writes it, with or without its padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def to_base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
