"""Sends what the outbox holds. Any number of workers may run: a lease says whose a message is, and every step is a short
transaction of its own, with nothing open while the network answers."""

import logging
import os
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Event, Lock

from flask import Flask
from sqlalchemy.exc import OperationalError

from portal import messages, planning
from portal.queue import queue_of, wake
from services import acting, barriers, channels, clock, deliveries, drafts, outbox
from services.channels import DEADLINE, Carrier, Outcome
from services.db import Database
from services.models import Message

log = logging.getLogger("pracownia.worker")
SENDERS = 12  # threads of one worker
OF_ONE_PROVIDER = 8  # of them at most for one provider, so that one that hangs leaves the others some
AHEAD = 12  # messages that are claimed before a thread is free
# What is claimed waits for those before it, each of which may take the whole deadline, and then for its own.
assert outbox.LEASE.total_seconds() >= (AHEAD / SENDERS + 2) * DEADLINE + 5
CALLS = 2  # seconds; a worker that has so long been at it calls for the others, and again as long as there is more
TRIES_TO_WRITE = 3
LATE = 600  # seconds by which the oldest message may be overdue before somebody must look
_opening = Lock()
_one_writer = Lock()


def tick(app: Flask) -> int:
    """Post whatever has become due; returns how many are new. Planning again changes nothing."""
    posted = 0
    for plan in planning.STEPS:
        try:
            posted += plan(lambda: _writing(app))
        except Exception as error:
            log.error("planning failed: %s: %s", plan.__name__, type(error).__name__, exc_info=app.debug)
    _watch(app)
    return posted


