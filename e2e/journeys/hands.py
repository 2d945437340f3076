"""By what a journey is walked: a finger, an impatient finger that presses everything twice, a keyboard and nothing else."""

from __future__ import annotations

from playwright.sync_api import ElementHandle, Locator, Page, expect

from e2e.page_checks import measure

MOST_TABS = 25
HAS_FOCUS = "el => el === document.activeElement"
IS_BEHIND = "el => Boolean(document.activeElement.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_PRECEDING)"
# A question with one answer is one stop of Tab; inside it the arrows lead on, in the direction that is returned.
WAY_INSIDE = """el => {
  const here = document.activeElement
  if (el.type !== 'radio' || here.type !== 'radio' || here.name !== el.name || here.form !== el.form) return ''
  return here.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_PRECEDING ? 'ArrowUp' : 'ArrowDown'
}"""
IS_FAR = "el => document.activeElement === document.body && !location.hash && Boolean(el.closest('main'))"
# What was measured may have moved the place from which Tab goes on; a page that is fresh begins at its beginning.
FROM_THE_START = "(({body}) => { body.tabIndex = -1; body.focus(); body.blur(); body.removeAttribute('tabindex') })(document)"
NAMED = "el => `${el.localName} ${[...(el.labels ?? []), el].map(one => one.innerText).join(' ').trim().slice(0, 60)}`"


class Finger:
    """Presses what it sees, in the middle."""

    def __init__(self, page: Page):
        self.page = page

    def press(self, target: Locator) -> None:
        target.click()

    def tick(self, box: Locator) -> None:
        """A radio button or a box, by its label."""
        box.locator("xpath=ancestor::label").click()

    def fill(self, field: Locator, text: str) -> None:
        field.fill(text)

    def pick(self, field: Locator, option: str) -> None:
        field.select_option(label=option)

    def take_faults(self) -> list[str]:
        return []


class ImpatientFinger(Finger):
    """Every button twice at once: it has to count once."""

    def press(self, target: Locator) -> None:
        is_button = target.evaluate("el => el.matches('form[method=post] button')")
        target.dblclick() if is_button else target.click()


class Keyboard(Finger):
    """Tab, Shift+Tab, arrows, Space and Enter. Every stop on the way has to be seen, and the way must not be long."""

    def __init__(self, page: Page):
        super().__init__(page)
        self.faults: list[str] = []

    def press(self, target: Locator) -> None:
        self.go_to(target)
        self.page.keyboard.press("Space" if target.evaluate("el => el.localName === 'button'") else "Enter")

    def tick(self, box: Locator) -> None:
        was_checked = box.is_checked()
        self.go_to(box)
        if box.is_checked() == was_checked:  # an arrow may have chosen it already
            self.page.keyboard.press("Space")

    def fill(self, field: Locator, text: str) -> None:
        self.go_to(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def pick(self, field: Locator, option: str) -> None:
        self.go_to(field)
        for key in ("Home", *["ArrowDown"] * field.locator("option").count()):
            if field.evaluate("el => el.selectedOptions[0].label") == option:
                return
            self.page.keyboard.press(key)
        expect(field.locator("option:checked")).to_have_text(option)

    def go_to(self, target: Locator) -> None:
        goal = target.element_handle()
        assert goal is not None
        passed = []
        if goal.evaluate(IS_FAR):  # past the menu, as the page offers it first
            self.page.evaluate(FROM_THE_START)
            self.page.keyboard.press("Tab")
            self.page.keyboard.press("Enter")
            expect(self.page.locator("#content")).to_be_focused()
        for _ in range(MOST_TABS + 1):
            if self._is_there(goal):
                return
            passed.append(self.page.evaluate(f"({NAMED})(document.activeElement)"))
            self.page.keyboard.press("Shift+Tab" if goal.evaluate(IS_BEHIND) else "Tab")
            self.faults += [fault for fault in measure(self.page, "stop")["found"] if fault not in self.faults]
        raise AssertionError(f"{goal.evaluate(NAMED)!r} is not reached in {MOST_TABS} presses of Tab, only {passed}")

    def _is_there(self, goal: ElementHandle) -> bool:
        for _ in range(MOST_TABS):
            if not (key := goal.evaluate(WAY_INSIDE)) or goal.evaluate(HAS_FOCUS):
                break
            self.page.keyboard.press(key)
        return goal.evaluate(HAS_FOCUS)

    def take_faults(self) -> list[str]:
        faults, self.faults = self.faults, []
        return faults
