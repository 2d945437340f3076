"""The ground that is measured on: a large SQLite file, the same with ten times the bookings, and a browser without a browser."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path

from sqlalchemy import func, insert, select
from werkzeug.test import EnvironBuilder

from portal import config, create_app
from services import bookings, clock, demo, drafts, identity, migrations, slots, working_days
from services.db import Database
from services.demo import scale
from services.models import Booking, Person, Slot, SupportForm

SLOTS, BOOKINGS = 20_000, 10_000


def make_large(folder: Path) -> str:
    """784 people, 20,000 times, 10,000 bookings; returns the URL."""
    url = f"sqlite:///{folder / 'large.db'}"
    migrations.upgrade(url)
    database = Database(url)
    with database.write() as db, db.begin():
        made = scale.fill_large(db, SLOTS, BOOKINGS)
    assert made[0] >= SLOTS, made
    assert made[1] >= BOOKINGS, made
    database.close()
    return url


def grow(url: str, folder: Path, total: int) -> str:
    """A copy with as many bookings as `total`, the new ones in the years behind: that is where bookings gather."""
    grown = f"sqlite:///{shutil.copy(url.removeprefix('sqlite:///'), folder / 'grown.db')}"
    database = Database(grown)
    with database.write() as db, db.begin():
        _add_history(db, total - db.scalar(select(func.count(Booking.id))))
    database.close()
    return grown


def _add_history(db, missing: int) -> None:
    rooms = dict(tuple(row) for row in db.execute(
        select(Slot.specialist_id, func.max(Slot.room_id)).where(Slot.room_id.is_not(None), Slot.day > clock.today())
        .group_by(Slot.specialist_id)
    ))  # fmt: skip
    patterns = list(db.scalars(select(Slot).where(Slot.id.in_(select(func.max(Slot.id)).group_by(Slot.specialist_id)))))
    patterns = [slot for slot in patterns if slot.specialist_id in rooms and slot.place_id]
    people = list(db.scalars(select(Person.id).order_by(Person.id)))
    first = (db.scalar(select(func.max(Slot.id))) or 0) + 1
    times, sat = [], []
    day = clock.today() - timedelta(days=60)  # behind all that the demo has made
    while len(sat) < missing:
        day -= timedelta(days=1)
        if not working_days.is_working(day):
            continue
        for hour in scale.HOURS:
            for pattern in patterns[: len(people) // len(scale.HOURS)]:
                starts_at = clock.at_wall(day, time(hour))
                number = len(sat)
                about = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=45)}
                times.append(about | {
                    "id": first + number, "specialist_id": pattern.specialist_id, "form_id": pattern.form_id, "mode": "place",
                    "place_id": pattern.place_id, "room_id": pattern.room_id, "day": day, "capacity": 1, "provides": [],
                    "status": "published", "published_at": starts_at,
                })  # fmt: skip
                sat.append(about | {
                    "number": f"old-{number}", "person_id": people[number % len(people)], "slot_id": first + number, "seat": 1,
                    "status": "booked", "version": 1, "needs": [], "key": f"old-{number}", "asked": "", "answer": "yes",
                    "is_late": False, "booked_at": starts_at,
                })  # fmt: skip
    db.execute(insert(Slot), times[:missing])
    db.execute(insert(Booking), sat[:missing])


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Browser:
    """Asks the app itself, as a WSGI server would, with one signed-in cookie."""

    def __init__(self, app, token: str):
        self.app = app
        session = {"_user_id": token, "_fresh": True, "seen": int(clock.now().timestamp())}
        cookie = app.session_interface.get_signing_serializer(app).dumps(session)
        self.headers = {
            "Cookie": f"{app.config['SESSION_COOKIE_NAME']}={cookie}", "Sec-Fetch-Site": "same-origin", "Accept-Language": "pl",
            "Accept-Encoding": "gzip, br",
        }  # fmt: skip

    def environ(self, path: str, data: dict | None = None) -> dict:
        return EnvironBuilder(
            path=path, method="GET" if data is None else "POST", data=data, headers=self.headers
        ).get_environ()

    def get(self, path: str) -> Answer:
        return send(self.app, self.environ(path))


def send(app, environ: dict) -> Answer:
    said = {}

    def start(status, headers, exc_info=None):
        said.update(status=int(status.split()[0]), headers={name.lower(): value for name, value in headers})

    parts = app(environ, start)
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    return Answer(said["status"], said["headers"], body)


def make_app(url: str, folder: Path):
    settings = {"PRACOWNIA_DEMO": "1", "PRACOWNIA_VAR": str(folder), "PRACOWNIA_DATABASE_URL": url}
    return create_app(config.read(settings))


@dataclass
class Site:
    app: object
    database: Database
    maria: Browser
    form_id: int


def open_site(url: str, folder: Path) -> Site:
    """The app on a database, and the demo's participant half way through a booking of whichever specialist is free."""
    app = make_app(url, folder)
    database = app.extensions["database"]
    with database.write() as db, db.begin():
        person = db.scalar(select(Person).where(Person.email == demo.ACCOUNTS[0]))
        form = db.scalar(select(SupportForm).where(SupportForm.given_by == "career-adviser"))
        found, _ = slots.free_days(db, form.id, person=person)
        answers = {"form": form.id, "day": found[1].day.isoformat()}
        drafts.keep(db, drafts.owner_of(person, person), "booking", answers)
        token = identity.sign_in(db, person, is_shared=False)
    return Site(app, database, Browser(app, token), form.id)


def wishes(site: Site, how_many: int) -> Iterator[tuple[Browser, int]]:
    """Somebody who has chosen a free hour, again and again: each another person, each another hour."""
    with site.database.write() as db, db.begin():
        taken = set(db.scalars(select(Booking.slot_id).where(Booking.status == "booked")))
        ahead = (Slot.starts_at > clock.now() + timedelta(days=1), Slot.status == "published", Slot.mode == "place")
        free = [slot for slot in db.scalars(select(Slot).where(*ahead).order_by(Slot.id)) if slot.id not in taken]
        people = list(db.scalars(select(Person).order_by(Person.id)))
        made = []
        for number, person in enumerate(people):
            busy = {booking.slot.day for booking in bookings.coming(db, person)}
            slot = next((one for one in free[number::7] if one.day not in busy and one.id not in taken), None)
            if slot is None:
                continue
            taken.add(slot.id)
            answers = {"form": slot.form_id, "day": slot.day.isoformat(), "slot": slot.id}
            drafts.keep(db, drafts.owner_of(person, person), "booking", answers)
            made.append((Browser(site.app, identity.sign_in(db, person, is_shared=False)), slot.id))
            if len(made) == how_many:
                break
    yield from made
