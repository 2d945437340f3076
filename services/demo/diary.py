"""The demo's bookings: full days around today, a third of the coming weeks, and what was said after."""

from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, joinedload, selectinload

from services import attendance, clock
from services.demo.cast import Cast
from services.demo.content import content
from services.demo.sittings import MOST_AHEAD, Guest, Sittings, find_guest
from services.models import AttendanceStatement, Booking, Enrolment, Person, Slot, Task

PAST, TODAY, TOMORROW, LATER = 0.7, 0.8, 0.9, 0.27  # how much of a day is taken
GIVEN_BACK = 0.05
Steps = dict[int, tuple[str, int]]  # person → the step that is on and can be booked: its line, its form


def fill_diary(db: Session, rng: Random, cast: Cast, maria: Enrolment, lines: Steps) -> None:
    today = clock.today()
    slots = list(db.scalars(select(Slot).options(joinedload(Slot.form)).order_by(Slot.starts_at, Slot.id)))
    everybody = _guests(db)
    main = everybody.pop(maria.person_id)
    guests = _regulars(everybody, lines, cast)
    sittings = Sittings(rng)
    taken = _story(sittings, main, slots, cast, today, lines)
    for slot in slots:
        if slot.id not in taken:
            _fill_slot(sittings, rng, guests, slot, today, lines)
    _ask_for_help(sittings, everybody, cast)
    made = sittings.write(db)
    _state_attendance(db, rng, made, main)
    _tasks(db, rng, cast, made, guests)


def _regulars(everybody: dict[int, Guest], lines: Steps, cast: Cast) -> list[Guest]:
    """Those who come these weeks: whose plan has a step that is on, Ewa's people, and some of the others. The rest have not
    been seen for a while, so that a coordinator has somebody to write to."""
    ewa = cast.staff["koordynator@example.org"].id
    return [
        guest
        for number, guest in enumerate(everybody.values())
        if guest.person_id in lines or (guest.coordinator_id == ewa and number % 2) or number % 3 == 0
    ]


def _guests(db: Session) -> dict[int, Guest]:
    """The people who are still in the programme."""
    active = db.scalars(
        select(Enrolment).where(Enrolment.left_on.is_(None))
        .options(joinedload(Enrolment.person).selectinload(Person.needs), selectinload(Enrolment.paths)).order_by(Enrolment.id)
    )  # fmt: skip
    return {
        row.person_id: Guest(row.person_id, row.person.disability == "yes", row.person.need_codes, row.coordinator_id)
        for row in active
    }


def _story(sittings: Sittings, main: Guest, slots: list[Slot], cast: Cast, today: date, lines: Steps) -> set[int]:
    """Maria's two times: one behind her, and one in three or four days that waits for her answer."""
    adviser = cast.staff["doradca@example.org"].id
    own = [slot for slot in slots if slot.specialist_id == adviser]
    behind = next(slot for slot in reversed(own) if slot.day <= today - timedelta(days=6))
    by_nearness = sorted(
        (slot for slot in own if slot.day > today + timedelta(days=1)), key=lambda slot: _distance(slot, today)
    )
    ahead = by_nearness[0]
    sittings.seat(main, behind, 1, answer="yes")
    sittings.seat(main, ahead, 1, line=lines[main.person_id][0])["booked_by_id"] = None
    return {behind.id, ahead.id}


def _distance(slot: Slot, today: date) -> tuple[float, float]:
    hour = clock.local(slot.starts_at).hour
    return abs((slot.day - today).days - 3.6), abs(hour - 10)


def _fill_slot(sittings: Sittings, rng: Random, guests: list[Guest], slot: Slot, today: date, lines: Steps) -> None:
    share = {today: TODAY, today + timedelta(days=1): TOMORROW}.get(slot.day, PAST if slot.day < today else LATER)
    for seat in range(1, slot.capacity + 1):
        is_given_back = rng.random() < GIVEN_BACK and slot.capacity == 1
        if not is_given_back and rng.random() >= share:
            continue
        planned = _planned(guests, slot, lines)
        guest = find_guest(rng, planned or guests, slot, slot.form.code)
        if guest is None:
            continue
        line = lines.pop(guest.person_id)[0] if planned else None
        row = sittings.seat(guest, slot, seat, answer=_answer(rng, slot, today), line=line)
        if is_given_back:
            reason = rng.choice(content("plans")["cancelled"]) or None
            sittings.give_back(row, min(clock.now(), slot.starts_at) - timedelta(hours=rng.randint(2, 30)), reason)


