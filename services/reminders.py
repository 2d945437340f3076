"""Planning reminders: which are due, for whom, by which way."""

from datetime import datetime, time, timedelta

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from services import catalogue, clock, outbox, reach, telling
from services.models import Booking, Message, Person, ReminderChoice
from services.models.reminders import QUIET_FROM, QUIET_TO

LOOK_AHEAD = timedelta(days=4)
AT_A_TIME = 500  # bookings of one transaction
USUAL = ("day",)  # when nobody has chosen


def due_at(moment: str, starts_at: datetime, rules: dict = catalogue.RULES, choice: ReminderChoice | None = None) -> datetime:
    """When a reminder is due. Days are wall clock ("the day before at 10"), hours are absolute; neither is at night."""
    quiet = (choice.quiet_from, choice.quiet_to) if choice else (QUIET_FROM, QUIET_TO)
    if moment == "two-hours":
        due = starts_at - timedelta(hours=2)
        return reach.evening_before(due, quiet) if reach.is_quiet(due, quiet) else due
    day = clock.local(starts_at).date() - timedelta(days=3 if moment == "three-days" else 1)
    hour = choice.hour if choice and choice.hour is not None else rules["reminder_hour"]
    return clock.at_wall(day, time(min(max(hour, quiet[1]), quiet[0] - 1)))


def plan_due(db: Session) -> int:
    """Post every reminder that is due now and was not posted before: `plan_some` until nothing is left. Returns new messages."""
    posted, after = plan_some(db)
    while after is not None:
        more, after = plan_some(db, after)
        posted += more
    return posted


def plan_some(db: Session, after: tuple[datetime, int] | None = None) -> tuple[int, tuple[datetime, int] | None]:
    """Post the reminders of some bookings that are due now and were not posted before.

    Returns how many are new, and where to go on: give it back as `after`, in another transaction, until it is None. Run it
    as often as you like. One per booking × version × moment. Not for somebody who said "I will come" (their day is settled,
    except two hours before, which they chose), and not for a booking made after the reminder would have been due.
    """
    now, rules = clock.now(), catalogue.rules(db)
    query = select(Booking).where(Booking.status == "booked", Booking.starts_at > now, Booking.starts_at < now + LOOK_AHEAD)
    if after is not None:
        query = query.where(tuple_(Booking.starts_at, Booking.id) > after)
    soon = list(db.scalars(query.order_by(Booking.starts_at, Booking.id).limit(AT_A_TIME)))
    going_on = (soon[-1].starts_at, soon[-1].id) if len(soon) == AT_A_TIME else None
    ids = {booking.person_id for booking in soon}
    chosen = {row.person_id: row for row in db.scalars(select(ReminderChoice).where(ReminderChoice.person_id.in_(ids)))}
    due = [
        (booking, moment)
        for booking in soon
        for moment in _moments(chosen.get(booking.person_id))
        if _is_due(booking, moment, now, rules, chosen.get(booking.person_id))
    ]
    known = _posted(db, {booking.id for booking, _ in due})
    new = [(booking, moment) for booking, moment in due if subject_of(booking, moment) not in known]
    return remind_all(db, new), going_on


def _moments(choice: ReminderChoice | None) -> tuple | list:
    if choice is None:
        return USUAL
    return choice.moments if choice.channels else ()


def _is_due(booking: Booking, moment: str, now: datetime, rules: dict, choice: ReminderChoice | None) -> bool:
    due = due_at(moment, booking.starts_at, rules, choice)
    if not due <= now or booking.booked_at > due:
        return False
    if reach.is_quiet(now, (choice.quiet_from, choice.quiet_to) if choice else (QUIET_FROM, QUIET_TO)):
        return False
    return booking.answer != "yes" or moment == "two-hours"


def subject_of(booking: Booking, moment: str) -> str:
    return f"{moment}:booking:{booking.id}:{booking.version}"


def _posted(db: Session, booking_ids: set[int]) -> set[str]:
    """What reminders were posted of these bookings, by whichever way."""
    query = select(Message.dedup).where(Message.booking_id.in_(booking_ids), Message.kind == "reminder")
    return {dedup.removeprefix("reminder:").rsplit(":person:", 1)[0] for dedup in db.scalars(query)} if booking_ids else set()


def remind(db: Session, booking: Booking, moment: str, **more) -> int:
    """`remind_all` of one."""
    return remind_all(db, [(booking, moment)], **more)


def remind_all(
    db: Session, due: list[tuple[Booking, str]], *, starts_at: datetime | None = None, campaign_id: int | None = None
) -> int:
    """Post one reminder of each (booking, moment) by the person's first way, and its copies. Returns new messages.

    Who is reached by nothing becomes a task (see `telling.tell`).
    """
    if not due:
        return 0
    people = {person.id: person for person in db.scalars(select(Person).where(Person.id.in_({b.person_id for b, _ in due})))}
    reached, trusted = reach.of_all(db, list(people.values())), telling.contacts_of(db, set(people))
    rows = []
    for booking, moment in due:
        about = dict(
            subject=subject_of(booking, moment), useful_until=booking.starts_at, due_at=starts_at, booking_id=booking.id,
            booking_version=booking.version, campaign_id=campaign_id,
        )  # fmt: skip
        found = telling.rows_to(db, people[booking.person_id], reached[booking.person_id], "reminder", **about)
        rows += found + (telling.copies(trusted.get(booking.person_id, []), "reminder", **about) if found else [])
    return outbox.post_all(db, rows)
