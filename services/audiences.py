"""Whom a sending is for: everybody of a kind whom the sender may see, narrowed down, and how each of them is reached."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import String, cast, exists, literal, or_, select
from sqlalchemy.orm import Session

from services import bookings, catalogue, clock, people, reach
from services.models import Booking, CampaignContact, Enrolment, Person, Plan, ReminderChoice, Slot, StaffMember
from services.models.people import enrolment_path
from services.permissions import Permission, require
from services.reach import Reach

CODES = ("session-tomorrow", "no-session", "plan-review", "everybody")
WITH_SESSION = ("session-tomorrow",)
PURPOSES = ("session-tomorrow", "no-session", "plan-review", "event", "change", "other")
AWAY = timedelta(days=30)  # without a session behind or ahead


@dataclass(frozen=True)
class Filters:
    """Whom to look for: the code of an audience, and ids that narrow it down."""

    audience: str = "session-tomorrow"
    path: int | None = None
    partner: int | None = None
    form: int | None = None
    place: int | None = None

    @property
    def has_session(self) -> bool:
        return self.audience in WITH_SESSION

    @property
    def purpose(self) -> str:
        """What a message to this audience is usually about."""
        return "other" if self.audience == "everybody" else self.audience


@dataclass(frozen=True)
class Selection:
    """Everybody but these people, or only these: so that 784 people need not be named one by one."""

    is_all: bool = True
    others: frozenset[int] = frozenset()

    def has(self, person_id: int) -> bool:
        return self.is_all != (person_id in self.others)


EVERYBODY = Selection()


def only(*person_ids: int) -> Selection:
    return Selection(is_all=False, others=frozenset(person_ids))


@dataclass(frozen=True)
class Member:
    """One person, about one session where the audience has one."""

    person: Person
    reach: Reach
    booking: Booking | None = None

    @property
    def ways(self) -> list[str]:
        """Codes of channels in the order in which they are tried; empty: nothing reaches this person."""
        return list(self.reach.ways_for("note"))

    @property
    def subject(self) -> str:
        """What nobody hears of twice."""
        return f"booking:{self.booking.id}:{self.booking.version}" if self.booking else f"person:{self.person.id}"


@dataclass(frozen=True)
class Audience:
    """`silent` want no reminders, and `heard` were written to for the same purpose not long ago: people who are left out."""

    members: list[Member] = field(default_factory=list)
    silent_ids: frozenset[int] = frozenset()
    heard_ids: frozenset[int] = frozenset()

    @property
    def silent(self) -> int:
        return len(self.silent_ids)

    @property
    def heard(self) -> int:
        return len(self.heard_ids)

    @property
    def by_person(self) -> dict[int, Member]:
        """The first member that each person is."""
        found: dict[int, Member] = {}
        for member in self.members:
            found.setdefault(member.person.id, member)
        return found

    @property
    def size(self) -> int:
        """People, not sessions."""
        return len(self.by_person)

    @property
    def counts(self) -> Counter:
        """People by the way that is tried first; "none" for those whom nothing reaches."""
        return Counter(next(iter(member.ways), "none") for member in self.by_person.values())

    @property
    def languages(self) -> Counter:
        return Counter(member.person.language for member in self.by_person.values())

    @property
    def unreachable(self) -> list[Member]:
        return [member for member in self.by_person.values() if not member.ways]

    def only(self, selection: Selection) -> "Audience":
        silent, heard = (frozenset(filter(selection.has, ids)) for ids in (self.silent_ids, self.heard_ids))
        return Audience([one for one in self.members if selection.has(one.person.id)], silent, heard)


def find(db: Session, actor: StaffMember, filters: Filters, *, purpose: str = "") -> Audience:
    """Everybody who is meant, in the programme now and the actor's to see. Four questions for any number of people."""
    require(actor, Permission.CAMPAIGN_SEND)
    purpose = purpose or filters.purpose
    limit = clock.now() - timedelta(days=catalogue.rules(db)["campaign_gap_days"])
    if filters.has_session:
        query = select(Booking, _heard(purpose, _about_session())).join(Booking.person).join(Booking.slot)
        query = query.where(*_of_tomorrow(actor), *_narrowed(filters)).options(*bookings.SHOWN)
        query = query.order_by(Booking.starts_at, Booking.id)
        found = [(row.person, row, has_heard) for row, has_heard in db.execute(query)]
    else:
        query = select(Person, _heard(purpose, literal("person:") + cast(Person.id, String), limit))
        query = query.where(people.visible_to(actor), *_meant(filters), *_narrowed(filters))
        query = query.order_by(Person.last_name, Person.first_name, Person.id)
        found = [(person, None, has_heard) for person, has_heard in db.execute(query)]
    reached = reach.of_all(db, [person for person, _, _ in found])
    open_to = [(person, booking, has_heard) for person, booking, has_heard in found if not reached[person.id].is_silent]
    members = [Member(person, reached[person.id], booking) for person, booking, has_heard in open_to if not has_heard]
    everybody, willing = (frozenset(person.id for person, _, _ in rows) for rows in (found, open_to))
    return Audience(members, everybody - willing, willing - {member.person.id for member in members})


