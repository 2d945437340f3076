"""The call list: a coordinator rings whom no message reaches, or who likes it better, and notes what came of it."""

from datetime import datetime, time, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from services import attendance, audit, clock, reach, reports, subjects, tasks, waiting
from services.errors import NotFound, Refused
from services.models import Booking, Call, CallTry, Campaign, Enrolment, Message, Person, Plan, Slot, StaffMember
from services.permissions import Permission, require
from services.subjects import Delivery

ANSWERS = ("yes", "no", "help")
ASKING = ("reminder", "note", "moved")  # about a session to which somebody may say whether they come
LETTER_AFTER = 3  # tries
WORK_BEGINS, AFTERNOON = time(9), time(15)
AT_A_TIME = 200  # calls that are looked through in one transaction
LONGEST_NOTE = 300
SHOWN = (
    joinedload(Call.message), joinedload(Call.person).selectinload(Person.needs),
    joinedload(Call.booking).joinedload(Booking.slot).options(
        joinedload(Slot.specialist), joinedload(Slot.form), joinedload(Slot.place), joinedload(Slot.room)),
)  # fmt: skip


def open_calls(db: Session, actor: StaffMember, *, limit: int = 100) -> list[Call]:
    """The actor's calls to make: the due ones first, the most urgent of them first; then those to try later.

    Without those that nobody needs any more: answered, called off, too late. `clear` takes them off for good.
    """
    require(actor, Permission.TASK_SEE)
    now = clock.now()
    mine = select(Call).where(Call.done_at.is_(None), tasks.of_mine(actor, Call.person_id)).options(*SHOWN)
    found = list(db.scalars(mine.order_by(Call.next_try_at > now, Call.useful_until, Call.id).limit(limit)))
    known = _reached(db, found)
    kept = [call for call in found if _is_needed(db, call, known)]
    return [call for call in kept if call.next_try_at <= now] + sorted(
        (call for call in kept if call.next_try_at > now), key=lambda call: call.next_try_at
    )


def count_due(db: Session, actor: StaffMember) -> int:
    """How many of the actor's calls are to be made now."""
    require(actor, Permission.TASK_SEE)
    now = clock.now()
    due = (Call.done_at.is_(None), Call.next_try_at <= now, Call.useful_until > now, tasks.of_mine(actor, Call.person_id))
    return db.scalar(select(func.count(Call.id)).where(*due))


def get_call(db: Session, actor: StaffMember, call_id: int) -> Call:
    """One call of the actor's people with its tries, open or done; else NotFound."""
    require(actor, Permission.TASK_SEE)
    mine = select(Call).where(Call.id == call_id, tasks.of_mine(actor, Call.person_id))
    found = db.scalar(mine.options(*SHOWN, selectinload(Call.attempts).joinedload(CallTry.staff)))
    if found is None:
        raise NotFound
    return found


def is_open(db: Session, call: Call) -> bool:
    """Whether there is still somebody to ring and something to say."""
    return call.done_at is None and _is_needed(db, call, _reached(db, [call]))


def _is_needed(db: Session, call: Call, known: set) -> bool:
    return not _is_late(call) and not _is_settled(db, call, known)


def _is_late(call: Call) -> bool:
    now, booking = clock.now(), call.booking
    has_begun = booking is not None and call.message.kind != "missed" and booking.starts_at <= now
    return call.useful_until <= now or has_begun


def _is_settled(db: Session, call: Call, known: set) -> bool:
    return _key_of(call.message) in known or not _still_holds(db, call)


def _key_of(message: Message) -> tuple:
    return message.person_id, message.dedup.rsplit(":person:", 1)[0]


def _reached(db: Session, calls: list[Call]) -> set[tuple]:
    """What these people know by another way meanwhile: (person, kind and what it is about)."""
    if not calls:
        return set()
    query = select(Message).where(
        Message.person_id.in_({call.person_id for call in calls}), Message.reached_at.is_not(None),
        Message.contact_id.is_(None), Message.useful_until >= min(call.useful_until for call in calls),
    )  # fmt: skip
    return {_key_of(message) for message in db.scalars(query)}


def _still_holds(db: Session, call: Call) -> bool:
    """Whether what the call is to say is true, and was not answered."""
    message, booking = call.message, call.booking
    if message.kind == "missed":
        return booking.is_live and attendance.state_of(attendance.last_said(db, booking.id)) == "absent"
    if message.offer_id is not None:
        return waiting.is_open(waiting.get_offer(db, message.offer_id))
    if booking is not None:
        is_about_the_end = message.kind in ("cancelled-by-us", "cancelled")
        if booking.version != message.booking_version or booking.is_live == is_about_the_end or _is_answered(message, booking):
            return False
    return subjects.is_open(db, message)


def _is_answered(message: Message, booking: Booking) -> bool:
    """Who needs help is a coordinator's task already. The last reminder is for those too who have said yes."""
    is_last = message.kind == "reminder" and ":two-hours:" in message.dedup
    return message.kind in ("reminder", "note") and booking.answer != "none" and not (is_last and booking.answer == "yes")


def outcomes_of(call: Call) -> list[str]:
    """What the person can say to this, in the order of a page; the rest of OUTCOMES is open to every call."""
    kind = call.message.kind
    if kind in ASKING and call.booking is not None:
        return ["yes", "no", "help", "told"]
    return ["yes", "no", "told"] if kind == "freed" else ["told"]


