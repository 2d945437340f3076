"""Each page of the matrix opens, and every check finds nothing wrong with it."""

import pytest

from e2e.matrix import cells
from e2e.page_checks import check_page


@pytest.mark.parametrize("cell", cells.chosen(), ids=str)
def test_a_page(screens, cell):
    with screens.showing(cell) as page:
        assert check_page(page) == []
