"""The ways to the outside: each takes a finished text and says what the provider answered. The only network in the house."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta

DEADLINE = 10.0  # seconds for one delivery, everything included


@dataclass(frozen=True)
class Outcome:
    """What became of one try.

    `code`: accepted (the provider has it) · refused (for good: another try changes nothing) · later (try again, in `after`
    if the provider said when) · gone (this address ended) · bad-subscription (this address never was one).
    `reason` is a short code without personal data. `is_alarm`: somebody who runs the installation must look.
    """

    code: str
    reason: str | None = None
    after: timedelta | None = None
    is_alarm: bool = False
    provider_ref: str | None = None


ACCEPTED = Outcome("accepted")


def reference(key: bytes, dedup: str) -> str:
    """32 characters that stay the same however often a message is sent, so that a repeat is known as one.

    Derived with the key of the installation: a push service learns neither the booking nor the person from it.
    """
    digest = hmac.new(key, f"message:{dedup}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest[:24]).decode()
