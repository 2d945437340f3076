"""Messages in words, at the moment of sending, in the language of whom they go to, and in easy words for who wants them.

`templates/messages/<kind>.txt` sets the words of one kind once; each channel takes of them what it needs. A mail is laid out
by `letter.txt` and `letter.html`.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from flask import Flask
from flask_babel import force_locale

from portal import calendar, i18n
from portal.lines import each, in_html, in_one, in_text
from services import clock, leaving
from services.channels import sms_text
from services.channels.email import Attachment, Envelope
from services.kinds import KINDS
from services.models import Booking, Message, Person, TrustedContact
from services.subjects import Delivery

PARTS = ("subject", "title", "lines", "facts", "ask", "button", "after")  # of a mail, in the order of reading
PATHS = {  # where the one link of a message leads; a code has none: it is typed where it was asked for
    "booked": "/s/{token}", "moved": "/s/{token}", "interpreter-found": "/s/{token}", "reminder": "/s/{token}", "invitation": "/w/{token}",
    "cancelled": "/book/need", "cancelled-by-us": "/book/need", "missed": "/book/need", "plan-waiting": "/plan",
    "plan-review": "/plan", "freed": "/o/{token}", "follow-up": "/f/{token}", "copy": "/c/{token}", "acting-link": "/t/{token}", "test": "/plan",
    "barrier-received": "/barrier/{token}", "barrier-news": "/barrier/{token}", "barrier-due": "/barriers/{report}",
}  # fmt: skip
WITH_ANSWERS = ("reminder",)  # kinds that ask whether somebody will come


@dataclass
class Words:
    """What one person gets to read. Laid out when it is asked for: each channel wants another part. Asks no database.

    `language`: of somebody else who is to read it, such as the coordinator who says it on the telephone.
    """

    app: Flask
    delivery: Delivery
    language: str | None = None

    @property
    def lang(self) -> str:
        wanted = self.language or self.delivery.to.language
        own = self.delivery.campaign.texts if self.delivery.campaign else {}
        return wanted if not own or wanted in own else "pl"  # a coordinator's words that nobody has translated stay Polish

    @property
    def is_easy(self) -> bool:
        return getattr(self.delivery.to, "is_easy", False)  # a trusted person has not chosen any

    @cached_property
    def path(self) -> str | None:
        """The address that the message carries, without the host."""
        delivery = self.delivery
        kind = delivery.message.kind
        if kind == "note":
            from portal import placeholders

            return placeholders.path_of(delivery)
        pattern = PATHS.get(kind)
        return pattern and pattern.format(token=delivery.token, report=delivery.message.barrier_id)

    @cached_property
    def _facts(self) -> dict:
        delivery, settings = self.delivery, self.app.config["SETTINGS"]
        return {
            "to": delivery.to,
            "person": delivery.of_whom or delivery.to,
            "booking": delivery.booking,
            "slot": delivery.slot,
            "interpreters": delivery.interpreters,
            "nearest": delivery.nearest,
            "campaign": delivery.campaign,
            "report": delivery.barrier,
            "owner": settings.owner,
            "contact_email": settings.contact_email,
            "moment": delivery.moment,
            "digits": delivery.digits,
            "expires_at": delivery.expires_at,
            "is_discreet": delivery.is_discreet,
            "phone": settings.help_phone,
            "host": settings.host,
            "address": self.path and settings.base_url + self.path,
            "link": self.path and settings.host + self.path,  # short, for text messages
            "can_reply": settings.sms_replies,
            "is_optional": delivery.kind.is_optional,
            "is_easy": self.is_easy,
            "is_copy": isinstance(delivery.to, TrustedContact),
            "own": self._own(),
            "own_on_screen": self._own(is_seen_by_others=delivery.is_discreet),
        }

    def _own(self, **how) -> str:
        """The words of a sending, with its placeholders filled in."""
        campaign = self.delivery.campaign
        if campaign is None or not campaign.texts:
            return ""
        from portal import placeholders

        return placeholders.fill(campaign.texts[self.lang], self.delivery, self.app, self.lang, **how)

    @cached_property
    def said(self):
        """What the template of the kind sets."""
        with i18n.speaking(self.app, self.lang, is_easy=self.is_easy):
            return self.app.jinja_env.get_template(f"messages/{self.delivery.message.kind}.txt").make_module(self._facts)

    def _part(self, name: str, default=""):
        return getattr(self.said, name, default)

    @cached_property
    def subject(self) -> str:
        return " ".join(self.said.subject.split())

    def _list(self, name: str) -> list[str]:
        """A list of sentences: easy ones stand one by one."""
        return [line for said in self._part(name, []) for line in each(said)]

    title = property(lambda self: in_one(self._part("title")))
    lines = property(lambda self: self._list("lines"))
    facts = property(lambda self: [(term, in_one(value)) for term, value in self._part("facts", [])])
    ask = property(lambda self: self._list("ask"))
    after = property(lambda self: self._list("after"))
    say = property(lambda self: self._list("say") or [self.title, *self.lines])  # for a telephone call, a sentence a line
    push_title = property(lambda self: in_one(self._part("push_title")))

    @cached_property
    def push_body(self) -> str:
        body = in_text(self._part("push_body"))
        return body[:1].upper() + body[1:]

    @cached_property
    def sms(self) -> str:
        """The longest of the kind's texts that fits; the kind lists them from the fullest to the barest."""
        texts = [re.sub(r"[ \t]+", " ", in_text(text)).strip() for text in self._part("sms", [])]
        return next((text for text in texts if sms_text.fits(text)), texts[-1] if texts else "")

    def _laid_out(self, template: str) -> str:
        page = {**self._facts, **{name: getattr(self.said, name, None) for name in PARTS}, "lang": self.lang}
        with i18n.speaking(self.app, self.lang, is_easy=self.is_easy):
            return self.app.jinja_env.get_template(template).render(page).strip() + "\n"

    @cached_property
    def text(self) -> str:
        return in_text(self._laid_out("messages/letter.txt"))

    @cached_property
    def html(self) -> str:
        return in_html(self._laid_out("messages/letter.html"))

    @property
    def settings_url(self) -> str | None:
        if not self.delivery.kind.is_optional:
            return None
        settings, to = self.app.config["SETTINGS"], self.delivery.to
        if not isinstance(to, Person):
            return settings.base_url + (self.path or "/reminders")  # a copy carries its own way out
        return f"{settings.base_url}/u/{leaving.token_of(settings.secret_key, to.id)}"

    @property
    def envelope(self) -> Envelope:
        """The mail."""
        return Envelope(
            to=self.delivery.to.email,
            sender=self.app.config["SETTINGS"].mail_from,
            subject=self.subject,
            text=self.text,
            html=self.html,
            reference=self.delivery.reference,
            language=self.lang,
            settings_url=self.settings_url,
            attachment=self._calendar_entry() if self.delivery.kind.has_calendar_entry else None,
        )

    def _calendar_entry(self) -> Attachment:
        base_url, booking = self.app.config["SETTINGS"].base_url, self.delivery.booking
        with self.app.test_request_context("/", base_url=base_url), force_locale(self.lang):
            return Attachment(f"pracownia-{booking.number}.ics", calendar.event(booking))

    @property
    def push_payload(self) -> dict:
        """What the phone gets. Its tag is the topic, so that a repeat takes the place of the first on the phone too."""
        payload = {
            "title": self.push_title,
            "body": self.push_body,
            "tag": self.delivery.reference,
            "lang": self.lang,
            "url": self.path,
        }
        if self.delivery.seen:
            payload["seen"] = f"/m/{self.delivery.seen}"
        if self.delivery.message.kind in WITH_ANSWERS and self.delivery.booking.answer == "none":
            payload["actions"] = self._actions()
        return payload

    def _actions(self) -> list[dict]:
        with i18n.speaking(self.app, self.lang, is_easy=self.is_easy):
            words = self.app.jinja_env.get_template("messages/_answers.txt").make_module(self._facts)
        yes = {
            "action": "yes", "title": words.yes, "post": self.path,
            "fields": {"said": "yes", "version": str(self.delivery.booking.version), "by": "push"},
            "done": {"title": words.done_title, "body": in_text(words.done_body)},
            "failed": {"title": words.failed_title, "body": in_text(words.failed_body)},
        }  # fmt: skip
        return [yes, {"action": "no", "title": words.no, "url": f"{self.path}/no"}]


def words(app: Flask, delivery: Delivery, *, language: str | None = None) -> Words:
    """The words of a delivery."""
    return Words(app, delivery, language)


def preview(
    app: Flask, person: Person, kind: str, *, booking: Booking | None = None, campaign=None, moment: str = "day"
) -> Words:
    """How a message would read now, with a link that leads nowhere. Nothing is written or sent."""
    message = Message(kind=kind, channel="", dedup=f"{kind}:{moment}:preview", useful_until=clock.now() + timedelta(days=1))
    slot = booking and booking.slot
    return Words(app, Delivery(message, reference="", to=person, booking=booking, slot=slot, campaign=campaign, token="\u2026"))


assert set(PATHS) <= set(KINDS)
