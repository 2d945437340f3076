"""Anything that people may do, in any order, against a model of three dictionaries. SQLite only; always the same examples."""

import shutil
from collections import Counter
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from services import attendance, bookings, clock, slots, withdrawals
from services.db import Database
from services.errors import NotFound, Refused
from services.models import AuditEntry, Booking, Message, Person, StaffMember
from tests.conftest import NOW
from tests.factories import Factory, instant

HOURS = ("10:00", "10:30", "11:00", "12:00", "13:00")
PEOPLE = st.integers(0, 2)
TIMES = st.integers(0, 9)


class Programme(RuleBasedStateMachine):
    """Five hours of two specialists, the first hour a group of two; three people; one morning."""

    template = folder = None
    numbers, seen = count(), Counter()
    made = Bundle("made")

    @initialize()
    def begin(self):
        self.now = instant(NOW)
        self.database = Database(f"sqlite:///{shutil.copy(self.template, self.folder / f'{next(self.numbers)}.db')}")
        self.held = {}  # booking number -> (person, slot)
        self.gone = {}  # cancelled, in the same shape
        self.published = set()
        with clock.frozen(self.now), self.database.write() as db, db.begin():
            make = Factory(db)
            self.people = [person.id for person in make.participants(3)]
            specialists = [make.specialist("Jan Lis"), make.specialist("Ola Wilk")]
            self.staff = [one.id for one in specialists]
            offered = [
                make.slot(f"2026-11-23 {hour}", minutes=30, specialist=one, mode="phone", capacity=2 if hour == "10:00" else 1)
                for one in specialists for hour in HOURS
            ]  # fmt: skip
            self.slots = {slot.id: (slot.starts_at, slot.ends_at, slot.capacity, slot.specialist_id) for slot in offered}
            self.order = list(self.slots)
            self.published.update(self.slots)
            self.form_id = offered[0].form_id

    def teardown(self):
        if hasattr(self, "database"):
            self.database.close()

    def act(self, verb):
        """A transaction like the edge's. A refusal must leave nothing behind (B4)."""
        with clock.frozen(self.now):
            before = self.counted()
            try:
                with self.database.write() as db, db.begin():
                    return verb(db)
            except (Refused, NotFound) as no:
                assert self.counted() == before
                self.seen[code := getattr(no, "code", "not-found")] += 1
                return code

    def counted(self):
        with self.database.read() as db:
            return [db.scalar(select(func.count()).select_from(table)) for table in (Booking, Message, AuditEntry)]

    def is_full(self, slot_id):
        return sum(slot == slot_id for _, slot in self.held.values()) >= self.slots[slot_id][2]

    def clashes(self, person, slot_id, *, besides=None):
        start, end, *_ = self.slots[slot_id]
        own = [slot for number, (who, slot) in self.held.items() if who == person and number != besides]
        return any(self.slots[slot][0] < end and self.slots[slot][1] > start for slot in own)

    def expected(self, person, slot_id, *, besides=None):
        if slot_id not in self.published:
            return {"not-found"}
        if self.slots[slot_id][0] <= self.now:
            return {"slot-passed"}
        reasons = {"slot-just-taken"} if self.is_full(slot_id) else set()
        return reasons | ({"own-clash"} if self.clashes(person, slot_id, besides=besides) else set())

    def has_begun(self, slot_id):
        return self.slots[slot_id][0] <= self.now

    @rule(target=made, person=PEOPLE, slot=TIMES)
    def book(self, person, slot):
        person, slot_id = self.people[person], self.order[slot]
        expected, key = self.expected(person, slot_id), f"key-{next(self.numbers)}"

        def verb(db):
            who = db.get(Person, person)
            first = bookings.book(db, who, who, slot_id, key=key)
            assert bookings.book(db, who, who, slot_id, key=key) is first
            return first

        outcome = self.act(verb)
        if expected:
            assert outcome in expected
            return None
        self.held[outcome.number] = (person, slot_id)
        return outcome.number

    def on(self, number, verb):
        person, slot_id = self.held.get(number) or self.gone[number]
        return slot_id, self.act(
            lambda db: verb(db, db.get(Person, person), bookings.get_booking(db, db.get(Person, person), number))
        )

    @rule(number=made, slot=TIMES)
    def move(self, number, slot):
        if number is not None:
            self.move_to(number, self.order[slot])

    @rule(number=made)
    def move_to_where_it_is_free(self, number):
        if number in self.held:
            who, here = self.held[number]
            free = (slot for slot in self.order if slot != here and not self.expected(who, slot, besides=number))
            if (slot_id := next(free, None)) is not None:
                self.move_to(number, slot_id)

    def move_to(self, number, slot_id):
        here, outcome = self.on(number, lambda db, who, booking: bookings.move(db, who, booking, slot_id, key="m"))
        if number in self.gone:
            assert outcome == "booking-cancelled"
        elif slot_id == here:
            assert outcome.slot_id == here
        elif self.has_begun(here):
            assert outcome == "booking-over"
        elif expected := self.expected(self.held[number][0], slot_id, besides=number):
            assert outcome in expected
        else:
            self.held[number] = (self.held[number][0], slot_id)
            self.seen["moved"] += 1
            assert outcome.slot_id == slot_id

    @rule(number=made, how=st.sampled_from(["cancel", "no"]))
    def give_back(self, number, how):
        if number is None:
            return
        was_live = number in self.held
        here, outcome = self.on(number, lambda db, who, booking: (
            bookings.cancel(db, who, booking) if how == "cancel" else attendance.answer(db, who, booking, "no", way="link")
        ))  # fmt: skip
        if was_live and self.has_begun(here):
            assert outcome == "booking-over"
        elif was_live:
            self.gone[number] = self.held.pop(number)

    @rule(number=made)
    def take_back(self, number):
        if number is None or number in self.held:
            return
        here, outcome = self.on(number, lambda db, who, booking: bookings.restore(db, who, booking))
        expected = self.expected(self.gone[number][0], here)
        if expected & {"not-found", "slot-passed"}:
            assert outcome == "booking-over"
        elif expected:
            assert outcome in expected
        else:
            self.held[number] = self.gone.pop(number)
            self.seen["taken back"] += 1

    @rule(number=made, said=st.sampled_from(["yes", "help"]))
    def answer(self, number, said):
        if number is None:
            return
        here, outcome = self.on(number, lambda db, who, booking: attendance.answer(db, who, booking, said, way="plan"))
        if number in self.gone:
            assert outcome == "booking-cancelled"
        else:
            assert outcome in (("booking-over",) if self.has_begun(here) else (True, False))

    @rule(slot=TIMES)
    def withdraw(self, slot):
        self.take_from_offer(self.order[slot])

    @rule(number=made)
    def withdraw_what_is_booked(self, number):
        if number in self.held:
            self.take_from_offer(self.held[number][1])
            self.seen["withdrawn under somebody"] += number in self.gone

    def take_from_offer(self, slot_id):
        specialist = self.slots[slot_id][3]
        self.act(lambda db: withdrawals.withdraw(db, db.get(StaffMember, specialist), [slot_id]))
        if not self.has_begun(slot_id):
            self.published.discard(slot_id)
            for number in [number for number, (_, where) in self.held.items() if where == slot_id]:
                self.gone[number] = self.held.pop(number)

    @rule(minutes=st.sampled_from([5, 20, 45]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @invariant()
    def what_the_database_holds_is_what_was_acknowledged(self):
        if not hasattr(self, "held"):
            return
        with self.database.read() as db:
            rows = db.execute(
                select(Booking.number, Booking.person_id, Booking.slot_id).where(Booking.status == "booked")
            ).all()
        assert {row.number: (row.person_id, row.slot_id) for row in rows} == self.held  # B2
        for person in self.people:  # B1
            times = sorted(self.slots[slot][:2] for who, slot in self.held.values() if who == person)
            assert all(one[1] <= following[0] for one, following in zip(times, times[1:], strict=False))
        for slot_id, (_, _, capacity, _) in self.slots.items():
            assert sum(slot == slot_id for _, slot in self.held.values()) <= capacity

    @invariant()
    def what_is_free_is_offered_at_once(self):
        if not hasattr(self, "held"):
            return
        free = {
            self.slots[slot_id][0] for slot_id in self.published
            if not self.is_full(slot_id) and not self.has_begun(slot_id)
        }  # fmt: skip
        with clock.frozen(self.now), self.database.read() as db:
            offered = {slot.starts_at for slot in slots.free_hours(db, self.form_id, clock.local(instant(NOW)).date())}
        assert offered == free  # B5

    @invariant()
    def what_waits_to_be_sent_is_what_holds_now(self):
        if not hasattr(self, "held"):
            return
        of_end = ("cancelled", "cancelled-by-us")
        waiting = select(Message.kind, Booking.status, Message.booking_version == Booking.version)
        with self.database.read() as db:
            for kind, status, is_now in db.execute(waiting.join(Message.booking).where(Message.status == "waiting")):
                assert is_now
                assert (kind in of_end) == (status == "cancelled")


@pytest.fixture
def database(sqlite_database):
    return sqlite_database


def test_whatever_people_do_the_bookings_hold(sqlite_template, tmp_path):
    Programme.template, Programme.folder = sqlite_template, tmp_path
    run_state_machine_as_test(
        Programme,
        settings=settings(
            max_examples=30, stateful_step_count=20, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    assert set(Programme.seen) >= {
        "slot-just-taken", "own-clash", "slot-passed", "not-found", "booking-cancelled", "booking-over",
        "moved", "taken back", "withdrawn under somebody",
    }  # fmt: skip
