"""Many at once, from a barrier, on both databases; and the same race where the guard is missing, which must be noticed."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from services import attendance, bookings, clock, publishing, withdrawals
from services.errors import NotFound, Refused
from services.models import AuditEntry, Booking, Message, Person, Slot, StaffMember

CLIENTS, SLOTS = 8, 200


def in_one_transaction(database, act):
    """As the edge does: commit what went well, drop the rest, and run a transaction anew that PostgreSQL gave up
    (40P01: two inserts that exclude each other may wait for one another)."""
    while True:
        try:
            with database.write() as db, db.begin():
                return act(db)
        except Refused as no:
            return no
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in ("40P01", "40001"):
                raise


def race(database, rounds, act, *, clients=CLIENTS):
    """For each of `rounds`, `act(db, client, round)` by all clients from one barrier. Returns their outcomes by round."""
    together = Barrier(clients, timeout=60)

    def run(client):
        outcomes = []
        for one in rounds:
            together.wait()
            outcomes.append(in_one_transaction(database, lambda db, one=one: act(db, client, one)))
        return outcomes

    with ThreadPoolExecutor(clients) as threads:
        return list(zip(*threads.map(run, range(clients)), strict=True))


def many_slots(db, make, how_many):
    start = clock.at_wall(date(2026, 11, 25), time(0))
    made = [make.slot(start + timedelta(hours=number), mode="phone") for number in range(how_many)]
    people = [person.id for person in make.participants(CLIENTS)]
    db.commit()
    return [slot.id for slot in made], people


def all_book(people):
    def act(db, client, slot_id):
        person = db.get(Person, people[client])
        return bookings.book(db, person, person, slot_id, key=f"key-{slot_id}").id

    return act


def seats_taken(db):
    """How many slots have how many people."""
    per_slot = select(func.count().label("people")).where(Booking.status == "booked").group_by(Booking.slot_id).subquery()
    return Counter(db.scalars(select(per_slot.c.people)))


def test_eight_clients_at_two_hundred_slots_every_slot_goes_exactly_once(database, db, make):
    slot_ids, people = many_slots(db, make, SLOTS)

    outcomes = race(database, slot_ids, all_book(people))

    assert seats_taken(db) == {1: SLOTS}
    for left, round_ in zip(range(SLOTS - 1, -1, -1), outcomes, strict=True):
        refusals = [outcome for outcome in round_ if isinstance(outcome, Refused)]
        assert [no.code for no in refusals] == ["slot-just-taken"] * (CLIENTS - 1)
        assert {len(no.facts["nearest"]) for no in refusals} == {min(3, left)}
    assert db.scalar(select(func.count(AuditEntry.id))) == db.scalar(select(func.count(Message.id))) == SLOTS


def test_without_the_unique_seat_the_same_race_finds_doubles(database, db, make):
    slot_ids, people = many_slots(db, make, 20)
    db.execute(text("DROP INDEX uq_booking_seat"))
    db.commit()

    race(database, slot_ids, all_book(people))

    assert max(seats_taken(db)) > 1


def test_a_group_takes_exactly_its_seats(database, db, make):
    workshops = [make.slot(form=make.form("workshop"), capacity=3).id for _ in range(15)]
    people = [person.id for person in make.participants(CLIENTS)]
    db.commit()

    race(database, workshops, all_book(people))

    assert seats_taken(db) == {3: 15}
    assert set(db.scalars(select(Booking.seat))) == {1, 2, 3}


def test_one_key_pressed_eight_times_at_once_is_one_booking_and_one_answer(database, db, make):
    slot_ids, people = many_slots(db, make, 15)

    outcomes = race(database, slot_ids, all_book([people[0]] * CLIENTS))

    assert [len(set(round_)) for round_ in outcomes] == [1] * 15
    assert all(isinstance(round_[0], int) for round_ in outcomes)
    assert seats_taken(db) == {1: 15}


def test_a_person_who_books_two_overlapping_hours_at_once_has_one(database, db, make):
    maria = make.participant()
    pairs = []
    for hour in range(9, 19):
        other = {"specialist": make.specialist(), "mode": "phone"}
        pairs.append((make.slot(f"2026-11-25 {hour:02}:00").id, make.slot(f"2026-11-25 {hour:02}:00", **other).id))
    person_id = maria.id
    db.commit()

    def act(db, client, pair):
        person = db.get(Person, person_id)
        return bookings.book(db, person, person, pair[client], key=f"key-{pair[client]}").id

    outcomes = race(database, pairs, act, clients=2)

    assert [sorted(getattr(one, "code", "booked") for one in round_) for round_ in outcomes] == [["booked", "own-clash"]] * 10


def test_a_specialist_who_publishes_overlapping_times_at_once_has_one_of_them(database, db, make):
    form_id, room_id, adviser_id = make.form().id, make.the_room.id, make.adviser.id
    db.commit()
    days = [date(2026, 11, 25) + timedelta(days=number) for number in range(10)]

    def act(db, client, day):
        wish = publishing.Wish((day,), time(9, 15 * client), time(11), 45, 0, form_id, room_id=room_id)
        jan = db.get(StaffMember, adviser_id)
        ticked = {publishing.propose(db, jan, wish)[0].code}
        return len(publishing.publish(db, jan, wish, ticked, batch=f"{day}-{client}"))

    outcomes = race(database, days, act, clients=2)

    assert [sorted(str(one) for one in round_) for round_ in outcomes] == [["1", "slot-clash"]] * 10
    assert db.scalars(select(func.count(Slot.id)).group_by(Slot.day)).all() == [1] * 10


def test_two_people_who_want_each_others_hour_both_keep_their_own(database, db, make):
    first, second = make.slot(), make.slot()
    maria, bruno = make.participant(), make.participant("Bruno")
    held = [(maria.id, make.booking(maria, first).number, second.id), (bruno.id, make.booking(bruno, second).number, first.id)]
    db.commit()

    def act(db, client, _):
        person_id, number, wanted = held[client]
        person = db.get(Person, person_id)
        return bookings.move(db, person, bookings.get_booking(db, person, number), wanted, key="m").id

    outcomes = race(database, range(10), act, clients=2)

    assert {one.code for round_ in outcomes for one in round_} == {"slot-just-taken"}
    assert seats_taken(db) == {1: 2}


def test_a_move_pressed_eight_times_at_once_is_one_move_and_one_answer(database, db, make):
    maria = make.participant()
    number = make.booking(maria).number
    targets = [make.slot().id for _ in range(10)]
    person_id = maria.id
    db.commit()

    def act(db, _, slot_id):
        person = db.get(Person, person_id)
        return bookings.move(db, person, bookings.get_booking(db, person, number), slot_id, key=f"m{slot_id}").slot_id

    outcomes = race(database, targets, act)

    assert outcomes == [(slot_id,) * CLIENTS for slot_id in targets]
    assert db.scalars(select(Booking.version)).one() == 11
    assert db.scalar(select(func.count()).where(AuditEntry.act == "booking:move")) == 10


def test_a_cancellation_and_its_undo_pressed_many_times_leave_one_trail(database, db, make):
    maria = make.participant()
    number, person_id = make.booking(maria).number, maria.id
    db.commit()

    def act(db, _, verb):
        person = db.get(Person, person_id)
        return verb(db, person, bookings.get_booking(db, person, number)).is_live

    outcomes = race(database, [bookings.cancel, bookings.restore] * 5, act)

    assert outcomes == [(False,) * CLIENTS, (True,) * CLIENTS] * 5
    trail = Counter(db.scalars(select(AuditEntry.act)))
    assert trail == {"booking:make": 1, "booking:cancel": 5, "booking:restore": 5}
    assert db.scalars(select(Booking.version)).one() == 6


def test_an_hour_withdrawn_while_it_is_booked_is_either_refused_or_cancelled_with_a_word(database, db, make):
    slot_ids, people = many_slots(db, make, 20)
    adviser_id = make.adviser.id

    def act(db, client, slot_id):
        if client:
            return withdrawals.withdraw(db, db.get(StaffMember, adviser_id), [slot_id])
        person = db.get(Person, people[0])
        try:
            return bookings.book(db, person, person, slot_id, key=f"key-{slot_id}").id
        except NotFound:
            return "gone"

    race(database, slot_ids, act, clients=2)

    assert seats_taken(db) == {}
    told = db.scalar(select(func.count()).where(Message.kind == "cancelled-by-us"))
    assert told == db.scalar(select(func.count(Booking.id)))


def test_an_answer_given_twice_at_once_is_said_once(database, db, make):
    maria = make.participant()
    numbers = [make.booking(maria).number for _ in range(10)]
    person_id = maria.id
    db.commit()

    def act(db, _, number):
        person = db.get(Person, person_id)
        return attendance.answer(db, person, bookings.get_booking(db, person, number), "yes", way="link")

    outcomes = race(database, numbers, act, clients=4)

    assert [round_.count(True) for round_ in outcomes] == [1] * 10


@pytest.mark.parametrize("guard", ["ex_booking_person_overlap"])
def test_without_the_guard_a_person_sits_in_two_sessions_and_the_race_sees_it(database, db, make, guard):
    maria = make.participant()
    pair = (make.slot("2026-11-25 10:00").id, make.slot("2026-11-25 10:00", specialist=make.specialist(), mode="phone").id)
    person_id = maria.id
    db.commit()
    if database.engine.dialect.name == "sqlite":
        db.execute(text(f"DROP TRIGGER {guard}_insert"))
    else:
        db.execute(text(f"ALTER TABLE booking DROP CONSTRAINT {guard}"))
    db.commit()

    def act(db, client, _):
        person = db.get(Person, person_id)
        return bookings.book(db, person, person, pair[client], key=f"key-{client}").id

    race(database, range(1), act, clients=2)

    assert seats_taken(db) == {1: 2}
