"""The servers of tests/channels with a log, and a door: whoever has something for one that is shut waits there."""

import asyncio
from threading import Event

from services.channels import DEADLINE
from tests.channels.push_servers import PushServer
from tests.channels.sms_servers import SmsServer
from tests.channels.smtp_servers import MailServer
from tests.sending.logs import Log

PATIENCE = DEADLINE * 0.7  # who waits longer would be given up; a test that is slow is still right


class Door:
    """Open, unless it is `shut`: then `knocked` tells that somebody waits, until it is `opened` again."""

    def __init__(self):
        self.knocked, self.opened = Event(), Event()
        self.opened.set()

    def shut(self) -> None:
        self.knocked.clear()
        self.opened.clear()

    def leave_waiting(self) -> Event:
        """Who waits goes on waiting, until the event that this returns is set; the door is open for others."""
        kept, self.opened = self.opened, Event()
        self.opened.set()
        return kept

    def wait(self) -> None:
        if not self.opened.is_set():
            self.knocked.set()
            self.opened.wait(PATIENCE)


class Push(PushServer):
    """`before` is passed ahead of taking a message, `after` between taking it and saying so. `hangs`: it never answers."""

    def __init__(self, log: Log):
        super().__init__()
        self.log, self.before, self.after, self.hangs = log, Door(), Door(), False

    def choose(self, headers):
        self.before.wait()
        if self.hangs:
            self.stop.wait()
        status, more = super().choose(headers)
        self.log.add("push", headers["topic"], is_taken=200 <= status < 300 and self.trickle != "head")
        self.after.wait()
        return status, more


class Mail(MailServer):
    """As above. `at_rcpts` and `at_datas` are what it says to the next ones, each once."""

    def __init__(self, log: Log, **options):
        super().__init__(**options)
        self.log, self.before, self.after = log, Door(), Door()
        self.at_rcpts: list[str] = []
        self.hangs = False

    async def handle_RCPT(self, server, session, envelope, address, options):
        await asyncio.to_thread(self.before.wait)
        if self.at_rcpts:
            return self.at_rcpts.pop(0)
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server, session, envelope):
        if self.hangs:
            await asyncio.sleep(PATIENCE)
        before = len(self.mails)
        answer = await super().handle_DATA(server, session, envelope)
        if len(self.mails) > before:
            self.log.add("email", str(self.mails[-1]["message-id"]).strip("<>").split("@")[0])
        await asyncio.to_thread(self.after.wait)
        return answer


class Sms(SmsServer):
    """As above. A repeat that the gateway knows by its idx is not taken twice, and so stands in the log once."""

    def __init__(self, log: Log):
        super().__init__()
        self.log, self.before, self.after = log, Door(), Door()
        self.taken = _Taken(self)


class _Taken(list):
    def __init__(self, sms: Sms):
        self._sms = sms

    def append(self, form) -> None:
        self._sms.before.wait()
        super().append(form)
        self._sms.log.add("sms", form["idx"])
        self._sms.after.wait()
