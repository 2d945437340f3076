"""A site for the journeys alone: hours that they book are free, and a sending waits long enough to be stopped."""

from __future__ import annotations

import pytest

from e2e.journeys.hands import Finger
from e2e.journeys.way import DESK, Journey, Way
from e2e.site import Site, copy_of


@pytest.fixture(scope="package")
def site(filled, by_day, push, tmp_path_factory):
    folder = copy_of(filled, tmp_path_factory.mktemp("journeys") / "var")
    with Site(folder, by_day, PUSH_HOSTS=push.origin, STOP_SECONDS="60") as running:
        yield running


@pytest.fixture
def tell(phone, site):
    """`tell(journey, hand, …)` walks it from its beginning to its end and returns what each of its people was told."""
    ways: list[Way] = []

    def begin(journey: Journey, hand: type[Finger], *, at_a_desk: bool = False, **how) -> list[list]:
        way = Way(site, phone, hand, name=journey.name, options=DESK if at_a_desk else {}, **how)
        ways.append(way)
        journey.tell(way)
        return [one.told for one in way.told_by]

    yield begin
    for way in ways:
        way.give_back()
