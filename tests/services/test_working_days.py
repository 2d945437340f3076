"""Which days work in Poland, and which day is the third one from now."""

from datetime import date

import pytest

from services import working_days


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (date(2024, 12, 24), True),
        (date(2025, 12, 24), False),  # a holiday by law since 2025
        (date(2026, 12, 24), False),
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2026, 6, 4), False),  # Corpus Christi
        (date(2027, 3, 29), False),
        (date(2026, 11, 11), False),
        (date(2026, 11, 28), False),  # a Saturday
        (date(2026, 11, 27), True),
        (date(2026, 5, 4), True),
    ],
)
def test_weekends_and_polish_holidays_are_no_working_days(day, is_working):
    assert working_days.is_working(day) is is_working


@pytest.mark.parametrize(
    ("today", "third"),
    [
        (date(2026, 11, 23), date(2026, 11, 26)),  # Monday
        (date(2026, 11, 25), date(2026, 11, 30)),  # Wednesday: over a weekend
        (date(2026, 11, 28), date(2026, 12, 2)),  # Saturday
        (date(2026, 12, 21), date(2026, 12, 28)),  # Christmas lies between
        (date(2026, 12, 30), date(2027, 1, 5)),  # over the year's end
        (date(2027, 1, 4), date(2027, 1, 8)),  # Epiphany
    ],
)
def test_the_third_working_day_does_not_count_today(today, third):
    assert working_days.after(today, 3) == third
