"""More of everything, for measurements: the demo, and so many times and bookings."""

from datetime import time, timedelta
from itertools import cycle
from random import Random

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, joinedload

from services import clock, demo, working_days
from services.demo import days
from services.demo.content import content
from services.demo.sittings import Guest, Sittings
from services.demo.times import AHEAD
from services.models import Booking, Organisation, Person, Place, Room, Slot, StaffMember, StaffRole, SupportForm

HOURS = range(8, 16)


def fill_large(db: Session, slots: int = 20_000, bookings: int = 10_000) -> tuple[int, int]:
    """Fill as the demo does, then add specialists with full diaries until there are so many times ahead and behind, and
    bookings until there are so many. Returns how many there are then; bookings end where every person is busy each day."""
    demo.fill(db)
    rng = Random(clock.today().isoformat())
    first_new = (db.scalar(select(func.max(Slot.id))) or 0) + 1
    _add_slots(db, rng, slots - db.scalar(select(func.count(Slot.id))))
    _add_bookings(db, rng, first_new, bookings - db.scalar(select(func.count(Booking.id))))
    db.expire_all()
    return db.scalar(select(func.count(Slot.id))), db.scalar(select(func.count(Booking.id)))


def _add_slots(db: Session, rng: Random, missing: int) -> None:
    today = clock.today()
    calendar = [day for day in days.span(today + timedelta(days=1), today + AHEAD) if working_days.is_working(day)]
    each = len(calendar) * len(HOURS)
    how_many = max(0, -(-missing // each))
    forms = db.scalars(select(SupportForm).where(SupportForm.mode == "one-to-one").order_by(SupportForm.position)).all()
    rows: list[dict] = []
    for (specialist, room), form in zip(_specialists(db, rng, forms, how_many), cycle(forms), strict=False):
        for day in calendar:
            for hour in HOURS:
                starts_at = clock.at_wall(day, time(hour))
                rows.append({
                    "specialist_id": specialist.id, "form_id": form.id, "mode": "place", "place_id": room.place_id,
                    "room_id": room.id, "starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=45), "day": day,
                    "capacity": 1, "provides": ["step-free"], "status": "published", "published_at": clock.now(),
                })  # fmt: skip
    if missing > 0:
        db.execute(insert(Slot), rows[:missing])


def _specialists(db: Session, rng: Random, forms: list[SupportForm], how_many: int) -> list[tuple[StaffMember, Room]]:
    names, leader = content("people")["names"], db.scalar(select(Organisation).where(Organisation.role == "leader"))
    place = db.scalar(select(Place).order_by(Place.id).limit(1))
    made = []
    for number, form in zip(range(how_many), cycle(forms), strict=False):
        room = Room(place=place, name=f"{300 + number}", floor=3)
        staff = StaffMember(
            first_name=rng.choice(names["women"]), last_name=rng.choice(names["surnames"]), gender="female",
            organisation=leader, email=f"specialist.{number}@example.org", roles=[StaffRole(role=form.given_by)],
        )  # fmt: skip
        made.append((staff, room))
    db.add_all(row for pair in made for row in pair)
    db.flush()
    return made


def _add_bookings(db: Session, rng: Random, first_new: int, missing: int) -> None:
    if missing <= 0:
        return
    people = [row.id for row in db.scalars(select(Person).order_by(Person.id))]
    busy = {tuple(row) for row in db.execute(
        select(Booking.person_id, Slot.day).join(Slot).where(Booking.status == "booked", Slot.day >= clock.today())
    )}  # fmt: skip
    new = list(db.scalars(select(Slot).where(Slot.id >= first_new).options(joinedload(Slot.form)).order_by(Slot.id)))
    rng.shuffle(new)
    sittings = Sittings(rng, numbers=set(db.scalars(select(Booking.number))))
    for slot in new:
        if len(sittings.rows) == missing:
            break
        free = next((who for who in (rng.choice(people) for _ in range(40)) if (who, slot.day) not in busy), None)
        if free is not None:
            busy.add((free, slot.day))
            sittings.seat(Guest(free, False, [], None), slot, 1)
    db.execute(insert(Booking), sittings.rows)
