"""What a page may cost: queries and bytes, on the demo's own data. Time is measured by `make bench`, never here."""

import re
import shutil
from datetime import timedelta

import brotli
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, insert, select

from portal import config, create_app
from services import bookings, clock, demo, drafts, identity, migrations, slots
from services.db import Database
from services.models import Booking, Person, Slot, SupportForm
from tests.factories import instant

PAGES = ("/plan", "/book/day", "/book/hour")
MOST_QUERIES = 8
FIRST_VIEW, SCRIPTS, ALL_SCRIPTS, STYLES = 60_000, 20_000, 25_000, 15_000
NOT_QUERIES = ("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE")


@pytest.fixture(scope="module", autouse=True)
def a_monday():
    with clock.frozen(instant("2026-11-23 09:00")):
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("budgets")


@pytest.fixture(scope="module")
def filled(folder):
    url = f"sqlite:///{folder / 'demo.db'}"
    migrations.upgrade(url)
    database = Database(url)
    with database.write() as db, db.begin():
        demo.fill(db)
    database.close()
    return folder / "demo.db"


class Site:
    """The app on a demo's file, with the demo's participant half way through a booking."""

    def __init__(self, file, var):
        url = f"sqlite:///{file}"
        settings = {"PRACOWNIA_DEMO": "1", "PRACOWNIA_VAR": str(var), "PRACOWNIA_DATABASE_URL": url}
        self.app = create_app(config.read(settings))
        self.database = self.app.extensions["database"]
        with self.database.write() as db, db.begin():
            maria = db.scalar(select(Person).where(Person.email == demo.ACCOUNTS[0]))
            form = db.scalar(select(SupportForm).where(SupportForm.given_by == "career-adviser"))
            days, _ = slots.free_days(db, form.id, person=maria)
            drafts.keep(db, f"person:{maria.id}", "booking", {"form": form.id, "day": days[0].day.isoformat()})
            token = identity.sign_in(db, maria, is_shared=False)
        self.client = FlaskClient(self.app, self.app.response_class, use_cookies=True)
        with self.client.session_transaction() as session:
            session.update(_user_id=token, _fresh=True, seen=int(clock.now().timestamp()))

    def queries_of(self, path: str) -> list[tuple]:
        """What the page asks the database: statements with their values."""
        said = []

        def note(_connection, _cursor, statement, values, *_more):
            if not statement.startswith(NOT_QUERIES):
                said.append((statement, values))

        event.listen(self.database.engine, "before_cursor_execute", note)
        answer = self.client.get(path)
        event.remove(self.database.engine, "before_cursor_execute", note)
        assert answer.status_code == 200, (path, answer.location)
        return said

    def steps_of(self, path: str) -> int:
        """How many instructions the database runs for the page."""
        steps = 0

        def count():
            nonlocal steps
            steps += 1

        def watch(connection, _record, _proxy):
            connection.set_progress_handler(count, 1)

        self.client.get(path)  # what is done once is done
        event.listen(self.database.engine, "checkout", watch)
        assert self.client.get(path).status_code == 200
        event.remove(self.database.engine, "checkout", watch)
        with self.database.engine.connect() as connection:
            connection.connection.dbapi_connection.set_progress_handler(None, 1)
        return steps


@pytest.fixture(scope="module")
def site(filled, folder):
    return Site(shutil.copy(filled, folder / "as-it-is.db"), folder)


@pytest.fixture(scope="module")
def grown(filled, folder):
    """The same with ten times the bookings; the new ones are behind, where bookings gather."""
    file = shutil.copy(filled, folder / "grown.db")
    database = Database(f"sqlite:///{file}")
    with database.write() as db, db.begin():
        had = db.scalar(select(func.count(Booking.id)))
        _add_history(db, 9 * had)
        assert db.scalar(select(func.count(Booking.id))) == 10 * had
    database.close()
    return Site(file, folder)


def _add_history(db, how_many):
    """A third of it Maria's own, so that her pages would feel it."""
    maria = db.scalar(select(Person.id).where(Person.email == demo.ACCOUNTS[0]))
    others = list(db.scalars(select(Person.id).where(Person.id != maria)))
    staff = db.execute(select(Slot.specialist_id, func.min(Slot.form_id)).group_by(Slot.specialist_id)).all()
    first, start = db.scalar(select(func.max(Slot.id))) + 1, instant("2025-06-01 09:00")
    times, sat = [], []
    for number in range(how_many):
        starts_at = start - timedelta(hours=number)
        specialist_id, form_id = staff[number % len(staff)]
        about = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=45)}
        times.append(about | {
            "id": first + number, "specialist_id": specialist_id, "form_id": form_id, "mode": "phone",
            "day": clock.local(starts_at).date(), "capacity": 1, "provides": [], "status": "published", "published_at": starts_at,
        })  # fmt: skip
        sat.append(about | {
            "number": f"old-{number}", "person_id": maria if number % 3 == 0 else others[number % len(others)], "seat": 1,
            "slot_id": first + number, "status": "booked", "version": 1, "needs": [], "key": f"old-{number}", "asked": "",
            "answer": "yes", "is_late": False, "booked_at": starts_at,
        })  # fmt: skip
    db.execute(insert(Slot), times)
    db.execute(insert(Booking), sat)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_the_database_a_few_times(site, path):
    said = site.queries_of(path)

    assert 1 < len(said) <= MOST_QUERIES, "\n\n".join(statement for statement, _ in said)


