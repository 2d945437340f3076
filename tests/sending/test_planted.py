"""The checker is worth as much as the faults that it sees: each is planted in the code for one test, and gives its own rule's
number; the same work without it gives none."""

import threading
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest

from portal import worker
from services import bookings, clock, deliveries, outbox, reminders, subjects
from services.channels import Outcome
from services.models import Booking

IN_A_MOMENT, FOR_NOBODY = timedelta(seconds=30), timedelta(seconds=-1)


@pytest.fixture(params=[False, True], ids=["well", "planted"])
def plant(request, monkeypatch):
    """`plant(where, name, fault)` puts a fault into the code, or does not; `plant.rules(rule)` is what should be found."""

    def plant(where, name, fault):
        if request.param:
            monkeypatch.setattr(where, name, fault)

    plant.rules = lambda rule: {rule} if request.param else set()
    return plant


def book(office, when="2026-11-25 12:00", *ways, **more):
    with office.work() as make:
        person = office.person(make, *(ways or ("email",)))
        return make.booking(person, make.slot(when), **more).id


def test_marked_before_it_was_sent(office, plant):
    whole = worker._try

    def marks_first(app, message):
        with worker._writing(app) as db:
            deliveries.conclude(db, message, Outcome("accepted"))
        return whole(app, message)

    plant(worker, "_try", marks_first)
    book(office)
    office.mail.at_rcpts.append("450 later")
    office.run()
    assert office.rules(faults=True) == plant.rules("R3")


def test_claimed_without_a_lease(office, plant):
    whole, tries = outbox.claim, count()
    plant(outbox, "claim", lambda db, **how: whole(db, lease=FOR_NOBODY, **how) if next(tries) == 0 else whole(db, **how))
    with office.work() as make:
        for number in range(3):
            make.booking(office.person(make, "email"), make.slot(f"2026-11-26 {10 + number}:00"))
    office.mail.before.shut()
    both = [threading.Thread(target=worker.drain, args=(office.worker(),)) for _ in range(2)]
    for one in both:
        one.start()
    assert office.mail.before.knocked.wait(30)
    office.mail.before.opened.set()
    for one in both:
        one.join()
    assert office.rules() == plant.rules("R4")


def test_posted_after_the_commit_by_a_process_that_did_not_live_so_long(office, plant):
    plant(bookings, "_tell", lambda *what: None)
    book(office)
    office.run()
    assert office.rules() == plant.rules("R1")


def test_not_read_again_at_sending(office, plant, at, monkeypatch):
    number = book(office)
    whole = worker._try
    plant(subjects, "read", lambda db, key, message: subjects.Found(told(db, message)))

    def told(db, message):
        booking = bookings.get_by_id(db, message.booking_id)
        return {"booking": booking, "slot": booking.slot, "token": "t"}

    def called_off_meanwhile(app, message):
        if message.kind == "reminder":
            with office.work() as make:
                booking = make.db.get(Booking, number)
                bookings.cancel(make.db, booking.person, booking)
            at(clock.now() + IN_A_MOMENT)
        return whole(app, message)

    office.run()
    monkeypatch.setattr(worker, "_try", called_off_meanwhile)
    at("2026-11-24 10:00")
    office.run()
    assert office.rules() == plant.rules("R5")


def test_tried_again_when_it_is_too_late(office, plant, at):
    def goes_on(db, message, lease, *, trouble, after=None):
        row = db.get(type(message), message.id)
        row.next_try_at, row.leased_until, row.lease = clock.now() + IN_A_MOMENT, None, None
        return "waiting"

    plant(outbox, "try_later", goes_on)
    book(office, "2026-11-23 12:00")
    office.mail.at_rcpts.append("451 grey")
    at(clock.now().replace(hour=10, minute=59, second=45))
    office.run()
    assert office.rules(faults=True) == plant.rules("R2")


def test_planned_twice_under_another_name(office, plant, at):
    named = outbox.dedup_of
    plant(outbox, "dedup_of", lambda *what, **ids: f"{named(*what, **ids)}:{uuid4().hex[:6]}")
    plant(reminders, "_posted", lambda db, booking_ids: set())
    book(office)
    at("2026-11-24 10:00")
    office.run()
    at("2026-11-24 10:01")
    office.run()
    assert office.rules() == plant.rules("R1")


def test_at_night(office, plant, at):
    plant(deliveries, "_night", lambda *what: None)
    book(office)
    office.run()
    at("2026-11-24 19:00")
    office.mail.at_rcpts.append("451 grey")
    office.run()
    at("2026-11-24 20:00")
    office.run()
    assert office.rules(faults=True) == plant.rules("R5")


def test_before_it_was_due(office, plant, at):
    row_of = outbox.row_of
    plant(outbox, "row_of", lambda *what, **more: row_of(*what, **more) | {"next_try_at": clock.now()})
    at("2026-11-23 22:00")
    with office.work() as make:
        make.booking(office.person(make, "email"), make.slot("2026-11-25 12:00"), by=make.ewa)
    office.run()
    assert office.rules() == plant.rules("R6")


def test_ended_without_being_tried(office, plant, at):
    plant(reminders, "plan_some", lambda db, after=None: (0, None))
    book(office)
    at("2026-11-24 10:00")
    office.run()
    assert office.rules() == plant.rules("R1")


def test_under_another_name_at_each_try(office, plant, at):
    plant(subjects, "reference", lambda key, dedup: uuid4().hex)
    book(office)
    office.run()
    assert office.rules() == plant.rules("R4") | plant.rules("R3")


def test_given_up_without_a_word(office, plant):
    from services import telling

    plant(telling, "try_next_way", lambda *what, **more: False)
    book(office)
    office.mail.at_rcpts.append("550 nobody")
    office.run()
    assert office.rules(faults=True) == plant.rules("R3")


def test_who_comes_late_is_seen_where_somebody_was_at_work_all_the_time(office, at):
    book(office)
    office.run()
    at("2026-11-24 10:03")
    office.run()
    assert office.rules() == set()
    assert office.rules(live=True) == {"R6"}
