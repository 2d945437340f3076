"""Trusted people: whom a person lets have a copy of their reminders. Either of the two ends it, whenever they like."""

import re

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services import audit, clock
from services.errors import NotFound, Refused
from services.identity import as_phone
from services.models import Person, TrustedContact
from services.permissions import Permission, require

MOST = 3
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def of(db: Session, person: Person) -> list[TrustedContact]:
    """The trusted people who get copies now, in the order in which they were named."""
    query = select(TrustedContact).where(TrustedContact.person_id == person.id, TrustedContact.ended_at.is_(None))
    return list(db.scalars(query.order_by(TrustedContact.id)))


def add(db: Session, actor: Person, name: str, address: str) -> TrustedContact:
    """Let somebody have copies, by their e-mail address or telephone number. The same address twice is one.

    Refused: "name-missing", "name-long", "contact-wrong", "too-many-contacts".
    """
    require(actor, Permission.CHOICE_MAKE)
    name = " ".join(name.split())
    if not name:
        raise Refused("name-missing")
    if len(name) > 80:
        raise Refused("name-long")
    email, phone = read_address(address)
    same = select(TrustedContact).where(
        TrustedContact.person_id == actor.id, TrustedContact.ended_at.is_(None), TrustedContact.email.is_(email) if email is None
        else TrustedContact.email == email, TrustedContact.phone.is_(phone) if phone is None else TrustedContact.phone == phone,
    )  # fmt: skip
    if again := db.scalar(same):
        again.name = name
        return again
    if len(of(db, actor)) >= MOST:
        raise Refused("too-many-contacts", most=MOST)
    contact = TrustedContact(
        person_id=actor.id, name=name, email=email, phone=phone, language=actor.language, created_at=clock.now()
    )
    db.add(contact)
    db.flush()
    audit.record(db, actor, "contact:add", contact, person_id=actor.id)
    return contact


def read_address(text: str) -> tuple[str | None, str | None]:
    """(e-mail address, None) or (None, telephone number) of what somebody typed; else Refused("contact-wrong")."""
    text = text.strip()
    if EMAIL.fullmatch(text) and len(text) <= 200:
        return text.lower(), None
    if phone := as_phone(text):
        return None, phone
    raise Refused("contact-wrong")


def get(db: Session, actor: Person, contact_id: int) -> TrustedContact:
    """One of the actor's own; else NotFound."""
    found = db.get(TrustedContact, contact_id)
    if found is None or found.person_id != actor.id:
        raise NotFound
    return found


def end(db: Session, contact: TrustedContact, *, by: str) -> bool:
    """No more copies from now on; what is under way is not sent any more. `by`: "person" or "contact". Twice is once."""
    done = db.execute(
        update(TrustedContact)
        .where(TrustedContact.id == contact.id, TrustedContact.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_by=by)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount:
        db.refresh(contact)
        audit.record(db, contact.person, "contact:end", contact, person_id=contact.person_id, by=by)
    return bool(done.rowcount)


def with_phone(db: Session, phone: str) -> list[TrustedContact]:
    """The trusted people with this number who get copies now, of whomever."""
    query = select(TrustedContact).where(TrustedContact.phone == phone, TrustedContact.ended_at.is_(None))
    return list(db.scalars(query))
