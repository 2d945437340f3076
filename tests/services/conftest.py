"""Service tests run on both databases, at a stopped clock."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    return request.getfixturevalue(f"{request.param}_database")


@pytest.fixture(autouse=True)
def _stopped_clock(at):
    """Monday, 23 November 2026, 9:00, unless the test sets another."""


@pytest.fixture
def make(make, at):
    """After the clock has stopped, so that nothing is made in the real time."""
    return make


@pytest.fixture
def statements():
    """`with statements(db) as said`: the statements that the database is asked in the block, SAVEPOINTs aside."""

    @contextmanager
    def listening(db):
        said, bind = [], db.get_bind()

        def note(_connection, _cursor, statement, *_more):
            said.append(statement)

        event.listen(bind, "before_cursor_execute", note)
        try:
            yield said
        finally:
            event.remove(bind, "before_cursor_execute", note)

    return listening
