"""The only place that asks what time it is, so that a test can set it."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_frozen: datetime | None = None


def now() -> datetime:
    """The present instant, in UTC."""
    return _frozen or datetime.now(UTC)


@contextmanager
def frozen(at: datetime):
    """Stop the clock at `at` (aware), for tests and for the preview of messages."""
    global _frozen
    if at.tzinfo is None:
        raise ValueError("the clock takes aware instants only")
    before, _frozen = _frozen, at.astimezone(UTC)
    try:
        yield
    finally:
        _frozen = before


@lru_cache
def zone(name: str = "Europe/Warsaw") -> ZoneInfo:
    return ZoneInfo(name)


def local(at: datetime) -> datetime:
    """An instant as the wall clock of the edition shows it."""
    return at.astimezone(zone())


def today() -> date:
    return local(now()).date()


def at_wall(day: date, hour: time) -> datetime | None:
    """The instant when the wall clock shows `hour` on `day`, in UTC.

    None in the hour that the change to summer time leaves out; the first of the two in the hour that comes twice.
    """
    wall = datetime.combine(day, hour, zone()).replace(fold=0)
    instant = wall.astimezone(UTC)
    return instant if instant.astimezone(zone()).replace(tzinfo=None) == wall.replace(tzinfo=None) else None


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The first instant of a local day, and the first of the next one."""
    midnight = time(0)
    start = datetime.combine(day, midnight, zone()).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), midnight, zone()).astimezone(UTC)
    return start, end
