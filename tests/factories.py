"""The cast and the props of tests. Whatever a test does not name gets a sensible value; nothing is committed.

`make.participant()` is Maria, with a coordinator, a partner and an e-mail address; `make.slot()` is an hour of Jan, the
career adviser, each call an hour later, two days from now on.
"""

from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import count
from uuid import uuid4

from sqlalchemy.orm import Session

from services import bookings, clock, plans
from services.models import (
    AccessNeed,
    Booking,
    Device,
    Edition,
    Enrolment,
    Organisation,
    Person,
    Place,
    PlanVersion,
    PushSubscription,
    ReminderChoice,
    Room,
    Slot,
    StaffMember,
    StaffRole,
    SupportForm,
)  # fmt: skip

FORMS = {  # code: (the role that gives it, how)
    "career": ("career-adviser", "one-to-one"),
    "psychology": ("psychologist", "one-to-one"),
    "rehabilitation": ("rehabilitation-specialist", "one-to-one"),
    "workshop": ("trainer", "group"),
}


def instant(when: str | datetime) -> datetime:
    """ "2026-11-25 10:00", by the wall clock in Gdynia, as an instant; an aware datetime as it is."""
    if isinstance(when, datetime):
        return when
    wall = datetime.fromisoformat(when)
    moment = clock.at_wall(wall.date(), wall.time())
    assert moment is not None, f"the clock never shows {when}"
    return moment


