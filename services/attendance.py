"""What people say before a session (intentions) and after it (statements). Two different facts, both only ever added to."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from services import audit, bookings, clock, slots, tasks, telling
from services.errors import NotFound, Refused
from services.models import AttendanceStatement, Booking, Intention, Mandate, Person, Slot, StaffMember
from services.permissions import Actor, Permission, require, require_own


def answer(db: Session, actor: Actor, booking: Booking, said: str, *, way: str, key: str | None = None) -> bool:
    """Note "yes", "no" or "help" before a session. The same answer again changes nothing; False then.

    "no" gives the place back (see `bookings.cancel`); "help" becomes a coordinator's task. After the start: Refused("booking-over").
    `key`: of a press that may come again, see `services.answers`.
    """
    require_own(actor, booking.person_id, Permission.ACT_ANSWER)
    bookings.hold(db, booking)
    if said == "no":
        if not booking.is_live:
            return False
        db.add(intention(booking, said, way, key))
        bookings.cancel(db, actor, booking)
        return True
    if not booking.is_live:
        raise Refused("booking-cancelled")
    if booking.starts_at <= clock.now():
        raise Refused("booking-over")
    if booking.answer == said:
        return False
    db.add(intention(booking, said, way, key))
    db.execute(update(Booking).where(Booking.id == booking.id, Booking.version == booking.version).values(answer=said))
    audit.record(db, actor, "booking:answer", booking, said=said, way=way)
    if said == "help":
        tasks.ask(db, "needs-help", booking.person, subject=f"booking:{booking.id}", booking_id=booking.id)
    return True


def intention(booking: Booking, said: str, way: str, key: str | None) -> Intention:
    return Intention(
        booking_id=booking.id, booking_version=booking.version, answer=said, at=clock.now(), way=way, key=key
    )  # fmt: skip


CHECK_IN_OPENS = timedelta(minutes=60)  # before the start
MISSED_AFTER, MISSED_USEFUL = timedelta(hours=1), timedelta(days=3)  # after the end


def check_in_opens(booking: Booking):
    """From when "I am here" works."""
    return booking.starts_at - CHECK_IN_OPENS


def can_check_in(booking: Booking) -> bool:
    return booking.is_live and check_in_opens(booking) <= clock.now() < booking.ends_at


def check_in(db: Session, actor: Person | Mandate, booking: Booking) -> None:
    """ "I am here". From an hour before until the end; pressing it twice is the same as once."""
    require_own(actor, booking.person_id, Permission.ACT_ARRIVE)
    if not can_check_in(booking):
        raise Refused("too-early" if clock.now() < check_in_opens(booking) else "booking-over")
    if last_said(db, booking.id).get("participant") is None:
        _say(db, actor, booking, "participant", "here")


def confirm(db: Session, actor: Person, booking: Booking, said: str) -> None:
    """The person's own word after a session: "present" or "absent"."""
    if booking.person_id != actor.id:
        raise NotFound
    if not booking.is_live:
        raise Refused("booking-cancelled")
    if booking.ends_at > clock.now():
        raise Refused("too-early")
    if last_said(db, booking.id).get("participant") != said:
        _say(db, actor, booking, "participant", said)


def record(db: Session, actor: StaffMember, booking_id: int, said: str) -> Booking:
    """The specialist's record: "present", "absent" or "excused", for their own sessions, from the start of the day on.

    Somebody who was absent hears, without blame, where to find a new time.
    """
    require(actor, Permission.ATTENDANCE_RECORD)
    booking = db.scalar(
        select(Booking).join(Slot).where(Booking.id == booking_id, Slot.specialist_id == actor.id).options(*bookings.SHOWN)
    )
    if booking is None or not booking.is_live:
        raise NotFound
    if clock.local(booking.starts_at).date() > clock.today():
        raise Refused("too-early")
    if last_said(db, booking.id).get("specialist") != said:
        _say(db, actor, booking, "specialist", said)
        if said == "absent":
            _tell_missed(db, booking)
    return booking


def _tell_missed(db: Session, booking: Booking) -> None:
    """Later, not at once: whoever was marked by mistake, or says that they were there, hears nothing (see `subjects`)."""
    useful_until = booking.ends_at + MISSED_USEFUL
    if useful_until > clock.now():
        telling.tell(
            db, booking.person, "missed", subject=f"booking:{booking.id}:{booking.version}", useful_until=useful_until,
            due_at=max(clock.now(), booking.ends_at + MISSED_AFTER), booking_id=booking.id, booking_version=booking.version,
        )  # fmt: skip


def settle(db: Session, actor: StaffMember, booking: Booking, said: str, *, note: str) -> None:
    """A coordinator's word where the two sides differ; it needs a reason. The same word again changes nothing."""
    require(actor, Permission.ATTENDANCE_SETTLE)
    if not note.strip():
        raise Refused("reason-missing")
    bookings.hold(db, booking)
    if last_said(db, booking.id).get("coordinator") != said:
        _say(db, actor, booking, "coordinator", said, note=note.strip())


def _say(db: Session, actor, booking: Booking, side: str, said: str, *, note: str | None = None) -> None:
    staff_id = actor.id if isinstance(actor, StaffMember) else None
    db.add(AttendanceStatement(booking_id=booking.id, side=side, said=said, at=clock.now(), staff_id=staff_id, note=note))
    audit.record(db, actor, "attendance:record", booking, side=side, said=said)


def last_said(db: Session, booking_id: int) -> dict[str, str]:
    """side → its last word about one booking."""
    return last_said_of(db, [booking_id]).get(booking_id, {})


