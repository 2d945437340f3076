"""How people are reached, in which order, and when they want to be left in peace."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import channels, clock
from services.channels import Route
from services.kinds import KINDS
from services.models import Person, PushSubscription, ReminderChoice
from services.models.reminders import QUIET_FROM, QUIET_TO

# The agreement on paper names one way; until that works, the next of these that does stands in.
AGREED = {"sms": ("sms", "email"), "app": ("push", "sms", "email"), "email": ("email",), "call": ()}
LAST = "call"  # a coordinator's call is the end of every order


@dataclass(frozen=True)
class Reach:
    """How one person is reached now. `ways`: channel → its routes, the person's first way first."""

    ways: dict[str, list[Route]] = field(default_factory=dict)
    is_silent: bool = False  # chose not to be reminded at all
    quiet: tuple[int, int] = (QUIET_FROM, QUIET_TO)

    def ways_for(self, kind: str) -> dict[str, list[Route]]:
        """The ways that a message of this kind may take, in order."""
        about = KINDS[kind]
        if self.is_silent and about.is_optional:
            return {code: self.ways[code] for code in (LAST,) if code in self.ways and about.must_be_heard and about.may_call}
        return {code: routes for code, routes in self.ways.items() if code != LAST or about.may_call}

    def first(self, kind: str) -> list[Route]:
        """The routes of the way to try first; empty: no message reaches this person."""
        return next(iter(self.ways_for(kind).values()), [])


def of(db: Session, person: Person) -> Reach:
    return of_all(db, [person])[person.id]


def of_all(db: Session, people: list[Person]) -> dict[int, Reach]:
    """person id → how they are reached. Two queries for any number of people."""
    ids = {person.id for person in people}
    chosen = {row.person_id: row for row in db.scalars(select(ReminderChoice).where(ReminderChoice.person_id.in_(ids)))}
    live: dict[int, list[PushSubscription]] = {}
    phones = select(PushSubscription).where(PushSubscription.person_id.in_(ids), PushSubscription.ended_at.is_(None))
    for subscription in db.scalars(phones.order_by(PushSubscription.id)):
        live.setdefault(subscription.person_id, []).append(subscription)
    return {person.id: _reach(person, chosen.get(person.id), live.get(person.id, [])) for person in people}


def _reach(person: Person, choice: ReminderChoice | None, subscriptions: list[PushSubscription]) -> Reach:
    known = channels.working()
    if choice is not None:
        order = [code for code in choice.channels if code in known]
    else:  # notifications that somebody turned on by themselves are a choice too
        order = [*(["push"] if subscriptions else []), *AGREED[person.contact]]
    ways = {}
    for code in [*order, LAST]:
        if code in known and code not in ways and (routes := known[code].routes(person, subscriptions)):
            ways[code] = routes
    if choice is None:
        return Reach(ways)
    return Reach(ways, is_silent=not choice.channels, quiet=(choice.quiet_from, choice.quiet_to))


def to_contact(contact) -> list[Route]:
    """How a trusted person gets a copy: one way, the first that their address allows."""
    for channel in channels.working().values():
        if channel.code != LAST and (routes := channel.routes(contact, [])):
            return routes
    return []


def is_quiet(at: datetime, quiet: tuple[int, int] = (QUIET_FROM, QUIET_TO)) -> bool:
    """Whether an instant lies in somebody's night. `quiet` are hours of the wall clock, the first in the evening."""
    hour = clock.local(at).hour
    return hour >= quiet[0] or hour < quiet[1]


def morning_after(at: datetime, quiet: tuple[int, int] = (QUIET_FROM, QUIET_TO)) -> datetime:
    """When the night in which an instant lies is over; the instant itself by day."""
    if not is_quiet(at, quiet):
        return at
    local = clock.local(at)
    day = local.date() + timedelta(days=local.hour >= quiet[0])
    return clock.at_wall(day, time(quiet[1]))


def evening_before(at: datetime, quiet: tuple[int, int] = (QUIET_FROM, QUIET_TO)) -> datetime:
    """The last hour before the night in which an instant lies."""
    local = clock.local(at)
    day = local.date() - timedelta(days=1) if local.hour < quiet[1] else local.date()
    return clock.at_wall(day, time(quiet[0] - 1))
