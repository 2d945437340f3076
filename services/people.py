"""Finding people, and who may see whom."""

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload

from services import audit, catalogue, fitting
from services.errors import NotFound, Refused
from services.models import AccessNeed, Booking, Enrolment, Person, Slot, StaffMember
from services.permissions import Permission, require

LONGEST_LANGUAGE = 60


def visible_to(actor: StaffMember):
    """The condition on Person that makes somebody the actor's to see.

    Administrators and the leader's coordinators see everybody; a partner's coordinator sees the partner's participants and
    those given to them by name; a specialist sees those who have or had a booking with them, and their organisation's.
    """
    if "admin" in actor.role_codes or ("coordinator" in actor.role_codes and actor.organisation.role == "leader"):
        return true()
    own = select(Enrolment.id).where(
        Enrolment.person_id == Person.id,
        or_(Enrolment.partner_id == actor.organisation_id, Enrolment.coordinator_id == actor.id),
    )
    met = select(Booking.id).join(Slot).where(Booking.person_id == Person.id, Slot.specialist_id == actor.id)
    # Tied to Person alone: a query that lists enrolments or bookings must not lend its own row to the question.
    return or_(own.correlate(Person).exists(), met.correlate(Person).exists())


def get_person(db: Session, actor: StaffMember, person_id: int) -> Person:
    """Somebody whom the actor may see, with enrolments and needs; else NotFound, the same as if there were none."""
    require(actor, Permission.PERSON_FIND)
    enrolments = joinedload(Person.enrolments)
    found = db.scalars(
        select(Person)
        .where(Person.id == person_id, visible_to(actor))
        .options(
            joinedload(Person.needs), enrolments.joinedload(Enrolment.partner),
            enrolments.joinedload(Enrolment.coordinator), enrolments.joinedload(Enrolment.paths),
        )
    ).unique().one_or_none()  # fmt: skip
    if found is None:
        raise NotFound
    return found


def find(db: Session, actor: StaffMember, words: str, *, limit: int = 20, offset: int = 0) -> tuple[list[Enrolment], bool]:
    """Enrolments whose name or number has every word, and whether there are more. No words: the actor's newest people."""
    require(actor, Permission.PERSON_FIND)
    found = select(Enrolment).join(Enrolment.person).where(visible_to(actor))
    for word in words.split()[:5]:
        like = f"%{_escaped(word.lower())}%"
        found = found.where(
            or_(
                func.lower(Person.first_name).like(like, escape="\\"),
                func.lower(Person.last_name).like(like, escape="\\"),
                func.lower(Enrolment.number).like(like, escape="\\"),
            )
        )
    order = (Person.last_name, Person.first_name, Enrolment.id) if words.strip() else (Enrolment.joined_on.desc(), Enrolment.id)
    rows = db.scalars(
        found.options(contains_eager(Enrolment.person), joinedload(Enrolment.partner), joinedload(Enrolment.coordinator))
        .order_by(*order).offset(offset).limit(limit + 1)
    ).all()  # fmt: skip
    return list(rows[:limit]), len(rows) > limit


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def current_enrolment(db: Session, person: Person) -> Enrolment | None:
    """The person's newest enrolment."""
    return db.scalars(
        select(Enrolment).where(Enrolment.person_id == person.id).order_by(Enrolment.joined_on.desc()).limit(1)
    ).first()


def change_language(db: Session, actor: Person, language: str) -> None:
    """The language of the person's pages and messages."""
    if actor.language != language:
        actor.language = language
        audit.record(db, actor, "person:language", actor, person_id=actor.id)


def change_words(db: Session, actor: Person, *, is_easy: bool) -> None:
    """Whether the person's pages and messages are in easy-read words."""
    if actor.is_easy != is_easy:
        actor.is_easy = is_easy
        audit.record(db, actor, "person:words", actor, person_id=actor.id)


def change_needs(db: Session, actor: Person, codes: list[str], *, language: str = "") -> None:
    """What the person needs at every session from now on: codes of `catalogue.NEEDS`, others are passed over. Bookings that
    were made before keep what they say; the same needs again change nothing.

    `language`: of the interpreter for whom there is no code. Refused: "language-missing", "language-long".
    """
    require(actor, Permission.CHOICE_MAKE)
    wanted: dict[str, str | None] = {code: None for code in codes if code in catalogue.NEEDS}
    if fitting.OTHER in wanted:
        wanted[fitting.OTHER] = language = " ".join(language.split())
        if not language:
            raise Refused("language-missing")
        if len(language) > LONGEST_LANGUAGE:
            raise Refused("language-long")
    before = {need.code: need.detail for need in actor.needs}
    if wanted == before:
        return
    for need in list(actor.needs):
        if need.code not in wanted:
            actor.needs.remove(need)
        else:
            need.detail = wanted[need.code]
    actor.needs.extend(AccessNeed(code=code, detail=wanted[code]) for code in sorted(wanted.keys() - before.keys()))
    added, ended = sorted(wanted.keys() - before.keys()), sorted(before.keys() - wanted.keys())
    audit.record(db, actor, "person:needs", actor, person_id=actor.id, added=added, ended=ended)
