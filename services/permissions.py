"""What each role may do, in one table. An actor is a Person, a StaffMember, a Mandate (who acts for a person), or SYSTEM."""

from dataclasses import dataclass
from enum import StrEnum

from services.errors import NotAllowed, NotFound
from services.models import Mandate, Person, StaffMember
from services.models.acting import THINGS


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
    PLACE_WRITE = "place:write"
    # What a person lets somebody see and do for them: each is one thing to tick, by the code behind the colon.
    ACT_SESSIONS = "act:sessions"
    ACT_KINDS = "act:kinds"
    ACT_STEPS = "act:steps"
    ACT_ANSWER = "act:answer"
    ACT_BOOK = "act:book"
    ACT_ARRIVE = "act:arrive"
    BARRIER_ANSWER = "barrier:answer"


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
    P.PERSON_FIND, P.PERSON_INVITE, P.PLAN_WRITE, P.BOOKING_MAKE_FOR, P.CAMPAIGN_SEND, P.TASK_SEE, P.ATTENDANCE_SETTLE, P.PERSON_IMPORT, P.HEALTH_SEE, P.PLACE_WRITE,
    P.BARRIER_ANSWER,
}  # fmt: skip
MAY: dict[str, set[Permission]] = {
    "participant": _PARTICIPANT,
    **dict.fromkeys(SPECIALISTS, _SPECIALIST),
    "coordinator": _COORDINATOR,
    "admin": _COORDINATOR | {P.STAFF_MANAGE},
}


# What a trusted person may: one thing, one permission, and none of those above.
OF_THING = {thing: Permission(f"act:{thing}") for thing in THINGS}


@dataclass(frozen=True)
class System:
    """The worker and the command line."""

    role_codes: tuple[str, ...] = ()


SYSTEM = System()
Actor = Person | StaffMember | Mandate | System


def roles_of(actor: Actor) -> list[str]:
    return ["participant"] if isinstance(actor, Person) else list(actor.role_codes)


def is_allowed(actor: Actor, permission: Permission) -> bool:
    if isinstance(actor, System):
        return True
    if isinstance(actor, Mandate):
        return actor.is_live and permission in {OF_THING[code] for code in actor.codes}
    if isinstance(actor, StaffMember) and not actor.is_active:
        return False
    return any(permission in MAY.get(role, ()) for role in roles_of(actor))


def require(actor: Actor, *permissions: Permission) -> None:
    """Pass when the actor has one of the permissions, else NotAllowed."""
    if not any(is_allowed(actor, permission) for permission in permissions):
        raise NotAllowed(", ".join(permissions))


def require_own(actor: Actor, person_id: int, trusted: Permission) -> None:
    """Of a person and of whoever acts for them: pass when it is about that very person, else NotFound. Staff and the system
    have been asked before. `trusted`: what a mandate must hold, else NotAllowed."""
    if isinstance(actor, Mandate):
        require(actor, trusted)
    whose = actor.id if isinstance(actor, Person) else actor.person_id if isinstance(actor, Mandate) else person_id
    if whose != person_id:
        raise NotFound


def name_of(actor: Actor) -> str:
    """The actor as audit rows write it."""
    if isinstance(actor, Person):
        return f"person:{actor.id}"
    if isinstance(actor, Mandate):
        return f"trusted:{actor.id}"
    return f"staff:{actor.id}" if isinstance(actor, StaffMember) else "system"
