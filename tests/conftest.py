"""Databases, the clock and the cast, for every test.

A migrated template is made once per worker and kind; a test gets the worker's copy of it. Most tests never commit: their
session is rolled back and the copy serves the next test. After one that did commit, the copy is made anew.
"""

import shutil
from contextlib import ExitStack
from datetime import datetime

import pytest
from sqlalchemy import event

from services import channels, clock, migrations
from services.db import Database
from tests.factories import Factory, instant
from tests.postgres import Postgres
from tests.redis_server import RedisServer

NOW = "2026-11-23 09:00"  # a Monday, by the wall clock in Gdynia


class Copies:
    """One kind of database: makes copies of a migrated template and says when the present one is used up."""

    def __init__(self, make_copy):
        self._make_copy = make_copy
        self._present: Database | None = None
        self._is_used = False

    def fresh(self) -> Database:
        if self._present is None or self._is_used:
            self.close()
            self._present = Database(self._make_copy())
            event.listen(self._present.engine, "commit", self._note)
            self._is_used = False
        return self._present

    def _note(self, _connection) -> None:
        self._is_used = True

    def close(self) -> None:
        if self._present is not None:
            self._present.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    file = tmp_path_factory.mktemp("template") / "pracownia.db"
    migrations.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_server():
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server():
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server):
    url = postgres_server.create_database()
    migrations.upgrade(url)
    return url


@pytest.fixture(scope="session")
def _sqlite_copies(sqlite_template, tmp_path_factory):
    def make_copy() -> str:
        return f"sqlite:///{shutil.copy(sqlite_template, tmp_path_factory.mktemp('copy') / 'pracownia.db')}"

    copies = Copies(make_copy)
    yield copies
    copies.close()


@pytest.fixture(scope="session")
def _postgres_copies(postgres_server, postgres_template):
    copies = Copies(lambda: postgres_server.create_database(template=postgres_template))
    yield copies
    copies.close()


@pytest.fixture(autouse=True)
def _every_channel_works(monkeypatch):
    """An app without a gateway leaves its channel out for its whole process; the next test begins with all of them."""
    monkeypatch.setattr(channels, "_off", frozenset())


@pytest.fixture
def sqlite_url(sqlite_template, tmp_path):
    """A migrated SQLite file of the test's own, for tests that hand an address to a program."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'pracownia.db')}"


@pytest.fixture
def postgres_url(postgres_server, postgres_template):
    url = postgres_server.create_database(template=postgres_template)
    yield url
    postgres_server.drop(url)


@pytest.fixture
def sqlite_database(_sqlite_copies):
    return _sqlite_copies.fresh()


@pytest.fixture
def postgresql_database(_postgres_copies):
    return _postgres_copies.fresh()


@pytest.fixture
def database(sqlite_database):
    """An empty, migrated database. tests/services runs on both kinds."""
    return sqlite_database


@pytest.fixture
def db(database):
    """A writing session. What the test does not commit is gone afterwards."""
    with database.write() as session:
        yield session
        session.rollback()


@pytest.fixture
def make(db):
    """Makes the people and things of a test; see tests/factories.py."""
    return Factory(db)


@pytest.fixture
def at():
    """The stopped clock: `at("2026-11-24 15:00")` sets it, by the wall clock in Gdynia, and returns the instant."""
    with ExitStack() as stack:

        def set_to(when: str | datetime) -> datetime:
            moment = instant(when)
            stack.enter_context(clock.frozen(moment))
            return moment

        set_to(NOW)
        yield set_to
