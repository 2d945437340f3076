"""Somebody on a journey: a Walk in any language and by any hand, that writes down what each page said and watches each step."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from e2e.browser import shot
from e2e.journeys.hands import Finger
from e2e.journeys.words import Words
from e2e.page_checks import PARTICULAR
from e2e.page_watch import watch_of
from e2e.pages import Walk

# What assistive technology is told besides the focus, and how a form looked when it was sent: noted by a browser of ours.
EAR = """(() => {
  window.live = []
  window.sent = []
  new MutationObserver(changes => {
    for (const {target, addedNodes} of changes) {
      const region = (target.nodeType === 1 ? target : target.parentElement)?.closest('[role=status], [role=alert], [aria-live]')
      const fresh = [...addedNodes].flatMap(one => one.nodeType === 1 ? [...one.querySelectorAll('[role=status], [role=alert]')] : [])
      for (const one of region ? [region, ...fresh] : fresh) {
        const words = one.innerText?.trim()
        if (words && window.live.at(-1)?.words !== words) window.live.push({words, one})
      }
    }
  }).observe(document, {childList: true, subtree: true, characterData: true})
  addEventListener('submit', ({target, submitter, defaultPrevented}) => {
    if (target.method === 'post') window.sent.push({busy: target.ariaBusy, words: submitter?.innerText.trim()})
  })
})()"""
HEARD = """() => {
  const focus = document.activeElement
  const others = window.live.filter(({one}) => one.isConnected && !focus.contains(one)).map(({words}) => words)
  window.live = []
  return {others, focus: focus.innerText.trim()}
}"""
# What is asked on the page as it stands: the names of its fields that hold no answer yet. One act of a page is one form.
ASKED = """() => [...document.querySelectorAll('main form')].flatMap(form => {
  const fields = [...form.elements].filter(one => one.name && one.matches('input:not([type=hidden]), select, textarea'))
  const isAnswered = one => one.matches('[type=radio], [type=checkbox]')
    ? fields.some(other => other.name === one.name && other.checked) : Boolean(one.value)
  return fields.filter(one => !isAnswered(one) && one.type !== 'checkbox').map(one => one.name)
})"""
TYPED = """() => Object.fromEntries([...document.querySelectorAll('main form')].flatMap(form => [...form.elements])
  .filter(one => one.name && one.matches('input:not([type=hidden], [type=file]), select, textarea') && one.checkVisibility())
  .filter(one => !one.matches('[type=radio], [type=checkbox]') || one.checked)
  .map(one => [`${one.name} ${one.type === 'checkbox' ? one.value : ''}`.trim(), one.value]))"""
PLACE = """() => [document.querySelector('.steps span')?.innerText ?? '',
  ...[...document.querySelectorAll('.menu [aria-current], header [aria-current]')].map(one => one.innerText.trim())].join(' ').trim()"""
NUMBERS = re.compile(r"(?<!krok )\d+")  # how many people a sending goes to is another matter each time
THEMES = ("light", "dark", "contrast")
PICTURED = (320, 360, 1280)


@dataclass(frozen=True)
class Said:
    """What a page said of itself."""

    title: str
    heading: str
    errors: str
    place: str
    status: int


class Traveller(Walk):
    """All words are Polish, as they stand in the templates; `also` is what the data adds to them."""

    def __init__(self, page: Page, scripts: bool, hand: type[Finger], lang: str, name: str):
        super().__init__(page, scripts)
        self.hand, self.words, self.name = hand(page), Words(lang), name
        self.told: list[Said] = []
        self._asked: dict[str, str] = {}
        self._typed: dict[str, str] = {}
        if scripts:
            page.add_init_script(EAR)

    @property
    def error_mark(self) -> str:
        return self.words("Błąd:") + " "

    # Doing

    def press(self, name: str, *, also: str = "", within: str = "main", whole: bool | None = False) -> None:
        self._step(self._named("button", name, also, within), whole)

    def follow(self, name: str, *, also: str = "", within: str = "main", whole: bool | None = False) -> None:
        self._step(self._named("link", name, also, within), whole)

    def back(self) -> None:
        self.follow("Wróć", within="main .way")

    def choose(self, *answers: str) -> None:
        for answer in answers:
            box = self.box(answer)
            if not box.is_checked():
                self.hand.tick(box)
            expect(box).to_be_checked()

    def untick(self, *answers: str) -> None:
        for answer in answers:
            self.hand.tick(self.box(answer))
            expect(self.box(answer)).not_to_be_checked()

    def choose_at(self, nth: int, name: str) -> str:
        """One of a list of days, hours or people, counted from 0; returns its value."""
        box = self.page.locator(f"main input[name={name}]:is([type=radio], [type=checkbox])").nth(nth)
        self.hand.tick(box)
        expect(box).to_be_checked()
        return box.get_attribute("value") or ""

    def untick_at(self, nth: int, name: str) -> None:
        box = self.page.locator(f"main input[name={name}]:checked").nth(nth)
        self.hand.tick(box)

    def search(self, button: str) -> None:
        """A button that changes a part of the page in place."""
        self.hand.press(self._named("button", button, "", "main"))

    def box(self, words: str) -> Locator:
        return self.answer(self.words(words)).locator("input")

    def fill(self, label: str, text: str) -> None:
        self.hand.fill(self._field(label), text)

    def pick(self, label: str, option: str) -> None:
        self.hand.pick(self._field(label), self.words(option))

    def unfold(self, words: str, *, nth: int = 0) -> None:
        summary = self.page.locator("summary").filter(has_text=self.words(words)).nth(nth)
        self.hand.press(summary)
        expect(summary.locator("xpath=..")).to_have_attribute("open", "")

    def mend(self, error: str) -> None:
        """The link of an error, which leads to the field or to the first answer of the question."""
        link = self._named("link", error, "", ".errors")
        goal = self.page.locator(link.get_attribute("href") or "none")
        self.hand.press(link)
        expect(goal).to_be_in_viewport()
        if self.scripts:
            expect(
                goal.locator("xpath=self::input|.//input").locator(":focus").or_(self.page.locator("main input:focus"))
            ).to_be_focused()

    # Seeing

    def sees(self, heading, *, errors: tuple[str, ...] = (), picture: str = "", **facts) -> None:
        if isinstance(heading, str):
            heading = self.words(heading, **facts) if facts else self.words.pattern(heading)
        super().sees(heading, errors=tuple(self.words(one) for one in errors))

    def _note(self) -> None:
        page = self.page
        errors = tuple(page.locator(".errors li").all_inner_texts())
        heading, status = page.locator("h1").inner_text(), watch_of(page).status(page)
        about = (page.title(), heading, "\n".join(errors), page.evaluate(PLACE))
        self.told.append(Said(*(NUMBERS.sub("#", text) for text in about), status))
        self._passes(bool(errors))
        self._take_pictures()

    def says(self, *texts: str, **facts) -> None:
        super().says(*(self.words(text, **facts) if facts else self.words.pattern(text) for text in texts))

    def is_silent_about(self, *texts: str) -> None:
        super().is_silent_about(*(self.words(text) for text in texts))

    # Inside

    def _named(self, role: str, name: str, also: str, within: str) -> Locator:
        """By how its name begins, and by what the data adds to it."""
        said = rf"^\s*{re.escape(self.words(name))}(?!\w)"
        found = self.page.locator(within).get_by_role(role, name=re.compile(said))
        return (found.filter(has_text=also) if also else found).first

    def _field(self, label: str) -> Locator:
        fields = self.page.locator("main :is(input.input, textarea, select)")
        return self.page.get_by_label(re.compile(rf"^\s*{re.escape(self.words(label))}")).and_(fields).first

    def _step(self, target: Locator, whole: bool | None) -> None:
        page, sent = self.page, []
        self._typed = page.evaluate(TYPED)
        if self.scripts:
            page.evaluate("window.live = [], window.sent = []")
        count = lambda request: sent.append(request) if request.method == "POST" else None  # noqa: E731
        page.on("request", count)
        try:
            super()._step(target, whole)
        finally:
            page.remove_listener("request", count)
        if not self.scripts or not page.evaluate("window.walked === 'yes'"):
            return
        assert len(sent) <= 1, f"one press was sent {len(sent)} times"
        if sent:
            (form,) = page.evaluate("window.sent")
            assert form == {"busy": "true", "words": self.words("Wysyłamy…")}, form
        heard = page.evaluate(HEARD)
        assert len(heard["others"]) <= 1, heard
        assert not set(heard["others"]) & set(heard["focus"].splitlines()), f"said twice: {heard}"

    def _activate(self, target: Locator) -> None:
        self.hand.press(target)

    def _passes(self, is_refused: bool) -> None:
        """The same words at the field, what was typed is still there, and nothing is asked that has been answered."""
        page = self.page
        faults = self.hand.take_faults()
        assert not faults, faults
        if is_refused:
            for link in page.locator(".errors a").all():
                at_field = page.locator(f"{link.get_attribute('href')}-error")
                expect(at_field).to_contain_text(link.inner_text())
            now = page.evaluate(TYPED)
            gone = {name: value for name, value in self._typed.items() if now.get(name) != value and name in now}
            assert not gone, f"typed, and gone: {gone}"
            return
        here = PARTICULAR.sub("*", page.url.partition("?")[0])
        for name in page.evaluate(ASKED):
            assert self._asked.setdefault(name, here) == here, f"{name} was asked on {self._asked[name]} and is asked on {here}"

    def _take_pictures(self) -> None:
        if not os.environ.get("PRACOWNIA_SHOTS"):
            return
        page, usual = self.page, self.page.viewport_size
        theme = page.locator("html").get_attribute("data-theme")
        for width in PICTURED:
            page.set_viewport_size({"width": width, "height": 740})
            shot(page, f"{self.name}-{len(self.told):02}-{theme}-{self.words.lang}{'' if self.scripts else '-plain'}-{width}")
        page.set_viewport_size(usual)
