"""What comes back from an SMS gateway: reports of delivery, and replies. Light, because the web process reads them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Report:
    """What became of one message.

    `state`: reached (it is on the telephone) · failed (it will not get there) · pending (under way, or nobody knows).
    `reason` is a short code without personal data. Reports come late, twice and in any order.
    """

    provider_ref: str
    reference: str | None
    state: str
    reason: str


@dataclass(frozen=True)
class Reply:
    """What somebody wrote back. `key` is the same when the same reply is delivered twice. `provider_ref` is the gateway's
    number of the message that was answered, where the gateway knows it."""

    number_e164: str
    text: str
    key: str
    provider_ref: str | None = None
