"""An office on SQLite, or on both databases where a test asks for `office_on`."""

import pytest

from tests.sending.office import Office


@pytest.fixture
def office(tmp_path, sqlite_url, at):
    with Office(tmp_path, sqlite_url) as office:
        yield office


@pytest.fixture
def office_on(tmp_path, request, at):
    """`office_on("sqlite")` or `office_on("postgres")`."""
    opened = []

    def open_on(kind: str) -> Office:
        opened.append(Office(tmp_path, request.getfixturevalue(f"{kind}_url")).__enter__())
        return opened[-1]

    yield open_on
    for office in opened:
        office.__exit__()


@pytest.fixture
def alarms(caplog):
    """The reasons of the alarms so far."""
    return lambda: [record.getMessage().split("alarm ")[1] for record in caplog.records if "): alarm" in record.getMessage()]
