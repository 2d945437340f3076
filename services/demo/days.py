"""Working days in Poland."""

from datetime import date, timedelta

FIXED = ((1, 1), (1, 6), (5, 1), (5, 3), (8, 15), (11, 1), (11, 11), (12, 24), (12, 25), (12, 26))
AFTER_EASTER = (0, 1, 49, 60)  # Sunday, Monday, Pentecost, Corpus Christi


def easter(year: int) -> date:
    """Gregorian Easter Sunday (the computation of Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def is_holiday(day: date) -> bool:
    return (day.month, day.day) in FIXED or (day - easter(day.year)).days in AFTER_EASTER


def is_working(day: date) -> bool:
    return day.isoweekday() <= 5 and not is_holiday(day)


def span(since: date, until: date) -> list[date]:
    return [since + timedelta(days=number) for number in range((until - since).days + 1)]
