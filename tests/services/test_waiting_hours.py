"""Until when somebody may think about a free place: working hours, their night, the start of the session."""

import pytest

from services import reach
from services.waiting_hours import answer_by
from tests.factories import instant


@pytest.mark.parametrize(
    ("now", "starts", "until"),
    [
        ("2026-11-23 09:00", "2026-11-25 10:00", "2026-11-23 13:00"),  # four hours
        ("2026-11-23 18:00", "2026-11-25 10:00", "2026-11-24 10:00"),  # the evening and the morning
        ("2026-11-23 02:00", "2026-11-25 10:00", "2026-11-23 12:00"),
        ("2026-11-27 18:00", "2026-12-02 10:00", "2026-11-30 10:00"),  # over the weekend
        ("2026-11-28 12:00", "2026-12-02 10:00", "2026-11-30 12:00"),
        ("2026-11-23 09:00", "2026-11-23 12:00", "2026-11-23 10:00"),  # two hours before the start
        ("2026-11-23 09:00", "2026-11-23 11:20", None),  # no time left to answer
        ("2026-11-23 22:00", "2026-11-24 10:00", None),  # nor to hear of it: they sleep
    ],
)
def test_until_when_somebody_may_think(now, starts, until):
    found = answer_by(instant(now), instant(starts), (reach.QUIET_FROM, reach.QUIET_TO))

    assert found == (instant(until) if until else None)
