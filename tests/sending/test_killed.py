"""kill -9 at the worst moments, of real processes, on both databases; whoever comes after them leaves nothing lost and
nothing doubled that could be helped."""

import json
import sys
import threading
from collections import Counter
from datetime import timedelta

import pytest

from portal import queue, worker
from services import clock
from services.models import Message
from tests.channels.push_servers import wait_for
from tests.child import Child

WITH_QUEUE = pytest.mark.parametrize(("kind", "how"), [("sqlite", "once"), ("postgres", "run")])
LEASE_OVER = timedelta(seconds=61)


@pytest.fixture
def process(tmp_path, redis_server):
    """`process(office, how, ready)`: a worker's process by the clock of this test. "run" works by a queue in Redis."""
    running = []
    redis_url = redis_server.create_database()

    def start(office, how="once", ready="at work"):
        folder = tmp_path / f"process-{len(running)}"
        settings = office.settings() | ({"queue_url": redis_url} if how == "run" else {})
        told = {
            "at": clock.now().isoformat(), "folder": str(folder), "url": office.url, "settings": settings, "how": how,
        }  # fmt: skip
        folder.mkdir()
        office.planned.append(clock.now())
        child = Child([sys.executable, "-m", "tests.sending.worker_process"], ready, env={"SENDING": json.dumps(told)})
        running.append(child)
        if how == "run":
            queue.wake(office.worker(queue_url=redis_url))
        return child

    yield start
    for child in running:
        child.stop()


@pytest.fixture
def held(office_on, process):
    """Three people whose reminders are due, one by each way, and a worker whom each provider keeps waiting at `door`."""

    def begin(kind, how, door, at):
        office = office_on(kind)
        with office.work() as make:
            for number, way in enumerate(("push", "sms", "email")):
                make.booking(office.person(make, way), make.slot(f"2026-11-25 {12 + number}:00"))
        office.run()
        at("2026-11-24 10:00")
        if how == "run":  # a process that works on plans when the minute is over: too long for a test
            office.tick()
        doors = [getattr(server, door) for server in office.servers]
        for each in doors:
            each.shut()
        child = process(office, how)
        for each in doors:
            wait_for(each.knocked.is_set, 60)
        child.process.kill()
        child.process.wait()
        for each in doors:
            each.opened.set()
        return office

    return begin


def after(office, process):
    """What a worker that begins now does; it ends by itself."""
    child = process(office, "once", ready="done")
    assert child.process.wait(60) == 0
    return child.match.string.strip()


def statuses(office):
    return [row.status for row in office.all_of(Message) if row.kind == "reminder"]


@WITH_QUEUE
def test_killed_after_it_had_claimed(held, process, at, kind, how):
    office = held(kind, how, "before", at)
    known = len(office.log.taken())
    assert statuses(office) == ["waiting"] * 3
    assert all(row.leased_until for row in office.all_of(Message) if row.kind == "reminder")
    assert office.run() == {}

    at(clock.now() + LEASE_OVER)
    assert after(office, process) == "done {'accepted': 3}"
    assert Counter(entry.channel for entry in office.log.taken()[known:]).keys() == {"push", "sms", "email"}
    assert office.check(faults=True) == []


@WITH_QUEUE
def test_killed_when_the_provider_had_it_and_nobody_had_written_so(held, process, at, kind, how):
    office = held(kind, how, "after", at)
    assert statuses(office) == ["waiting"] * 3
    assert len(office.log.taken()) == 6
    at(clock.now() + LEASE_OVER)
    assert after(office, process) == "done {'accepted': 3}"

    twice = [entry.channel for entry in office.log.taken()[6:]]
    assert sorted(twice) == ["email", "push"]  # the gateway of text messages knows the repeat by its name
    assert sorted(office.log.times().values()) == [1, 1, 1, 1, 2, 2]
    assert office.check(faults=True) == []
    assert office.rules() == {"R4"}
    at(clock.now() + LEASE_OVER)
    assert office.run() == {}
    assert office.check(faults=True) == []


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_killed_in_the_middle_of_planning(office_on, process, at, kind):
    office = office_on(kind)
    with office.work() as make:
        for number in range(8):
            make.booking(office.person(make, "email"), make.slot(f"2026-11-25 {10 + number}:00"))
    office.run()
    at("2026-11-24 10:00")
    child = process(office, "held", ready="held")
    child.process.kill()
    child.process.wait()
    assert statuses(office) == ["waiting"] * 3

    assert after(office, process) == "done {'accepted': 8}"
    assert set(office.log.times().values()) == {1}
    assert office.check() == []


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_worker_that_wakes_after_its_lease_has_nothing_to_say(office_on, at, kind):
    """Of three: the first is held by the mail server until its lease is over, the others have done its work meanwhile."""
    office = office_on(kind)
    with office.work() as make:
        make.booking(office.person(make, "email", "sms"), make.slot("2026-11-25 12:00"))
    apps = [office.worker() for _ in range(3)]
    said = {}
    office.mail.at_rcpts.append("550 5.1.1 no such user")  # what the first one hears in the end
    office.mail.before.shut()
    sleeper = threading.Thread(target=lambda: said.update(first=worker.drain(apps[0])))
    sleeper.start()
    assert office.mail.before.knocked.wait(30)
    at(clock.now() + LEASE_OVER)
    refusal, go_on = office.mail.at_rcpts.pop(), office.mail.before.leave_waiting()
    assert [worker.drain(app) for app in apps[1:]] == [{"accepted": 1}, {}]
    office.mail.at_rcpts.append(refusal)
    go_on.set()
    sleeper.join()
    assert said == {"first": {"lost": 1}}
    assert office.rows() == [("email", "accepted", None)]
    assert office.check() == []
