"""Days of the demo."""

from datetime import date, timedelta


def span(since: date, until: date) -> list[date]:
    return [since + timedelta(days=number) for number in range((until - since).days + 1)]
