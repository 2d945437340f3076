"""The phone's receipt: a message was shown there. Its address is derived from the message, so that nothing is stored for it."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from sqlalchemy import update
from sqlalchemy.orm import Session

from services import clock
from services.models import Message

LENGTH = 22  # characters of six bits


def token_of(key: bytes, message_id: int) -> str:
    """What the phone sends back once it has shown this message."""
    return f"{message_id}-{_signature(key, str(message_id))}"


def seen(db: Session, key: bytes, token: str) -> bool:
    """Note that the message of a token has reached its person. False: no token of ours, or that was known already."""
    number, _, signature = token.partition("-")
    if not hmac.compare_digest(signature.encode(), _signature(key, number).encode()):
        return False
    first = (
        update(Message)
        .where(Message.id == int(number), Message.reached_at.is_(None))
        .values(reached_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return db.execute(first).rowcount == 1


def _signature(key: bytes, number: str) -> str:
    return urlsafe_b64encode(hmac.new(key, f"seen:{number}".encode(), hashlib.sha256).digest()).decode()[:LENGTH]
