"""Journeys take place by day: at night no reminder goes out, and around midnight today is soon over.

The running site gets its shift by `sitecustomize.py` beside this file, which every Python that finds it imports first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from pathlib import Path

from services import clock

NAME = "E2E_SECONDS_AHEAD"
MORNING, AFTERNOON = time(9, 30), time(15, 30)


def seconds_ahead() -> int:
    """How far the journeys' clock is from the true one: never more than nine hours, and nothing by day."""
    now = clock.local(clock.now())
    if MORNING <= now.time() <= AFTERNOON:
        return 0
    days = (now.date() + timedelta(days=away) for away in (-1, 0, 1))
    ends = [clock.at_wall(day, hour) for day in days for hour in (MORNING, AFTERNOON)]
    return min((round((end - clock.now()).total_seconds()) for end in ends if end), key=abs)


def settings(seconds: int) -> dict[str, str]:
    """What makes a program of ours that is started with it live by the same clock."""
    path = os.pathsep.join(filter(None, (str(Path(__file__).parent), os.environ.get("PYTHONPATH"))))
    return {NAME: str(seconds), "PYTHONPATH": path}


@contextmanager
def shifted(seconds: int) -> Iterator[None]:
    """This process lives by it, too."""
    true = clock.now
    clock.now = lambda: true() + timedelta(seconds=seconds)
    try:
        yield
    finally:
        clock.now = true
