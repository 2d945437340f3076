"""Working days in Poland. The holidays are a library's: they change by law, as the 24th of December did in 2025."""

from datetime import date, timedelta
from functools import lru_cache


@lru_cache
def holidays_of(year: int) -> frozenset[date]:
    from holidays.countries.poland import Poland  # where a day is counted and nowhere else: ten megabytes

    return frozenset(Poland(years=year))


def is_working(day: date) -> bool:
    return day.isoweekday() <= 5 and day not in holidays_of(day.year)


def after(day: date, count: int) -> date:
    """The `count`-th working day after `day`, which itself does not count."""
    while count:
        day += timedelta(days=1)
        count -= is_working(day)
    return day
