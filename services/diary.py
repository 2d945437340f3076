"""A specialist's days at a glance: how much lies ahead, which days are empty, which sessions nobody has recorded yet."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session

from services import clock
from services.models import AttendanceStatement, Booking, Slot, StaffMember
from services.permissions import Permission, require

SATURDAY = 5


@dataclass(frozen=True)
class DayAhead:
    """One day with published times: how many have somebody, and how many have nobody yet."""

    day: date
    sessions: int
    free: int


def days_ahead(db: Session, actor: StaffMember, *, since: date, days: int = 14) -> list[DayAhead]:
    """The actor's own days that hold a published time, in order."""
    require(actor, Permission.DIARY_SEE)
    is_taken = exists().where(Booking.slot_id == Slot.id, Booking.status == "booked")
    query = (
        select(Slot.day, func.count(), func.sum(case((is_taken, 1), else_=0)))
        .where(Slot.specialist_id == actor.id, Slot.status == "published", Slot.day >= since, Slot.day < since + timedelta(days=days))
        .group_by(Slot.day)
        .order_by(Slot.day)
    )  # fmt: skip
    return [DayAhead(day, taken, times - taken) for day, times, taken in db.execute(query)]


def empty_workdays(ahead: list[DayAhead], today: date) -> list[date]:
    """The days from today to Friday without a published time; at the weekend, those of the coming week."""
    first = today + timedelta(days=max(0, 7 - today.weekday())) if today.weekday() >= SATURDAY else today
    with_times = {one.day for one in ahead}
    week = [first + timedelta(days=number) for number in range(SATURDAY - first.weekday())]
    return [day for day in week if day not in with_times]


def unrecorded(db: Session, actor: StaffMember, *, days: int = 14) -> list[tuple[date, int]]:
    """Days of the last two weeks with sessions of the actor's that ended without a record, the newest first, and how many."""
    require(actor, Permission.DIARY_SEE)
    now = clock.now()
    is_recorded = exists().where(
        AttendanceStatement.booking_id == Booking.id, AttendanceStatement.side.in_(("specialist", "coordinator"))
    )
    query = (
        select(Slot.day, func.count())
        .join(Booking, Booking.slot_id == Slot.id)
        .where(
            Slot.specialist_id == actor.id, Slot.status == "published", Slot.day >= clock.today() - timedelta(days=days),
            Slot.ends_at <= now, Booking.status == "booked", ~is_recorded,
        )
        .group_by(Slot.day)
        .order_by(Slot.day.desc())
    )  # fmt: skip
    return [(day, count) for day, count in db.execute(query)]
