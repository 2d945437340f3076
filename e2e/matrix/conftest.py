"""A site of its own for the matrix, on a day that is always the same, with nothing that changes it while it is looked at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from e2e import daytime
from e2e.browser import phones
from e2e.matrix.screens import Screens
from e2e.matrix.visitors import Visitors
from e2e.matrix.world import OPENS, World, build
from e2e.site import PROGRAM, Site, fill
from services import clock
from tests.child import Child
from tests.factories import instant


class Still(Site):
    """A site without its worker: nothing happens there that nobody does."""

    def __enter__(self) -> Still:
        self._web = self._worker = Child([PROGRAM, "serve"], r"Pracownia is at", env=self.environment)
        try:
            self._until_it_answers()
        except BaseException:
            self._web.stop()
            raise
        return self


@pytest.fixture(scope="package")
def world(by_day, tmp_path_factory) -> Iterator[World]:
    moved = round((instant(OPENS) - clock.now()).total_seconds())
    told = daytime.settings(int(by_day[daytime.NAME]) + moved)
    with daytime.shifted(moved):
        folder = fill(tmp_path_factory.mktemp("matrix") / "var", told)
        with Still(folder, told) as site:
            yield build(site)


@pytest.fixture(scope="package")
def screens(world, browser) -> Iterator[Screens]:
    with phones(browser) as open_phone:
        yield Screens(world, Visitors(world, browser), open_phone)