def _planned(guests: list[Guest], slot: Slot, lines: Steps) -> list[Guest]:
    """Those whose plan has this form as the step that is on, and who have no time for it yet."""
    if slot.starts_at <= clock.now():
        return []
    return [
        guest
        for guest in guests
        if lines.get(guest.person_id, (None, None))[1] == slot.form_id
        and slot.day not in guest.days
        and guest.ahead < MOST_AHEAD
    ]


def _answer(rng: Random, slot: Slot, today: date) -> str:
    said_yes = 0.75 if slot.day <= today else 0.12 if slot.day == today + timedelta(days=1) else 0.05
    return "yes" if rng.random() < said_yes else "none"


def _ask_for_help(sittings: Sittings, everybody: dict[int, Guest], cast: Cast) -> None:
    """Two of the coordinator's own people need help to come."""
    ewa = cast.staff["koordynator@example.org"].id
    waiting = [
        row for row in sittings.rows
        if row["status"] == "booked" and row["answer"] == "none" and row["starts_at"] > clock.now() + timedelta(days=1)
        and row["person_id"] in everybody and everybody[row["person_id"]].coordinator_id == ewa
    ]  # fmt: skip
    for row in waiting[:2]:
        row["answer"] = "help"
        sittings.said.append((row["number"], "help"))


def _state_attendance(db: Session, rng: Random, made: dict[str, Booking], main: Guest) -> None:
    rows: list[dict] = []
    slots = dict(db.execute(select(Slot.id, Slot.specialist_id)).all())
    for booking in made.values():
        if booking.is_live and booking.ends_at <= clock.now():
            is_fresh = clock.local(booking.starts_at).date() == clock.today()
            rows += _after(rng, booking, slots[booking.slot_id], is_fresh=is_fresh, is_main=booking.person_id == main.person_id)
        elif attendance.can_check_in(booking) and booking.id % 2:
            rows.append(_statement(booking, "participant", "here", clock.now()))
    if rows:
        db.execute(insert(AttendanceStatement), rows)


def _after(rng: Random, booking: Booking, specialist_id: int, *, is_fresh: bool, is_main: bool) -> list[dict]:
    """Today's sessions are still to be recorded, but for some. Maria has not yet said that she was there."""
    if is_fresh:
        return [_statement(booking, "participant", "here", booking.starts_at)] if rng.random() < 0.5 else []
    said = "present" if is_main else rng.choices(("present", "absent", "excused"), (84, 9, 7))[0]
    rows = [_statement(booking, "specialist", said, booking.ends_at, specialist_id)]
    if not is_main and rng.random() < 0.55:
        theirs = "present" if said == "present" or rng.random() < 0.3 else "absent"
        rows.append(_statement(booking, "participant", theirs, min(clock.now(), booking.ends_at + timedelta(hours=2))))
    return rows


def _statement(booking: Booking, side: str, said: str, at: datetime, staff_id: int | None = None) -> dict:
    return {"booking_id": booking.id, "side": side, "said": said, "at": at, "staff_id": staff_id, "note": None}


def _tasks(db: Session, rng: Random, cast: Cast, made: dict[str, Booking], guests: list[Guest]) -> None:
    helped = [booking for booking in made.values() if booking.answer == "help"]
    rows = [_task("needs-help", booking.person_id, f"booking:{booking.id}", booking_id=booking.id) for booking in helped]
    forms = [cast.forms["career-counselling"].id, cast.forms["social-counselling"].id]
    for coordinator in cast.coordinators:
        own = [guest for guest in guests if guest.coordinator_id == coordinator.id]
        callers = rng.sample(own, 4)
        for form_id, note, guest in zip(forms, content("plans")["tasks"]["none-suits"], callers[:2], strict=True):
            rows.append(_task("none-suits", guest.person_id, f"form:{form_id}", form_id=form_id, note=note))
        for note, guest in zip(content("plans")["tasks"]["call-me"], callers[2:], strict=True):
            rows.append(_task("call-me", guest.person_id, "", note=note or None))
    for number, row in enumerate(rows):
        row.created_at = clock.now() - timedelta(hours=2 + 5 * number % 70)
    db.add_all(rows)
    db.flush()


def _task(kind: str, person_id: int, subject: str, **more) -> Task:
    return Task(dedup=f"{kind}:{person_id}:{subject}", kind=kind, person_id=person_id, **more)
