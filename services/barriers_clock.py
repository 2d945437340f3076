"""The days that the act on digital accessibility (4 April 2019, article 18) gives for an answer.

Calendar days by the wall clock in Warsaw. The day of the report is day 0; a month ends on the day of the same number, or on
the last day of a month that has none such. Nothing is moved from a holiday to a later day: that is never too late.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta

from services import clock

DAYS, MONTHS = 7, 2
SOON = 2  # days before the last one, from when somebody must look


def due_on(received_at: datetime) -> date:
    """The last day to answer."""
    return clock.local(received_at).date() + timedelta(days=DAYS)


def latest_on(received_at: datetime) -> date:
    """The last day that a new date may be, counted from the report and not from the first date."""
    day = clock.local(received_at).date()
    year, month = divmod(day.month - 1 + MONTHS, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def days_left(deadline: date) -> int:
    """0 on the last day, below 0 when it is over."""
    return (deadline - clock.today()).days


def is_soon(deadline: date) -> bool:
    """The last day is near, or is over."""
    return days_left(deadline) <= SOON
