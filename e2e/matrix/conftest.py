"""A site of its own for the matrix, on a day that is always the same, with nothing that changes it while it is looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from e2e import daytime
from e2e.browser import phones
from e2e.matrix import cells
from e2e.matrix.screens import Screens
from e2e.matrix.visitors import Visitors
from e2e.matrix.world import OPENS, World, build
from e2e.site import PROGRAM, Site, fill
from services import clock
from tests.child import Child
from tests.factories import instant

RESULTS = Path(__file__).parents[2] / "var" / "matrix.json"


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
def tally() -> Iterator[dict[cells.Cell, int]]:
    """How many faults each cell has. A run that was complete says so in var/matrix.json, for the accessibility statement."""
    counted: dict[cells.Cell, int] = {}
    yield counted
    chosen = cells.chosen()
    if set(counted) != set(chosen):
        return
    said = {
        "on": date.today().isoformat(), "is_complete": cells.IS_FULL, "axe": "4.14.1", "pages": len(counted), "faults": sum(counted.values()),
        "routes": len({cell.endpoint for cell in counted}), "states": sorted({cell.kind for cell in counted}),
        "languages": sorted({cell.lang for cell in counted}), "themes": sorted({cell.theme for cell in counted}),
        "words": sorted({cell.ease for cell in counted}), "scripts": sorted({cell.scripts for cell in counted}),
    }  # fmt: skip
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(said, indent=1) + "\n")


@pytest.fixture(scope="package")
def screens(world, browser) -> Iterator[Screens]:
    with phones(browser) as open_phone:
        yield Screens(world, Visitors(world, browser), open_phone)
