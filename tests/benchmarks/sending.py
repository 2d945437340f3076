"""The morning on which thousands of reminders are due: two real workers, a real web, and servers that answer in 200 ms."""

import os
import shutil
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread

from sqlalchemy import func, select

from e2e import daytime
from services import identity, migrations
from services.db import Database
from services.models import Message
from tests.benchmarks import due
from tests.benchmarks.answering import Answering
from tests.benchmarks.served import Browser, cpu_of_all, family, free_port, kilobytes
from tests.child import Child
from tests.postgres import Postgres
from tests.redis_server import RedisServer

REMINDERS, DELAY = 5000, 0.2
IDLE_SECONDS, PAUSE = 10, 0.1
GIVE_UP = 900  # seconds
KEY = "the key of this installation, 32 characters"
PROGRAM = Path(sys.executable).parent / "pracownia"


@dataclass
class Pages:
    """Seconds that somebody waited for their plan."""

    median: float
    slow: float  # 95 of 100 were faster

    @classmethod
    def of(cls, seconds: list[float]) -> "Pages":
        return cls(median(seconds), quantiles(seconds, n=20)[-1])


@dataclass
class Sent:
    """`seconds` from the first message in the outbox to the end of the last one, of two rounds of the same size.

    `megabytes` of the larger worker: before, in the middle and at the end of the first round, and the same of the second;
    `most` is the most that either ever had. `doubled` and `missing` are by the servers' own lists.
    """

    seconds: list[float]
    milliseconds: float  # of both workers' CPU for a message
    idle: Pages
    busy: Pages
    megabytes: list[float]
    most: float
    doubled: int
    missing: int
    connections: dict[str, int]
    load: float


def measure(kind: str, folder: Path, *, reminders: int = REMINDERS) -> Sent:
    """On "sqlite", with its queue in a file; or on "postgresql", with its queue in Redis."""
    shift = due.seconds_to_eleven()
    with ExitStack() as stack, daytime.shifted(shift):
        servers = stack.enter_context(Answering(DELAY))
        database_url, queue_url = _places(kind, folder, stack)
        migrations.upgrade(database_url)
        database = Database(database_url)
        stack.callback(database.close)
        with database.write() as db, db.begin():
            rounds = [due.add_people(db, reminders, origin=servers.origin) for _ in range(2)]
        site = _Site(folder, database_url, queue_url, servers, daytime.settings(shift))
        stack.callback(site.close)
        return _run(site, database, servers, rounds)


