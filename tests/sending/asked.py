"""What the outbox should hold, worked out a second time: from the audit log, the people and their choices alone, by none of
the code that plans. Two that agree by accident are unlikely to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.models import AuditEntry, Person, PushSubscription, ReminderChoice, Slot

HERE = ZoneInfo("Europe/Warsaw")
STAND_INS = {"sms": ["sms", "email"], "app": ["push", "sms", "email"], "email": ["email"], "call": []}  # of the agreement
RINGS = ("moved", "cancelled-by-us", "reminder")  # kinds for which a coordinator may ring
SAID_ANYWAY = ("moved", "cancelled-by-us")  # also to who wants no reminders
CAUSES = {"booking:make": "booked", "booking:restore": "booked", "booking:move": "moved"}
EVENING, MORNING, USUAL_HOUR = 20, 8, 10


@dataclass(frozen=True)
class Stage:
    """How a booking stood from `since` on: until the next stage."""

    since: datetime
    version: int
    slot_id: int
    is_live: bool
    answer: str
    act: str
    by_staff: bool


@dataclass
class Story:
    """One booking from beginning to end, as the audit log tells it."""

    booking_id: int
    person_id: int
    stages: list[Stage] = field(default_factory=list)

    def at(self, when: datetime) -> list[Stage]:
        """How it stood then: two answers where it changed in that very instant."""
        before = [stage for stage in self.stages if stage.since < when]
        return before[-1:] + [stage for stage in self.stages if stage.since == when]

    def booked_at(self, version: int) -> datetime:
        return next(stage.since for stage in self.stages if stage.version == version)

    def slot_of(self, version: int) -> int:
        return next(stage.slot_id for stage in self.stages if stage.version == version)


@dataclass(frozen=True)
class Wanted:
    """One thing that somebody should hear. `ways`: by which of these first; None: by none, it is a task. `when`: it may have
    been asked for at these instants only; empty: at that of the change."""

    kind: str
    about: str
    person_id: int
    booking_id: int
    due_at: datetime
    ways: frozenset[str | None]
    when: frozenset[datetime] = frozenset()
    is_certain: bool = True  # False: it may be there or not


class Ground:
    """What the database says about people and bookings; nothing of the outbox is read."""

    def __init__(self, db: Session, hour: int = USUAL_HOUR):
        self.hour = hour
        self.people = {row.id: row for row in db.scalars(select(Person))}
        self.choices = {row.person_id: row for row in db.scalars(select(ReminderChoice))}
        self.starts = {row.id: row.starts_at for row in db.execute(select(Slot.id, Slot.starts_at))}
        self.phones = list(db.scalars(select(PushSubscription)))
        self.log = list(db.scalars(select(AuditEntry).order_by(AuditEntry.id)))
        self.stories = self._stories()

    def _stories(self) -> dict[int, Story]:
        stories: dict[int, Story] = {}
        for entry in self.log:
            if not entry.act.startswith("booking:") or not entry.subject.startswith("booking:"):
                continue
            number = int(entry.subject.split(":")[1])
            story = stories.setdefault(number, Story(number, entry.person_id))
            last = story.stages[-1] if story.stages else None
            stage = _next_stage(last, entry)
            if stage is not None:
                story.stages.append(stage)
        return stories

    def starts_at(self, booking_id: int, version: int) -> datetime:
        return self.starts[self.stories[booking_id].slot_of(version)]

    def quiet(self, person_id: int) -> tuple[int, int]:
        choice = self.choices.get(person_id)
        return (choice.quiet_from, choice.quiet_to) if choice else (EVENING, MORNING)

    def is_night(self, when: datetime, quiet: tuple[int, int]) -> bool:
        hour = when.astimezone(HERE).hour
        return not quiet[1] <= hour < quiet[0]

    def chosen(self, person_id: int, when: datetime) -> list[list[str] | None]:
        """The ways that a person had chosen then; two answers where they chose in that very instant. None: they had not."""
        said = [entry for entry in self.log if entry.act == "choice:reminders" and entry.subject == f"person:{person_id}"]
        if not said:  # chosen before there was a log
            return [list(self.choices[person_id].channels) if person_id in self.choices else None]
        before = [entry.facts["channels"] for entry in said if entry.at < when]
        now = [entry.facts["channels"] for entry in said if entry.at == when]
        return (before[-1:] or [None]) + now

    def ways(self, kind: str, person_id: int, when: datetime) -> frozenset[str | None]:
        """The ways of which a message may take one first; None among them: perhaps it takes none."""
        return frozenset(self._first(kind, person_id, when, chosen) for chosen in self.chosen(person_id, when))

    def _first(self, kind: str, person_id: int, when: datetime, chosen: list[str] | None) -> str | None:
        person = self.people[person_id]
        has_app = any(row.person_id == person_id and row.created_at <= when and _lives(row, when) for row in self.phones)
        works = {"push": has_app, "sms": is_mobile(person.phone), "email": bool(person.email), "call": bool(person.phone)}
        order = chosen
        if chosen is None:
            order = (["push"] if has_app else []) + STAND_INS[person.contact]
        elif not chosen:
            order = []
            if kind not in SAID_ANYWAY:
                return None
        return next((way for way in [*order, "call"] if works.get(way) and (way != "call" or kind in RINGS)), None)

    def wanted(self, planned: list[datetime]) -> Iterator[Wanted]:
        """Everything that should have been asked for. `planned` are the instants at which somebody planned."""
        for story in self.stories.values():
            yield from self._changes(story)
            yield from self._reminders(story, planned)

    def _changes(self, story: Story) -> Iterator[Wanted]:
        for stage in story.stages:
            kind = CAUSES.get(stage.act)
            if stage.act == "booking:cancel":
                kind = "cancelled-by-us" if stage.by_staff else "cancelled"
            if kind is None:
                continue
            due = stage.since
            if stage.by_staff and self.is_night(due, self.quiet(story.person_id)):
                morning = self.morning(due, self.quiet(story.person_id))
                due = morning if morning < self.starts[stage.slot_id] else due
            about = f"booking:{story.booking_id}:{stage.version}"
            yield Wanted(kind, about, story.person_id, story.booking_id, due, self.ways(kind, story.person_id, stage.since))

    def morning(self, when: datetime, quiet: tuple[int, int]) -> datetime:
        local = when.astimezone(HERE)
        day = local.date() + timedelta(days=local.hour >= quiet[0])
        return datetime.combine(day, time(quiet[1]), HERE).astimezone(UTC)

    def _reminders(self, story: Story, planned: list[datetime]) -> Iterator[Wanted]:
        choice = self.choices.get(story.person_id)
        moments = list(choice.moments) if choice else ["day"]
        for version in sorted({stage.version for stage in story.stages}):
            for moment in moments:
                due = self.due(story, version, moment)
                when = [at for at in planned if self._is_time(story, version, moment, due, at, any)]
                sure = [at for at in when if self._is_time(story, version, moment, due, at, all)]
                if when:
                    ways = frozenset().union(*(self.ways("reminder", story.person_id, at) for at in sure or when))
                    about = f"{moment}:booking:{story.booking_id}:{version}"
                    yield Wanted(
                        "reminder", about, story.person_id, story.booking_id, due, ways, frozenset(when), is_certain=bool(sure)
                    )  # fmt: skip

    def due(self, story: Story, version: int, moment: str) -> datetime:
        """When this reminder should come: hours are absolute, days go by the wall clock, and none comes at night."""
        choice, quiet = self.choices.get(story.person_id), self.quiet(story.person_id)
        starts = self.starts[story.slot_of(version)]
        if moment == "two-hours":
            due = starts - timedelta(hours=2)
            if not self.is_night(due, quiet):
                return due
            local = due.astimezone(HERE)
            day = local.date() - timedelta(days=local.hour < quiet[1])
            return datetime.combine(day, time(quiet[0] - 1), HERE).astimezone(UTC)
        hour = choice.hour if choice and choice.hour is not None else self.hour
        day = starts.astimezone(HERE).date() - timedelta(days={"three-days": 3, "day": 1}[moment])
        return datetime.combine(day, time(max(quiet[1], min(hour, quiet[0] - 1))), HERE).astimezone(UTC)

    def _is_time(self, story: Story, version: int, moment: str, due: datetime, at: datetime, how) -> bool:
        """Whether who planned at this instant had to plan it; `how` decides where the instant has two truths."""
        if not due <= at < self.starts[story.slot_of(version)] or story.booked_at(version) > due:
            return False
        if self.is_night(at, self.quiet(story.person_id)):
            return False
        stood = story.at(at)
        return bool(stood) and how(
            stage.is_live and stage.version == version and (stage.answer != "yes" or moment == "two-hours") for stage in stood
        )


def _next_stage(last: Stage | None, entry: AuditEntry) -> Stage | None:
    by_staff = not entry.actor.startswith("person:")
    match entry.act:
        case "booking:make":
            return Stage(entry.at, 1, entry.facts["slot"], True, "none", entry.act, by_staff)
        case "booking:move":
            return Stage(entry.at, last.version + 1, entry.facts["slot"], True, "none", entry.act, by_staff)
        case "booking:restore":
            return Stage(entry.at, last.version + 1, last.slot_id, True, "none", entry.act, by_staff)
        case "booking:cancel":
            return Stage(entry.at, last.version, last.slot_id, False, last.answer, entry.act, by_staff)
        case "booking:answer":
            return Stage(entry.at, last.version, last.slot_id, last.is_live, entry.facts["said"], entry.act, by_staff)
    return None


def _lives(phone: PushSubscription, when: datetime) -> bool:
    return phone.ended_at is None or phone.ended_at >= when


def is_mobile(number: str | None) -> bool:
    """Of the numbers that tests use: Polish mobiles, and the British ones that are kept for films."""
    return bool(number) and number.startswith(
        ("+4477009", "+4850", "+4851", "+4853", "+4860", "+4866", "+4869", "+4879", "+4888")
    )
