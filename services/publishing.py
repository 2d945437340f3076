"""Publishing many times at once: what a wish makes, what is in its way, all or none of it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from services import audit, clock
from services.db import IntegrityError, broken_guard
from services.errors import NotFound, Refused
from services.models import Room, Slot, StaffMember, SupportForm
from services.permissions import Permission, require

LONGEST_BATCH = 200


@dataclass(frozen=True)
class Wish:
    """What a specialist fills in to publish times: on these days, from–to, so long, with such a break."""

    days: tuple[date, ...]
    start: time
    end: time
    minutes: int
    pause: int
    form_id: int
    mode: str = "place"
    room_id: int | None = None
    capacity: int = 1
    provides: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposed:
    """One time that would be published. `clash`: None, "own" (the specialist's), "room", "passed" or "no-such-hour"."""

    day: date
    hour: time
    starts_at: datetime | None
    ends_at: datetime | None
    clash: str | None

    @property
    def code(self) -> str:
        """What a tick box carries."""
        return f"{self.day.isoformat()}T{self.hour:%H:%M}"


def propose(db: Session, actor: StaffMember, wish: Wish) -> list[Proposed]:
    """The list that a wish makes, each time with its clash. Wall-clock hours: a week after the change of clocks, 9:00 is 9:00."""
    require(actor, Permission.SLOT_PUBLISH)
    if wish.minutes < 1 or wish.pause < 0:
        raise Refused("slot-length")  # such a day would never fill up
    made = []
    for day in sorted(set(wish.days)):
        at, last = datetime.combine(day, wish.start), datetime.combine(day, wish.end)
        while at + timedelta(minutes=wish.minutes) <= last:
            starts_at = clock.at_wall(day, at.time())
            ends_at = starts_at and starts_at + timedelta(minutes=wish.minutes)
            made.append((day, at.time(), starts_at, ends_at))
            at += timedelta(minutes=wish.minutes + wish.pause)
    if len(made) > LONGEST_BATCH:
        raise Refused("too-many-slots", most=LONGEST_BATCH)
    busy = _busy(db, actor, wish, [start for _, _, start, _ in made if start])
    return [Proposed(day, hour, start, end, _clash(start, end, busy)) for day, hour, start, end in made]


def _busy(db: Session, actor: StaffMember, wish: Wish, starts: list[datetime]) -> list[tuple[datetime, datetime, str]]:
    if not starts:
        return []
    window = (Slot.status == "published", Slot.starts_at < max(starts) + timedelta(days=1), Slot.ends_at > min(starts))
    found = [
        (a, b, "own")
        for a, b in db.execute(select(Slot.starts_at, Slot.ends_at).where(Slot.specialist_id == actor.id, *window))
    ]
    if wish.mode == "place" and wish.room_id:
        found += [
            (a, b, "room")
            for a, b in db.execute(select(Slot.starts_at, Slot.ends_at).where(Slot.room_id == wish.room_id, *window))
        ]
    return found


def _clash(start: datetime | None, end: datetime | None, busy) -> str | None:
    if start is None:
        return "no-such-hour"
    if start <= clock.now():
        return "passed"
    return next((why for a, b, why in busy if a < end and b > start), None)


def publish(db: Session, actor: StaffMember, wish: Wish, chosen: set[str], *, batch: str) -> list[Slot]:
    """Publish the chosen times of a wish (their `code`s), all or none. The same `batch` twice publishes once.

    Refused("slot-clash", clashes=[…]) when one of them meets another meanwhile: the database decides.
    """
    require(actor, Permission.SLOT_PUBLISH)
    if again := _of_batch(db, actor, batch):
        return again
    picked = [time for time in propose(db, actor, wish) if time.code in chosen]
    if not picked:
        raise Refused("no-slot-chosen")
    if any(time.clash for time in picked):
        raise Refused("slot-clash", clashes=[time.code for time in picked if time.clash])
    room = db.get(Room, wish.room_id) if wish.mode == "place" and wish.room_id else None
    form = db.get(SupportForm, wish.form_id)
    if form is None or (wish.mode == "place" and room is None) or (form.given_by and form.given_by not in actor.role_codes):
        raise NotFound
    rows = [
        Slot(
            specialist_id=actor.id, form_id=form.id, mode=wish.mode, place_id=room and room.place_id, room_id=room and room.id,
            starts_at=time.starts_at, ends_at=time.ends_at, day=time.day, capacity=wish.capacity,
            provides=list(wish.provides), batch=batch, published_at=clock.now(),
        )
        for time in picked
    ]  # fmt: skip
    try:
        with db.begin_nested():
            db.add_all(rows)
    except IntegrityError as error:
        if broken_guard(error) in ("ex_slot_specialist_overlap", "ex_slot_room_overlap"):
            if again := _of_batch(db, actor, batch):  # the same form, sent twice at the same moment
                return again
            raise Refused("slot-clash", clashes=[]) from None
        raise
    audit.record(db, actor, "slot:publish", rows[0], times=len(rows), batch=batch)
    return rows


def _of_batch(db: Session, actor: StaffMember, batch: str) -> list[Slot]:
    query = select(Slot).where(Slot.batch == batch, Slot.specialist_id == actor.id)
    return list(db.scalars(query.options(joinedload(Slot.place), joinedload(Slot.room)).order_by(Slot.starts_at)))


def get_batch(db: Session, actor: StaffMember, batch: str) -> list[Slot]:
    """What the actor published together, also what was taken back since. NotFound: nothing under this name."""
    require(actor, Permission.SLOT_PUBLISH)
    found = _of_batch(db, actor, batch)
    if not found:
        raise NotFound
    return found


def last_published(db: Session, actor: StaffMember) -> Slot | None:
    """The actor's newest time, to propose the same way again."""
    return db.scalar(select(Slot).where(Slot.specialist_id == actor.id).order_by(Slot.id.desc()).limit(1))
