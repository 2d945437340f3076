"""E-mail by SMTP, with one deadline around all of it."""

import smtplib
import socket
import ssl
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from threading import Timer
from urllib.parse import parse_qs, unquote, urlsplit

from services import channels, clock
from services.channels import ACCEPTED, DEADLINE, Channel, Outcome, Route


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


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    is_tls: bool
    is_starttls: bool
    user: str | None
    password: str | None


def read_url(url: str) -> Server:
    """smtp://user:pass@host:port, smtps://…, smtp://…?starttls. ValueError when it is none of these."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("smtp-url")
    is_tls = parts.scheme == "smtps"
    is_starttls = "starttls" in parse_qs(parts.query, keep_blank_values=True)
    port = parts.port or (465 if is_tls else 587 if is_starttls else 25)
    user, password = (unquote(part) if part is not None else None for part in (parts.username, parts.password))
    return Server(parts.hostname, port, is_tls, is_starttls, user, password)


def send(smtp_url: str, envelope: Envelope, *, deadline: float = DEADLINE) -> Outcome:
    """Hand a mail to the SMTP server. Never raises for what the server or the network does.

    After a connection that broke when the text was under way, nobody knows whether it arrived: the answer is "later", and
    the same Message-ID lets the receiver know the repeat.
    """
    server = read_url(smtp_url)
    try:
        mail = compose(envelope)
    except (ValueError, MessageError):  # UnicodeError is a ValueError: an address that no mail can carry
        return Outcome("refused", "address-malformed")
    ends = time.monotonic() + deadline
    try:
        return _deliver(server, mail, ends)
    except (smtplib.SMTPException, OSError) as error:  # ssl's errors are OSErrors
        if time.monotonic() >= ends:  # whatever it looked like when the connection was cut
            return Outcome("later", "smtp-timeout")
        return _judge(error, server)


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


def _deliver(server: Server, mail: EmailMessage, ends: float) -> Outcome:
    with _ending_at(ends) as watch:
        client = _Client(server, ends, watch)
        try:
            if server.is_starttls:
                client.starttls(context=ssl.create_default_context())
            if server.user:
                client.login(server.user, server.password or "")
            client.send_message(mail)
        except BaseException:
            client.close()
            raise
        with suppress(smtplib.SMTPException, OSError):  # the mail is over there: how we part changes nothing
            client.quit()
        client.close()
        return ACCEPTED


@contextmanager
def _ending_at(ends: float):
    """Gives a list for sockets; those in it are cut off when the time has come.

    A timeout of smtplib is one of each read: a server that sends a byte now and then would hold us for ever.
    """
    watched: list[socket.socket] = []

    def cut() -> None:
        for each in watched:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    timer = Timer(max(0.01, ends - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield watched
    finally:
        timer.cancel()
        for each in watched:
            each.close()


class _Client(smtplib.SMTP):
    """Connects within the deadline, and lets the watch hold a second handle of the connection: the first one changes
    hands when TLS begins."""

    def __init__(self, server: Server, ends: float, watch: list[socket.socket]):
        self._server, self._ends, self._watch = server, ends, watch
        super().__init__(server.host, server.port, timeout=max(0.01, ends - time.monotonic()))

    def _get_socket(self, host, port, timeout):
        found = socket.create_connection((host, port), timeout)
        self._watch.append(found.dup())
        return ssl.create_default_context().wrap_socket(found, server_hostname=host) if self._server.is_tls else found


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
        self._url, self._deadline = settings.smtp_url, channels.DEADLINE

    def send(self, delivery, words) -> Outcome:
        return send(self._url, words.envelope, deadline=self._deadline)

    def close(self) -> None:
        pass


CHANNEL = Email()