def _run(site: "_Site", database: Database, servers: Answering, rounds: list[list[int]]) -> Sent:
    pages, outbox = _Reader(site, database, rounds[0][0]), _Outbox(database)
    idle, busy, seconds, loads, megabytes = pages.idle(), [], [], [], [site.megabytes()]
    began = site.cpu()
    for number, people in enumerate(rounds):
        with database.write() as db, db.begin():
            due.book_tomorrow(db, people)
        outbox.until_it_has(number * len(people) + 1)
        with pages:
            outbox.until_it_sent(number * len(people) + len(people) // 2)
            megabytes.append(site.megabytes())
            outbox.until_it_sent((number + 1) * len(people))
        busy += pages.take()
        loads.append(os.getloadavg()[0])
        megabytes.append(site.megabytes())
        seconds.append(outbox.lasted(number * len(people)))
        idle += pages.idle()  # before and after, since the machine has other work too
    spent = site.cpu() - began
    taken = servers.taken()
    connections = taken.pop("connections")
    counts = [count for each in taken.values() for count in each.values()]
    return Sent(
        seconds, spent / sum(map(len, rounds)) * 1000, Pages.of(idle), Pages.of(busy), megabytes, site.most_megabytes(),
        doubled=sum(count - 1 for count in counts), missing=sum(map(len, rounds)) - len(counts), connections=connections,
        load=max(loads),
    )  # fmt: skip


def _places(kind: str, folder: Path, stack: ExitStack) -> tuple[str, str]:
    if kind == "sqlite":
        return f"sqlite:///{folder / 'sending.db'}", f"sqlite:///{folder / 'queue.db'}"
    return stack.enter_context(Postgres()).create_database(), stack.enter_context(RedisServer()).create_database()


class _Outbox:
    """What it has and what became of it, which tells nobody when it changes."""

    def __init__(self, database: Database):
        self._database = database

    def until_it_has(self, how_many: int) -> None:
        self._until(how_many, select(func.count(Message.id)))

    def until_it_sent(self, how_many: int) -> None:
        self._until(how_many, select(func.count(Message.id)).where(Message.status == "accepted"))

    def lasted(self, before: int) -> float:
        """From the first message that was posted after so many others, to the end of the last one."""
        with self._database.read() as db:
            ids = select(Message.id).order_by(Message.id).offset(before)
            first, last = db.execute(
                select(func.min(Message.created_at), func.max(Message.ended_at)).where(Message.id.in_(ids))
            ).one()
        return (last - first).total_seconds()

    def _until(self, how_many: int, query) -> None:
        ends, pause, found = time.monotonic() + GIVE_UP, Event(), 0
        while found < how_many:
            pause.wait(0.5)
            with self._database.read() as db:
                found = db.scalar(query)
            if time.monotonic() > ends:
                raise TimeoutError(f"{found} of {how_many} in {GIVE_UP} s")


class _Site:
    """A web and two workers, by the commands that everybody uses."""

    def __init__(self, folder: Path, database_url: str, queue_url: str, servers: Answering, by_day: dict[str, str]):
        self.port = free_port()
        settings = {
            "DEMO": "1", "VAR": str(folder), "DATABASE_URL": database_url, "QUEUE_URL": queue_url.replace("+psycopg", ""),
            "BIND": f"127.0.0.1:{self.port}", "BASE_URL": "https://pracownia.example", "SECRET_KEY": KEY,
            "SMTP_URL": servers.smtp_url, "SMS_URL": servers.sms_url, "SMS_TOKEN": "token", "PUSH_HOSTS": servers.origin,
        }  # fmt: skip
        environment = {f"PRACOWNIA_{name}": value for name, value in settings.items()} | by_day
        self._children = []
        self._start("serve", "Pracownia is at", environment)
        self.workers = [self._start("worker", "at work", environment).process.pid for _ in range(2)]

    def _start(self, act: str, ready: str, environment: dict[str, str]) -> Child:
        self._children.append(Child([PROGRAM, act], ready, env=environment))
        return self._children[-1]

    def cpu(self) -> float:
        return cpu_of_all([pid for worker in self.workers for pid in family(worker)])

    def megabytes(self) -> float:
        """What the larger worker has for itself, and its share of what it shares."""
        return max(kilobytes(f"/proc/{worker}/smaps_rollup", "Pss:") for worker in self.workers) / 1024

    def most_megabytes(self) -> float:
        return max(kilobytes(f"/proc/{worker}/status", "VmHWM:") for worker in self.workers) / 1024

    def close(self) -> None:
        for child in self._children:
            child.stop(60)


class _Reader:
    """Somebody who opens their plan again and again, for as long as the block lasts."""

    def __init__(self, site: _Site, database: Database, person_id: int):
        with database.write() as db, db.begin():
            lasts = timedelta(hours=1)
            link = identity.make_link(db, KEY.encode(), "sign-in", person_id=person_id, lasts=lasts)
            token = identity.token_of(KEY.encode(), link)
        self._ask = Browser(site.port)
        self._ask("GET", f"/w/{token}")
        self._ask("POST", "/enter", "phone=mine")
        for _ in range(20):
            assert self._ask("GET", "/plan") == 200
        self._seconds: list[float] = []

    def __enter__(self):
        self._ask.connection = None  # a web that nobody asks for a while ends it
        self._stop = Event()
        self._thread = Thread(target=self._read)
        self._thread.start()

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._stop.wait(PAUSE):
            began = time.perf_counter()
            assert self._ask("GET", "/plan") == 200
            self._seconds.append(time.perf_counter() - began)

    def idle(self) -> list[float]:
        with self:
            Event().wait(IDLE_SECONDS)
        return self.take()

    def take(self) -> list[float]:
        found, self._seconds = self._seconds, []
        return found


if __name__ == "__main__":
    where = Path(sys.argv[2])
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    print(measure(sys.argv[1], where, reminders=int(sys.argv[3]) if len(sys.argv) > 3 else REMINDERS))
