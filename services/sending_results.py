"""What became of a sending, one row for each person: two phones, or another way after the first, are one person."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from services.models import Booking, Call, Campaign, Message, Person, Task

# From what is settled to what is not; a person who was written to about two sessions stands where the less settled one is.
STATES = ("reached", "called", "sent", "not-needed", "stopped", "waiting", "to-call", "not-reached", "no-way")
NOT_ARRIVED = ("not-reached", "no-way", "to-call")
ANSWERS = ("yes", "no", "help")


@dataclass
class Result:
    """`state` is one of STATES. `answer`: "yes", "no", "help", "moved", or None. `way`: the channel that was tried last."""

    person: Person
    state: str
    way: str | None = None
    answer: str | None = None
    call: Call | None = None
    messages: list[Message] = field(default_factory=list)

    @property
    def is_missed(self) -> bool:
        """Somebody must see to it that this person hears of it."""
        return self.state in NOT_ARRIVED


def of(db: Session, campaign: Campaign) -> list[Result]:
    """One row for each person, by name. Three questions for any number of them."""
    sent = (
        select(Message)
        .join(Message.person)
        .where(Message.campaign_id == campaign.id, Message.contact_id.is_(None))
        .options(joinedload(Message.person), joinedload(Message.booking))
        .order_by(Person.last_name, Person.first_name, Person.id, Message.id)
    )
    messages = list(db.scalars(sent))
    mine = select(Call).join(Call.message).where(Message.campaign_id == campaign.id).order_by(Call.id)
    calls = {call.message_id: call for call in db.scalars(mine)}
    by_person: dict[int, dict] = {}
    for message in messages:
        by_person.setdefault(message.person_id, {}).setdefault(message.booking_id, []).append(message)
    found = [_of_person(about, calls, campaign) for about in by_person.values()]
    unreached = select(Task).where(Task.campaign_id == campaign.id, Task.kind == "no-contact")
    tasks = db.scalars(unreached.options(joinedload(Task.person)))
    state = "stopped" if campaign.stopped_at else "no-way"
    nobody = {task.person_id: Result(task.person, state) for task in tasks if task.person_id not in by_person}
    return sorted([*found, *nobody.values()], key=lambda row: (row.person.last_name, row.person.first_name, row.person.id))


def _of_person(about: dict[int | None, list[Message]], calls: dict[int, Call], campaign: Campaign) -> Result:
    each = [_of_session(messages, calls, campaign) for messages in about.values()]
    return max(each, key=lambda row: STATES.index(row.state))


def _of_session(messages: list[Message], calls: dict[int, Call], campaign: Campaign) -> Result:
    last = messages[-1]
    went = [message for message in messages if message.status == "accepted"]
    call = next((calls[message.id] for message in reversed(messages) if message.id in calls), None)
    answer = _answer(last.booking, last)
    statuses = {message.status for message in messages}
    if call is not None and call.done_at is not None:
        state = _after_call(call)
    elif went and (answer or any(message.reached_at for message in went)):
        state = "reached"
    elif call is not None:
        state = "to-call"
    elif "waiting" in statuses:
        state = "waiting"
    elif went:
        state = "sent"
    elif campaign.stopped_at is not None:
        state = "stopped"
    else:
        state = "not-needed" if statuses & {"suppressed", "cancelled"} else "not-reached"
    return Result(last.person, state, last.channel, answer, call, messages)


def _after_call(call: Call) -> str:
    if call.outcome in ("no-answer", "wrong-number"):
        return "not-reached"
    return "not-needed" if call.outcome == "settled" else "called"


def _answer(booking: Booking | None, message: Message) -> str | None:
    """What the person has said about the session since; None while they have not."""
    if booking is None:
        return None
    if not booking.is_live:
        return "no" if booking.cancelled_by == "person" else None
    if booking.version != message.booking_version:
        return "moved"
    return booking.answer if booking.answer in ANSWERS else None


def counts(found: list[Result]) -> Counter:
    """People by state."""
    return Counter(row.state for row in found)


def morning(found: list[Result]) -> datetime | None:
    """Until when messages wait because nobody is written to at night; None when none does."""
    waiting = (one for row in found for one in row.messages if one.status == "waiting" and one.trouble == "quiet-hours")
    return max((one.next_try_at for one in waiting), default=None)
