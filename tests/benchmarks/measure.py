"""How much CPU, how many queries, how many bytes."""

import time
from dataclasses import dataclass

import brotli
from sqlalchemy import event

from tests.benchmarks import floor
from tests.benchmarks.ground import Browser, Site, send, wishes

ROUNDS, REQUESTS = 5, 60
NOT_QUERIES = ("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")


@dataclass
class Cost:
    milliseconds: float
    queries: int = 0
    size: int = 0


class Queries:
    """The statements that a database was asked, one after the other."""

    def __init__(self, engine):
        self.engine, self.said = engine, []

    def __enter__(self):
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_):
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement, *_more):
        if not statement.startswith(NOT_QUERIES):
            self.said.append(statement)


def cpu_of(app, environs: list[dict], wanted: int) -> float:
    """Milliseconds of this process's CPU for one request, the best of some rounds: the machine has other work too."""
    size = len(environs) // ROUNDS
    best = None
    for start in range(0, size * ROUNDS, size):
        began = time.process_time()
        answers = [send(app, environ).status for environ in environs[start : start + size]]
        spent = (time.process_time() - began) / size * 1000
        assert set(answers) == {wanted}, set(answers)
        best = spent if best is None else min(best, spent)
    return best


def page(site: Site, path: str) -> Cost:
    browser: Browser = site.maria
    for _ in range(5):
        browser.get(path)
    with Queries(site.database.engine) as queries:
        answer = browser.get(path)
    spent = cpu_of(site.app, [browser.environ(path) for _ in range(ROUNDS * REQUESTS)], 200)
    return Cost(spent, len(queries.said), len(answer.body))


def booking(site: Site) -> Cost:
    """From the press of the button to the answer: seat, audit row, outbox row, commit."""
    environs = []
    for number, (browser, slot_id) in enumerate(wishes(site, ROUNDS * REQUESTS + 6)):
        data = {"key": f"bench-{number}-{slot_id}", "slot": slot_id, "needs": "loop"}
        environs.append(browser.environ("/book/check", data))
    for environ in environs[:5]:
        assert send(site.app, environ).status == 303
    with Queries(site.database.engine) as queries:
        assert send(site.app, environs[5]).status == 303
    return Cost(cpu_of(site.app, environs[6:], 303), len(queries.said))


def bare_page() -> Cost:
    app = floor.flask_app()
    return Cost(cpu_of(app, [floor.environ() for _ in range(ROUNDS * REQUESTS)], 200), 0, len(send(app, floor.environ()).body))


def bare_booking(folder) -> Cost:
    app = floor.booking_app(folder / "floor.db")
    return Cost(cpu_of(app, [floor.environ(f"/book/{n}") for n in range(ROUNDS * REQUESTS)], 200), 1)


def first_view(site: Site) -> dict[str, int]:
    """Bytes of the first plan view with an empty cache, as they are sent: the page, with the styles that it carries, and the files
    that it names."""
    said = {"HTTP_SEC_FETCH_DEST": "document", "HTTP_SEC_FETCH_SITE": "none"}
    page = send(site.app, site.maria.environ("/plan") | said)
    text = brotli.decompress(page.body).decode()
    names = {"styles": ["app.css"], "scripts": ["app.js", "mine.js", "vendor/htmx-4.0.1.min.js"]}
    sizes = {"page": len(page.body)}
    for kind, files in names.items():
        urls = [site.app.extensions["assets"].url(name) for name in files]
        assert all(url in text for url in urls), "the plan links other files than are weighed"
        sent = [site.maria.get(url) for url in urls]
        assert all(answer.headers.get("content-encoding") == "br" for answer in sent)
        sizes[kind] = sum(len(answer.body) for answer in sent)
    sizes["page, when not the first"] = len(site.maria.get("/plan").body)
    return sizes
