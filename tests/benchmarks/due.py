"""Many people with a meeting tomorrow, of which each is to be reminded now."""

from datetime import date, time, timedelta
from itertools import cycle, islice

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from services import clock
from services.models import (
    Booking,
    Edition,
    Enrolment,
    Organisation,
    Person,
    Place,
    PushSubscription,
    Room,
    Slot,
    StaffMember,
    StaffRole,
    SupportForm,
)  # fmt: skip
from tests.channels.push_servers import Browser

HOURS = range(8, 18)
WAYS = ("email", "sms", "email", "push")  # of four people, in turns


def seconds_to_eleven() -> int:
    """Seconds from the true time to one at which yesterday's reminders are due and nobody sleeps."""
    now = clock.local(clock.now())
    return 0 if time(10, 5) < now.time() < time(17) else round((clock.at_wall(now.date(), time(11)) - now).total_seconds())


def add_people(db: Session, how_many: int, *, origin: str, ways: tuple[str, ...] = WAYS) -> list[int]:
    """People with an address or a phone; their ids."""
    organisation, edition = _frame(db)
    first = (db.scalar(select(func.max(Person.id))) or 0) + 1
    browsers = [Browser() for _ in range(20)]
    people, phones = [], []
    for person_id, way, browser in islice(
        zip(range(first, first + how_many), cycle(ways), cycle(browsers), strict=False), how_many
    ):
        people.append({
            "id": person_id, "first_name": f"Anna{person_id}", "last_name": "Kowal", "language": ("pl", "pl", "uk")[person_id % 3],
            "contact": "app" if way == "push" else way, "email": f"anna{person_id}@example.org" if way == "email" else None,
            "phone": f"+4477009{person_id % 100_000:05d}" if way == "sms" else None,
        })  # fmt: skip
        if way == "push":
            phones.append({
                "person_id": person_id, "endpoint": f"{origin}/phone/{person_id}", "p256dh": browser.p256dh,
                "auth": browser.auth, "created_at": clock.now(),
            })  # fmt: skip
    enrolled = {"edition_id": edition.id, "partner_id": organisation.id, "joined_on": date(2026, 2, 1)}
    db.execute(insert(Person), people)
    db.execute(insert(Enrolment), [enrolled | {"person_id": each["id"], "number": f"N{each['id']}"} for each in people])
    if phones:
        db.execute(insert(PushSubscription), phones)
    _count_on(db, Person, first + how_many)
    return [each["id"] for each in people]


def book_tomorrow(db: Session, people: list[int], *, to_a_slot: int = 1) -> None:
    """A booking of three days ago for each; so many people in each session."""
    organisation, _ = _frame(db)
    form = db.scalar(select(SupportForm))
    place = db.scalar(select(Place))
    first = (db.scalar(select(func.max(Slot.id))) or 0) + 1
    day, booked_at = clock.today() + timedelta(days=1), clock.now() - timedelta(days=3)
    slots, bookings, giver, room = [], [], None, None
    for number in range(-(-len(people) // to_a_slot)):
        if number % len(HOURS) == 0:
            giver = StaffMember(first_name="Jan", last_name="Lis", gender="male", organisation=organisation, roles=[
                StaffRole(role="career-adviser")])  # fmt: skip
            room = Room(place=place, name=f"{first + number}")
            db.add_all([giver, room])
            db.flush()
        starts_at = clock.at_wall(day, time(HOURS[number % len(HOURS)]))
        at = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=45)}
        slots.append(at | {
            "id": first + number, "specialist_id": giver.id, "form_id": form.id, "mode": "place", "place_id": place.id,
            "room_id": room.id, "day": day, "capacity": to_a_slot, "provides": [], "status": "published",
            "published_at": booked_at,
        })  # fmt: skip
        for seat, person_id in enumerate(people[number * to_a_slot : (number + 1) * to_a_slot], start=1):
            bookings.append(at | {
                "number": f"B{person_id}", "person_id": person_id, "slot_id": first + number, "seat": seat, "status": "booked",
                "version": 1, "needs": [], "key": f"key-{person_id}", "asked": "", "answer": "none", "is_late": False,
                "booked_at": booked_at,
            })  # fmt: skip
    db.execute(insert(Slot), slots)
    db.execute(insert(Booking), bookings)
    _count_on(db, Slot, first + len(slots))


def _count_on(db: Session, model, number: int) -> None:
    """PostgreSQL gives out numbers of its own; these rows brought theirs."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select(func.setval(f"{model.__tablename__}_id_seq", number)))


def _frame(db: Session) -> tuple[Organisation, Edition]:
    organisation, edition = db.scalar(select(Organisation)), db.scalar(select(Edition))
    if organisation is None:
        organisation = Organisation(name="Leader", role="leader")
        edition = Edition(name="This one", starts_on=date(2026, 1, 1), ends_on=date(2030, 12, 31), rules={})
        place = Place(name="House", address="4 Example Street", access=[])
        names = {"pl": "doradca", "uk": "doradca", "en": "adviser"}
        form = SupportForm(code="career", names=names, neutral=names, mode="one-to-one", given_by="career-adviser", position=1)
        db.add_all([organisation, edition, place, form])
        db.flush()
    return organisation, edition
