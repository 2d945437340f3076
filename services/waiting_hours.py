"""Until when somebody may think about a free place."""

from datetime import datetime, time, timedelta

from services import clock, reach

TO_ANSWER = timedelta(hours=4)  # of working time: Monday to Friday, outside the person's night
BEFORE_START = timedelta(hours=2)
LEAST = timedelta(minutes=30)  # with less than this left from hearing of it, it is not offered


def answer_by(now: datetime, starts_at: datetime, quiet: tuple[int, int]) -> datetime | None:
    """When the offer of a place ends; None when there is no time left to answer. Nobody hears of it at night."""
    until = min(_after_working(now, quiet), starts_at - BEFORE_START)
    return until if until >= reach.morning_after(now, quiet) + LEAST else None


def _after_working(at: datetime, quiet: tuple[int, int]) -> datetime:
    left = TO_ANSWER
    while True:
        at = _next_working(at, quiet)
        evening = clock.at_wall(clock.local(at).date(), time(quiet[0]))
        if at + left <= evening:
            return at + left
        left -= evening - at
        at = evening


def _next_working(at: datetime, quiet: tuple[int, int]) -> datetime:
    at = reach.morning_after(at, quiet)
    while clock.local(at).weekday() >= 5:
        at = clock.at_wall(clock.local(at).date() + timedelta(days=1), time(quiet[1]))
    return at
