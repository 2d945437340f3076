"""Borders, rings and icons as they are drawn, in each of the colours, on the page of all parts and on pages that people see."""

import pytest

from e2e.matrix.cells import IS_FULL, THEMES, Cell
from e2e.matrix.pixels import contrast, edges, icons, rings
from e2e.matrix.registry_staff import PAGES

FEW = [
    ("gallery.gallery", "default"), ("plan.see", "default"), ("booking.hour", "error"), ("bookings.cannot_come", "error"),
    ("entry.sign_in", "default"), ("needs.see", "longest"), ("today.see", "longest"),
]  # fmt: skip


def test_contrast_is_that_of_wcag():
    assert round(contrast((0, 0, 0), (255, 255, 255)), 2) == 21
    assert round(contrast((118, 118, 118), (255, 255, 255)), 2) == 4.54


def looks():
    """The page of all parts in every theme and six others in one; in a full run each page as it usually is in every theme,
    and in each of its other states in one, in turns."""
    every = [(endpoint, state) for endpoint, row in PAGES.items() for state in row]
    for at, page in enumerate(every if IS_FULL else FEW):
        is_whole = page[1] == "default" if IS_FULL else at == 0
        for number, theme in enumerate(THEMES):
            if is_whole or at % len(THEMES) == number:
                yield (*page, theme)


@pytest.mark.parametrize(("endpoint", "state", "theme"), list(looks()))
def test_what_is_drawn_can_be_told_from_its_ground(screens, endpoint, state, theme):
    with screens.showing(Cell(endpoint, state, "pl", "standard", theme, True)) as page:
        found = edges(page) + rings(page) + icons(page)
    assert found == []
