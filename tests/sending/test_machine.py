"""Anything that people, providers and workers may do, in any order: R1 to R6 hold by the same checker, over a log in memory.

A few examples usually; many with PRACOWNIA_TEST_FULL=1.
"""

import os
import shutil
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal import planning
from services import attendance, bookings, choices, clock, deliveries, outbox, providers, subjects
from services.channels import Outcome
from services.channels.calls import CallCarrier
from services.db import Database
from services.errors import NotFound, Refused
from services.models import Booking, Message, Person, Slot, StaffMember
from tests.conftest import NOW
from tests.factories import Factory, instant
from tests.portal.sending import KEY
from tests.sending.checker import check
from tests.sending.logs import Log

FULL = bool(os.environ.get("PRACOWNIA_TEST_FULL"))
PEOPLE, SLOTS = st.integers(0, 2), st.integers(0, 7)
TIMES = ("24 11:00", "24 14:00", "25 09:30", "25 11:00", "25 16:00", "26 08:30", "26 12:00", "27 13:00")
WAYS = st.sampled_from([["push"], ["sms", "email"], ["email", "sms"], ["push", "sms", "email"], ["call"], ["none"]])
ENDS = {
    "taken": (True, Outcome("accepted")), "taken, and the answer lost": (True, Outcome("later", "away")),
    "later": (False, Outcome("later", "busy")), "refused": (False, Outcome("refused", "no")),
    "gone": (False, Outcome("gone", "410")), "killed before": (False, None), "killed after": (True, None),
}  # fmt: skip
LUCK = st.lists(st.sampled_from([*ENDS, "taken", "taken", "taken"]), min_size=1, max_size=6)


class Sending(RuleBasedStateMachine):
    """Three people, eight hours of a week; workers who meet with all kinds of luck."""

    template = folder = None
    numbers, seen = count(), Counter()

    @initialize()
    def begin(self):
        self.now = instant(NOW)
        self.log, self.planned, self.was_drained = Log(), [], False
        self.database = Database(f"sqlite:///{shutil.copy(self.template, self.folder / f'{next(self.numbers)}.db')}")
        with clock.frozen(self.now), self.writing() as db:
            make = Factory(db)
            people = [make.participant(f"Osoba{n} Kowal", phone=f"+44770090001{n}" if n else None) for n in range(3)]
            self.people = [person.id for person in people]
            make.subscription(people[2])
            self.slots = [make.slot(f"2026-11-{when}", minutes=30).id for when in TIMES]
            self.staff = make.ewa.id
            for number, person in enumerate(people):
                make.booking(person, make.db.get(Slot, self.slots[number * 2]))

    def teardown(self):
        if hasattr(self, "database"):
            self.database.close()

    @contextmanager
    def writing(self):
        with self.database.write() as db, db.begin():
            yield db

    def act(self, verb):
        """What somebody does, a second after what was before: so that nothing happens in the same instant."""
        self.now += timedelta(seconds=1)
        self.was_drained = False
        with clock.frozen(self.now):
            try:
                with self.writing() as db:
                    return verb(db)
            except (Refused, NotFound):
                return None

    @rule(person=PEOPLE, slot=SLOTS, by_staff=st.booleans())
    def book(self, person, slot, by_staff):
        def verb(db):
            who = db.get(Person, self.people[person])
            bookings.book(db, self.actor(db, who, by_staff), who, self.slots[slot], key=f"key-{next(self.numbers)}")

        self.act(verb)

    def actor(self, db, who, by_staff):
        return db.get(StaffMember, self.staff) if by_staff else who

    @rule(
        person=PEOPLE,
        slot=SLOTS,
        what=st.sampled_from(["move", "cancel", "restore", "yes", "help", "no"]),
        by_staff=st.booleans(),
    )
    def change(self, person, slot, what, by_staff):
        def verb(db):
            mine = db.query(Booking).filter_by(person_id=self.people[person]).order_by(Booking.id).all()
            booking = mine[slot % len(mine)] if mine else None
            if booking is None:
                return
            who = self.actor(db, booking.person, by_staff)
            if what == "move":
                bookings.move(db, who, booking, self.slots[slot], key="m")
            elif what in ("cancel", "restore"):
                getattr(bookings, what)(db, who, booking)
            else:
                attendance.answer(db, booking.person, booking, what, way="plan")
            self.seen[what] += 1

        self.act(verb)

    @rule(person=PEOPLE, ways=WAYS)
    def choose(self, person, ways):
        self.act(lambda db: choices.choose(db, db.get(Person, self.people[person]), ways, ["day"]))

    @rule(hours=st.sampled_from([0.01, 0.5, 2, 3, 7, 14]))
    def wait(self, hours):
        self.now += timedelta(hours=hours)
        self.was_drained = False

    @rule(luck=LUCK)
    def work(self, luck):
        """Plan and send. Whoever is killed leaves his claim behind; the others go on."""
        self.now += timedelta(seconds=1)
        with clock.frozen(self.now):
            self.planned.append(self.now)
            for step in planning.STEPS:
                step(self.writing)
            fates = iter(luck)
            while batch := self.claimed():
                for message in batch:
                    self.deliver(message, next(fates, "taken"))
        self.was_drained = True

    def claimed(self):
        with self.writing() as db:
            return outbox.claim(db, limit=3)

    def deliver(self, message, fate):
        with self.writing() as db:
            found = deliveries.look(db, KEY, message)
        if isinstance(found, subjects.Stop):
            self.seen[found.trouble] += 1
            return self.conclude(message, found)
        if message.channel == "call":
            return self.conclude(message, CallCarrier(self.database).send(found, None))
        is_taken, outcome = ENDS[fate]
        self.seen[fate] += 1
        self.log.add(message.channel, found.reference, is_taken=is_taken)
        return outcome and self.conclude(message, outcome)

    def conclude(self, message, ending):
        with self.writing() as db:
            self.seen[deliveries.conclude(db, message, ending)] += 1

    @rule()
    def the_providers_are_well_again(self):
        with clock.frozen(self.now), self.writing() as db:
            for one in providers.overview(db):
                providers.note(db, one.name, Outcome("accepted"))

    @invariant()
    def what_went_out_is_what_should_have(self):
        if getattr(self, "was_drained", False):
            found = check(self.database, self.now, self.log, key=KEY, planned=self.planned, faults=True)
            assert found == []
            with self.database.read() as db:
                self.seen["messages"] += db.query(Message).count()


def test_whatever_happens_the_messages_hold(sqlite_template, tmp_path):
    Sending.template, Sending.folder = sqlite_template, tmp_path
    run_state_machine_as_test(
        Sending,
        settings=settings(
            max_examples=120 if FULL else 40, stateful_step_count=30, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck), phases=(Phase.generate,),
        ),
    )  # fmt: skip
    usual = {
        "move",
        "cancel",
        "restore",
        "accepted",
        "undeliverable",
        "waiting",
        "not-chosen",
        "taken",
        "later",
        "killed before",
    }
    assert set(Sending.seen) >= (usual | {*ENDS, "expired", "booking-changed"} if FULL else usual), Sending.seen
