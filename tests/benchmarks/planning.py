"""A hundred thousand reminders that are due at once: what it takes to put them into the outbox, in a process of its own."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from e2e import daytime
from portal import planning
from services import migrations
from services.db import Database
from tests.benchmarks import due
from tests.benchmarks.measure import Queries
from tests.benchmarks.served import kilobytes

REMINDERS, TO_A_SESSION = 100_000, 50
WAYS = ("email", "sms")


@dataclass
class Planned:
    """`again` is what it takes to find that all of them were posted before; `longest` a transaction, both in seconds, the
    latter of wall time. Statements are those of the first time."""

    posted: int
    seconds: float
    again: float
    statements: int
    longest: float
    megabytes: float


def measure(folder: Path, *, reminders: int = REMINDERS) -> Planned:
    """On SQLite."""
    shift = due.seconds_to_eleven()
    url = f"sqlite:///{folder / 'planning.db'}"
    migrations.upgrade(url)
    with daytime.shifted(shift):
        database = Database(url)
        with database.write() as db, db.begin():
            people = due.add_people(db, reminders, origin="", ways=WAYS)
            due.book_tomorrow(db, people, to_a_slot=TO_A_SESSION)
        database.close()
    line = [sys.executable, "-m", "tests.benchmarks.planning", url, str(shift)]
    done = subprocess.run(line, stdout=subprocess.PIPE, check=True, text=True)
    return Planned(**json.loads(done.stdout))


def plan(url: str) -> dict:
    database, longest = Database(url), 0.0

    class Writing:
        """A transaction, as a worker opens one."""

        def __enter__(self):
            self.began = time.monotonic()
            self.session = database.write()
            self.session.begin()
            return self.session

        def __exit__(self, kind, *_):
            nonlocal longest
            (self.session.rollback if kind else self.session.commit)()
            self.session.close()
            longest = max(longest, time.monotonic() - self.began)

    began = time.process_time()
    with Queries(database.engine) as queries:
        posted = planning.plan_reminders(Writing)
    seconds, once = time.process_time() - began, longest
    began = time.process_time()
    assert planning.plan_reminders(Writing) == 0
    again = time.process_time() - began
    most = kilobytes("/proc/self/status", "VmHWM:") / 1024  # what getrusage says is inherited from who started us
    return Planned(posted, seconds, again, len(queries.said), once, most).__dict__


if __name__ == "__main__":
    with daytime.shifted(int(sys.argv[2])):
        print(json.dumps(plan(sys.argv[1])))
