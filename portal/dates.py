"""Dates and hours as people read them, in the language of the page and on the edition's clock."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from babel.dates import format_date, format_timedelta
from flask import Flask

from portal.i18n import language
from services import clock

DAY = {"pl": "EEEE, d MMMM", "uk": "EEEE, d MMMM", "en": "EEEE d MMMM"}
SHORT = {"pl": "d MMMM", "uk": "d MMMM", "en": "d MMMM"}
LONG = {"pl": "d MMMM y", "uk": "d MMMM y", "en": "d MMMM y"}


def as_day(value: date | datetime) -> date:
    return clock.local(value).date() if isinstance(value, datetime) else value


@lru_cache(maxsize=4096)
def _formatted(value: date, pattern: str, lang: str) -> str:
    return format_date(value, pattern, locale=lang)


def _by(patterns: dict[str, str]):
    return lambda value: _formatted(as_day(value), patterns[language()], language())


def _same(pattern: str):
    return lambda value: _formatted(as_day(value), pattern, language())


def hour(value: datetime) -> str:
    local = clock.local(value)
    return f"{local.hour}:{local.minute:02d}"


def days_until(value: date | datetime) -> int:
    """0 today, 1 tomorrow; templates turn it into words."""
    return (as_day(value) - clock.today()).days


def part_of_day(value: datetime) -> str:
    return "morning" if clock.local(value).hour < 12 else "afternoon"


def weekday_number(value: date | datetime) -> int:
    """0 for Monday; for the words "w środę", "we wtorek"."""
    return as_day(value).weekday()


def lasting(value: timedelta) -> str:
    """How long, in its largest unit and no finer than minutes: "6 dni"."""
    return format_timedelta(value, granularity="minute", threshold=1.5, locale=language())


def is_past(value: datetime) -> bool:
    return value <= clock.now()


def init(app: Flask) -> None:
    app.jinja_env.filters.update(
        day=_by(DAY),
        short_day=_by(SHORT),
        long_day=_by(LONG),
        weekday=_same("EEEE"),
        day_number=_same("d"),
        month_name=lambda value: _formatted(as_day(value), "d MMMM", language()).split(" ", 1)[1],
        short_weekday=_same("EEE"),
        hour=hour,
        iso=lambda value: (
            clock.local(value).isoformat(timespec="milliseconds") if isinstance(value, datetime) else value.isoformat()
        ),
        days_until=days_until,
        part_of_day=part_of_day,
        weekday_number=weekday_number,
        local_day=as_day,
        is_past=is_past,
        lasting=lasting,
    )
