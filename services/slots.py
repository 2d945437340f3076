"""Published times: which are free for whom, and a specialist's own."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from sqlalchemy import and_, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from services import clock, fitting
from services.errors import NotFound
from services.fitting import Wants
from services.models import Booking, Person, Place, Slot, StaffMember
from services.permissions import Permission, require

AT_ONE_HOUR = 8  # specialists that may be free at the same hour


@dataclass(frozen=True)
class FreeDay:
    day: date
    hours: int
    first: datetime


LONGEST_SESSION = timedelta(days=1)  # a time begins and ends on one day: how far back a look into a diary must reach

# The statements of the pages that everybody waits for are put together once: that takes longer than the database's answer.
_taken = select(func.count()).where(Booking.slot_id == Slot.id, Booking.status == "booked").correlate(Slot).scalar_subquery()
_own = aliased(Booking)


def _free(of_person: bool, of_specialist: bool, wants: Wants):
    """The conditions of a time that a person can take: of the form, ahead, with a seat left, at no clash with their own,
    and such as their needs ask for."""
    wanted = [
        Slot.form_id == bindparam("form"), Slot.status == "published", Slot.day >= bindparam("since"),
        Slot.starts_at > bindparam("now"), _taken < Slot.capacity, fitting.condition(wants),
    ]  # fmt: skip
    if of_specialist:
        wanted.append(Slot.specialist_id == bindparam("specialist"))
    if of_person:
        wanted.append(
            ~exists().where(
                _own.person_id == bindparam("person"), _own.status == "booked", _own.starts_at > bindparam("reach"),
                _own.starts_at < Slot.ends_at, _own.ends_at > Slot.starts_at,
            )
        )  # fmt: skip
    return and_(*wanted)


def _facts(form_id: int, person: Person | None, specialist_id: int | None, wants: Wants, since: date | None = None) -> dict:
    now = clock.now()
    today = clock.local(now).date()
    facts = {"form": form_id, "now": now, "since": max(since or today, today)}
    if specialist_id:
        facts["specialist"] = specialist_id
    if person is not None:
        facts |= {"person": person.id, "reach": now - LONGEST_SESSION}
    return facts | ({"ready_on": fitting.ready_on(today)} if wants.interpreters else {})


@lru_cache
def _days_query(of_person: bool, of_specialist: bool, wants: Wants):
    return (
        select(Slot.day, func.count(), func.min(Slot.starts_at))
        .where(_free(of_person, of_specialist, wants))
        .group_by(Slot.day)
        .order_by(Slot.day)
        .limit(bindparam("most"))
    )


def free_days(
    db: Session, form_id: int, *, person: Person | None = None, specialist_id: int | None = None,
    since: date | None = None, limit: int = 5, wants: Wants = Wants(),
) -> tuple[list[FreeDay], bool]:  # fmt: skip
    """The next days with free hours, and whether there are more behind them. Reads only those days' slots."""
    query = _days_query(person is not None, bool(specialist_id), wants)
    facts = _facts(form_id, person, specialist_id, wants, since) | {"most": limit + 1}
    rows = [FreeDay(*row) for row in db.execute(query, facts)]
    return rows[:limit], len(rows) > limit


def _with_people(query):
    return query.options(joinedload(Slot.specialist), joinedload(Slot.place), joinedload(Slot.room), joinedload(Slot.form))


@lru_cache
def _hours_query(of_person: bool, of_specialist: bool, wants: Wants):
    of_day = select(Slot.id, Slot.starts_at).where(_free(of_person, of_specialist, wants), Slot.day == bindparam("day"))
    return of_day.order_by(Slot.starts_at, Slot.specialist_id)


def free_hours(
    db: Session, form_id: int, day: date, *, person: Person | None = None, specialist_id: int | None = None,
    wants: Wants = Wants(),
) -> list[Slot]:  # fmt: skip
    """The free times of one day in order, one for each hour: where several specialists are free, the first by id."""
    query = _hours_query(person is not None, bool(specialist_id), wants)
    seen: dict[datetime, int] = {}
    for slot_id, starts_at in db.execute(query, _facts(form_id, person, specialist_id, wants) | {"day": day}):
        seen.setdefault(starts_at, slot_id)
    return list(db.scalars(_THESE, {"ids": list(seen.values())})) if seen else []


