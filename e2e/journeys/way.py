"""What a journey finds when it begins: people of its own, a phone in a language and a theme; and the list of all journeys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from playwright.sync_api import Page
from sqlalchemy import select, update

from e2e.journeys.hands import Finger
from e2e.journeys.traveller import Traveller
from e2e.journeys.words import Words
from e2e.site import Site
from services import bookings, clock
from services.models import Booking, Person, Slot, StaffMember, SupportForm

PHONE = {"viewport": {"width": 320, "height": 640}}
DESK = {"viewport": {"width": 1280, "height": 800}, "has_touch": False}
STEPS = ("Napisać CV: career-counselling", "Zapisać się do urzędu pracy")
# Everybody on a journey has one name, so that a page that passed for one of them is not measured again for the next.
NAME = {"first_name": "Zofia", "last_name": "Wędrowiec"}


@dataclass(frozen=True)
class Journey:
    family: str
    tell: Callable[[Way], None]
    is_staffs: bool
    needs_scripts: bool

    @property
    def name(self) -> str:
        return f"{self.family}-{self.tell.__name__}"


JOURNEYS: list[Journey] = []


def journey(family: str, *, needs_scripts: bool = False):
    """Put on a function that tells a journey. `needs_scripts`: it is about what a browser does only with them."""

    def put(tell: Callable[[Way], None]):
        JOURNEYS.append(Journey(family, tell, family.startswith("S"), needs_scripts))
        return tell

    return put


@dataclass
class Way:
    """One telling of a journey: by which hand, in which language and colours, with scripts or without."""

    site: Site
    phone: Callable[..., Page]
    hand: type[Finger]
    scripts: bool = True
    lang: str = "pl"
    theme: str = "light"
    name: str = ""
    options: dict = field(default_factory=dict)
    told_by: list[Traveller] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    @property
    def words(self) -> Words:
        return Words(self.lang)

    def somebody(self, **about) -> Person:
        person = self.site.newcomer(**{**NAME, "language": self.lang, **about})
        self.people.append(person)
        return person

    def stranger(self, **options) -> Traveller:
        """Somebody whom this phone does not know yet."""
        page = self.phone(self.site.base_url, scripts=self.scripts, **{**PHONE, **self.options, **options})
        look = urlencode({"theme": self.theme, "lang": self.lang})
        page.context.add_cookies([{"name": "look", "value": look, "url": self.site.base_url}])
        self.told_by.append(Traveller(page, self.scripts, self.hand, self.lang, self.name))
        return self.told_by[-1]

    def guest(self, person: Person, *, shared: bool = False, **options) -> Traveller:
        """Signed in, with the plan open."""
        guest = self.stranger(**options)
        guest.sign_in(self.site.link(person.email), shared=shared)
        return guest

    def staff(self, who: str) -> Traveller:
        staff = self.stranger()
        staff.sign_in(self.site.link(who))
        return staff

    def form(self, code: str) -> str:
        """What a kind of support is called where it can be chosen."""
        with self.site.reading() as db:
            return self.words.named(db.query(SupportForm).filter_by(code=code).one().names)

    def live(self, person: Person) -> list[Booking]:
        with self.site.reading() as db:
            return bookings.coming(db, person)

    def give_back(self) -> None:
        """What was booked on the way, so that the next one finds the same hours free, and those that were made for it gone."""
        for person in self.people:
            with self.site.writing() as db:
                who = db.get(Person, person.id)
                for booking in bookings.coming(db, who):
                    if booking.starts_at > clock.now():
                        bookings.cancel(db, who, booking)
                made = select(StaffMember.id).where(StaffMember.email.startswith("iwona-"))
                db.execute(update(Slot).where(Slot.specialist_id.in_(made)).values(status="withdrawn"))