def count_tomorrow(db: Session, actor: StaffMember) -> int:
    """The size of the audience of tomorrow, in one query."""
    require(actor, Permission.CAMPAIGN_SEND)
    asked = _heard("session-tomorrow", _about_session())
    query = select(Booking.person_id, ReminderChoice.channels).select_from(Booking).join(Booking.person)
    query = query.outerjoin(ReminderChoice, ReminderChoice.person_id == Booking.person_id)
    rows = db.execute(query.where(*_of_tomorrow(actor), ~asked))
    return len({person_id for person_id, channels in rows if channels is None or channels})


def _of_tomorrow(actor: StaffMember) -> tuple:
    """The conditions on Booking, joined with Person, that make somebody one who has not answered about tomorrow."""
    start, end = clock.day_bounds(clock.today() + timedelta(days=1))
    return (
        Booking.status == "booked", Booking.answer == "none", Booking.starts_at >= start, Booking.starts_at < end,
        people.visible_to(actor),
    )  # fmt: skip


def _about_session():
    return literal("booking:") + cast(Booking.id, String) + literal(":") + cast(Booking.version, String)


def _heard(purpose: str, subject, limit=None):
    """Whether somebody was written to for a purpose: since the limit, or at all."""
    told = exists().where(CampaignContact.purpose == purpose, CampaignContact.subject == subject)
    return told.where(CampaignContact.at > limit) if limit is not None else told


def _meant(filters: Filters) -> tuple:
    """The condition on Person that an audience without sessions makes."""
    now, today = clock.now(), clock.today()
    if filters.audience == "no-session":
        near = exists().where(
            Booking.person_id == Person.id, Booking.status == "booked",
            Booking.starts_at > now - AWAY, Booking.starts_at < now + AWAY,
        )  # fmt: skip
        is_long_here = exists().where(Enrolment.person_id == Person.id, Enrolment.joined_on <= today - AWAY)
        return ~near, is_long_here
    if filters.audience == "plan-review":
        due = select(Plan.id).join(Plan.enrolment).where(Enrolment.person_id == Person.id, Plan.review_on <= today)
        return (due.correlate(Person).exists(),)
    return ()


def _narrowed(filters: Filters) -> list:
    """In the programme now, and of the path, the partner, the form and the place that were asked for."""
    today = clock.today()
    enrolment = exists().where(
        Enrolment.person_id == Person.id, Enrolment.joined_on <= today, or_(Enrolment.left_on.is_(None), Enrolment.left_on > today)
    )  # fmt: skip
    if filters.partner:
        enrolment = enrolment.where(Enrolment.partner_id == filters.partner)
    if filters.path:
        on_path = select(enrolment_path.c.path_id).where(
            enrolment_path.c.enrolment_id == Enrolment.id, enrolment_path.c.path_id == filters.path
        )
        enrolment = enrolment.where(on_path.correlate(Enrolment).exists())
    kept = [enrolment]
    for column, wanted in ((Slot.form_id, filters.form), (Slot.place_id, filters.place)):
        if wanted and filters.has_session:
            kept.append(column == wanted)
        elif wanted:  # they have, or had, a session of this form or there
            had = select(Booking.id).join(Booking.slot).where(Booking.person_id == Person.id, Booking.status == "booked")
            kept.append(had.where(column == wanted).correlate(Person).exists())
    return kept
