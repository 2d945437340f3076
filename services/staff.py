"""The people who work in the programme: adding one, and ending what one may do."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services import audit, clock
from services.errors import NotFound, Refused
from services.models import Device, Organisation, StaffMember, StaffRole
from services.permissions import MAY, Actor, Permission, require

ROLES = tuple(role for role in MAY if role != "participant")


def add(
    db: Session,
    actor: Actor,
    *,
    first_name: str,
    last_name: str,
    email: str,
    role: str,
    gender: str,
    organisation: str | None = None,
) -> StaffMember:
    """A new staff member, or one more role for the one with this e-mail. Without an organisation: the leader's.

    Refused "role-unknown"; NotFound when there is no such organisation.
    """
    require(actor, Permission.STAFF_MANAGE)
    if role not in ROLES:
        raise Refused("role-unknown", known=ROLES)
    of = Organisation.name == organisation if organisation else Organisation.role == "leader"
    place = db.scalars(select(Organisation).where(of).limit(1)).first()
    if place is None:
        raise NotFound
    member = db.scalar(select(StaffMember).where(StaffMember.email == email))
    if member is None:
        member = StaffMember(first_name=first_name, last_name=last_name, email=email, gender=gender, organisation_id=place.id)
        db.add(member)
        db.flush()
    if role not in member.role_codes:
        member.roles.append(StaffRole(role=role))
        audit.record(db, actor, "staff:add-role", member, role=role)
    return member


def get_by_email(db: Session, email: str) -> StaffMember:
    """Somebody who works here, by the address; else NotFound."""
    found = db.scalar(select(StaffMember).where(StaffMember.email == email, StaffMember.is_active))
    if found is None:
        raise NotFound
    return found


def end(db: Session, actor: Actor, member: StaffMember) -> None:
    """Take everything away at once: no new sign-in, and every open one ends."""
    require(actor, Permission.STAFF_MANAGE)
    member.is_active = False
    db.execute(update(Device).where(Device.staff_id == member.id, Device.ended_at.is_(None)).values(ended_at=clock.now()))
    audit.record(db, actor, "staff:end", member)
