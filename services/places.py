"""Places: how to get in, told before anybody has to choose a time, and the picture of the door."""

import hashlib
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, catalogue, clock, pictures
from services.errors import NotFound, Refused
from services.models import Place, PlacePicture, StaffMember
from services.permissions import Permission, require

LONGEST_TEXT, LONGEST_ALT = 600, 200
MOST_STEPS, NARROWEST, WIDEST = 60, 40, 400


@dataclass(frozen=True)
class Facts:
    """What stands between the street and the room. `way_in`, `stop`: language -> words; Polish must be there."""

    access: tuple[str, ...] = ()
    steps: int | None = None
    door_cm: int | None = None
    way_in: dict[str, str] = field(default_factory=dict)
    stop: dict[str, str] = field(default_factory=dict)


def every(db: Session) -> list[Place]:
    return list(db.scalars(select(Place).order_by(Place.name)))


def get_place(db: Session, place_id: int) -> Place:
    found = db.get(Place, place_id)
    if found is None:
        raise NotFound
    return found


def describe(db: Session, actor: StaffMember, place: Place, facts: Facts) -> None:
    """Write down how to get in. The same facts again change nothing.

    Refused, with `problems` as (what, code): "way-in-missing", "text-long", "steps-wrong", "door-wrong", and "steps-clash"
    where a way without steps is said to have some.
    """
    require(actor, Permission.PLACE_WRITE)
    problems = _problems(facts)
    if problems:
        raise Refused("place-wrong", problems=problems)
    new = {
        "access": [code for code in catalogue.ACCESS if code in facts.access], "steps": facts.steps, "door_cm": facts.door_cm,
        "way_in": _said(facts.way_in), "stop": _said(facts.stop),
    }  # fmt: skip
    changed = sorted(name for name, value in new.items() if getattr(place, name) != value)
    for name in changed:
        setattr(place, name, new[name])
    if changed:
        audit.record(db, actor, "place:describe", place, changed=changed)


def _problems(facts: Facts) -> list[tuple[str, str]]:
    found = []
    if not facts.way_in.get("pl", "").strip():
        found.append(("way_in_pl", "way-in-missing"))
    for name in ("way_in", "stop"):
        found += [
            (f"{name}_{lang}", "place-text-long") for lang, text in getattr(facts, name).items() if len(text) > LONGEST_TEXT
        ]
    if facts.steps is not None and not 0 <= facts.steps <= MOST_STEPS:
        found.append(("steps", "steps-wrong"))
    elif facts.steps and "step-free" in facts.access:
        found.append(("steps", "steps-clash"))
    if facts.door_cm is not None and not NARROWEST <= facts.door_cm <= WIDEST:
        found.append(("door_cm", "door-wrong"))
    return found


def _said(words: dict[str, str]) -> dict[str, str]:
    return {lang: " ".join(text.split()) for lang, text in words.items() if text.strip()}


def picture_door(db: Session, actor: StaffMember, place: Place, content: bytes, alt: dict[str, str]) -> None:
    """Keep a picture of the door, drawn anew and small, with the words for those who do not see it.

    Without `content` only the words change. Refused: "alt-missing", "alt-long", "picture-missing", "picture-wrong",
    "picture-large".
    """
    require(actor, Permission.PLACE_WRITE)
    if not alt.get("pl", "").strip():
        raise Refused("alt-missing")
    if any(len(text) > LONGEST_ALT for text in alt.values()):
        raise Refused("alt-long", most=LONGEST_ALT)
    if not content and not place.photo:
        raise Refused("picture-missing")
    if content:
        drawn = pictures.redraw(content)
        digest = hashlib.sha256(drawn.content).hexdigest()[:16]
        row = db.get(PlacePicture, place.id)
        if row is None:
            db.add(row := PlacePicture(place_id=place.id))
        row.digest, row.content, row.added_at, row.added_by_id = digest, drawn.content, clock.now(), actor.id
        place.photo = f"{digest}-{drawn.width}x{drawn.height}.{pictures.ENDING}"
    place.photo_alt = _said(alt)
    audit.record(db, actor, "place:picture", place, is_new=bool(content))


def take_picture_off(db: Session, actor: StaffMember, place: Place) -> None:
    """No picture is better than a wrong one. Twice is the same as once."""
    require(actor, Permission.PLACE_WRITE)
    if place.photo is None:
        return
    if row := db.get(PlacePicture, place.id):
        db.delete(row)
    place.photo, place.photo_alt = None, {}
    audit.record(db, actor, "place:picture-off", place)


def picture_of(db: Session, place_id: int, name: str) -> bytes:
    """The uploaded picture under the name that it has now; NotFound for any other."""
    found = db.execute(
        select(PlacePicture.content).join(Place, Place.id == PlacePicture.place_id)
        .where(PlacePicture.place_id == place_id, Place.photo == name)
    ).scalar()  # fmt: skip
    if found is None:
        raise NotFound
    return found