def last_said_of(db: Session, booking_ids: list[int]) -> dict[int, dict[str, str]]:
    """booking id → side → its last word."""
    if not booking_ids:
        return {}
    said: dict[int, dict[str, str]] = {}
    rows = db.execute(
        select(AttendanceStatement.booking_id, AttendanceStatement.side, AttendanceStatement.said)
        .where(AttendanceStatement.booking_id.in_(booking_ids))
        .order_by(AttendanceStatement.id)
    )
    for booking_id, side, word in rows:
        said.setdefault(booking_id, {})[side] = word
    return said


@dataclass(frozen=True)
class DiaryRow:
    """One published time of a day: its bookings, each with what was said. `state` of a booking: here, present, absent, excused, differs or ''.

    `said`: booking id → side → its last word.
    """

    slot: Slot
    bookings: list[tuple[Booking, str]]
    said: dict[int, dict[str, str]]


def diary(db: Session, actor: StaffMember, day: date, *, days: int = 1) -> list[DiaryRow]:
    """The specialist's own times of a day (or more) in order, free ones too, with the needs of each person."""
    require(actor, Permission.DIARY_SEE)
    own = select(Slot).where(
        Slot.specialist_id == actor.id,
        Slot.status == "published",
        Slot.day >= day,
        Slot.day < day + timedelta(days=days),
    )
    found = list(db.scalars(
        own.options(joinedload(Slot.place), joinedload(Slot.room), joinedload(Slot.form)).order_by(Slot.starts_at)
    ))  # fmt: skip
    sat = list(db.scalars(
        select(Booking)
        .where(Booking.slot_id.in_([slot.id for slot in found]))
        .options(joinedload(Booking.person).selectinload(Person.needs))
        .order_by(Booking.seat, Booking.id)
    ))  # fmt: skip
    said = last_said_of(db, [booking.id for booking in sat])
    by_slot: dict[int, list[tuple[Booking, str]]] = {}
    for booking in sat:
        by_slot.setdefault(booking.slot_id, []).append((booking, state_of(said.get(booking.id, {}))))
    return [DiaryRow(slot, by_slot.get(slot.id, []), said) for slot in found]


def state_of(said: dict[str, str]) -> str:
    """What the words of all sides come to."""
    if "coordinator" in said:
        return said["coordinator"]
    ours, theirs = said.get("specialist"), said.get("participant")
    if ours and theirs in ("present", "absent") and (ours == "present") != (theirs == "present"):
        return "differs"
    return ours or theirs or ""


def differences(db: Session, actor: StaffMember, *, days: int = 30) -> list[tuple[Booking, dict[str, str]]]:
    """Sessions of the actor's own people in the last days on which the two sides differ and no coordinator has spoken,
    the oldest first, each with the last word of both sides."""
    require(actor, Permission.ATTENDANCE_SETTLE)
    ours, theirs = aliased(AttendanceStatement), aliased(AttendanceStatement)
    perhaps = select(ours.id).join(theirs, theirs.booking_id == ours.booking_id).where(
        ours.booking_id == Booking.id, ours.side == "specialist", theirs.side == "participant",
        theirs.said.in_(("present", "absent")), (ours.said == "present") != (theirs.said == "present"),
    )  # fmt: skip
    since = clock.day_bounds(clock.today() - timedelta(days=days))[0]
    found = list(db.scalars(
        select(Booking)
        .where(Booking.status == "booked", Booking.starts_at >= since, Booking.ends_at <= clock.now(), perhaps.exists(),
               tasks.of_mine(actor, Booking.person_id))
        .options(joinedload(Booking.person), joinedload(Booking.slot).joinedload(Slot.specialist))
        .order_by(Booking.starts_at, Booking.id)
    ))  # fmt: skip
    said = last_said_of(db, [booking.id for booking in found])  # a side may have corrected itself since
    return [(booking, said[booking.id]) for booking in found if state_of(said[booking.id]) == "differs"]


def get_to_settle(db: Session, actor: StaffMember, booking_id: int) -> Booking:
    """A session of the actor's own people on which the two sides differ, or differed until it was settled; else NotFound."""
    require(actor, Permission.ATTENDANCE_SETTLE)
    mine = select(Booking).where(Booking.id == booking_id, Booking.status == "booked", tasks.of_mine(actor, Booking.person_id))
    booking = db.scalar(mine)
    said = last_said(db, booking_id)
    if booking is None or not ("coordinator" in said or state_of(said) == "differs"):
        raise NotFound
    return booking


def to_confirm(db: Session, person: Person, *, days: int = 14) -> list[Booking]:
    """Sessions of the last days about which the person has not said a word after the end."""
    now = clock.now()
    since = now - timedelta(days=days)
    return list(
        db.scalars(_TO_CONFIRM, {"person": person.id, "now": now, "since": since, "reach": since - slots.LONGEST_SESSION})
    )


_TO_CONFIRM = (
    select(Booking)
    .where(
        Booking.person_id == bindparam("person"), Booking.status == "booked", Booking.starts_at > bindparam("reach"),
        Booking.ends_at <= bindparam("now"), Booking.ends_at > bindparam("since"),
        ~select(AttendanceStatement.id).where(
            AttendanceStatement.booking_id == Booking.id, AttendanceStatement.side == "participant",
        ).exists(),
    )
    .options(joinedload(Booking.slot).joinedload(Slot.specialist))
    .order_by(Booking.starts_at.desc())
)  # fmt: skip
