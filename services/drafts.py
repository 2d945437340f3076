"""What somebody has typed so far, kept on the server for 30 days."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import delete, select
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


FORM, MOST_FORMS = "form:", 5
MOST_SIGNS = 20_000  # of one form; what is longer was not typed by hand


@dataclass(frozen=True)
class Form:
    """A form that was sent when nobody was signed in any more: `to` is where it went, `page` is where it stands."""

    to: str
    page: str
    fields: list[tuple[str, str]]


def keep_form(db: Session, owner: str, form: Form) -> bool:
    """Keep what was typed for when its owner is back. The newest few; False for what is too much."""
    if sum(len(name) + len(value) for name, value in form.fields) > MOST_SIGNS:
        return False
    keep(db, owner, _kind_of(form.to), {"to": form.to, "page": form.page, "fields": [list(pair) for pair in form.fields]})
    db.flush()
    for old in _kept_forms(db, owner)[MOST_FORMS:]:
        db.delete(old)
    return True


def forms_of(db: Session, owner: str) -> list[Form]:
    """What waits to be sent again, newest first."""
    return [_form_in(found.data) for found in _kept_forms(db, owner) if found.updated_at > clock.now() - KEPT]


def get_form(db: Session, owner: str, to: str) -> Form | None:
    found = get_draft(db, owner, _kind_of(to))
    return _form_in(found) if found else None


def drop_form(db: Session, owner: str, to: str) -> None:
    drop(db, owner, _kind_of(to))


def _kind_of(to: str) -> str:
    return FORM + sha256(to.encode()).hexdigest()[:32]


def _kept_forms(db: Session, owner: str) -> list[Draft]:
    found = select(Draft).where(Draft.owner == owner, Draft.kind.startswith(FORM, autoescape=True))
    return list(db.scalars(found.order_by(Draft.updated_at.desc(), Draft.kind)))


def _form_in(data: dict) -> Form:
    return Form(data["to"], data["page"], [tuple(pair) for pair in data["fields"]])
