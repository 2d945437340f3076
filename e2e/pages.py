"""The words in which journeys are told: open, press, follow, choose, fill, sees. No word waits for time, only for pages."""

from __future__ import annotations

import re
from html import unescape

from playwright.sync_api import Locator, Page, expect

from e2e.browser import shot
from e2e.page_checks import assert_page
from e2e.page_watch import watch_of

TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
LEAVING = "document.getElementById('page').dataset.left = 'yes', window.walked = 'yes'"


class Walk:
    """A person with a browser. Each page that it sees has to pass every check of page_checks."""

    error_mark = "Błąd: "

    def __init__(self, page: Page, scripts: bool = True):
        self.page, self.scripts = page, scripts

    def sign_in(self, link: str, *, shared: bool = False) -> None:
        """By a link, with the requests that its page would send; test_entry.py walks the page itself."""
        requests = self.page.context.request
        requests.get(link)
        answer = requests.post("/enter", form={"phone": "shared" if shared else "mine"})
        assert answer.ok, answer.text()
        self.page.goto(answer.url)

    def open(self, path: str) -> None:
        """An address typed, or touched in a message."""
        self.page.goto(path)

    def press(self, name: str, *, within: str = "main", nth: int = 0, whole: bool | None = False) -> None:
        """A button by its words, and the page that it leads to. `whole`: it loads anew even with scripts on."""
        self._step(self.page.locator(within).get_by_role("button", name=name, exact=False).nth(nth), whole)

    def follow(self, name: str, *, within: str = "body", nth: int = 0, whole: bool | None = False) -> None:
        """A link by its words, and the page behind it."""
        self._step(self.page.locator(within).get_by_role("link", name=name, exact=False).nth(nth), whole)

    def back(self) -> None:
        """The page's own way back, not the browser's."""
        self.follow("Wróć", within="main .way")

    def choose(self, *answers: str) -> None:
        """Answers of radio buttons or boxes, by the beginning of their words; touched where a finger would."""
        for answer in answers:
            self.answer(answer).click()
            expect(self.answer(answer).locator("input")).to_be_checked()

    def answer(self, words: str) -> Locator:
        return self.page.locator("label.choice").filter(has_text=re.compile(rf"^\s*{re.escape(words)}")).first

    def choose_nth(self, nth: int) -> str:
        """One of a list of days or hours, counted from 0; returns its value."""
        choice = self.page.locator("label.choice").nth(nth)
        choice.click()
        return choice.locator("input").get_attribute("value") or ""

    def fill(self, label: str, text: str) -> None:
        typed = self.page.locator("input.input, textarea")
        self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}")).and_(typed).first.fill(text)

    def sees(self, heading: str | re.Pattern[str], *, errors: tuple[str, ...] = (), picture: str = "") -> None:
        """The page with this h1 stands there whole, says these errors and no others, and nothing is wrong with it."""
        page = self.page
        expect(page.locator("h1")).to_have_text(heading)
        expect(page.locator(".errors li")).to_have_text(list(errors))
        if sent := TITLE.search(watch_of(page).source(page)):  # what was refined in place comes without one
            expect(page).to_have_title(" ".join(unescape(sent[1]).split()))
        assert page.title().startswith(self.error_mark) == bool(errors), page.title()
        if errors and self.scripts:
            expect(page.locator(".errors:focus")).to_have_count(1)
        for link in page.locator(".errors a").all():
            assert page.locator(link.get_attribute("href") or "none").count() == 1, "an error leads nowhere"
        self._note()
        if picture:
            shot(page, picture if self.scripts else f"{picture}-no-scripts")
        assert_page(page)

    def says(self, *texts: str) -> None:
        """These words stand on the page where eyes can see them."""
        for text in texts:
            expect(self.page.get_by_text(text).first).to_be_visible()

    def is_silent_about(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.get_by_text(text)).to_have_count(0)

    def hears_of(self, *words: str) -> None:
        """The browser complained of these, as the journey meant it to, and of nothing else."""
        heard = watch_of(self.page).take()
        assert all(any(word in line for line in heard) for word in words), heard
        assert all(any(word in line for word in words) for line in heard), heard

    def _step(self, target: Locator, whole: bool | None) -> None:
        page = self.page
        page.evaluate(LEAVING)
        self._activate(target)
        page.locator("#page:not([data-left])").wait_for()
        page.wait_for_load_state("domcontentloaded")
        if not self.scripts or whole is None:
            return
        was_swapped = page.evaluate("window.walked === 'yes'")
        assert was_swapped != whole, f"{target}: the page was {'swapped' if was_swapped else 'loaded whole'}"
        if was_swapped:
            expect(page.locator("#page [data-focus]:focus, #page h1:focus")).to_have_count(1)

    def _note(self) -> None:
        """What a teller of this journey wants to know of a page, before it is measured."""

    def _activate(self, target: Locator) -> None:
        target.click()
