"""The queue that wakes the worker. It carries no truth: what is to be sent stands in the outbox, and the worker looks there
every minute anyway, so a lost wake-up costs a minute and never a message."""

import json
import logging
from datetime import datetime
from math import ceil
from threading import Lock
from urllib.parse import urlsplit

from flask import Flask
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.serializer import Serializer
from werkzeug.local import LocalProxy

from services import clock

NAME = "pracownia"
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


def make_queue(url: str) -> Huey:
    """sqlite:///path, redis://… or postgresql://…; ValueError for anything else."""
    options = {"name": NAME, "results": False, "serializer": JsonSerializer()}
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return SqliteHuey(filename=url.removeprefix("sqlite:///"), fsync=False, **options)
    if scheme in ("redis", "rediss"):
        limits = "" if urlsplit(url).query else "?socket_connect_timeout=2&socket_timeout=5"
        return RedisHuey(url=url + limits, **options)
    if scheme in ("postgresql", "postgresql+psycopg"):
        return PostgresHuey(dsn=url.replace("+psycopg", "", 1), **options)
    raise ValueError("queue-url")


def queue_of(app: Flask) -> Huey:
    """The queue of this app with its two tasks, opened when first asked for. `current_app` will do as well."""
    app = app._get_current_object() if isinstance(app, LocalProxy) else app
    with _opening:
        if "queue" not in app.extensions:
            queue = make_queue(app.config["SETTINGS"].queue_url)
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

    One wake-up that nobody has taken yet is enough: whoever takes it looks at the outbox after this commit.
    """
    try:
        queue = queue_of(app)
        wait = (at - clock.now()).total_seconds() if at else 0
        if wait > 0:
            queue.drain_task.schedule(delay=ceil(wait))
        elif not queue.storage.queue_size():
            queue.drain_task()
    except Exception as error:  # whatever the queue's library or server comes up with
        log.warning("no wake-up: %s", type(error).__name__)
