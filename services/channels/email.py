"""E-mail by SMTP. The connections: `services.channels.smtp`."""

import smtplib
import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from services import channels, clock
from services.channels import ACCEPTED, DEADLINE, Channel, Outcome, Route
from services.channels.smtp import Connections, Server, read_url


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    kind: str = "text/calendar"


@dataclass(frozen=True)
class Envelope:
    """A mail that is ready to go. `reference` stays the same when it is sent again; `settings_url` is where one chooses
    how to be reminded."""

    to: str
    sender: str  # "Name <address>"
    subject: str
    text: str
    html: str
    reference: str
    language: str = "pl"
    settings_url: str | None = None
    attachment: Attachment | None = None


class MailSender:
    """Sends over kept connections, from as many threads as there are. `close()` it in the end. ValueError for a URL that
    names no mail server."""

    def __init__(self, smtp_url: str, *, deadline: float = DEADLINE):
        self._connections, self._deadline = Connections(read_url(smtp_url)), deadline

    def send(self, envelope: Envelope) -> Outcome:
        """Hand a mail to the SMTP server. Never raises for what the server or the network does.

        After a connection that broke when the text was under way, nobody knows whether it arrived: the answer is "later", and
        the same Message-ID lets the receiver know the repeat.
        """
        try:
            mail = compose(envelope)
        except (ValueError, MessageError):  # UnicodeError is a ValueError: an address that no mail can carry
            return Outcome("refused", "address-malformed")
        ends = time.monotonic() + self._deadline
        try:
            self._connections.deliver(mail, ends)
        except (smtplib.SMTPException, OSError) as error:  # ssl's errors are OSErrors
            if time.monotonic() >= ends:  # whatever it looked like when the connection was cut
                return Outcome("later", "smtp-timeout")
            return _judge(error, self._connections.server)
        return ACCEPTED

    def close(self) -> None:
        self._connections.close()


def send(smtp_url: str, envelope: Envelope, *, deadline: float = DEADLINE) -> Outcome:
    """Hand over a single mail."""
    with closing(MailSender(smtp_url, deadline=deadline)) as sender:
        return sender.send(envelope)


def _judge(error: Exception, server: Server) -> Outcome:
    """A "no" to this mail is told apart from a "no" to us: the latter is for whoever runs the installation to mend, and
    the mail waits."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return Outcome("later", "smtp-login", is_alarm=True)
        case smtplib.SMTPSenderRefused() | smtplib.SMTPConnectError() | smtplib.SMTPHeloError():
            return Outcome("later", f"smtp-us-{error.smtp_code}", is_alarm=error.smtp_code >= 500)
        case smtplib.SMTPRecipientsRefused():
            return _by_code(next(iter(error.recipients.values()))[0], "smtp-recipient")
        case smtplib.SMTPResponseException():
            return _by_code(error.smtp_code, "smtp")
        case smtplib.SMTPNotSupportedError() if server.is_starttls or server.user:
            return Outcome("later", "smtp-not-supported", is_alarm=True)
        case smtplib.SMTPNotSupportedError():  # letters in this one address that the server cannot carry
            return Outcome("refused", "smtp-not-supported")
        case ssl.SSLError():
            return Outcome("later", "smtp-tls", is_alarm=True)
    return Outcome("later", "smtp-away")


def _by_code(code: int, where: str) -> Outcome:
    return Outcome("refused" if 500 <= code < 600 else "later", f"{where}-{code}")


def compose(envelope: Envelope) -> EmailMessage:
    """The mail as it goes out: plain text first, the same in HTML, and a calendar file if there is one."""
    mail = EmailMessage(policy=SMTP)
    name, address = parseaddr(envelope.sender)
    sender = _address(address, name)
    mail["From"] = sender
    mail["To"] = _address(envelope.to)
    mail["Subject"] = envelope.subject
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{envelope.reference}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # so that no holiday notice answers it
    if envelope.settings_url:
        mail["List-Unsubscribe"] = f"<{envelope.settings_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(envelope.text)
    mail.add_alternative(envelope.html, subtype="html")
    if envelope.attachment:
        main, _, sub = envelope.attachment.kind.partition("/")
        mail.add_attachment(envelope.attachment.content, maintype=main, subtype=sub, filename=envelope.attachment.name)
    mail["Content-Language"] = envelope.language  # last: setting the content drops every Content- header
    return mail


def _address(address: str, name: str = "") -> Address:
    user, _, domain = address.strip().rpartition("@")
    if not user or not domain:
        raise ValueError("address")
    return Address(name, addr_spec=f"{user}@{domain.encode('idna').decode()}")


class Email(Channel):
    code, rank = "email", 30

    def is_on(self, settings) -> bool:
        return bool(settings.smtp_url) or settings.is_demo

    def routes(self, to, subscriptions) -> list[Route]:
        return [Route("email", "smtp")] if to.email else []

    def open(self, settings, database):
        if settings.smtp_url:
            return EmailCarrier(settings)
        from services.channels.mailbox import Mailbox

        return Mailbox(database)


class EmailCarrier:
    def __init__(self, settings):
        self._sender = MailSender(settings.smtp_url, deadline=channels.DEADLINE)

    def send(self, delivery, words) -> Outcome:
        return self._sender.send(words.envelope)

    def close(self) -> None:
        self._sender.close()


CHANNEL = Email()
