"""A film in Polish Sign Language on a key screen: nothing of it is fetched before it is played, and then it may play."""

import os

import pytest
from playwright.sync_api import expect

from e2e.site import Site, copy_of
from tests.portal.test_films import bring


@pytest.fixture(scope="module")
def site(filled, by_day, push, tmp_path_factory):
    """The same programme with films on two of its screens."""
    folder = copy_of(filled, tmp_path_factory.mktemp("films") / "var")
    for screen in ("plan", "reminders"):
        bring(folder, screen)
    with Site(folder, by_day, PUSH_HOSTS=push.origin) as running:
        yield running


THEMES = [{}, {"forced_colors": "active"}, {"color_scheme": "dark"}, {"contrast": "more"}]


@pytest.mark.parametrize("theme", THEMES if os.environ.get("PRACOWNIA_TEST_FULL") else THEMES[:1])
def test_a_film_waits_until_it_is_played_and_has_its_captions_and_words(walk, theme):
    walker = walk("uczestniczka", **theme)
    page, fetched = walker.page, []
    page.on("response", lambda answer: fetched.append((answer.url.rpartition("/")[2].partition("?")[0], answer.status)))
    walker.open("/help")  # the policy of this page holds for the one that is swapped into it
    walker.follow("Mój plan", within="nav")
    walker.sees("Mój plan", picture=f"film-{len(theme)}-{'-'.join(map(str, theme.values()))}")
    film = page.locator("main video")
    assert film.evaluate("one => [one.autoplay, one.paused, one.preload, one.controls]") == [False, True, "none", True]
    assert not [name for name, _ in fetched if name.endswith(".mp4")]
    with page.expect_response(lambda answer: "/films/plan.mp4" in answer.url) as asked:
        film.evaluate("one => { one.play().catch(() => null) }")
    assert asked.value.status == 206
    page.wait_for_function("() => document.querySelector('main video').textTracks[0].cues?.length === 1")
    assert ("plan.vtt", 200) in fetched
    walker.page.get_by_text("Tekst filmu").click()
    walker.says("Drugi akapit.")
    walker.hears_of()  # nothing that the policy would have stopped


def test_a_screen_without_a_film_says_only_that_an_interpreter_can_come(walk):
    walker = walk("uczestniczka")
    walker.open("/book/need")
    walker.sees("W czym mamy pomóc?")
    walker.says("Tłumacz PJM")
    expect(walker.page.locator("video")).to_have_count(0)
    expect(walker.page.get_by_text("Film w języku migowym")).to_have_count(0)
