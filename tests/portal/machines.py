"""Two machines for tests: each runs a web and a worker by the commands that everybody uses, with a var folder of its own,
on one database and one queue, and hands its mail to a mail server of its own, so that these know who sent what."""

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from threading import Event
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

from sqlalchemy import select

from services import clock, identity
from services.channels import DEADLINE
from services.db import Database
from services.models import Message
from tests.channels.smtp_servers import MailServer, free_port
from tests.child import Child
from tests.factories import Factory

PROGRAM = Path(sys.executable).parent / "pracownia"
KEY = "the key of both machines, 32 characters"
IN_TIME = 90  # for a machine that does much else meanwhile; what is well takes a second


class HeldMail(MailServer):
    """Takes no mail before it is `opened`; whoever has something for it waits, and `knocked` tells that somebody does.

    It gives in before they give up: a test that is slow is still right.
    """

    def __init__(self):
        super().__init__()
        self.knocked, self.opened = Event(), Event()

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.knocked.set()
        await asyncio.to_thread(self.opened.wait, DEADLINE * 0.7)
        return await super().handle_RCPT(server, session, envelope, address, options)


class Machines:
    """What runs, on which database, and how to ask it."""

    def __init__(self, folder: Path, database_url: str, queue_url: str, by_day: dict[str, str]):
        self.database = Database(database_url)
        self.mails = [HeldMail().__enter__() for _ in range(2)]
        rest = {name: value for name, value in os.environ.items() if not name.startswith("PRACOWNIA_")}
        self.urls, self.environments, self._running = [], [], []
        for number, mail in enumerate(self.mails):
            bind = f"127.0.0.1:{free_port()}"
            self.urls.append(f"http://{bind}")
            ours = {
                "DEMO": "1", "VAR": str(folder / f"machine-{number}"), "BIND": bind, "BASE_URL": "http://pracownia.example",
                "DATABASE_URL": database_url, "QUEUE_URL": queue_url.replace("+psycopg", ""), "SECRET_KEY": KEY,
                "SMTP_URL": mail.url,
            }  # fmt: skip
            self.environments.append(rest | {f"PRACOWNIA_{name}": value for name, value in ours.items()} | by_day)

    def open(self) -> None:
        for mail in self.mails:
            mail.opened.set()

    def worker(self, number: int) -> Child:
        return self._start(number, "worker", "at work")

    def webs(self) -> None:
        for number, url in enumerate(self.urls):
            web = self._start(number, "serve", "Pracownia is at")
            self.until(lambda web=web, url=url: self._is_ready(web, url))

    def once(self, number: int) -> subprocess.Popen:
        """`pracownia worker --once`, running."""
        return subprocess.Popen([PROGRAM, "worker", "--once"], env=self.environments[number], stdout=subprocess.PIPE, text=True)

    def _start(self, number: int, act: str, ready: str) -> Child:
        self._running.append(Child([PROGRAM, act], ready, env=self.environments[number]))
        return self._running[-1]

    def _is_ready(self, web: Child, url: str) -> bool:
        assert web.process.poll() is None, web.output
        try:
            return build_opener(ProxyHandler({})).open(f"{url}/readyz", timeout=5).status == 200
        except OSError:  # a listening socket tells nobody that it has opened
            return False

    def until(self, found):
        """The first true value of a question about the database or the mail servers, which tell nobody when they change."""
        ends, pause = time.monotonic() + IN_TIME, Event()
        while not (value := found()):
            said = "\n".join(child.output for child in self._running)
            assert time.monotonic() < ends, f"it did not come about in {IN_TIME} s; the machines say:\n{said}"
            pause.wait(0.02)
        return value

    def people(self, how_many: int) -> list[tuple[int, int]]:
        """People, each with a free hour: (person id, slot id)."""
        with self.database.write() as db, db.begin():
            make = Factory(db)
            made = [(make.participant(f"Osoba{number} Kowal"), make.slot()) for number in range(how_many)]
            return [(person.id, slot.id) for person, slot in made]

    def booked_before(self, how_many: int) -> None:
        """Bookings of three days ago, for sessions later today: their reminders are overdue."""
        start = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=5)
        with self.database.write() as db, db.begin(), clock.frozen(clock.now() - timedelta(days=3)):
            make = Factory(db)
            for number in range(how_many):
                self._book_before(make, start + timedelta(minutes=15 * number))

    def _book_before(self, make: Factory, starts_at: datetime) -> None:
        make.booking(make.participant(), make.slot(starts_at, minutes=15))

    def book(self, who: tuple[int, int], web: int) -> None:
        """Sign in on the one web and book on the other, as behind a machine that shares out the requests."""
        person_id, slot_id = who
        with self.database.write() as db, db.begin():
            link = identity.make_link(db, KEY.encode(), "sign-in", lasts=timedelta(hours=1), person_id=person_id)
            token = identity.token_of(KEY.encode(), link)
        browser, here, there = Browser(), self.urls[web], self.urls[1 - web]
        browser.get(f"{there}/w/{token}")
        browser.post(f"{there}/enter", phone="mine")
        browser.post(f"{here}/book", slot=slot_id)
        ends_at = browser.post(f"{here}/book/check", slot=slot_id, key=f"key-{slot_id}")
        assert "done=booked" in ends_at, ends_at

    def messages(self, kind: str | None = None) -> list[Message]:
        """As they stand in the outbox now."""
        with self.database.read() as db:
            found = list(db.scalars(select(Message).order_by(Message.id)))
        return [message for message in found if kind in (None, message.kind)]

    def are_sent(self, how_many: int) -> bool:
        return [message.status for message in self.messages()] == ["accepted"] * how_many

    def letters(self) -> Counter:
        """How often each letter was taken, by the name that it keeps when it is sent again; by all mail servers."""
        return Counter(str(mail["message-id"]) for server in self.mails for mail in server.mails)

    def addresses(self) -> list[str]:
        """Who was written to, once for each letter."""
        return sorted(address for server in self.mails for found in server.recipients for address in found)

    def close(self) -> None:
        self.open()
        for child in self._running:
            child.stop()
        for mail in self.mails:
            mail.__exit__()
        self.database.close()


class Browser:
    """Follows where it is sent, and keeps its cookie: for it, both webs are one site, since a cookie knows no ports."""

    def __init__(self):
        self._opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))

    def get(self, url: str) -> str:
        return self._ask(Request(url))

    def post(self, url: str, **form) -> str:
        return self._ask(Request(url, urlencode(form).encode()))

    def _ask(self, request: Request) -> str:
        request.add_header("Sec-Fetch-Site", "same-origin")
        with self._opener.open(request, timeout=30) as answer:
            answer.read()
            return answer.url
