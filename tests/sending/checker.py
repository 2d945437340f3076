"""R1 to R6 of the design, asked of a database and of the logs of the servers that were sent to.

Covered: what follows from bookings (told, moved, called off, reminders) with all its ways, phones and escalations. Of other
kinds (codes, ways in, plans, sendings, copies) R2 to R4 and R6 hold too; that each of them was asked for is not looked at.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.channels import reference
from services.db import Database
from services.models import Call, Message, Provider, Task
from tests.sending.asked import RINGS, SAID_ANYWAY, Ground, Wanted
from tests.sending.logs import Entry, Log

FINAL = {"accepted", "expired", "cancelled", "suppressed", "undeliverable"}
OF_BOOKINGS = {"booked", "moved", "cancelled", "cancelled-by-us", "reminder"}
OF_THE_END = {"cancelled", "cancelled-by-us"}
ON_A_SCREEN = {"code", "test", "copy", "answered"}  # whoever asked for it sees that it does not come
BY_NIGHT_TOO = {"invitation", "code", "booked", "cancelled", "answered", "test"}
LATE, NEVER = timedelta(minutes=2), timedelta(days=3650)
UNREAD = {"reminder": timedelta(hours=3), "moved": timedelta(hours=4), "cancelled-by-us": timedelta(hours=2)}


@dataclass(frozen=True)
class Violation:
    rule: str
    what: str
    about: str


def check(
    database: Database,
    now: datetime,
    log: Log,
    *,
    key: bytes,
    planned: list[datetime],
    faults: bool = False,
    live: bool = False,
) -> list[Violation]:
    """What is wrong after a drain at `now`. `planned`: when somebody planned. `faults`: something failed on the way, so that
    repeats are allowed. `live`: workers were there all the time, so that nothing may be late."""
    with database.read() as db:
        return Check(db, now, log, key, planned, faults).violations(live)


class Check:
    def __init__(self, db: Session, now: datetime, log: Log, key: bytes, planned: list[datetime], faults: bool):
        self.now, self.log, self.faults = now, log, faults
        self.ground = Ground(db)
        self.wanted = list(self.ground.wanted(planned))
        self.messages = list(db.scalars(select(Message).order_by(Message.created_at, Message.id)))
        self.names = {reference(key, message.dedup): message for message in self.messages}
        self.calls = {call.message_id for call in db.scalars(select(Call))}
        self.tasks = list(db.scalars(select(Task)))
        self.providers = {row.name: row for row in db.scalars(select(Provider))}
        self.found: list[Violation] = []
        self.alike: dict[tuple, list[Message]] = defaultdict(list)
        for message in self.messages:
            self.alike[about_of(message)].append(message)

    def violations(self, live: bool) -> list[Violation]:
        self.asked_for()
        self.ended()
        self.as_it_ended()
        self.once()
        self.in_season()
        self.in_time(live)
        return self.found

    def wrong(self, rule: str, what: str, about: str) -> None:
        self.found.append(Violation(rule, what, about))

    # R1: what is there is what was asked for

    def asked_for(self) -> None:
        known = set()
        for wanted in self.wanted:
            key = (wanted.kind, wanted.about, f"person:{wanted.person_id}")
            known.add(key)
            rows = self.alike.get(key, [])
            if not rows:
                self._missing(wanted)
            elif wanted.when and rows[0].created_at not in wanted.when:
                self.wrong("R1", "asked for at a wrong time", rows[0].dedup)
            elif rows[0].channel not in self.ground.ways(wanted.kind, wanted.person_id, rows[0].created_at):
                self.wrong("R1", "by another way than asked", rows[0].dedup)
            else:
                self._one_way_at_a_time(rows)
                self._dropped_for_a_reason(rows)
        for key, rows in self.alike.items():
            if rows[0].kind in OF_BOOKINGS and rows[0].campaign_id is None and rows[0].contact_id is None and key not in known:
                self.wrong("R1", "nobody asked for it", rows[0].dedup)

    def _missing(self, wanted: Wanted) -> None:
        what = f"{wanted.kind}:{wanted.about}"
        if wanted.is_certain and None not in wanted.ways:
            self.wrong("R1", "missing", what)
        elif (
            wanted.is_certain and wanted.ways == {None} and wanted.kind in RINGS and self._wants(wanted.kind, wanted.person_id)
        ):
            known = any(task.kind == "no-contact" and what in task.dedup for task in self.tasks)
            if not known:
                self.wrong("R1", "nobody knows that nothing reaches them", what)

    def _first_of(self, rows: list[Message]) -> list[Message]:
        return [row for row in rows if row.channel == rows[0].channel]

    def _one_way_at_a_time(self, rows: list[Message]) -> None:
        """Another way only after one that failed, was given up, or was not read; one row for each phone."""
        for row in rows:
            before = [one for one in rows if one.channel != row.channel and (one.created_at, one.id) < (row.created_at, row.id)]
            if row.channel != rows[0].channel and not any(_has_failed(one, row.created_at) for one in before):
                self.wrong("R1", "a second way without a reason", row.dedup)
            same = [one for one in rows if one.channel == row.channel and one.subscription_id == row.subscription_id]
            if row is same[-1] and len(same) > 1 and (row.channel != "push" or row.subscription_id is not None):
                self.wrong("R1", "asked for twice", row.dedup)

    def _dropped_for_a_reason(self, rows: list[Message]) -> None:
        last = rows[-1]
        if last.status not in ("cancelled", "suppressed"):
            return
        still_holds = self._holds(last, self.now, all) and not self._is_answered(last, self.now, any)
        has_way = None not in self.ground.ways(last.kind, last.person_id, last.ended_at)
        if still_holds and has_way and self._wants(last.kind, last.person_id) and not self._is_a_task(last):
            self.wrong("R1", "dropped without a reason", last.dedup)

    def _wants(self, kind: str, person_id: int) -> bool:
        return kind in SAID_ANYWAY or self.ground.chosen(person_id, self.now)[-1] != []

    # R2: nothing that is due waits, and all that ended has a known end

    def ended(self) -> None:
        for row in self.messages:
            if row.status == "waiting":
                self._waits(row)
            elif row.status not in FINAL or row.ended_at is None:
                self.wrong("R2", f"ended as {row.status}", row.dedup)
            elif row.status == "expired" and row.ended_at < min(row.useful_until, self._start_of(row) or row.useful_until):
                self.wrong("R2", "expired too early", row.dedup)

    def _waits(self, row: Message) -> None:
        provider = self.providers.get(row.provider)
        is_let_alone = provider is not None and provider.open_until is not None and provider.open_until > self.now
        is_somebodys = row.leased_until is not None and row.leased_until >= self.now
        if row.next_try_at <= self.now and not is_let_alone and not is_somebodys:
            self.wrong("R2", "due and pending", row.dedup)
        if row.next_try_at >= row.useful_until:
            self.wrong("R2", "waits until it is too late", row.dedup)

    def _start_of(self, row: Message) -> datetime | None:
        known = row.kind in OF_BOOKINGS and row.booking_id in self.ground.stories
        return self.ground.starts_at(row.booking_id, row.booking_version) if known else None

    # R3: the end is true

    def as_it_ended(self) -> None:
        for row in self.messages:
            if row.status == "accepted" and not self._is_there(row):
                self.wrong("R3", "the provider does not have it", row.dedup)
            if row.status == "undeliverable" and row.ended_at < row.useful_until and not self._is_followed(row):
                self.wrong("R3", "nothing followed", row.dedup)

    def _is_there(self, row: Message) -> bool:
        if row.channel == "call":
            return row.id in self.calls
        return any(self.names.get(entry.name) is row and entry.channel == row.channel for entry in self.log.taken())

    def _is_followed(self, row: Message) -> bool:
        if row.kind in ON_A_SCREEN or row.person_id is None or row.contact_id is not None:
            return True
        others = [one for one in self.alike[about_of(row)] if one is not row]
        went_on = any(one.channel != row.channel and one.created_at >= row.ended_at for one in others)
        other_phone = any(one.channel == row.channel and one.status in ("waiting", "accepted") for one in others)
        return went_on or other_phone or self._is_a_task(row) or not self._matters(row)

    def _is_a_task(self, row: Message) -> bool:
        _, about, _ = about_of(row)
        kinds = ("undeliverable", "no-contact")
        return any(task.kind in kinds and task.person_id == row.person_id and about in task.dedup for task in self.tasks)

    def _matters(self, row: Message) -> bool:
        return self._holds(row, row.ended_at) and not self._is_answered(row, row.ended_at)

    # R4: once; after a fault perhaps again, under the same name, and never after it was known to be there

    def once(self) -> None:
        for name, times in self.log.times().items():
            row = self.names.get(name)
            if row is None:
                self.wrong("R4", "nobody asked for this name", name)
            elif times > 1 and not self.faults:
                self.wrong("R4", f"sent {times} times", row.dedup)
            elif times > 1 and row.status == "accepted" and self._entries(row)[-1].at > row.ended_at:
                self.wrong("R4", "sent again after it was there", row.dedup)

    def _entries(self, row: Message) -> list[Entry]:
        return [entry for entry in self.log.taken() if self.names.get(entry.name) is row]

    # R5: nothing that no longer holds, and nothing at night

    def in_season(self) -> None:
        for entry in self.log.taken():
            row = self.names.get(entry.name)
            if row is None:
                continue
            if row.kind in OF_BOOKINGS and row.booking_id in self.ground.stories:
                if not self._holds(row, entry.at):
                    self.wrong("R5", "after a change", row.dedup)
                if entry.at >= self._start_of(row):
                    self.wrong("R5", "after the start", row.dedup)
                if row.kind == "reminder" and self._is_answered(row, entry.at):
                    self.wrong("R5", "after the answer", row.dedup)
            if entry.at >= row.useful_until and row.kind not in OF_BOOKINGS:
                self.wrong("R5", "after its use", row.dedup)
            if self._wakes(row, entry.at):
                self.wrong("R5", "at night", row.dedup)

    def _holds(self, row: Message, when: datetime, how=any) -> bool:
        """`how` decides where something changed in that very instant."""
        story = self.ground.stories.get(row.booking_id)
        if row.kind not in OF_BOOKINGS or story is None:
            return True
        is_live = row.kind not in OF_THE_END
        return how(stage.version == row.booking_version and stage.is_live == is_live for stage in story.at(when))

    def _is_answered(self, row: Message, when: datetime, how=all) -> bool:
        if row.kind != "reminder" or ":two-hours:" in row.dedup:
            return False
        stood = self.ground.stories[row.booking_id].at(when)
        return bool(stood) and how(stage.answer == "yes" for stage in stood)

    def _wakes(self, row: Message, when: datetime) -> bool:
        if row.kind in BY_NIGHT_TOO or row.person_id is None or row.channel == "call":
            return False
        quiet = self.ground.quiet(row.person_id) if row.contact_id is None else (20, 8)
        cannot_wait = row.kind in SAID_ANYWAY and self.ground.morning(when, quiet) >= row.useful_until
        return self.ground.is_night(when, quiet) and not cannot_wait

    # R6: never before it is due, and seldom late

    def in_time(self, live: bool) -> None:
        due = {(one.kind, one.about, f"person:{one.person_id}"): one.due_at for one in self.wanted}
        late = []
        for row in self.messages:
            entries = self._entries(row)
            should = due.get(about_of(row), row.due_at)
            if entries and entries[0].at < max(row.due_at, should):
                self.wrong("R6", "before it was due", row.dedup)
            if entries and row is self._first_of(self.alike[about_of(row)])[0]:
                late.append((entries[0].at - should, row.dedup))
        late.sort()
        if live and late and late[int(len(late) * 0.99) if len(late) >= 100 else -1][0] > LATE:
            self.wrong("R6", "late", late[-1][1])


def about_of(row: Message) -> tuple[str, str, str]:
    """Kind, what it is about with its version, and who gets it."""
    who = (
        f"contact:{row.contact_id}"
        if row.contact_id
        else f"person:{row.person_id}"
        if row.person_id
        else f"staff:{row.staff_id}"
    )
    return row.kind, row.dedup.removeprefix(f"{row.kind}:").split(f":{who}:")[0], who


def _has_failed(row: Message, by: datetime) -> bool:
    if row.status in ("undeliverable", "suppressed"):
        return row.ended_at <= by
    was_unread = row.reached_at is None or row.reached_at >= by
    return row.status == "accepted" and was_unread and row.ended_at + UNREAD.get(row.kind, NEVER) <= by
