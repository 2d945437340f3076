"""Each page of the matrix opens, and every check finds nothing wrong with it."""

import pytest

from e2e.matrix import cells
from e2e.matrix.inspection import inspect


@pytest.mark.parametrize("cell", cells.chosen(), ids=str)
def test_a_page(screens, cell):
    with screens.showing(cell) as page:
        found = inspect(page, cell)
    assert not found, f"{len(found)} on {page.url}:\n" + "\n".join(f"  - {finding}" for finding in found)
