"""The ways to the outside. A file here that has a `CHANNEL` is one; nothing else names it, so adding one touches no other.

A channel says who can be reached by it (`routes`), and opens a carrier that takes a delivery with its words and says what
the provider answered. Carriers are the only network in the house.
"""

import hashlib
import hmac
import importlib
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Protocol

SETS_ONE = re.compile(r"^CHANNEL = ", re.MULTILINE)
DEADLINE = 10.0  # seconds for one delivery, everything included


@dataclass(frozen=True)
class Outcome:
    """What became of one try.

    `code`: accepted (the provider has it) · refused (for good: another try changes nothing) · later (try again, in `after`
    if the provider said when) · gone (this address ended) · bad-subscription (this address never was one).
    `reason` is a short code without personal data. `is_alarm`: somebody who runs the installation must look.
    `provider_ref`: what the provider calls the message, when its reports will speak of it.
    """

    code: str
    reason: str | None = None
    after: timedelta | None = None
    is_alarm: bool = False
    provider_ref: str | None = None


ACCEPTED = Outcome("accepted")


@dataclass(frozen=True)
class Route:
    """One way to reach somebody that works now. `provider` is who will carry it, for the breaker and the health page."""

    channel: str
    provider: str
    subscription_id: int | None = None


class Carrier(Protocol):
    """Hands messages of one channel to their provider, from many threads. Opened once a process."""

    def send(self, delivery, words) -> Outcome:
        """Never raises for what is stored or answered."""

    def close(self) -> None: ...


class Channel:
    """What a channel's file gives. `rank` is its place where nobody has chosen an order."""

    code = ""
    rank = 50
    is_chosen = True  # the person may choose it on the page of reminders
    waits_for_morning = True  # nobody is woken: False where it only tells a colleague
    tells_when_reached = False  # a report or a receipt comes when the person has it
    takes_answers = False  # an answer can be sent back the same way
    is_turned_on_later = False  # who chooses it sets it up in the next step
    missing = "no-email"  # code of the refusal when somebody chooses it who has no address for it

    def is_on(self, settings) -> bool:
        """Whether this installation has what it takes."""
        return True

    def routes(self, to, subscriptions: list) -> list[Route]:
        """How `to` (a Person, a StaffMember, a TrustedContact) is reached now; empty when not."""
        raise NotImplementedError

    def open(self, settings, database) -> Carrier:
        raise NotImplementedError

    def read_report(self, fields: dict[str, str]) -> list:
        """What a provider reports later about messages it took; see `services.channels.sms_events`."""
        return []

    def read_reply(self, fields: dict[str, str]):
        """An answer that came back the same way; None when it is none."""


@lru_cache
def all_channels() -> dict[str, Channel]:
    """code → channel, by rank."""
    # Only files that set one are imported: what the others need to send is a fifth of a web process's memory.
    names = [file.stem for folder in __path__ for file in Path(folder).glob("*.py") if SETS_ONE.search(file.read_text("utf-8"))]
    found = [importlib.import_module(f"{__name__}.{name}").CHANNEL for name in names]
    return {channel.code: channel for channel in sorted(found, key=lambda channel: channel.rank)}


_off: frozenset[str] = frozenset()


def switch(settings) -> None:
    """Leave out, in this process, the channels for which the installation has no provider."""
    global _off
    _off = frozenset(code for code, channel in all_channels().items() if not channel.is_on(settings))


def working() -> dict[str, Channel]:
    """The channels that this installation has."""
    return {code: channel for code, channel in all_channels().items() if code not in _off}


def reference(key: bytes, dedup: str) -> str:
    """32 characters that stay the same however often a message is sent, so that a repeat is known as one.

    Derived with the key of the installation: a push service learns neither the booking nor the person from it.
    """
    digest = hmac.new(key, f"message:{dedup}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest[:24]).decode()
