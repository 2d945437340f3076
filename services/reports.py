"""What providers report later about messages that they took. It comes late, twice, in any order, and about messages of which
nobody knows; whatever is repeated changes nothing."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services import clock, subjects, telling
from services.channels import reference
from services.channels.reports import Report
from services.models import Message

LOOKED_BACK = 500  # messages whose number at the provider is not known, compared by the name that we gave them


def note(db: Session, key: bytes, channel: str, report: Report) -> bool:
    """Write down what one report says. False: it came before we had written that the message was sent; ask to hear it again.

    Reached: once, whatever else was said. Failed: the message goes the person's next way, once, unless it was reached, or
    what it asked was answered meanwhile.
    """
    message = _about(db, key, channel, report)
    if message is None or report.state == "pending":
        return True
    if report.state == "reached":
        reached(db, message)
        return True
    if message.status == "waiting":
        return False
    failed = (
        update(Message)
        .where(Message.id == message.id, Message.status == "accepted", Message.reached_at.is_(None))
        .values(status="undeliverable", trouble=report.reason, escalate_at=None)
        .execution_options(synchronize_session=False)
    )
    if db.execute(failed).rowcount == 1:
        db.refresh(message)
        if subjects.is_open(db, message):
            telling.try_next_way(db, message, why="undeliverable")
    return True


def reached(db: Session, message: Message) -> None:
    """A sign that the person has it: the first one counts."""
    first = (
        update(Message)
        .where(Message.id == message.id, Message.reached_at.is_(None))
        .values(reached_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    db.execute(first)


def _about(db: Session, key: bytes, channel: str, report: Report) -> Message | None:
    """The message, by the provider's number; else by the name under which it was sent: its number is unknown when the
    provider's answer was lost, and not yet written when the report is faster than we are."""
    mine = select(Message).where(Message.channel == channel)
    found = db.scalar(mine.where(Message.provider_ref == report.provider_ref).order_by(Message.id.desc()).limit(1))
    if found is not None or report.reference is None:
        return found
    nameless = mine.where(Message.provider_ref.is_(None), Message.attempts > 0, Message.status.in_(("waiting", "accepted")))
    for message in db.scalars(nameless.order_by(Message.id.desc()).limit(LOOKED_BACK)):
        if reference(key, message.dedup) == report.reference:
            return message
    return None
