"""Text messages. The gateway is SMSAPI.pl, or the mailbox page in demo mode: anything with `send` and `close` will do."""

from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from services import channels
from services.channels import Channel, Outcome, Route


class Gateway(Protocol):
    """Who carries text messages."""

    def send(self, number: str, text: str, reference: str, useful_until) -> Outcome:
        """Hand over one message for a number (E.164). The same reference again is known as a repeat."""

    def close(self) -> None: ...


class Sms(Channel):
    code, rank, missing = "sms", 20, "no-phone"
    tells_when_reached = takes_answers = True

    def is_on(self, settings) -> bool:
        return bool(settings.sms_token) or settings.is_demo

    def routes(self, to, subscriptions) -> list[Route]:
        return [Route("sms", "sms")] if is_mobile(to.phone) else []

    def open(self, settings, database):
        if not settings.sms_token:
            return SmsCarrier(DemoGateway(database))
        from services.channels.smsapi import SmsApi

        return SmsCarrier(SmsApi(
            settings.sms_url, settings.sms_token, settings.sms_sender, notify_url=settings.hook("sms"), deadline=channels.DEADLINE
        ))  # fmt: skip

    def read_report(self, fields):
        from services.channels.smsapi import read_report

        return read_report(fields)

    def read_reply(self, fields):
        from services.channels.smsapi import read_reply

        return read_reply(fields)


@lru_cache(maxsize=4096)
def is_mobile(phone: str | None) -> bool:
    """Whether a number (E.164) may take text messages: a landline does not, and of some numbers only the gateway knows."""
    if not phone:
        return False
    import phonenumbers  # not needed until somebody is to be reached

    try:
        kind = phonenumbers.number_type(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return False
    types = phonenumbers.PhoneNumberType
    return kind in (types.MOBILE, types.FIXED_LINE_OR_MOBILE, types.PERSONAL_NUMBER, types.UNKNOWN)


class SmsCarrier:
    def __init__(self, gateway: Gateway):
        self._gateway = gateway

    def send(self, delivery, words) -> Outcome:
        return self._gateway.send(delivery.to.phone, words.sms, delivery.reference, delivery.message.useful_until)

    def close(self) -> None:
        self._gateway.close()


class DemoGateway:
    """Shows the messages on the mailbox page, where one can answer them too."""

    def __init__(self, database):
        from services.channels.mailbox import Mailbox

        self._mailbox = Mailbox(database)

    def send(self, number, text, reference, useful_until) -> Outcome:
        # Named as a real gateway names them, so that whoever answers there answers this very message.
        return replace(self._mailbox.keep("sms", reference, number, "", text), provider_ref=reference)

    def close(self) -> None:
        pass


CHANNEL = Sms()
