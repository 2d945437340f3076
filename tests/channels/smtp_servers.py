"""Mail servers for tests: a real one that says what a test wants, and one that never comes to the point."""

import socket
import threading
import time
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class MailServer:
    """`with MailServer() as server:` at `server.url`; `server.mails` are those it took, parsed. `at_rcpt` and `at_data` are
    answers that it gives instead; `hang_up_after_data` takes a mail and closes without a word."""

    def __init__(
        self,
        *,
        at_rcpt: str | None = None,
        at_data: str | None = None,
        hang_up_after_data: bool = False,
        wants_login: bool = False,
        **options,
    ):
        self.at_rcpt, self.at_data, self.hang_up_after_data = at_rcpt, at_data, hang_up_after_data
        self.mails, self.recipients, self.logins = [], [], []
        self._controller = Controller(
            self, hostname="127.0.0.1", port=free_port(), authenticator=self.authenticate if wants_login else None, **options
        )

    def __enter__(self):
        self._controller.start()
        self.address = f"127.0.0.1:{self._controller.port}"
        self.url = f"smtp://{self.address}"
        return self

    def __exit__(self, *_):
        self._controller.stop()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.at_rcpt:
            return self.at_rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.at_data:
            return self.at_data
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        self.recipients.append(envelope.rcpt_tos)
        if self.hang_up_after_data:
            server.transport.abort()
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, data):
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"s:e@c/ret", handled=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def trickling_server(left: threading.Event | None = None):
    """Sends a byte of a greeting now and then, and never the end of the line. `left` is set when the other side went away
    before it had enough."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stop = threading.Event()

        def serve():
            connection, _ = listening.accept()
            with connection:
                for _ in range(200):
                    if stop.is_set():
                        return
                    try:
                        connection.sendall(b"2")
                    except OSError:
                        if left is not None:
                            left.set()
                        return
                    time.sleep(0.05)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        stop.set()
        thread.join(5)
