"""Opens what a cell names: the right person, language, words, colours and scripts, and the form sent where one is to be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import BrowserContext, Page, expect

from e2e.matrix.cells import Cell
from e2e.matrix.registry import Look
from e2e.matrix.visitors import Visitors
from e2e.matrix.world import World
from e2e.page_watch import watch_of

# Nothing is chosen and nothing is typed in the form but what is said; then it is sent as its button would.
SEND = """([end, typed]) => {
  const form = [...document.querySelectorAll('main form')].find(one => new URL(one.action).pathname.endsWith(end))
  if (!form) return false
  for (const field of form.elements) {
    if (field.type === 'radio' || field.type === 'checkbox') field.checked = typed[field.name] === field.value
    else if (field.matches('input:not([type=hidden], [type=file]), textarea')) field.value = typed[field.name] ?? ''
  }
  form.requestSubmit()
  return true
}"""
# What the phone keeps is of this language and these colours by now. The browser tells nobody when it is, so this asks again.
UNTIL_KEPT = """async ([marks, patience]) => {
  const isKept = async () => {
    if (!navigator.serviceWorker.controller) return false
    const kept = await (await caches.match('/plan/offline'))?.text()
    if (!kept || !marks.every(mark => kept.includes(mark))) return false
    const [store] = await caches.keys()
    const others = (await (await caches.open(store)).keys()).filter(({url}) => new URL(url).pathname === '/offline')
    return others.length === 1
  }
  for (const end = Date.now() + patience; Date.now() < end; await new Promise(done => setTimeout(done, 30))) if (await isKept()) return true
  return false
}"""


class Screens:
    """The browsers of everybody. One for each person, with scripts and without, serves all of their pages."""

    def __init__(self, world: World, visitors: Visitors, open_phone: Callable[..., Page]):
        self.world, self.visitors, self._open_phone = world, visitors, open_phone
        self._pages: dict[tuple, Page] = {}
        self.sources: dict[Cell, str] = {}  # the HTML of each cell that was shown, as it was sent

    @contextmanager
    def showing(self, cell: Cell) -> Iterator[Page]:
        """The page of a cell. What the server answered, and that it led nowhere else, is checked here."""
        page = self._page(cell)
        context = page.context
        context.add_cookies([self._look(cell)])
        if cell.state == "offline":
            yield from self._cut_off(page, cell)
            return
        answer = page.goto(self.world.path(cell.look.path, cell.state))
        if cell.look.form:
            self._send(page, cell.look, cell)
        else:
            assert answer and answer.status in _expected(cell), f"{cell}: {answer and answer.status} {page.url}"
            wanted = urlsplit(self.world.path(cell.look.path, cell.state)).path
            assert urlsplit(page.url).path == wanted, f"{cell}: led on to {page.url}"
        self.sources[cell] = watch_of(page).source(page)
        yield page

    def _page(self, cell: Cell) -> Page:
        key = (cell.look.who, cell.scripts, cell.state == "offline")
        if key not in self._pages:
            page = self._open_phone(self.world.site.base_url, scripts=cell.scripts)
            if (
                cell.state != "offline"
            ):  # no worker but where it is the matter: it would keep pages of one look for the next one
                page.context.add_init_script("delete Navigator.prototype.serviceWorker")
            page.context.add_cookies(self.visitors.cookies(cell.look.who))
            self._pages[key] = page
        return self._pages[key]

    def _look(self, cell: Cell) -> dict:
        chosen = {"theme": cell.theme, "lang": cell.lang, "easy": "yes" if cell.ease == "easy" else "no"}
        return {"name": "look", "value": urlencode(chosen), "url": self.world.site.base_url}

    def _send(self, page: Page, look: Look, cell: Cell) -> None:
        end = self.world.path(look.form, "default")
        with page.expect_response(lambda one: one.request.method == "POST") as sent:
            assert page.evaluate(SEND, [end, look.typed]), f"{cell}: no form that ends with {end}"
        assert sent.value.status == look.status, f"{cell}: {sent.value.status}"
        expect(page.locator(".errors")).to_be_visible()
        page.wait_for_load_state("domcontentloaded")

    def _cut_off(self, page: Page, cell: Cell) -> Iterator[Page]:
        context: BrowserContext = page.context
        page.goto("/plan")
        marks = [f'<html lang="{cell.lang}"', f'data-theme="{cell.theme}"']
        assert page.evaluate(UNTIL_KEPT, [marks, 15_000]), f"{cell}: the phone keeps no plan"
        context.set_offline(True)
        try:
            page.goto(self.world.path(cell.look.path, cell.state))
            yield page
        finally:
            context.set_offline(False)


def _expected(cell: Cell) -> tuple[int, ...]:
    if cell.endpoint in ("not found", "link over") or (cell.kind == "empty" and "AAAA" in cell.look.path):
        return (404,)
    if cell.endpoint == "not allowed":
        return (403,)
    return (200, 422) if cell.kind == "empty" else (200,)
