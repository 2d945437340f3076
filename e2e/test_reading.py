"""Reading aloud: there is a button where the phone has a voice; it reads one sentence after another and marks it."""

import json
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from e2e.browser import shot
from e2e.page_checks import assert_page, focus_walk
from services import clock

POLISH, ENGLISH, UKRAINIAN = (
    {"lang": lang, "localService": True, "default": False, "name": lang} for lang in ("pl-PL", "en-GB", "uk_UA")
)
# A phone's voice. It says what it is given until the test lets it end, fail or fall silent.
VOICE = """voices => {
  class Utterance { constructor(text) { this.text = text } }
  const voice = window.voice = Object.assign(new EventTarget(), {
    voices, said: [], queue: [],
    getVoices: () => voice.voices,
    speak: one => { if (one.text) voice.queue.push(one), voice.said.push([one.text, one.voice.lang]) },
    cancel: () => { voice.queue = [] },
    end: (type = 'end') => { const one = voice.queue.shift(); one['on' + type]({type}) },
  })
  Object.defineProperties(voice, {speaking: {get: () => voice.queue.length > 0}, pending: {value: false}})
  Object.defineProperty(window, 'speechSynthesis', {value: voice})
  Object.defineProperty(window, 'SpeechSynthesisUtterance', {value: Utterance})
}"""
MARKED = "() => [...(CSS.highlights.get('read-now') || [])].map(range => range.toString()).join('|')"
MARK = """() => (({color, backgroundColor, textDecorationLine}) => [color, backgroundColor, textDecorationLine])(
  getComputedStyle(document.querySelector('h1'), '::highlight(read-now)'))"""


class Reader:
    """A person whose phone has these voices, on a page."""

    def __init__(self, walker, path: str, *voices: dict, more: str = ""):
        self.walker, self.page = walker, walker.page
        self.page.context.add_init_script(f"({VOICE})({json.dumps(voices)}); {more}")
        walker.open(path)
        self.button = self.page.get_by_role("button", name="Posłuchaj")

    @property
    def said(self) -> list[str]:
        return [text for text, _ in self.page.evaluate("voice.said")]

    @property
    def marked(self) -> str:
        return "".join(self.page.evaluate(MARKED).split())

    def begin(self) -> None:
        self.button.click()
        self.page.wait_for_function("() => voice.said.length > 0")

    def next(self, how: str = "end") -> str:
        """The sentence ends; the one that is said then, or nothing."""
        self.page.evaluate("how => voice.end(how)", how)
        return self.said[-1] if self.page.evaluate("voice.queue.length") else ""

    def to_the_end(self) -> list[str]:
        while self.next():
            assert len(self.said) < 300
        return self.said

    def is_silent(self) -> None:
        expect(self.button).to_have_attribute("aria-pressed", "false")
        assert self.page.evaluate("voice.queue.length") == 0
        assert self.marked == ""


@pytest.fixture
def plan(walk, site):
    """`plan(*voices)`: somebody with a session tomorrow reads her plan."""

    def read(*voices, **options):
        person = site.newcomer(steps=("Wybrać kurs. Zapisać się.",))
        site.booking(person, site.tomorrow())
        walker = walk(**options)
        walker.sign_in(site.link(person.email), shared=True)
        return Reader(walker, "/plan", *voices)

    return read


def test_a_phone_without_a_voice_has_no_button_and_fetches_no_reader(walk):
    guest = walk("uczestniczka")
    fetched = []
    guest.page.on("request", lambda request: fetched.append(request.url))
    guest.open("/plan")
    guest.sees("Mój plan")
    expect(guest.page.locator("[data-listen]")).to_have_count(1)
    expect(guest.page.locator("[data-listen]")).to_be_hidden()
    assert [url for url in fetched if "/static/read." in url] == []


@pytest.mark.parametrize("voice", [ENGLISH, {**POLISH, "localService": False}, {**POLISH, "lang": "pt-BR"}])
def test_a_voice_that_speaks_otherwise_or_lives_elsewhere_is_none(walk, voice):
    reader = Reader(walk(), "/help", voice)

    expect(reader.page.locator("[data-listen]")).to_be_hidden()


def test_it_reads_the_heading_then_the_page_marks_each_sentence_and_leaves_no_trace(plan):
    reader = plan(POLISH)
    reader.walker.sees("Mój plan", picture="listen-offered")
    page, fetched = reader.page, []
    page.on("request", lambda request: fetched.append(request.url))
    heard, html = page.locator("#page").aria_snapshot(), page.locator("#content").inner_html()
    reader.begin()
    assert sum("/static/read." in url for url in fetched) == 1
    assert (reader.said, reader.marked) == (["Mój plan"], "Mójplan")
    expect(reader.button).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Naciśnij jeszcze raz, żeby przestać.")).to_be_in_viewport()
    expect(page.locator("h1")).to_be_in_viewport()
    shot(page, "listen-reading", whole=False)
    while now := reader.next():
        assert reader.marked == now.replace(" ", "")
        if now == "Tak, przyjdę":
            expect(page.get_by_role("button", name=now)).to_be_in_viewport()
    reader.is_silent()
    said = reader.said
    tomorrow = clock.local(clock.now() + timedelta(days=1))
    assert any(str(tomorrow.day) in text.split() and len(text.split()) == 3 for text in said)  # "środa 25 listopada", as drawn
    assert [text for text in said if "kurs" in text or "Zapisać" in text] == ["Wybrać kurs.", "Zapisać się."]
    assert "Tak, przyjdę" in said
    assert {"Posłuchaj", "Naciśnij jeszcze raz, żeby przestać."} & set(said) == set()
    unseen = page.locator("main .hidden, main details:not([open]) > p").all_text_contents()
    assert {text.strip() for text in unseen} & set(said) == set()
    assert page.locator("#page").aria_snapshot() == heard
    assert page.locator("#content").inner_html() == html
    expect(reader.button).to_be_focused()


