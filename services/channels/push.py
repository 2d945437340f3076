"""Notifications of the phone, by web push. Encryption and posting: `services.channels.webpush`."""

from urllib.parse import urlsplit

from services import channels
from services.channels import Channel, Outcome, Route


class Push(Channel):
    code, rank = "push", 10
    tells_when_reached = takes_answers = is_turned_on_later = True

    def is_on(self, settings) -> bool:
        return bool(settings.vapid_private_key)

    def routes(self, to, subscriptions) -> list[Route]:
        return [Route("push", f"push {urlsplit(one.endpoint).hostname}", one.id) for one in subscriptions]

    def open(self, settings, database):
        return PushCarrier(settings)


class PushCarrier:
    def __init__(self, settings):
        from services.channels.webpush import PushSender  # a fifth of a process's memory, and only the worker sends

        self._sender = PushSender(
            settings.vapid_private_key, settings.vapid_subject, settings.push_hosts, deadline=channels.DEADLINE
        )

    def send(self, delivery, words) -> Outcome:
        from services.channels.webpush import Notification

        to = delivery.subscription
        note = Notification(
            words.push_payload,
            delivery.reference,
            delivery.message.useful_until,
            "high" if delivery.kind.is_urgent else "normal",
        )
        return self._sender.send(to.endpoint, to.p256dh, to.auth, note)

    def close(self) -> None:
        self._sender.close()


CHANNEL = Push()
