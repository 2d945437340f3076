"""One worker that sends: how often at a time, and how it gets help."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal import queue, worker
from services.db import Database
from tests.factories import Factory
from tests.portal.machines import HeldMail
from tests.portal.sending import make_app, post_trial


@pytest.fixture
def mail():
    with HeldMail() as server:
        yield server
        server.opened.set()


@pytest.fixture
def database(sqlite_url):
    database = Database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def app(tmp_path, sqlite_url, mail):
    app = make_app(tmp_path, sqlite_url, smtp_url=mail.url)
    yield app
    worker.close(app)
    app.extensions["database"].close()


def post(database, how_many):
    with database.write() as db, db.begin():
        make = Factory(db)
        for _ in range(how_many):
            post_trial(db, make.participant(enrolled=False))


def called(app):
    return queue.queue_of(app).storage.queue_size()


def test_who_comes_while_a_drain_is_under_way_lets_it_look_once_more_and_waits_for_nothing(app, database, mail, at):
    post(database, 1)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(worker.drain, app)
        assert mail.knocked.wait(20)
        threads = {thread.name for thread in threading.enumerate()}
        post(database, 1)
        assert worker.drain(app) == {}
        assert {thread.name for thread in threading.enumerate()} <= threads
        mail.opened.set()
        assert first.result(20) == {"accepted": 2}
    assert worker.drain(app) == {}
    post(database, 1)
    assert worker.drain(app) == {"accepted": 1}


def test_who_comes_after_its_last_look_lets_it_look_once_more(app, monkeypatch):
    looks = []

    def drain(app):
        looks.append(1)
        if len(looks) == 1:
            assert worker.drain(app) == {}
        return Counter(accepted=1)

    monkeypatch.setattr(worker, "_drain", drain)
    assert worker.drain(app) == {"accepted": 2}
    assert len(looks) == 2


def test_a_worker_with_more_than_it_can_carry_calls_for_the_others(app, database, mail, at, monkeypatch):
    monkeypatch.setattr(worker, "CALLS", -1)
    mail.opened.set()
    post(database, 20)
    worker.drain(app)
    assert called(app) == 0  # run by hand or by cron: it sends what there is, and nobody else is there

    app.extensions["stopping"] = threading.Event()
    worker.drain(app)
    assert called(app) == 0
    post(database, 20)
    worker.drain(app)
    assert called(app) == 1
