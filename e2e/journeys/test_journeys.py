"""Every journey by keyboard, without scripts, and by finger at 320 px; each family of them meets every theme and language."""

from __future__ import annotations

import os
from itertools import groupby, product

import pytest

from e2e.journeys import answering, attending, booking, entering, looking, reading, reminding, working  # noqa: F401 (their journeys)
from e2e.journeys.hands import Finger, ImpatientFinger, Keyboard
from e2e.journeys.traveller import THEMES
from e2e.journeys.way import JOURNEYS
from portal.i18n import LANGUAGES

IS_FULL = bool(os.environ.get("PRACOWNIA_TEST_FULL"))
ALL = [pytest.param(one, id=one.name) for one in JOURNEYS]


def at_320_pixels():
    """By keyboard and without scripts it was light and Polish: what is missing of each family's languages and themes."""
    if IS_FULL:
        yield from product(JOURNEYS, LANGUAGES, THEMES)
        return
    for _, family in groupby(JOURNEYS, key=lambda one: one.family):
        rows = list(family)
        yield rows[0], "uk", "contrast"
        yield rows[-1], "en", "dark"


@pytest.mark.parametrize("journey", ALL)
def test_by_keyboard_and_without_scripts_it_is_the_same_journey(tell, journey):
    by_keys = tell(journey, Keyboard, at_a_desk=journey.is_staffs)
    assert any(by_keys), "nothing was seen"
    if not journey.needs_scripts:
        assert tell(journey, Finger, scripts=False) == by_keys


@pytest.mark.parametrize(
    ("journey", "lang", "theme"), [pytest.param(*one, id="-".join((one[0].name, *one[1:]))) for one in at_320_pixels()]
)
def test_at_320_pixels_where_every_press_is_two(tell, journey, lang, theme):
    tell(journey, ImpatientFinger, lang=lang, theme=theme)


if IS_FULL:

    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize("lang", LANGUAGES)
    @pytest.mark.parametrize("journey", ALL)
    def test_in_every_language_and_theme(tell, journey, lang, theme):
        by_keys = tell(journey, Keyboard, lang=lang, theme=theme)
        if not journey.needs_scripts:
            assert tell(journey, Finger, scripts=False, lang=lang, theme=theme) == by_keys
