"""Demo data: an invented register, the people who help, places, times, plans and bookings around today.

The same day gives the same data. Everything is written through the tables' own guards.
"""

from datetime import date, timedelta
from random import Random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services import clock, frame, imports
from services.demo import cast as casting
from services.demo import diary, plans, register, times
from services.demo.content import content
from services.models import AccessLog, Edition, Enrolment, StaffMember

ACCOUNTS = (
    "uczestniczka@example.org",
    "doradca@example.org",
    "psycholog@example.org",
    "rehabilitant@example.org",
    "koordynator@example.org",
    "admin@example.org",
)
EWAS_PEOPLE = 61


def fill(db: Session) -> bool:
    """Fill an empty, migrated database; False, and nothing done, when it has an edition already."""
    if db.scalar(select(Edition.id).limit(1)) is not None:
        return False
    today = clock.today()
    rng = Random(today.isoformat())
    frame.ensure_offer(db)
    edition = frame.ensure_edition(
        db,
        name=content("places")["edition"],
        starts_on=date(today.year - 2, 1, 1),
        ends_on=date(today.year + 1, 12, 31),
    )
    cast = casting.gather(db)
    report = imports.import_participants(db, register.as_file(rng, edition, today), edition=edition)
    if report.problems:
        raise RuntimeError(f"the demo's own register has problems: {report.problems[:3]}")
    maria, answering = db.scalars(select(Enrolment).order_by(Enrolment.id).limit(2)).all()
    _give_coordinators(db, cast)
    times.publish(db, cast, today)
    lines = plans.write(db, rng, cast, maria, answering)
    diary.fill_diary(db, rng, cast, maria, lines)
    _note_looks(db, maria, cast.staff["koordynator@example.org"])
    db.expire_all()
    return True


def _give_coordinators(db: Session, cast: casting.Cast) -> None:
    """Everybody to their partner's coordinator. The leader has two: Ewa has the first of those still in the programme."""
    leader, *partners = cast.organisations
    by_organisation = {member.organisation_id: member for member in reversed(cast.coordinators)}
    for partner in partners:
        member = by_organisation[partner.id]
        db.execute(update(Enrolment).where(Enrolment.partner_id == partner.id).values(coordinator_id=member.id))
    ewa, other = [member for member in cast.coordinators if member.organisation_id == leader.id]
    at_leader = select(Enrolment.id).where(Enrolment.partner_id == leader.id)
    first = db.scalars(at_leader.where(Enrolment.left_on.is_(None)).order_by(Enrolment.id).limit(EWAS_PEOPLE)).all()
    db.execute(update(Enrolment).where(Enrolment.partner_id == leader.id).values(coordinator_id=other.id))
    db.execute(update(Enrolment).where(Enrolment.id.in_(first)).values(coordinator_id=ewa.id))
    db.expire_all()


def _note_looks(db: Session, maria: Enrolment, ewa: StaffMember) -> None:
    """The person can read who looked at their file; so that there is something to read."""
    for days, what in ((41, "plan"), (12, "file")):
        db.add(AccessLog(at=clock.now() - timedelta(days=days), staff_id=ewa.id, person_id=maria.person_id, what=what))
    db.flush()
