"""A whole installation for tests of sending: a database, workers, a server of each kind with a log, and the checker."""

from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from portal import worker
from services import channels, choices, clock
from services.db import Database
from services.models import Call, Message, Person, Provider, Task
from tests.channels.push_servers import Browser
from tests.channels.sms_servers import TOKEN
from tests.factories import Factory
from tests.portal.sending import KEY, make_app
from tests.sending.checker import Violation, check
from tests.sending.logs import Log
from tests.sending.servers import Mail, Push, Sms

MOBILE = "+4477009{:05d}"  # kept for films


class Office:
    """`with Office(folder, url) as office:`. What is done in `with office.work() as make:` is committed."""

    def __init__(self, folder: Path, url: str):
        self.folder, self.url, self.log = folder, url, Log()
        self.planned, self.apps, self.faults = [], [], False
        self.browser = Browser()
        self._phones, self._make = 0, None

    def __enter__(self):
        self.push, self.mail, self.sms = Push(self.log), Mail(self.log), Sms(self.log)
        self.servers = [server.__enter__() for server in (self.push, self.mail, self.sms)]
        self.database = Database(self.url)
        return self

    def __exit__(self, *_):
        for server in self.servers:
            for door in (server.before, server.after):
                door.opened.set()
        for app in self.apps:
            worker.close(app)
            app.extensions["database"].close()
        for server in self.servers:
            server.__exit__(None, None, None)
        self.database.close()

    def settings(self) -> dict:
        """What an app needs to send by these servers."""
        return {
            "smtp_url": self.mail.url, "push_hosts": (self.push.origin,), "sms_token": TOKEN, "sms_url": self.sms.url,
        }  # fmt: skip

    def worker(self, **settings):
        """An app on this database, as a process of its own would be."""
        app = make_app(self.folder, self.url, **{**self.settings(), **settings})
        self.apps.append(app)
        return app

    def hasty(self, *codes: str, seconds: float = 0.4):
        """A worker that gives these channels no more than a moment. What hangs costs no more than that."""
        app = self.worker()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(channels, "DEADLINE", seconds)
            for code in codes:
                worker.carrier_of(app, code)
        return app

    @contextmanager
    def work(self):
        with self.database.write() as db, db.begin():
            self._make = self._make or Factory(db)
            self._make.db = db
            yield self._make

    def person(self, make: Factory, *ways: str, phones: int = 1, **more) -> Person:
        """Somebody new who chose these ways; "push" comes with as many phones."""
        self._phones += 1
        more.setdefault("phone", MOBILE.format(self._phones) if {"sms", "call"} & set(ways) else None)
        person = make.participant(f"Osoba{self._phones} Kowal", **more)
        if ways:
            choices.choose(make.db, person, list(ways), ["day"])
        for number in range(phones if "push" in ways else 0):
            self.phone(make, person, f"/{self._phones}/{number}")
        return person

    def phone(self, make: Factory, person: Person, path: str, **keys):
        row = make.subscription(person)
        row.endpoint, row.p256dh, row.auth = self.push.origin + path, self.browser.p256dh, self.browser.auth
        for name, value in keys.items():
            setattr(row, name, value)
        return row

    def tick(self, app=None) -> None:
        self.planned.append(clock.now())
        worker.tick(app or self.apps[-1])

    def run(self, app=None):
        """Plan and send, as a worker does each minute."""
        app = app or (self.apps[-1] if self.apps else self.worker())
        self.tick(app)
        return worker.drain(app)

    def all_of(self, model) -> list:
        with self.database.read() as db:
            return list(db.scalars(select(model).order_by(model.id)))

    def rows(self, kind: str | None = None) -> list[tuple]:
        """(channel, status, trouble) of every message, or of one kind."""
        return [(row.channel, row.status, row.trouble) for row in self.all_of(Message) if kind in (None, row.kind)]

    def tasks(self) -> list[str]:
        return [task.kind for task in self.all_of(Task)]

    def calls(self) -> int:
        return len(self.all_of(Call))

    def provider(self, name: str) -> Provider | None:
        with self.database.read() as db:
            return db.scalar(select(Provider).where(Provider.name.startswith(name)))

    def check(self, **how) -> list[Violation]:
        return self._check(**{"faults": self.faults, **how})

    @property
    def _check(self):
        return partial(check, self.database, clock.now(), self.log, key=KEY, planned=self.planned)

    def rules(self, **how) -> set[str]:
        """The rules that are broken."""
        return {found.rule for found in self.check(**how)}
