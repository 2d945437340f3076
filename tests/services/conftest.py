"""Service tests run on both databases, at a stopped clock."""

import pytest


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