def _watch(app: Flask) -> None:
    """Say aloud that messages are late: whoever runs the installation reads the log before a person misses a session."""
    with _database(app).read() as db:
        late = outbox.oldest_due(db)
    if late is not None and late.total_seconds() > LATE:
        log.error("alarm: the oldest message is overdue by %d minutes", late.total_seconds() // 60)


def tidy(app: Flask) -> int:
    """Forget what is kept for a time only; returns how many rows went."""
    with _writing(app) as db:
        return acting.drop_old(db) + drafts.drop_old(db) + outbox.drop_old(db) + barriers.forget(db)


def drain(app: Flask) -> Counter:
    """Send everything that is due now; returns how many messages have which status. Never raises for one message.

    One at a time in a process, so that its threads and memory stay what they are however often it is called: who comes while
    another one is at it only lets that one look once more.
    """
    turn, again = app.extensions.setdefault("drain", (Lock(), Event()))
    ended: Counter = Counter()
    again.set()
    while again.is_set() and turn.acquire(blocking=False):
        try:
            again.clear()
            ended += _drain(app)
        finally:
            turn.release()
    return ended


def _drain(app: Flask) -> Counter:
    ended: Counter = Counter()
    stopping = app.extensions.get("stopping") or Event()
    called_at = time.monotonic()
    under_way: dict[Future, str] = {}
    ahead: list[Message] = []
    with ThreadPoolExecutor(SENDERS, thread_name_prefix="sender") as senders:
        while True:
            batch = [] if stopping.is_set() else _claim(app, Counter([*under_way.values(), *(one.provider for one in ahead)]))
            ahead += batch
            if batch and "stopping" in app.extensions and time.monotonic() > called_at + CALLS:
                called_at = time.monotonic()
                wake(app)
            for message in _next(ahead, Counter(under_way.values())):
                ahead.remove(message)
                under_way[senders.submit(_deliver, app, message)] = message.provider
            if not under_way:
                return ended
            if batch and len(under_way) < SENDERS:
                continue
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                under_way.pop(future)
                ended[future.result()] += 1


def _claim(app: Flask, ours: Counter) -> list[Message]:
    """Claim some more, where `ours` counts what is ours already; nothing of a provider of which that is enough."""
    room = SENDERS + AHEAD - ours.total()
    if room <= AHEAD // 2:
        return []
    enough = OF_ONE_PROVIDER + AHEAD // 2
    full = tuple(sorted(name for name, count in ours.items() if count >= enough))
    most = max((count for name, count in ours.items() if name not in full), default=0)
    with _writing(app) as db:
        return outbox.claim(db, limit=min(room, OF_ONE_PROVIDER, enough - most), busy=full)


def _next(ahead: list[Message], under_way: Counter) -> list[Message]:
    """What can begin now: a thread is free, and one for its provider."""
    begun = []
    for message in ahead:
        if under_way.total() < SENDERS and under_way[message.provider] < OF_ONE_PROVIDER:
            under_way[message.provider] += 1
            begun.append(message)
    return begun


def run_once(app: Flask) -> Counter:
    """Plan and send until nothing is due: for cron, and for tests."""
    tick(app)
    return drain(app)


def _deliver(app: Flask, message: Message) -> str:
    try:
        ending = _try(app, message)
    except Exception as error:  # one bad row never blocks the rest
        log.error(
            "message %s (%s, %s): %s", message.id, message.kind, message.channel, type(error).__name__, exc_info=app.debug
        )
        ending = Outcome("later", f"error-{type(error).__name__}"[:60])
    if isinstance(ending, Outcome) and ending.is_alarm:
        log.error("message %s (%s, %s): alarm %s", message.id, message.kind, message.channel, ending.reason)
    return _conclude(app, message, ending)


def _try(app: Flask, message: Message) -> Outcome | deliveries.Stop:
    with _writing(app) as db:
        found = deliveries.look(db, app.config["SETTINGS"].secret_key, message)
    if isinstance(found, deliveries.Stop):
        return found
    carrier = carrier_of(app, message.channel)
    if carrier is None:
        return Outcome("refused", f"{message.channel}-not-set-up", is_alarm=True)
    return carrier.send(found, messages.words(app, found))


def _conclude(app: Flask, message: Message, ending) -> str:
    """Tried more than once: a message that went out and is not marked would go out again."""
    for attempt in range(TRIES_TO_WRITE):
        try:
            with _writing(app) as db:
                return deliveries.conclude(db, message, ending)
        except OperationalError:
            if attempt == TRIES_TO_WRITE - 1:
                log.error("message %s: how it ended could not be written; it comes back with its lease", message.id)
        except Exception as error:
            log.error("message %s: %s while writing how it ended", message.id, type(error).__name__, exc_info=app.debug)
            break
    return "lost"


def carrier_of(app: Flask, code: str) -> Carrier | None:
    """Who carries messages of a channel, opened once in this process; None where the installation has nobody."""
    with _opening:
        opened = app.extensions.setdefault("carriers", {})
        if code not in opened:
            settings = app.config["SETTINGS"]
            channel = channels.all_channels()[code]
            opened[code] = channel.open(settings, _database(app)) if channel.is_on(settings) else None
        return opened[code]


def close(app: Flask) -> None:
    """Give back what sending has opened."""
    for carrier in app.extensions.pop("carriers", {}).values():
        if carrier is not None:
            carrier.close()


def run(app: Flask, *, workers: int = 2) -> None:
    """Work until SIGTERM or SIGINT. What is under way is finished first; what is not begun stays in the outbox."""
    os.nice(10)  # pages come first: a message may be a second late, somebody who waits for a page may not
    consumer = queue_of(app).create_consumer(workers=workers, max_delay=1.0, graceful_signal="TERM")
    app.extensions["stopping"] = consumer.stop_flag
    try:
        consumer.run()
        ends = clock.now().timestamp() + DEADLINE * (AHEAD / SENDERS + 2)
        for thread in [thread for _, thread in consumer.worker_threads] + [consumer.scheduler]:
            thread.join(max(0.0, ends - clock.now().timestamp()))
    finally:
        app.extensions.pop("stopping", None)
        close(app)


@contextmanager
def _writing(app: Flask):
    """A transaction that writes. SQLite has one writer: our threads queue here, where waiting is fair and costs nothing."""
    database = _database(app)
    if database.engine.dialect.name == "sqlite":
        with _one_writer, database.write() as db, db.begin():
            yield db
    else:
        with database.write() as db, db.begin():
            yield db


def _database(app: Flask) -> Database:
    return app.extensions["database"]
