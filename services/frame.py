"""The frame that every edition stands in: organisations, support paths, forms of support, words for sendings, the edition.

Names are data (`frame.toml`). Running it again adds what is missing and changes nothing that is there.
"""

import tomllib
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import clock
from services.errors import NotFound
from services.models import CampaignTemplate, Edition, Organisation, SupportForm, SupportPath


@lru_cache
def content() -> dict:
    return tomllib.loads((Path(__file__).parent / "frame.toml").read_text(encoding="utf-8"))


def ensure_frame(db: Session, *, edition: str | None = None) -> Edition:
    """The frame in place, and the edition by its name; without a name, the one of `frame.toml`, made where it is missing.

    NotFound: an edition was named and there is none like it.
    """
    ensure_offer(db)
    if edition is not None:
        found = db.scalar(select(Edition).where(Edition.name == edition))
        if found is None:
            raise NotFound
        return found
    return ensure_edition(db, **content()["edition"])


def ensure_edition(db: Session, *, name: str, starts_on, ends_on, rules: dict | None = None) -> Edition:
    found = db.scalar(select(Edition).where(Edition.name == name))
    if found is None:
        found = Edition(name=name, starts_on=starts_on, ends_on=ends_on, rules=rules or {})
        db.add(found)
        db.flush()
    return found


def ensure_offer(db: Session) -> None:
    """Organisations, paths, forms of support, and the first words for sendings."""
    names = set(db.scalars(select(Organisation.name)))
    db.add_all(
        Organisation(name=row["name"], role=row["role"]) for row in content()["organisations"] if row["name"] not in names
    )
    known = set(db.scalars(select(CampaignTemplate.name)))
    db.add_all(CampaignTemplate(**row, changed_at=clock.now()) for row in content()["texts"] if row["name"] not in known)
    for model, part in ((SupportPath, "paths"), (SupportForm, "forms")):
        codes = set(db.scalars(select(model.code)))
        db.add_all(
            model(position=position, **row) for position, row in enumerate(content()[part], start=1) if row["code"] not in codes
        )
    db.flush()


def other_names() -> dict[str, str]:
    """Another name of an organisation, in lower case → the name under which it is kept."""
    return {also.casefold(): row["name"] for row in content()["organisations"] for also in row.get("also", ())}
