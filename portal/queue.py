"""The queue that wakes the worker. It carries no truth: what is to be sent stands in the outbox, and every worker looks there
each minute, with the queue or without it, so a lost wake-up costs a minute and never a message."""

import json
import logging
import time
from datetime import datetime
from functools import partial
from math import ceil
from threading import Lock
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer, Scheduler
from huey.serializer import Serializer
from werkzeug.local import LocalProxy

from services import clock

NAME = "pracownia"
# Longer than the second for which a worker's question stands open, and no longer than somebody who books may wait.
REDIS_LIMITS = {"socket_connect_timeout": 2, "socket_timeout": 2}
POSTGRES_LIMITS = {"connect_timeout": 2, "tcp_user_timeout": 5000}
LET_ALONE = 15  # seconds, after the queue did not answer; nobody else waits for it meanwhile
log = logging.getLogger("pracownia.queue")
_opening = Lock()


class JsonSerializer(Serializer):
    """Instead of pickle, with which whoever can write to the queue could run anything here."""

    def _serialize(self, data) -> bytes:
        return json.dumps(data, default=datetime.isoformat).encode()

    def _deserialize(self, data):
        from huey.registry import Message

        message = Message(*json.loads(bytes(data)))
        return message._replace(eta=datetime.fromisoformat(message.eta)) if message.eta else message


class PatientScheduler(Scheduler):
    """What is due each minute goes through the queue, so that any worker may take it. While the queue is away, each worker
    does it by itself: the outbox waits for nobody's queue."""

    def enqueue_periodic_tasks(self, now) -> None:
        for task in self.huey.read_periodic(now):
            try:
                self.huey.enqueue(task)
            except Exception as error:
                log.warning("no queue (%s): %s goes without it", type(error).__name__, task.name)
                self._do(task)

    def _do(self, task) -> None:
        try:
            task.execute()
        except Exception as error:
            log.error("%s failed: %s", task.name, type(error).__name__)


class PatientConsumer(Consumer):
    scheduler_class = PatientScheduler


class OncePerMinute(logging.Filter):
    """While its server is away, huey says so with a whole traceback, a thread at a time, every second."""

    def __init__(self):
        super().__init__()
        self._next: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.exc_info or not record.msg.startswith("Error "):
            return True
        error, record.exc_info = record.exc_info[0], None
        record.msg, record.args = f"{record.getMessage()} ({error and error.__name__})", None
        if self._next.get(record.msg, 0) > time.monotonic():
            return False
        self._next[record.msg] = time.monotonic() + 60
        return True


for part in (Consumer.worker_class, Scheduler):
    logging.getLogger(f"huey.consumer.{part.process_name}").addFilter(OncePerMinute())


def make_queue(url: str) -> Huey:
    """sqlite:///path, redis://… or postgresql://…; ValueError for anything else."""
    options = {"name": NAME, "results": False, "serializer": JsonSerializer()}
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return SqliteHuey(filename=url.removeprefix("sqlite:///"), fsync=False, **options)
    if parts.scheme in ("redis", "rediss"):
        from redis import ConnectionPool  # a pool of our own also tries once: this client's usual is ten times

        return RedisHuey(connection_pool=ConnectionPool.from_url(url, **REDIS_LIMITS), **options)  # the address wins
    if parts.scheme in ("postgresql", "postgresql+psycopg"):
        limits = {name: value for name, value in POSTGRES_LIMITS.items() if name not in parse_qs(parts.query)}
        return _make_postgres(dsn=url.replace("+psycopg", "", 1), **limits, **options)
    raise ValueError("queue-url")


def _make_postgres(**options) -> PostgresHuey:
    """Its tables are made when they are not there. Of two that begin at once, one is told so and finds them made."""
    from psycopg.errors import UniqueViolation

    try:
        return PostgresHuey(**options)
    except UniqueViolation:
        return PostgresHuey(**options)


def queue_of(app: Flask) -> Huey:
    """The queue of this app with its two tasks, opened when first asked for. `current_app` will do as well."""
    app = app._get_current_object() if isinstance(app, LocalProxy) else app
    with _opening:
        if "queue" not in app.extensions:
            queue = make_queue(app.config["SETTINGS"].queue_url)
            queue.create_consumer = partial(PatientConsumer, queue)
            _add_tasks(queue, app)
            app.extensions["queue"] = queue
        return app.extensions["queue"]


def _add_tasks(queue: Huey, app: Flask) -> None:
    def worker():
        from portal import worker  # the web only wakes it; what sending needs is a fifth of a process's memory

        return worker

    @queue.task(name="drain")
    def drain() -> None:
        worker().drain(app)

    @queue.periodic_task(crontab(minute="*"), name="tick")
    def tick() -> None:
        worker().tick(app)
        worker().drain(app)

    @queue.periodic_task(crontab(minute="17", hour="3"), name="tidy")
    def tidy() -> None:
        worker().tidy(app)

    queue.drain_task = drain


def wake(app: Flask, *, at: datetime | None = None) -> None:
    """Tell a worker that something was posted, due now or `at`. Call it after the commit; it never raises, since nothing
    depends on it.

    One wake-up that nobody has taken yet is enough: whoever takes it looks at the outbox after this commit. A queue that did
    not answer is let alone for some seconds: one booking waits for it, and not each.
    """
    away_until = app.extensions.setdefault("queue-away", [0.0])
    if away_until[0] > time.monotonic():
        return
    try:
        queue = queue_of(app)
        wait = (at - clock.now()).total_seconds() if at else 0
        if wait > 0:
            queue.drain_task.schedule(delay=ceil(wait))
        elif not queue.storage.queue_size():
            queue.drain_task()
    except Exception as error:  # whatever the queue's library or server comes up with
        away_until[0] = time.monotonic() + LET_ALONE
        log.warning("no wake-up: %s", type(error).__name__)
