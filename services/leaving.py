"""Ending one way of being written to, by the link that each mail carries: without signing in, and at any time later."""

import hmac
from base64 import urlsafe_b64encode

from sqlalchemy.orm import Session

from services import choices
from services.errors import NotFound
from services.identity import derive
from services.models import Person


def token_of(key: bytes, person_id: int, code: str = "email") -> str:
    """The secret part of the link's address. It lets nobody do anything but this."""
    return f"{person_id}-{code}-{_signature(key, person_id, code)}"


def read(db: Session, key: bytes, token: str) -> tuple[Person, str]:
    """Whose link it is, and the channel that it ends; NotFound when it is none of ours."""
    number, _, rest = token.partition("-")
    code, _, signature = rest.partition("-")
    if not number.isascii() or not number.isdecimal() or len(number) > 12:
        raise NotFound
    if not hmac.compare_digest(signature.encode(), _signature(key, int(number), code).encode()):
        raise NotFound
    person = db.get(Person, int(number))
    if person is None:
        raise NotFound
    return person, code


def leave(db: Session, key: bytes, token: str) -> Person:
    """Write to this person by this channel no more. Twice is once."""
    person, code = read(db, key, token)
    choices.leave(db, person, code)
    return person


def _signature(key: bytes, person_id: int, code: str) -> str:
    return urlsafe_b64encode(derive(key, f"leave-{code}", person_id)).decode()[:22]
