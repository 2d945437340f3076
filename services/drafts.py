"""What somebody has typed so far, kept on the server for 30 days."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services import clock
from services.models import Draft, Person
from services.permissions import Actor, name_of

KEPT = timedelta(days=30)


def owner_of(actor: Actor, person: Person) -> str:
    """Each draft belongs to the one who types, and for whom."""
    return f"person:{person.id}" if isinstance(actor, Person) else f"{name_of(actor)} person:{person.id}"


def get_draft(db: Session, owner: str, kind: str) -> dict:
    """What is kept, or an empty dict."""
    found = db.get(Draft, (owner, kind))
    return dict(found.data) if found and found.updated_at > clock.now() - KEPT else {}


def keep(db: Session, owner: str, kind: str, data: dict) -> None:
    found = db.get(Draft, (owner, kind))
    if found is None:
        db.add(Draft(owner=owner, kind=kind, data=data, updated_at=clock.now()))
    else:
        found.data, found.updated_at = data, clock.now()


def drop(db: Session, owner: str, kind: str) -> None:
    db.execute(delete(Draft).where(Draft.owner == owner, Draft.kind == kind))


def drop_old(db: Session) -> int:
    """Forget what was left for longer than `KEPT`."""
    return db.execute(delete(Draft).where(Draft.updated_at < clock.now() - KEPT)).rowcount
