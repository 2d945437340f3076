"""Messages in words, at the moment of sending, in the language of whom they go to.

`templates/messages/<kind>.txt` sets the words of one kind once; `letter.txt` and `letter.html` lay them out as a mail, and a
phone shows `push_title` and `push_body`.
"""

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from flask_babel import force_locale

from portal import calendar
from services import clock
from services.channels.email import Attachment, Envelope
from services.channels.webpush import Notification
from services.deliveries import Delivery
from services.models import Booking, Message

KINDS = ("invitation", "code", "booked", "moved", "cancelled-by-us", "reminder", "plan-waiting", "test")
CANNOT_BE_TURNED_OFF = ("invitation", "code")
FOR_THE_CALENDAR = ("booked", "moved")
WAKES_THE_PHONE = ("reminder", "cancelled-by-us")


PARTS = ("subject", "title", "lines", "facts", "ask", "button", "after")  # of a mail, in the order of reading


@dataclass(frozen=True)
class Rendered:
    """The words of one message. A kind that never goes to a phone has no push words."""

    subject: str
    text: str
    html: str
    push_title: str
    push_body: str
    path: str | None  # where its one link leads


def path_of(delivery: Delivery) -> str | None:
    """The address that a message carries, without the host. A code has none: it is typed where it was asked for."""
    kind = delivery.message.kind
    if kind in ("booked", "moved", "reminder"):
        return f"/s/{delivery.token}"
    if kind == "invitation":
        return f"/w/{delivery.token}"
    return {"cancelled-by-us": "/book/need", "plan-waiting": "/plan", "test": "/plan"}.get(kind)


def render(app: Flask, delivery: Delivery) -> Rendered:
    """What this person gets to read. Asks no database."""
    settings, message, booking = app.config["SETTINGS"], delivery.message, delivery.booking
    path = path_of(delivery)
    facts = {
        "to": delivery.to,
        "booking": booking,
        "slot": booking and booking.slot,
        "moment": delivery.moment,
        "digits": delivery.digits,
        "expires_at": delivery.expires_at,
        "is_discreet": delivery.is_discreet,
        "phone": settings.help_phone,
        "address": path and settings.base_url + path,
        "is_optional": message.kind not in CANNOT_BE_TURNED_OFF,
    }
    with app.app_context(), force_locale(delivery.to.language):
        words = app.jinja_env.get_template(f"messages/{message.kind}.txt").make_module(facts)
        said = {name: getattr(words, name, None) for name in PARTS}
        page = {**facts, **said, "lang": delivery.to.language}
        text = app.jinja_env.get_template("messages/letter.txt").render(page)
        html = app.jinja_env.get_template("messages/letter.html").render(page)
    body = getattr(words, "push_body", "")
    return Rendered(
        subject=" ".join(words.subject.split()),
        text=text.strip() + "\n",
        html=html.strip() + "\n",
        push_title=getattr(words, "push_title", ""),
        push_body=body[:1].upper() + body[1:],
        path=path,
    )


def envelope(app: Flask, delivery: Delivery) -> Envelope:
    """The mail of a delivery."""
    settings = app.config["SETTINGS"]
    words = render(app, delivery)
    kind = delivery.message.kind
    return Envelope(
        to=delivery.to.email,
        sender=settings.mail_from,
        subject=words.subject,
        text=words.text,
        html=words.html,
        reference=delivery.reference,
        language=delivery.to.language,
        settings_url=None if kind in CANNOT_BE_TURNED_OFF else f"{settings.base_url}/reminders",
        attachment=_calendar_entry(app, delivery) if kind in FOR_THE_CALENDAR else None,
    )


def _calendar_entry(app: Flask, delivery: Delivery) -> Attachment:
    base_url = app.config["SETTINGS"].base_url
    with app.test_request_context("/", base_url=base_url), force_locale(delivery.to.language):
        return Attachment(f"pracownia-{delivery.booking.number}.ics", calendar.event(delivery.booking))


def notification(app: Flask, delivery: Delivery) -> Notification:
    """The push message of a delivery. Its tag is its topic, so that a repeat takes the place of the first on the phone too."""
    words = render(app, delivery)
    payload = {
        "title": words.push_title,
        "body": words.push_body,
        "tag": delivery.reference,
        "lang": delivery.to.language,
        "url": words.path,
    }
    urgency = "high" if delivery.message.kind in WAKES_THE_PHONE else "normal"
    return Notification(payload, delivery.reference, delivery.message.useful_until, urgency)


def preview(app: Flask, booking: Booking, kind: str = "reminder", moment: str = "day") -> Rendered:
    """How a message about a booking would read now, with a link that leads nowhere. Nothing is written or sent."""
    message = Message(
        kind=kind, channel="email", dedup=f"{kind}:{moment}:preview", useful_until=clock.now() + timedelta(days=1)
    )
    sample = Delivery(message, reference="", to=booking.person, booking=booking, token="…")
    return render(app, sample)