_THESE = _with_people(select(Slot).where(Slot.id.in_(bindparam("ids", expanding=True)))).order_by(Slot.starts_at)


@lru_cache
def _first_query(of_person: bool, of_specialist: bool, wants: Wants):
    return _with_people(select(Slot).where(_free(of_person, of_specialist, wants)).order_by(Slot.day, Slot.starts_at)).limit(
        bindparam("most")
    )


def first_free(
    db: Session, form_id: int, *, person: Person | None = None, specialist_id: int | None = None,
    near: datetime | None = None, limit: int = 1, wants: Wants = Wants(),
) -> list[Slot]:  # fmt: skip
    """The earliest free times, one for each hour; with `near`, the earliest from the start of that day on."""
    query = _first_query(person is not None, bool(specialist_id), wants)
    since = clock.local(near).date() if near else None
    most = 1 if limit == 1 else limit * AT_ONE_HOUR
    found = db.scalars(query, _facts(form_id, person, specialist_id, wants, since) | {"most": most}).all()
    return list({slot.starts_at: slot for slot in reversed(found)}.values())[::-1][:limit]


@lru_cache
def _people_query(of_person: bool, wants: Wants):
    return (
        select(StaffMember, func.min(Slot.starts_at))
        .join(Slot, Slot.specialist_id == StaffMember.id)
        .where(_free(of_person, False, wants), StaffMember.is_active)
        .group_by(StaffMember.id)
        .order_by(func.min(Slot.starts_at))
    )


def specialists_with_free_times(
    db: Session, form_id: int, person: Person | None = None, wants: Wants = Wants()
) -> list[tuple[StaffMember, datetime]]:
    """Who can be met about this, each with the earliest time, the earliest first."""
    found = db.execute(_people_query(person is not None, wants), _facts(form_id, person, None, wants))
    return [(row[0], row[1]) for row in found]


@lru_cache
def _places_query(of_person: bool, of_specialist: bool, wants: Wants):
    there = select(Slot.place_id).where(_free(of_person, of_specialist, wants), Slot.day <= bindparam("until"))
    return select(Place).where(Place.id.in_(there)).order_by(Place.name)


def places_of_free(
    db: Session, form_id: int, until: date, *, person: Person | None = None, specialist_id: int | None = None,
    since: date | None = None, wants: Wants = Wants(),
) -> list[Place]:  # fmt: skip
    """The places of the free times up to a day, so that one can read how to get in before choosing."""
    facts = _facts(form_id, person, specialist_id, wants, since) | {"until": until}
    return list(db.scalars(_places_query(person is not None, bool(specialist_id), wants), facts))


def get_slot(db: Session, slot_id: int, *, with_room: bool = False) -> Slot:
    """A published time, with its people and place; `with_room`: only while somebody can still sit down."""
    wanted = (Slot.id == slot_id, Slot.status == "published", *([_taken < Slot.capacity] if with_room else ()))
    found = db.scalar(_with_people(select(Slot).where(*wanted)))
    if found is None:
        raise NotFound
    return found


def of_specialist(db: Session, actor: StaffMember, *, since: date, days: int = 14) -> list[tuple[Slot, int]]:
    """The actor's own published times from a day on, each with how many seats are taken."""
    require(actor, Permission.SLOT_PUBLISH)
    query = (
        select(Slot, _taken)
        .outerjoin(Slot.place).outerjoin(Slot.room).join(Slot.form)
        .options(contains_eager(Slot.place), contains_eager(Slot.room), contains_eager(Slot.form))
        .where(Slot.specialist_id == actor.id, Slot.status == "published", Slot.day >= since, Slot.day < since + timedelta(days=days))
        .order_by(Slot.starts_at)
    )  # fmt: skip
    return [(row[0], row[1]) for row in db.execute(query)]
