"""A running portal with its worker and demo data, for journeys; and what a journey needs to find there when it begins."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from services import bookings, clock, identity, plans
from services.db import Database
from services.models import (
    AccessNeed,
    Booking,
    Enrolment,
    MailboxItem,
    Person,
    ReminderChoice,
    Slot,
    StaffMember,
    StaffRole,
    SupportForm,
)  # fmt: skip
from tests.channels.smtp_servers import free_port
from tests.child import Child

PROGRAM = Path(sys.executable).parent / "pracownia"
STARTS_WITHIN = 30
FIRST = ("Zofia", "Halina", "Teresa", "Irena", "Danuta", "Renata", "Wanda", "Celina", "Beata", "Alicja", "Lucyna")
LAST = ("Kos", "Wilk", "Mróz", "Zając", "Lis", "Żuk", "Sikora", "Pawlak", "Baran", "Dudek", "Klimek", "Wrona", "Jeleń")
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_numbers, _people = count(1), count(1)
Found = TypeVar("Found")


def fill(folder: Path, daytime: dict[str, str]) -> Path:
    """A var folder with a migrated database full of demo data, made by the commands that everybody uses."""
    for act in ("migrate", "demo"):
        done = subprocess.run([PROGRAM, act], env=environment(folder) | daytime, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
    return folder


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """This process's environment without anybody's own settings, in demo mode, in a folder of its own."""
    ours = {"DEMO": "1", "VAR": str(folder), **settings}
    rest = {name: value for name, value in os.environ.items() if not name.startswith("PRACOWNIA_")}
    return rest | {f"PRACOWNIA_{name}": value for name, value in ours.items()}


class Site:
    """`with Site(folder, …) as site:` runs `pracownia serve` and `pracownia worker` on the data in `folder`.

    `host`: the name by which browsers know it; they make passkeys for a name only.
    """

    def __init__(self, folder: Path, daytime: dict[str, str], host: str = "127.0.0.1", **settings: str):
        bind = f"127.0.0.1:{free_port()}"
        self.base_url = f"http://{host}:{bind.rpartition(':')[2]}"
        settings = {"BIND": bind, "BASE_URL": self.base_url, "STOP_SECONDS": "1", **settings}
        self.environment = environment(folder, **settings) | daytime
        self.database = Database(f"sqlite:///{folder / 'pracownia.db'}")
        self._key = folder / "secret-key"

    def __enter__(self) -> Site:
        self._web = Child([PROGRAM, "serve"], r"Pracownia is at", env=self.environment)
        try:
            self._worker = Child([PROGRAM, "worker"], r"at work", env=self.environment)
            self._until_it_answers()
        except BaseException:
            self._web.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._web.stop()
        self._worker.stop()
        self.database.close()

    def _until_it_answers(self) -> None:
        """A listening socket tells nobody that it has opened, so this asks again."""
        end = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                DIRECT.open(f"{self.base_url}/readyz", timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                if time.monotonic() > end:
                    raise TimeoutError(self._web.output) from None
                time.sleep(0.02)

    @property
    def output(self) -> str:
        """The last lines of the server and of the worker."""
        return self._web.output + self._worker.output

    @property
    def key(self) -> bytes:
        return self._key.read_bytes()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction on the same database as the running site's."""
        with self.database.write() as db, db.begin():
            yield db

    def reading(self) -> Session:
        return self.database.read()

    def link(self, who: str) -> str:
        """An address by which somebody signs in: "koordynator", "uczestniczka", or a whole e-mail address."""
        address = who if "@" in who else f"{who}@example.org"
        with self.writing() as db:
            found = identity.accounts_at(db, address)[0]
            owner = {"person_id": found.id} if isinstance(found, Person) else {"staff_id": found.id}
            link = identity.make_link(db, self.key, "sign-in", lasts=timedelta(hours=1), **owner)
            return f"{self.base_url}/w/{identity.token_of(self.key, link)}"

    def newcomer(self, *, steps: tuple[str, ...] = (), needs: tuple[str, ...] = (), **about) -> Person:
        """Somebody new in the programme, of the coordinator's people; with `steps` also an agreed plan."""
        number = next(_people)
        first, last = FIRST[number % len(FIRST)], LAST[number % len(LAST)]  # the first 143 all differ
        with self.writing() as db:
            ewa = self.staff(db, "koordynator")
            like = db.scalars(select(Enrolment).where(Enrolment.coordinator_id == ewa.id).limit(1)).one()
            person = Person(
                gender="female", disability="no",
                **{"first_name": first, "last_name": last, "email": f"osoba-{number}@example.org", "contact": "email", **about},
            )  # fmt: skip
            person.needs = [AccessNeed(code=code) for code in needs]
            enrolment = Enrolment(
                person=person, edition_id=like.edition_id, partner_id=like.partner_id, coordinator_id=ewa.id,
                number=f"E2E/{number}", joined_on=clock.today() - timedelta(days=10), paths=list(like.paths),
            )  # fmt: skip
            db.add(enrolment)
            db.flush()
            if steps:
                version = self.proposal(db, person, steps)
                plans.answer(db, person, version.id, "agree")
            return person

    def proposal(self, db: Session, person: Person, steps: tuple[str, ...]):
        """A plan that waits for the person's answer. A step is a title, or "title: code of a form"."""
        ewa = self.staff(db, "koordynator")
        enrolment = db.scalars(select(Enrolment).where(Enrolment.person_id == person.id)).one()
        version = plans.draft_for(db, ewa, enrolment)
        goal = plans.add_goal(db, ewa, version, "Znaleźć pracę blisko domu")
        forms = dict(db.execute(select(SupportForm.code, SupportForm.id)).all())
        for step in steps:
            title, _, form = step.partition(": ")
            plans.add_step(db, ewa, version, goal.id, title, form_id=forms[form] if form else None)
        return plans.propose(db, ewa, version)

    def staff(self, db: Session, who: str) -> StaffMember:
        return db.scalars(
            select(StaffMember).where(StaffMember.email == f"{who}@example.org").options(selectinload(StaffMember.roles))
        ).one()

    def specialist(self, db: Session) -> StaffMember:
        """A career adviser with no times at all, so that any hour is free for them."""
        number = next(_numbers)
        model = self.staff(db, "doradca")
        member = StaffMember(
            first_name="Iwona", last_name=f"Bielak {number}", gender="female", organisation_id=model.organisation_id,
            email=f"iwona-{number}@example.org", roles=[StaffRole(role="career-adviser")],
        )  # fmt: skip
        db.add(member)
        db.flush()
        return member

    def slot(
        self, db: Session, starts_at: datetime, *, by: StaffMember | None = None, form: str = "career-counselling"
    ) -> Slot:
        """A published time of a career adviser's, 45 minutes by telephone, at the nearest whole minute."""
        starts_at = (starts_at + timedelta(seconds=30)).replace(second=0, microsecond=0)
        wanted = db.scalars(select(SupportForm).where(SupportForm.code == form)).one()
        slot = Slot(
            specialist_id=(by or self.specialist(db)).id, form_id=wanted.id, mode="phone", starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=45), day=clock.local(starts_at).date(), published_at=clock.now(),
        )  # fmt: skip
        db.add(slot)
        db.flush()
        return slot

    def booking(self, person: Person, starts_in: timedelta, *, by: str | None = None, **of_slot) -> Booking:
        """A session of theirs that begins, or began, so long from now."""
        with self.writing() as db:
            who = db.get(Person, person.id)
            adviser = db.scalars(select(StaffMember).where(StaffMember.email == by)).one() if by else None
            slot = self.slot(db, clock.now() + starts_in, by=adviser, **of_slot)
            with clock.frozen(min(clock.now(), slot.starts_at - timedelta(days=2))):
                made = bookings.book(db, who, who, slot.id, key=f"e2e-{next(_numbers)}")
            return bookings.get_by_id(db, made.id)

    def tomorrow(self, hour: int = 11) -> timedelta:
        """How long it is from now to that hour of tomorrow, by the wall clock."""
        when = (clock.local(clock.now()) + timedelta(days=1)).replace(hour=hour, minute=0, second=0, microsecond=0)
        return when - clock.now()

    def visit_path(self, booking: Booking) -> str:
        """The address that a message about this booking carries."""
        with self.writing() as db:
            return f"/s/{identity.token_of(self.key, identity.visit_link(db, self.key, db.get(Booking, booking.id)))}"

    def again(self, row):
        """The row as it stands in the database now."""
        with self.reading() as db:
            return db.get(type(row), row.id)

    def choose(self, person: Person, *channels: str) -> None:
        """How the person is reminded."""
        with self.writing() as db:
            db.merge(ReminderChoice(person_id=person.id, channels=list(channels), moments=["day"], is_discreet=True))

    def mail_to(self, address: str, holds: re.Pattern[str]) -> str:
        """What the groups of a pattern find in the newest demo mail to an address; waits until the worker has sent it."""
        newest = select(MailboxItem).where(MailboxItem.to == address).order_by(MailboxItem.id.desc()).limit(1)

        def found() -> str:
            with self.reading() as db:
                item = db.scalars(newest).first()
            match = item and holds.search(item.body)
            return "".join(match.groups() or match[0]) if match else ""

        return self.until(found)

    def until(self, found: Callable[[], Found], timeout: float = 30) -> Found:
        """The first true value of a question about the database, which tells nobody when it changes."""
        end = time.monotonic() + timeout
        while not (value := found()):
            if time.monotonic() > end:
                raise TimeoutError(f"it did not come about in {timeout} s; the site says:\n{self.output}")
            time.sleep(0.05)
        return value

    def send_now(self) -> None:
        """What `pracownia worker --once` does: send what is due, without waiting for the worker's next minute."""
        subprocess.run([PROGRAM, "worker", "--once"], env=self.environment, check=True, capture_output=True, timeout=60)

    def sign_in_link_command(self, address: str) -> str:
        """What `pracownia sign-in-link ADDRESS` prints."""
        done = subprocess.run(
            [PROGRAM, "sign-in-link", address], env=self.environment, check=True, capture_output=True, text=True, timeout=30
        )
        assert re.fullmatch(rf"{re.escape(self.base_url)}/w/\S+\n", done.stdout), done.stdout
        return done.stdout.strip()


def copy_of(filled: Path, folder: Path) -> Path:
    """The same data for another site."""
    return Path(shutil.copytree(filled, folder))