@pytest.mark.parametrize("path", PAGES)
def test_it_asks_no_more_when_bookings_have_grown_tenfold(site, grown, path):
    assert len(grown.queries_of(path)) == len(site.queries_of(path))


@pytest.mark.parametrize("path", PAGES)
def test_the_database_works_no_harder_when_bookings_have_grown_tenfold(site, grown, path):
    """Counted in instructions of SQLite's own machine, which no other work on this computer changes."""
    usual, many = site.steps_of(path), grown.steps_of(path)
    assert 500 < many <= 1.2 * usual


@pytest.mark.parametrize("path", PAGES)
def test_nothing_reads_all_of_the_bookings_or_all_of_the_times(grown, path):
    """Every look into the two tables that grow goes by an index."""
    with grown.database.engine.connect() as connection:
        for statement, values in grown.queries_of(path):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
            scans = [row[3] for row in plan if row[3].startswith("SCAN") and row[3].split()[1].startswith(("booking", "slot"))]
            assert scans == [], statement


FROM_OUTSIDE = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none", "Accept-Encoding": "gzip, br"}
NEEDED = re.compile(r'<(?:script src|link rel="(?:stylesheet|modulepreload)" href|img src)="(/static/[^"]+)"')
ON_ONES_OWN_PHONE = {"app.css", "app.js", "mine.js", "vendor/htmx-4.0.1.min.js"}


@pytest.fixture
def nobody(site):
    return FlaskClient(site.app, site.app.response_class)


@pytest.fixture
def booked(site):
    with site.database.read() as db:
        maria = db.scalar(select(Person).where(Person.email == demo.ACCOUNTS[0]))
        return f"/booked/{bookings.coming(db, maria)[0].number}"


def weights(client, path) -> dict[str, int]:
    """Bytes of a first view, by what is sent: the page itself is "page"; a file that is only fetched when it is pressed for is
    not among them."""
    page = client.get(path, headers=FROM_OUTSIDE)
    assert page.status_code == 200
    assert page.headers["Content-Encoding"] == "br"
    names = {url: name for name, url in client.application.extensions["assets"].names.items()}
    sent = {"page": len(page.data)}
    for url in NEEDED.findall(brotli.decompress(page.data).decode()):
        name = names[url.removeprefix("/static/")]
        sent[name] = len(client.get(url, headers=FROM_OUTSIDE).data)
    return sent


def is_light(weights: dict[str, int]) -> bool:
    scripts = sum(size for name, size in weights.items() if name.endswith(".js"))
    return weights["app.css"] <= STYLES and scripts <= SCRIPTS and sum(weights.values()) <= FIRST_VIEW


def code_in(weights: dict[str, int]) -> set[str]:
    return {name for name in weights if name.endswith((".js", ".css"))}


@pytest.mark.parametrize("path", [*PAGES, "booked"])
def test_the_first_view_of_a_page_is_light_and_loads_nothing_that_it_does_not_use(site, booked, path):
    found = weights(site.client, booked if path == "booked" else path)

    assert is_light(found), found
    assert code_in(found) == ON_ONES_OWN_PHONE


def test_where_nobody_has_signed_in_there_is_nothing_for_ones_own_phone(nobody):
    found = weights(nobody, "/sign-in")

    assert is_light(found), found
    assert code_in(found) - {"passkey.js"} == ON_ONES_OWN_PHONE - {"mine.js"}


def test_all_scripts_together_are_light(site):
    """Also those that are only fetched when somebody presses for them: reading aloud, passkeys, notifications."""
    assets = site.app.extensions["assets"]
    scripts = [assets.url(name) for name in assets.names if name.endswith(".js")]

    assert len(scripts) > len(ON_ONES_OWN_PHONE)
    assert sum(len(site.client.get(url, headers=FROM_OUTSIDE).data) for url in scripts) <= ALL_SCRIPTS


def test_nothing_brings_a_font_of_its_own(site):
    assets = site.app.extensions["assets"]

    assert "@font-face" not in assets.styles
    assert not [name for name in assets.names if name.endswith((".woff", ".woff2", ".ttf", ".otf"))]


def test_hashed_files_are_kept_for_good_and_pages_not_at_all(site):
    style = site.client.get(site.app.extensions["assets"].url("app.css"))

    assert "immutable" in style.headers["Cache-Control"]
    assert site.client.get("/plan").headers["Cache-Control"] == "no-store"