def next_tries(call: Call) -> dict[str, datetime]:
    """When to ring again, to choose from: nothing at night, and nothing when it would be too late."""
    now = clock.now()
    today, tomorrow = clock.today(), _workday_after(clock.today())
    at = {
        "hour": _round(now + timedelta(hours=1)),
        "afternoon": clock.at_wall(today, AFTERNOON),
        "morning": clock.at_wall(tomorrow, WORK_BEGINS),
    }
    return {
        code: when for code, when in at.items()
        if now < when < call.useful_until and not reach.is_quiet(when) and not (code == "afternoon" and when <= at["hour"])
    }  # fmt: skip


def _round(when: datetime) -> datetime:
    """The next full five minutes: easier to say and to keep in mind."""
    return when + (datetime.min.replace(tzinfo=when.tzinfo) - when) % timedelta(minutes=5)


def _workday_after(day):
    later = day + timedelta(days=1)
    return later + timedelta(days=max(0, 7 - later.weekday())) if later.weekday() >= 5 else later


def note(
    db: Session, actor: StaffMember, call: Call, outcome: str, *, tries: int, next_try: str | None = None, text: str = ""
) -> bool:
    """Note what came of a call. False: somebody was faster, or nobody needs it any more; then nothing changes.

    `tries`: how many there were when the actor opened the call; a conditional write decides who of two was first. "yes", "no"
    and "help" are the person's answer; "no-answer" goes with one of `next_tries`, if there is any. Refused: "choice-missing"
    (an outcome or a time that is not offered), and what `attendance.answer` or `waiting.take` refuse.
    """
    require(actor, Permission.TASK_SEE)
    if not is_open(db, call):
        return False
    again = next_tries(call)
    offered = (*outcomes_of(call), "no-answer", "wrong-number", "settled")
    if outcome not in offered or (outcome == "no-answer" and again and next_try not in again):
        raise Refused("choice-missing")
    now = clock.now()
    is_over = outcome != "no-answer" or not again
    more = {"done_at": now, "done_by_id": actor.id, "outcome": outcome} if is_over else {"next_try_at": again[next_try]}
    if not _change(db, call, Call.tries == tries, tries=tries + 1, **more):
        return False
    db.add(CallTry(call_id=call.id, at=now, staff_id=actor.id, outcome=outcome, note=text.strip()[:LONGEST_NOTE] or None))
    audit.record(db, actor, "call:note", call, outcome=outcome)
    _follow(db, call, outcome, is_over)
    return True


def _change(db: Session, call: Call, *where, **values) -> bool:
    change = update(Call).where(Call.id == call.id, Call.done_at.is_(None), *where).values(**values)
    return db.execute(change.execution_options(synchronize_session=False)).rowcount == 1


def _follow(db: Session, call: Call, outcome: str, is_over: bool) -> None:
    if outcome in (*ANSWERS, "told"):
        reports.reached(db, call.message)
    if outcome in ANSWERS:
        _answer(db, call, outcome)
    elif outcome == "wrong-number":
        tasks.ask(db, "no-contact", call.person, subject=f"call:{call.id}", booking_id=call.booking_id)
    elif outcome == "no-answer" and is_over:
        _ask_somebody(db, call)


def _answer(db: Session, call: Call, said: str) -> None:
    """The person's own answer, said on the telephone."""
    if call.message.offer_id is None:
        attendance.answer(db, call.person, call.booking, said, way="call")
    else:
        offer = waiting.get_offer(db, call.message.offer_id)
        waiting.take(db, offer) if said == "yes" else waiting.decline(db, offer)


def _ask_somebody(db: Session, call: Call) -> None:
    """Nobody was reached. What is about a time that is over needs nobody any more; the rest is left to a coordinator."""
    if call.message.kind == "missed" or (call.booking_id is None and call.message.offer_id is None):
        tasks.ask(db, "undeliverable", call.person, subject=f"call:{call.id}", booking_id=call.booking_id)


def clear(db: Session, after: int = 0) -> int | None:
    """Take some calls off the list that nobody needs: settled without a call, or too late. What nobody was reached for becomes
    a task, where it still matters. Returns where to go on, as `after`, until None."""
    query = select(Call).where(Call.done_at.is_(None), Call.id > after).options(*SHOWN).order_by(Call.id).limit(AT_A_TIME)
    found = list(db.scalars(query))
    known, now = _reached(db, found), clock.now()
    for call in found:
        is_settled = _is_settled(db, call, known)
        if not is_settled and not _is_late(call):
            continue
        if _change(db, call, done_at=now, outcome="settled" if is_settled else "no-answer") and not is_settled:
            _ask_somebody(db, call)
    return found[-1].id if len(found) == AT_A_TIME else None


def delivery_of(db: Session, call: Call) -> Delivery:
    """What the call is about, for its words; without the links that only a message carries."""
    message = call.message
    offer = waiting.get_offer(db, message.offer_id) if message.offer_id else None
    enrolment = db.get(Enrolment, message.enrolment_id) if message.enrolment_id else None
    expires_at = message.useful_until if offer is None else offer.until
    if enrolment is not None and (day := db.scalar(select(Plan.review_on).where(Plan.enrolment_id == enrolment.id))):
        expires_at = clock.day_bounds(day)[0]
    return Delivery(
        message, reference="", to=call.person, booking=call.booking, slot=(call.booking or offer) and (call.booking or offer).slot,
        campaign=db.get(Campaign, message.campaign_id) if message.campaign_id else None, enrolment=enrolment, token="",
        expires_at=expires_at,
    )  # fmt: skip
