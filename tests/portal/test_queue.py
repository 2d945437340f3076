"""The wake-up, and a worker as a process of its own."""

import json
import re
import signal
import sys
import time

import pytest
from sqlalchemy import select

from portal import queue
from services.db import Database
from services.models import MailboxItem
from tests.channels.push_servers import wait_for
from tests.child import Child
from tests.factories import Factory
from tests.portal.sending import make_app, post_trial


@pytest.fixture
def database(sqlite_url):
    database = Database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def make(db):
    """In the real time, which is the only one that a process of its own knows."""
    return Factory(db)


def test_one_wake_up_is_enough_and_is_written_in_json(tmp_path, sqlite_url):
    app = make_app(tmp_path, sqlite_url)
    for _ in range(3):
        queue.wake(app)
    [written] = queue.queue_of(app).storage.enqueued_items()
    assert json.loads(bytes(written))[1].endswith("drain")


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all/queue.db", "redis://127.0.0.1:1/0", "amqp://example.org"])
def test_a_queue_that_is_away_keeps_nobody_from_booking(tmp_path, sqlite_url, url, caplog):
    queue.wake(make_app(tmp_path, sqlite_url, queue_url=url))
    assert "no wake-up" in caplog.text


def arrived(database):
    with database.read() as db:
        return db.scalars(select(MailboxItem)).all()


RUN = """
import sys, threading
from pathlib import Path
from portal import worker
from tests.portal.sending import make_app
app = make_app(Path(sys.argv[1]), sys.argv[2])
print("ready", flush=True)
worker.run(app)
print("ended", flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_running_worker_sends_within_moments_of_a_wake_up_and_stops_when_asked(database, db, make, tmp_path, sqlite_url, how):
    running = Child([sys.executable, "-c", RUN, tmp_path, sqlite_url], ready="ready", stop_signal=how)
    try:
        app = make_app(tmp_path, sqlite_url)
        time.sleep(1)  # the worker looks once when it starts; this message comes later
        post_trial(db, make.participant())
        db.commit()
        queue.wake(app)
        wait_for(lambda: arrived(database), 15)
    finally:
        code = running.stop(20)
    assert code == 0, running.output
    assert re.search("^ended$", running.output, re.MULTILINE)
