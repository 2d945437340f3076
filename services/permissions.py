"""What each role may do, in one table. An actor is a Person, a StaffMember, or SYSTEM."""

from dataclasses import dataclass
from enum import StrEnum

from services.errors import NotAllowed
from services.models import Person, StaffMember


class Permission(StrEnum):
    PLAN_SEE = "plan:see"
    PLAN_ANSWER = "plan:answer"
    PLAN_WRITE = "plan:write"
    BOOKING_MAKE = "booking:make"
    BOOKING_MAKE_FOR = "booking:make-for"
    SLOT_PUBLISH = "slot:publish"
    DIARY_SEE = "diary:see"
    ATTENDANCE_RECORD = "attendance:record"
    ATTENDANCE_SETTLE = "attendance:settle"
    PERSON_FIND = "person:find"
    PERSON_INVITE = "person:invite"
    PERSON_IMPORT = "person:import"
    STAFF_MANAGE = "staff:manage"
    CAMPAIGN_SEND = "campaign:send"
    TASK_SEE = "task:see"
    CHOICE_MAKE = "choice:make"
    HEALTH_SEE = "health:see"


SPECIALISTS = (
    "career-adviser",
    "psychologist",
    "rehabilitation-specialist",
    "disability-needs-specialist",
    "social-counsellor",
    "job-broker",
    "trainer",
)
P = Permission
_PARTICIPANT = {P.PLAN_SEE, P.PLAN_ANSWER, P.BOOKING_MAKE, P.CHOICE_MAKE}
_SPECIALIST = {P.SLOT_PUBLISH, P.DIARY_SEE, P.ATTENDANCE_RECORD, P.BOOKING_MAKE_FOR, P.PERSON_FIND}
_COORDINATOR = {
    P.PERSON_FIND, P.PERSON_INVITE, P.PLAN_WRITE, P.BOOKING_MAKE_FOR, P.CAMPAIGN_SEND, P.TASK_SEE, P.ATTENDANCE_SETTLE, P.PERSON_IMPORT, P.HEALTH_SEE,
}  # fmt: skip
MAY: dict[str, set[Permission]] = {
    "participant": _PARTICIPANT,
    **dict.fromkeys(SPECIALISTS, _SPECIALIST),
    "coordinator": _COORDINATOR,
    "admin": _COORDINATOR | {P.STAFF_MANAGE},
}


@dataclass(frozen=True)
class System:
    """The worker and the command line."""

    role_codes: tuple[str, ...] = ()


SYSTEM = System()
Actor = Person | StaffMember | System


def roles_of(actor: Actor) -> list[str]:
    return ["participant"] if isinstance(actor, Person) else list(actor.role_codes)


def is_allowed(actor: Actor, permission: Permission) -> bool:
    if isinstance(actor, System):
        return True
    if isinstance(actor, StaffMember) and not actor.is_active:
        return False
    return any(permission in MAY.get(role, ()) for role in roles_of(actor))


def require(actor: Actor, *permissions: Permission) -> None:
    """Pass when the actor has one of the permissions, else NotAllowed."""
    if not any(is_allowed(actor, permission) for permission in permissions):
        raise NotAllowed(", ".join(permissions))


def name_of(actor: Actor) -> str:
    """The actor as audit rows write it."""
    if isinstance(actor, Person):
        return f"person:{actor.id}"
    return f"staff:{actor.id}" if isinstance(actor, StaffMember) else "system"
