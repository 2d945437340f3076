"""The frame of the programme: the edition and its rules, forms of support, places."""

import json
from datetime import datetime, time, timedelta

from sqlalchemy import String, cast, literal, select, union_all
from sqlalchemy.orm import Session, contains_eager

from services import clock
from services.errors import NotFound
from services.models import Edition, Organisation, Place, Room, SupportForm, SupportPath

# What may differ between editions, and what holds where an edition says nothing.
RULES = {
    "change_until_hour": 12,  # on the day before a session; later it is an absence with notice
    "reminder_hour": 10,  # on the day before, by the wall clock
    "campaign_gap_days": 7,  # nobody hears from two sendings for one purpose within so many days
    "review_after_days": 90,  # after a plan was agreed it is looked at again
    "follow_up_days": [28, 180],  # after leaving, people are asked how they do
}

NEEDS_BY_PART = {
    "interpreter": ("pjm", "sjm", "skogn", "interpreter-uk", "interpreter-ru", "interpreter-en", "interpreter-other"),
    "place": ("step-free", "toilet", "loop", "quiet-place"),
    "meeting": ("large-print", "easy-text", "more-time"),
    "way": ("companion", "assistant", "transport"),
}
NEEDS = tuple(code for codes in NEEDS_BY_PART.values() for code in codes)
"""Codes of access needs, in the order in which they are asked."""
ACCESS = ("step-free", "lift", "toilet", "loop", "quiet-place", "bell", "parking")
"""What a place may have, in the order in which it is told."""


def current_edition(db: Session) -> Edition:
    """The edition that runs today, else the newest one. NotFound in an empty database."""
    today = clock.today()
    running = select(Edition).where(Edition.starts_on <= today, Edition.ends_on >= today)
    found = db.scalars(running.order_by(Edition.starts_on.desc()).limit(1)).first()
    found = found or db.scalars(select(Edition).order_by(Edition.starts_on.desc()).limit(1)).first()
    if found is None:
        raise NotFound
    return found


def rules(db: Session) -> dict:
    """The rules that hold today: the edition's own, and `RULES` for what it does not say."""
    try:
        return RULES | current_edition(db).rules
    except NotFound:
        return RULES


def change_until(starts_at: datetime, rules: dict = RULES) -> datetime:
    """Until when a session may be moved or given back as if nothing had been: the day before, at the rule's hour."""
    day = clock.local(starts_at).date() - timedelta(days=1)
    return clock.at_wall(day, time(rules["change_until_hour"]))


def forms(db: Session) -> list[SupportForm]:
    """All forms of support, in the order of the programme."""
    return list(db.scalars(select(SupportForm).order_by(SupportForm.position)))


def get_form(db: Session, form_id: int) -> SupportForm:
    found = db.get(SupportForm, form_id)
    if found is None:
        raise NotFound
    return found


def paths(db: Session) -> list[SupportPath]:
    return list(db.scalars(select(SupportPath).order_by(SupportPath.position)))


def partners(db: Session) -> list[Organisation]:
    return list(db.scalars(select(Organisation).order_by(Organisation.role, Organisation.name)))


def rooms(db: Session) -> list[Room]:
    """Every room with its place, for the form that publishes times."""
    return list(db.scalars(select(Room).join(Room.place).options(contains_eager(Room.place)).order_by(Place.name, Room.name)))


def narrowing(db: Session) -> dict[str, list[tuple[int, str | dict]]]:
    """What a list of people may be narrowed by: of each kind its ids and names. One question for all four."""
    parts = (
        ("path", SupportPath.id, cast(SupportPath.names, String), SupportPath.position),
        ("partner", Organisation.id, Organisation.name, Organisation.id),
        ("form", SupportForm.id, cast(SupportForm.names, String), SupportForm.position),
        ("place", Place.id, Place.name, Place.id),
    )
    rows = db.execute(union_all(*(select(literal(kind), *columns) for kind, *columns in parts)))
    found: dict[str, list] = {kind: [] for kind, *_ in parts}
    for kind, number, name, _ in sorted(rows, key=lambda row: (row[3], row[1])):
        found[kind].append((number, json.loads(name) if kind in ("path", "form") else name))
    return found
