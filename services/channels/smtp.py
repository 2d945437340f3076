"""Connections to a mail server, which are kept for the next mail, with one deadline around all of a mail.

Opening one costs more than a mail: name, three greetings, often TLS and a password. A kept one may have ended meanwhile; then
the mail goes by a new one, once, and only when its text was not begun: so it is never there twice.
"""

import smtplib
import socket
import ssl
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from functools import lru_cache
from threading import Lock, Timer
from urllib.parse import parse_qs, unquote, urlsplit

MOST = 100  # mails by one connection: servers end those that go on for ever
IDLE = 20.0  # seconds for which a connection is kept for another mail
PARTING = 2.0  # seconds for a good-bye
GOING = 421  # "closing the connection", in answer to whatever was asked


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


class Connections:
    """Hands mails over, from as many threads as there are. `close()` it in the end."""

    def __init__(self, server: Server):
        self.server = server
        self._lock, self._kept, self._sweeper = Lock(), [], None

    def deliver(self, mail: EmailMessage, ends: float) -> None:
        """Returns when the server has the mail. SMTPException or OSError: it has not, or nobody knows."""
        client = self._take()
        if client is not None:
            try:
                return self._hand_over(client, mail, ends)
            except (smtplib.SMTPException, OSError) as error:
                if not client.was_over(error) or time.monotonic() >= ends:
                    raise
        return self._hand_over(_Client(self.server), mail, ends)

    def _hand_over(self, client: "_Client", mail: EmailMessage, ends: float) -> None:
        try:
            with _ending_at(ends, client):
                client.be_ready(ends)
                client.send_message(mail)
        except BaseException:
            client.close()  # the next mail begins with nothing that is left of this one
            raise
        client.mails, client.idle_since = client.mails + 1, time.monotonic()
        if client.mails >= MOST:
            return client.part()
        with self._lock:
            self._kept.append(client)
            self._sweep_later()
        return None

    def _take(self) -> "_Client | None":
        """The one that was used last, so that those too many grow old."""
        with self._lock:
            return self._kept.pop() if self._kept else None

    def _sweep_later(self) -> None:
        if self._sweeper is None and self._kept:
            self._sweeper = Timer(IDLE / 2, self._sweep)
            self._sweeper.daemon = True
            self._sweeper.start()

    def _sweep(self) -> None:
        """No server is to wait for us who have nothing to say."""
        with self._lock:
            fresh = time.monotonic() - IDLE
            old = [one for one in self._kept if one.idle_since <= fresh]
            self._kept, self._sweeper = [one for one in self._kept if one.idle_since > fresh], None
            self._sweep_later()
        for one in old:
            one.part()

    def close(self) -> None:
        with self._lock:
            old, self._kept = self._kept, []
            if self._sweeper is not None:
                self._sweeper.cancel()
        for one in old:
            one.part()


@contextmanager
def _ending_at(ends: float, client: "_Client"):
    """Cuts the connection off when the time has come, and never after the block.

    A timeout of smtplib is one of each read: a server that sends a byte now and then would hold us for ever.
    """
    lock, under_way = Lock(), [True]

    def cut() -> None:
        with lock:
            if under_way:
                client.cut()

    timer = Timer(max(0.01, ends - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            under_way.clear()


class _Client(smtplib.SMTP):
    """One connection, opened when it is first needed. Holds a second handle of it, to cut it off by: the first one changes
    hands when TLS begins."""

    def __init__(self, server: Server):
        super().__init__(local_hostname=_own_name())
        self._server, self._handle = server, None
        self.mails, self.idle_since = 0, 0.0
        self._has_begun = self._is_cut = False

    def be_ready(self, ends: float) -> None:
        """Connect, unless it is; whatever is asked of the server from now on waits no longer than `ends`."""
        self._has_begun = False
        self.timeout = max(0.01, ends - time.monotonic())
        if self.sock is not None:
            self.sock.settimeout(self.timeout)
            return
        self._host = self._server.host
        code, said = self.connect(self._server.host, self._server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        if self._server.is_starttls:
            self.starttls(context=_tls())
        if self._server.user:
            self.login(self._server.user, self._server.password or "")

    def _get_socket(self, host, port, timeout):
        found = socket.create_connection((host, port), timeout)
        self._handle = found.dup()
        if self._is_cut:  # a name may have many addresses, of which each takes its time
            found.close()
            raise TimeoutError
        return _tls().wrap_socket(found, server_hostname=host) if self._server.is_tls else found

    def data(self, msg):
        self._has_begun = True
        return super().data(msg)

    def was_over(self, error: Exception) -> bool:
        """Whether the server wanted no more of this connection, and has nothing of the mail: what it says to a new one holds."""
        if self._has_begun:
            return False
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            return any(code == GOING for code, _ in error.recipients.values())
        return isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPServerDisconnected) or not isinstance(
            error, smtplib.SMTPException
        )

    def cut(self) -> None:
        self._is_cut = True
        if self._handle is not None:
            with suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        super().close()
        if self._handle is not None:
            self._handle.close()

    def part(self) -> None:
        """Say good-bye; how we part changes nothing."""
        with suppress(smtplib.SMTPException, OSError), _ending_at(time.monotonic() + PARTING, self):
            self.quit()
        self.close()


@lru_cache(maxsize=1)
def _own_name() -> str:
    """The name by which we greet, looked up once: an address where the machine has no whole name."""
    name = socket.getfqdn()
    if "." in name:
        return name
    try:
        return f"[{socket.gethostbyname(socket.gethostname())}]"
    except OSError:
        return "[127.0.0.1]"


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
