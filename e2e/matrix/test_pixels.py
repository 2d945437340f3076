"""Borders, rings and icons as they are drawn, in each of the colours, on the page of all parts and on pages that people see."""

import pytest

from e2e.matrix.cells import IS_FULL, THEMES, Cell
from e2e.matrix.pixels import contrast, edges, icons, rings

PAGES = [
    ("gallery.gallery", "default"), ("plan.see", "default"), ("booking.hour", "error"), ("bookings.cannot_come", "error"),
    ("entry.sign_in", "default"), ("needs.see", "longest"), ("today.see", "longest"),
]  # fmt: skip


def test_contrast_is_that_of_wcag():
    assert round(contrast((0, 0, 0), (255, 255, 255)), 2) == 21
    assert round(contrast((118, 118, 118), (255, 255, 255)), 2) == 4.54


# The page of all parts in every theme, each other page in one; in a full run all in all.
LOOKS = [
    (*page, theme)
    for at, page in enumerate(PAGES)
    for number, theme in enumerate(THEMES)
    if IS_FULL or at == 0 or at % len(THEMES) == number
]


@pytest.mark.parametrize(("endpoint", "state", "theme"), LOOKS)
def test_what_is_drawn_can_be_told_from_its_ground(screens, endpoint, state, theme):
    with screens.showing(Cell(endpoint, state, "pl", "standard", theme, True)) as page:
        found = edges(page) + rings(page) + icons(page)
    assert found == []