def test_it_stops_by_the_button_and_by_escape(plan):
    reader = plan(POLISH)
    for stop in (reader.button.click, lambda: reader.page.keyboard.press("Escape")):
        reader.begin()
        reader.next()
        assert reader.marked
        stop()
        reader.is_silent()
        reader.page.evaluate("voice.said = []")


def test_what_has_the_focus_is_not_covered_while_it_reads(walk):
    reader = Reader(walk(viewport={"width": 360, "height": 480}), "/help", POLISH)
    reader.begin()

    assert focus_walk(reader.page) == []


def test_it_stops_when_one_goes_on_to_another_page(plan):
    reader = plan(POLISH)
    reader.begin()
    reader.walker.follow("Pomoc", within="header")
    reader.walker.sees("Pomoc")
    reader.is_silent()
    reader.page.evaluate("voice.said = []")
    reader.begin()
    assert reader.said == ["Pomoc"]


def test_a_voice_that_fails_or_falls_silent_goes_on_with_the_next_sentence(walk):
    reader = Reader(walk(), "/help", POLISH)
    reader.begin()
    second = reader.next("error")
    assert second.replace(" ", "") == reader.marked
    reader.page.evaluate("voice.queue = []")  # cut off, as phones do, without a word
    reader.page.wait_for_function("() => voice.said.length === 3")
    third = reader.said[-1]
    assert reader.marked == third.replace(" ", "") != second
    assert reader.next("error") != ""
    assert reader.next("error") == ""  # a voice that can say nothing is not asked for ever
    reader.is_silent()


def test_no_utterance_is_long(walk):
    """The statement has the longest sentences of all: an act prescribes them."""
    reader = Reader(walk(), "/accessibility", POLISH)
    reader.begin()
    said = reader.to_the_end()
    assert max(len(text) for text in said) <= 160
    assert "4 kwietnia 2019 r. o dostępności" in " ".join(said)
    assert not [text for text in said if text.endswith((" r.", " ul."))]


def test_words_in_another_language_are_read_by_its_voice_or_not_at_all(walk):
    both = Reader(walk(), "/look", POLISH, UKRAINIAN)
    both.begin()
    both.to_the_end()
    spoken = dict(both.page.evaluate("voice.said"))
    assert spoken["Polski"] == "pl-PL"
    assert spoken["Українська"] == "uk_UA"
    assert "English" not in spoken


def test_where_the_browser_cannot_mark_words_the_line_is_marked(walk):
    reader = Reader(walk(), "/help", POLISH, more="delete window.Highlight")
    html = reader.page.locator("#content").inner_html()
    reader.begin()
    marked = reader.page.locator("[data-read-now]")
    expect(marked).to_have_text("Pomoc")
    assert marked.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    reader.next()
    expect(marked).to_have_count(1)
    expect(marked).not_to_have_text("Pomoc")
    reader.to_the_end()
    assert reader.page.locator("#content").inner_html() == html


THEMES = {
    "light": {}, "dark": {"color_scheme": "dark"}, "contrast": {"contrast": "more"}, "forced": {"forced_colors": "active"},
}  # fmt: skip


@pytest.mark.parametrize("theme", THEMES)
def test_the_mark_can_be_read_in_every_theme_and_is_no_colour_alone(walk, theme):
    reader = Reader(walk(**THEMES[theme]), "/help", POLISH)
    reader.begin()
    shot(reader.page, f"listen-{theme}", whole=False)
    ink, paper, line = reader.page.evaluate(MARK)
    assert contrast(ink, paper) >= 7
    assert line == "underline"
    reader.page.locator("footer").scroll_into_view_if_needed()  # where the button covers nothing for a moment
    reader.walker.sees("Pomoc")


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((light(one), light(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("where", ["end", "top"])
def test_a_voice_that_comes_late_moves_nothing(walk, where):
    """The place of the button is kept from the start, at the end of the page or, for who chose it, at its top."""
    walker = walk()
    walker.open("/look")
    if where == "top":
        walker.choose("Przycisk na górze strony")
        walker.press("Zapisz wygląd", whole=True)
        walker.sees("Wygląd i czytanie")
    reader = Reader(walker, "/never-was")
    places = "() => [...document.querySelectorAll('h1, main p, footer')].map(one => one.getBoundingClientRect().top)"
    before = reader.page.evaluate(places)
    reader.page.evaluate("voices => { voice.voices = voices; voice.dispatchEvent(new Event('voiceschanged')) }", [POLISH])
    expect(reader.button).to_be_visible()
    assert reader.page.evaluate(places) == before
    button, heading = reader.button.bounding_box(), reader.page.locator("h1").bounding_box()
    assert (button["y"] < heading["y"]) == (where == "top")
    assert_page(reader.page)


def test_pages_of_staff_have_no_button(walk):
    reader = Reader(walk("koordynator"), "/people", POLISH)

    expect(reader.page.locator("h1")).to_have_count(1)
    expect(reader.page.locator("[data-listen]")).to_have_count(0)
