"""Answers that people write back to a message. What is plain is done, as a button of the page would do it; whatever is not
becomes a coordinator's task with the text, and is never guessed."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import attendance, bookings, choices, clock, contacts, outbox, reports, tasks, waiting
from services.channels.answers import read_answer
from services.channels.reports import Reply
from services.db import insert_into
from services.errors import Refused
from services.models import Incoming, Message, Person, TrustedContact

PASSED_OVER = ("code", "test", "answered", "cancelled")  # they ask nothing, and what they confirm was asked before them
CARRIED = ("accepted", "undeliverable")  # a report may be wrong: who answers has it
LONGEST_NOTE = 1000


@dataclass(frozen=True)
class _Sent:
    """Who may have written, and the message that they may mean: None when none matters any more."""

    to: Person | TrustedContact
    message: Message | None


def take(db: Session, channel: str, reply: Reply) -> str:
    """Do what one reply says. The same one again changes nothing.

    Returns what became of it: "known" (taken before), "unknown" (nobody has this number), "yes", "no", "help" or "stop"
    (done, or it stood so already), "unclear" (a coordinator reads it).
    """
    if not _is_new(db, channel, reply):
        return "known"
    to = _receivers(db, reply.number_e164)
    if not to:
        return "unknown"
    sent = _answered(db, channel, reply, to)
    said = read_answer(reply.text)
    if len(sent) == 1:
        [one] = sent
        if one.message is not None:
            reports.reached(db, one.message)
        if said is not None and _do(db, channel, one, said):
            return said
    for one in sent:
        _ask_somebody(db, one, reply)
    return "unclear"


def _is_new(db: Session, channel: str, reply: Reply) -> bool:
    row = {"key": f"{channel}:{reply.key}"[:64], "at": clock.now()}
    return (
        db.execute(insert_into(db, Incoming).values(row).on_conflict_do_nothing().returning(Incoming.key)).scalar() is not None
    )


def _receivers(db: Session, number: str) -> list[Person | TrustedContact]:
    """Who is written to at this number: perhaps several people, perhaps as somebody's trusted person too."""
    people = db.scalars(select(Person).where(Person.phone == number).order_by(Person.id))
    return [*people, *contacts.with_phone(db, number)]


def _answered(db: Session, channel: str, reply: Reply, to: list) -> list[_Sent]:
    """Who may have written, and what they may mean: the message that the provider names, else of each receiver the newest
    that still matters. One, when there is no doubt. Nothing matters any more: everybody at this number."""
    if reply.provider_ref:
        named = select(Message).where(Message.channel == channel, Message.provider_ref == reply.provider_ref)
        message = db.scalar(named.order_by(Message.id.desc()).limit(1))
        receiver = message and next((one for one in to if _goes_to(message, one)), None)
        if receiver is not None and message.kind not in PASSED_OVER:
            return [_Sent(receiver, message)]
        to = [receiver] if receiver is not None else to
    newest = [_Sent(one, _newest(db, channel, one)) for one in to]
    return [one for one in newest if one.message is not None] or newest


def _goes_to(message: Message, to: Person | TrustedContact) -> bool:
    if isinstance(to, TrustedContact):
        return message.contact_id == to.id
    return message.person_id == to.id and message.contact_id is None


def _newest(db: Session, channel: str, to: Person | TrustedContact) -> Message | None:
    mine = (
        Message.contact_id == to.id
        if isinstance(to, TrustedContact)
        else (Message.person_id == to.id) & Message.contact_id.is_(None)
    )
    query = select(Message).where(
        mine, Message.channel == channel, Message.status.in_(CARRIED), Message.kind.not_in(PASSED_OVER),
        Message.useful_until > clock.now(),
    )  # fmt: skip
    return db.scalar(query.order_by(Message.ended_at.desc(), Message.id.desc()).limit(1))


def _do(db: Session, channel: str, sent: _Sent, said: str) -> bool:
    """Whether the answer could be taken without a doubt."""
    if said == "stop":
        return _stop(db, channel, sent.to)
    if sent.message is None:
        return False
    answer = ANSWERS.get(sent.message.kind)  # none for a copy: nobody answers for somebody else
    return answer is not None and answer(db, channel, sent.message, sent.to, said)


def _session(db: Session, channel: str, message: Message, person: Person, said: str) -> bool:
    """About a session. Not when it was moved since: then the question was about another time."""
    if message.booking_id is None:
        return False
    booking = bookings.get_by_id(db, message.booking_id)
    bookings.hold(db, booking)
    if booking.version != message.booking_version or booking.starts_at <= clock.now():
        return False
    try:
        is_new = attendance.answer(db, person, booking, said, way=channel)
    except Refused:  # called off meanwhile
        return False
    if said == "yes" and is_new:
        outbox.post(
            db, "answered", channel, provider=message.provider, person_id=person.id,
            subject=f"booking:{booking.id}:{booking.version}", useful_until=booking.starts_at, booking_id=booking.id,
            booking_version=booking.version,
        )  # fmt: skip
    return True


def _place(db: Session, channel: str, message: Message, person: Person, said: str) -> bool:
    """About a free place that was offered."""
    offer = waiting.get_offer(db, message.offer_id)
    if said == "no":
        waiting.decline(db, offer)
        return True
    try:
        return said == "yes" and waiting.take(db, offer) is not None
    except Refused:  # somebody was faster, or they are elsewhere at that time
        return False


def _told(db: Session, channel: str, message: Message, person: Person, said: str) -> bool:
    """About a session, and it asked nothing: "yes" only agrees, and what "no" means is for a person to read."""
    return said == "yes" or (said == "help" and _session(db, channel, message, person, said))


# Kinds to which an answer means something → what it does.
ANSWERS = {"reminder": _session, "note": _session, "freed": _place, "booked": _told, "moved": _told}


def _stop(db: Session, channel: str, to: Person | TrustedContact) -> bool:
    """No more messages by this way: out of the person's choice; for a trusted person, the end of the copies."""
    if isinstance(to, TrustedContact):
        contacts.end(db, to, by="contact")
        return True
    choices.leave(db, to, channel, otherwise=None)  # who writes STOP is not rung up instead
    return True


def _ask_somebody(db: Session, sent: _Sent, reply: Reply) -> None:
    to, message = sent.to, sent.message
    offer = waiting.get_offer(db, message.offer_id) if message is not None and message.offer_id else None
    tasks.ask(
        db, "reply-unclear", to if isinstance(to, Person) else to.person, subject=f"{to.__tablename__}:{to.id}:{reply.key[:32]}",
        note=reply.text.strip()[:LONGEST_NOTE] or None, booking_id=message and message.booking_id,
        form_id=offer and offer.slot.form_id,
    )  # fmt: skip