class Factory:
    def __init__(self, db: Session):
        self.db = db
        self._numbers = count(1)
        self._hours = count()
        self._forms: dict[str, SupportForm] = {}

    def _add(self, row):
        self.db.add(row)
        self.db.flush()
        return row

    @cached_property
    def leader(self) -> Organisation:
        return self.organisation("Laboratorium", role="leader")

    @cached_property
    def partner(self) -> Organisation:
        return self.organisation("Fundacja")

    @cached_property
    def the_edition(self) -> Edition:
        return self.edition()

    @cached_property
    def adviser(self) -> StaffMember:
        return self.specialist("Jan Zieliński", role="career-adviser")

    @cached_property
    def ewa(self) -> StaffMember:
        """The leader's coordinator: sees everybody, and looks after everybody for whom no other is named."""
        return self.coordinator("Ewa Nowak")

    @cached_property
    def the_room(self) -> Room:
        return self.room("12")

    def organisation(self, name: str | None = None, *, role: str = "partner") -> Organisation:
        return self._add(Organisation(name=name or f"Stowarzyszenie {next(self._numbers)}", role=role))

    def edition(self, name: str = "Pracownia 2026", **rules) -> Edition:
        return self._add(Edition(name=name, starts_on=date(2026, 1, 1), ends_on=date(2030, 12, 31), rules=rules))

    def form(self, code: str = "career") -> SupportForm:
        if code not in self._forms:
            given_by, mode = FORMS[code]
            self._forms[code] = self._add(SupportForm(
                code=code, names={"pl": code}, neutral={"pl": "spotkanie"}, mode=mode, given_by=given_by,
                position=next(self._numbers),
            ))  # fmt: skip
        return self._forms[code]

    def place(self, name: str | None = None, *, access: list[str] | None = None) -> Place:
        return self._add(Place(name=name or f"Dom {next(self._numbers)}", address="ul. Żeromskiego 1", access=access or []))

    def room(self, name: str | None = None, *, place: Place | None = None) -> Room:
        return self._add(Room(name=name or str(next(self._numbers)), place=place or self.place()))

    def staff(
        self, name: str = "Ola Lis", *, roles: list[str], organisation: Organisation | None = None, **more
    ) -> StaffMember:
        first, _, last = name.partition(" ")
        return self._add(StaffMember(
            first_name=first, last_name=last or "Lis", gender=more.pop("gender", "female"),
            organisation=organisation or self.leader, roles=[StaffRole(role=role) for role in roles],
            email=more.pop("email", f"staff{next(self._numbers)}@example.org"), **more,
        ))  # fmt: skip

    def coordinator(self, name: str = "Iza Mróz", **more) -> StaffMember:
        return self.staff(name, roles=["coordinator"], **more)

    def specialist(self, name: str = "Adam Wilk", *, role: str = "career-adviser", **more) -> StaffMember:
        return self.staff(name, roles=[role], **more)

    def participant(
        self, name: str = "Maria Kowal", *, enrolled: bool = True, needs: list[str] | None = None,
        coordinator: StaffMember | None = None, partner: Organisation | None = None, number: str | None = None, **more,
    ) -> Person:  # fmt: skip
        first, _, last = name.partition(" ")
        more.setdefault("email", f"{first.lower()}{next(self._numbers)}@example.org")
        more.setdefault("contact", "email" if more["email"] else "call")
        person = self._add(Person(
            first_name=first, last_name=last or "Kowal", needs=[AccessNeed(code=code) for code in needs or ()], **more,
        ))  # fmt: skip
        if enrolled:
            self.enrolment(person, coordinator=coordinator, partner=partner, number=number)
        return person

    def participants(self, how_many: int) -> list[Person]:
        return [self.participant(f"Osoba{number} Kowal") for number in range(how_many)]

    def enrolment(
        self, person: Person, *, coordinator: StaffMember | None = None, partner: Organisation | None = None,
        number: str | None = None, edition: Edition | None = None, joined_on: date = date(2026, 2, 1),
    ) -> Enrolment:  # fmt: skip
        return self._add(Enrolment(
            person=person, edition=edition or self.the_edition, partner=partner or self.partner,
            coordinator=coordinator or self.ewa, number=number or f"GD/{next(self._numbers):04d}", joined_on=joined_on,
        ))  # fmt: skip

    def slot(
        self, starts_at: str | datetime | None = None, *, minutes: int = 60, specialist: StaffMember | None = None,
        form: SupportForm | None = None, room: Room | None = None, mode: str = "place", capacity: int = 1, **more,
    ) -> Slot:  # fmt: skip
        start = instant(starts_at) if starts_at else self._next_hour()
        room = (room or self.the_room) if mode == "place" else None
        return self._add(Slot(
            specialist=specialist or self.adviser, form=form or self.form(), mode=mode, room=room, place=room and room.place,
            starts_at=start, ends_at=start + timedelta(minutes=minutes), day=clock.local(start).date(), capacity=capacity,
            published_at=clock.now(), **more,
        ))  # fmt: skip

    def _next_hour(self) -> datetime:
        days, hour = divmod(next(self._hours), 8)
        return clock.at_wall(clock.today() + timedelta(days=2 + days), time(9 + hour))

    def booking(
        self, person: Person | None = None, slot: Slot | None = None, *, by: StaffMember | None = None, **more
    ) -> Booking:
        person, slot = person or self.participant(), slot or self.slot()
        return bookings.book(self.db, by or person, person, slot.id, key=more.pop("key", uuid4().hex), **more)

    def plan(
        self, person: Person | None = None, goals: dict[str, list[str]] | None = None, *, answered: str | None = "agree",
        by: StaffMember | None = None,
    ) -> PlanVersion:  # fmt: skip
        """A plan proposed to a person and answered by them. `goals` maps a goal to its steps' titles."""
        person, by = person or self.participant(), by or self.ewa
        draft = plans.draft_for(self.db, by, person.enrolments[0])
        for text, titles in (goals or {"Praca blisko domu": ["Napisać CV", "Spotkać doradcę"]}).items():
            goal = plans.add_goal(self.db, by, draft, text)
            for title in titles:
                plans.add_step(self.db, by, draft, goal.id, title, form_id=self.form().id)
        version = plans.propose(self.db, by, draft)
        return plans.answer(self.db, person, version.id, answered, note="za szybko") if answered else version

    def choice(self, person: Person, channels: list[str], moments: list[str] | None = None) -> ReminderChoice:
        return self._add(ReminderChoice(person_id=person.id, channels=channels, moments=moments or ["day"]))

    def device(self, person: Person, *, is_shared: bool = False) -> Device:
        now = clock.now()
        return self._add(Device(
            token_hash=uuid4().hex, person_id=person.id, is_shared=is_shared, created_at=now, expires_at=now + timedelta(days=90),
        ))  # fmt: skip

    def subscription(self, person: Person, *, device: Device | None = None) -> PushSubscription:
        return self._add(PushSubscription(
            person_id=person.id, device_id=device and device.id, endpoint=f"https://push.example.org/{uuid4().hex}",
            p256dh="key", auth="secret", created_at=clock.now(),
        ))  # fmt: skip
