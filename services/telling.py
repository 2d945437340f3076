"""Telling somebody something: by the way to try first, by the next one when that fails, and by a person when none is left."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import clock, outbox, reach, tasks
from services.channels import Route
from services.kinds import KINDS
from services.models import Message, Person, TrustedContact
from services.reach import Reach

COPIED = ("reminder", "moved", "cancelled-by-us")  # of which a trusted person gets a copy


def tell(
    db: Session, person: Person, kind: str, *, subject: str, useful_until: datetime, due_at: datetime | None = None, **ids
) -> int:
    """Post `kind` to a person by the way to try first (to each of their phones, where that way is notifications).

    Who is reached by nothing at all becomes a coordinator's task, unless they want no reminders. Returns new messages.
    """
    routes = rows_to(db, person, reach.of(db, person), kind, subject=subject, useful_until=useful_until, due_at=due_at, **ids)
    return outbox.post_all(db, routes) if routes else 0


def rows_to(db: Session, person: Person, found: Reach, kind: str, **what) -> list[dict]:
    """What `tell` posts, for somebody of whom is known how they are reached."""
    routes = found.first(kind)
    if not routes and KINDS[kind].may_call and not found.is_silent:
        tasks.ask(
            db, "no-contact", person, subject=f"{kind}:{what['subject']}", once=True, booking_id=what.get("booking_id"),
            campaign_id=what.get("campaign_id"),
        )  # fmt: skip
    return [_row(route, kind, person_id=person.id, **what) for route in routes]


def _row(route: Route, kind: str, **what) -> dict:
    return outbox.row_of(kind, route.channel, provider=route.provider, subscription_id=route.subscription_id, **what)


def contacts_of(db: Session, people_ids: set[int]) -> dict[int, list[TrustedContact]]:
    """person id → the trusted people who get copies now."""
    found: dict[int, list[TrustedContact]] = {}
    query = select(TrustedContact).where(TrustedContact.person_id.in_(people_ids), TrustedContact.ended_at.is_(None))
    for contact in db.scalars(query.order_by(TrustedContact.id)):
        found.setdefault(contact.person_id, []).append(contact)
    return found


def copies(contacts: list[TrustedContact], kind: str, *, subject: str, **what) -> list[dict]:
    """Rows of the copies that trusted people get of a message about a session."""
    if kind not in COPIED:
        return []
    return [
        _row(route, "copy", subject=f"{kind}:{subject}", person_id=contact.person_id, contact_id=contact.id, **what)
        for contact in contacts
        for route in reach.to_contact(contact)[:1]
    ]


def try_next_way(db: Session, message: Message, *, why: str) -> bool:
    """A message did not arrive while there is time: post it the person's next way. False when there was none left.

    `why` is "undeliverable", "unread" or "unwanted" (they chose other ways since). Without another way, what was not unread
    becomes a coordinator's task; what is unwanted only where somebody would ring, and not for who wants no reminders.
    """
    kind = KINDS[message.kind]
    if message.person_id is None or message.contact_id or kind.is_for_screen or message.useful_until <= clock.now():
        return False
    person = db.get(Person, message.person_id)
    about = outbox.about_of(message)
    alike = select(Message).where(
        Message.person_id == person.id, Message.kind == message.kind, Message.contact_id.is_(None),
        Message.dedup.startswith(f"{message.kind}:{about}:person:{person.id}:", autoescape=True),
    )  # fmt: skip
    posted = list(db.scalars(alike))
    if why == "undeliverable" and any(
        other.id != message.id and other.channel == message.channel and other.status in ("waiting", "accepted")
        for other in posted
    ):
        return True  # another phone of theirs has it
    if why == "unwanted" and any(other.id != message.id and other.status in ("waiting", "accepted") for other in posted):
        return True  # another phone has it or looks for another way itself, or the next way is under way
    taken, found = {other.channel for other in posted}, reach.of(db, person)
    for code, routes in found.ways_for(message.kind).items():
        if code in taken or not _may_carry(code, message):
            continue
        ids = {
            name: getattr(message, name) for name in outbox.EMPTY if name not in ("provider", "subscription_id", "person_id")
        }
        rows = [
            _row(route, message.kind, subject=about, useful_until=message.useful_until, person_id=person.id, **ids)
            for route in routes
        ]
        return outbox.post_all(db, rows) > 0
    if why == "undeliverable" or (why == "unwanted" and kind.may_call and not found.is_silent):
        tasks.ask(db, "undeliverable", person, subject=f"{message.kind}:{about}", booking_id=message.booking_id)
    return False


def _may_carry(code: str, message: Message) -> bool:
    """A way in goes to an address of the person, not to whoever holds a phone with notifications."""
    return not (message.kind == "invitation" and code == "push")
