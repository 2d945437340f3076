from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from services import bookings, clock, seats, slots
from services.errors import NotAllowed, NotFound, Refused
from services.models import AuditEntry, Booking, Message


def kinds(db):
    return list(db.scalars(select(Message.kind).where(Message.status == "waiting").order_by(Message.id)))


def count(db, table):
    return db.scalar(select(func.count()).select_from(table))


def test_a_free_hour_is_final_at_once(db, make):
    maria, slot = make.participant(), make.slot("2026-11-25 10:00")

    made = bookings.book(db, maria, maria, slot.id, key="a", needs=["loop", "large-print"])

    assert (made.is_live, made.seat, made.needs) == (True, 1, ["large-print", "loop"])
    assert bookings.coming(db, maria) == [made]
    assert slots.free_hours(db, slot.form_id, date(2026, 11, 25)) == []


def test_the_second_person_at_a_slot_is_refused_and_hears_nothing(db, make):
    slot = make.slot()
    first = make.booking(make.participant(), slot)
    bruno = make.participant("Bruno")

    with pytest.raises(Refused, match="slot-just-taken"):
        bookings.book(db, bruno, bruno, slot.id, key="b")

    assert kinds(db) == ["booked"]
    assert db.scalars(select(Booking.id)).all() == [first.id]
    assert db.scalars(select(AuditEntry.person_id)).all() == [first.person_id]


def test_who_came_too_late_is_shown_the_nearest_free_times_of_that_day_and_after(db, make):
    slot = make.slot("2026-11-26 10:00")
    make.slot("2026-11-25 10:00")
    later = [make.slot(f"2026-11-26 {hour:02}:00") for hour in (9, 11, 12, 13)]
    make.booking(make.participant(), slot)
    bruno = make.participant("Bruno")

    with pytest.raises(Refused) as no:
        bookings.book(db, bruno, bruno, slot.id, key="b")

    assert no.value.facts["nearest"] == later[:3]


def test_the_same_key_twice_is_one_booking_and_one_message(db, make):
    maria, slot = make.participant(), make.slot()

    first = bookings.book(db, maria, maria, slot.id, key="a", needs=["loop"])
    again = bookings.book(db, maria, maria, slot.id, key="a", needs=["loop"])

    assert first.id == again.id
    assert kinds(db) == ["booked"]


def test_a_key_used_for_another_wish_is_refused(db, make):
    maria = make.participant()
    make.booking(maria, key="a")

    with pytest.raises(Refused, match="key-reused"):
        bookings.book(db, maria, maria, make.slot().id, key="a")


def test_the_same_key_of_two_people_is_two_bookings(db, make):
    make.booking(make.participant(), key="a")
    make.booking(make.participant("Bruno"), key="a")

    assert count(db, Booking) == 2


def test_nobody_sits_in_two_overlapping_sessions_and_learns_which_one_is_in_the_way(db, make):
    maria = make.participant()
    held = make.booking(maria, make.slot("2026-11-25 10:00"))
    other = make.slot("2026-11-25 10:30", specialist=make.specialist(), room=make.room())

    with pytest.raises(Refused, match="own-clash") as no:
        bookings.book(db, maria, maria, other.id, key="b")

    assert no.value.facts["booking"] == held


def test_a_session_may_begin_when_another_ends(db, make):
    maria = make.participant()
    make.booking(maria, make.slot("2026-11-25 10:00"))
    make.booking(maria, make.slot("2026-11-25 11:00"))

    assert len(bookings.coming(db, maria)) == 2


def test_a_group_takes_as_many_as_it_has_seats(db, make):
    workshop = make.slot(form=make.form("workshop"), capacity=3)
    three = [make.booking(person, workshop) for person in make.participants(3)]
    late = make.participant("Bruno")

    assert sorted(booking.seat for booking in three) == [1, 2, 3]
    with pytest.raises(Refused, match="slot-just-taken"):
        bookings.book(db, late, late, workshop.id, key="b")


def test_a_seat_given_back_in_the_middle_is_taken_again(db, make):
    workshop = make.slot(form=make.form("workshop"), capacity=3)
    three = [make.booking(person, workshop) for person in make.participants(3)]
    bookings.cancel(db, three[1].person, three[1])

    assert make.booking(make.participant("Bruno"), workshop).seat == 2


def test_a_slot_that_has_begun_is_refused_with_the_next_ones(db, make, at):
    slot, next_one = make.slot("2026-11-25 10:00"), make.slot("2026-11-25 12:00")
    maria = make.participant()
    at("2026-11-25 10:00")

    with pytest.raises(Refused, match="slot-passed") as no:
        bookings.book(db, maria, maria, slot.id, key="a")

    assert no.value.facts["nearest"] == [next_one]


def test_a_withdrawn_slot_is_as_if_it_had_never_been(db, make):
    maria, slot = make.participant(), make.slot(status="withdrawn")

    with pytest.raises(NotFound):
        bookings.book(db, maria, maria, slot.id, key="a")


def test_nobody_books_for_another_participant(db, make):
    maria, bruno = make.participant(), make.participant("Bruno")

    with pytest.raises(NotFound):
        bookings.book(db, bruno, maria, make.slot().id, key="a")


def test_a_coordinator_books_for_a_person_and_is_named(db, make):
    maria = make.participant()

    made = bookings.book(db, make.ewa, maria, make.slot().id, key="a")

    assert made.booked_by_id == make.ewa.id
    assert db.scalar(select(AuditEntry.actor).where(AuditEntry.act == "booking:make")) == f"staff:{make.ewa.id}"


def test_staff_without_a_role_that_books_are_not_allowed(db, make):
    maria = make.participant()

    with pytest.raises(NotAllowed):
        bookings.book(db, make.staff(roles=[]), maria, make.slot().id, key="a")


def test_somebody_without_any_way_to_be_written_to_books_all_the_same(db, make):
    quiet = make.participant(email=None)

    assert make.booking(quiet).is_live
    assert kinds(db) == []


def test_a_booking_and_its_trail_belong_to_one_transaction(database, db, make):
    maria, slot = make.participant(), make.slot()
    db.commit()

    bookings.book(db, maria, maria, slot.id, key="a")
    db.rollback()

    assert (count(db, Booking), count(db, Message), count(db, AuditEntry)) == (0, 0, 0)


def test_one_person_never_opens_the_booking_of_another(db, make):
    made = make.booking(make.participant())

    with pytest.raises(NotFound):
        bookings.get_booking(db, make.participant("Bruno"), made.number)


def test_a_session_under_way_still_counts_as_coming_and_a_past_one_does_not(db, make, at):
    maria = make.participant()
    made = make.booking(maria, make.slot("2026-11-25 10:00"))

    at("2026-11-25 10:30")
    assert bookings.coming(db, maria) == [made]
    at(made.ends_at + timedelta(seconds=1))
    assert bookings.coming(db, maria) == []


def test_a_number_already_given_is_never_given_again(db, make, monkeypatch):
    drawn = iter(["K7M-402", "K7M-402", "B2A-333"])
    monkeypatch.setattr(seats, "new_number", lambda: next(drawn))

    numbers = [make.booking(person).number for person in make.participants(2)]

    assert numbers == ["K7M-402", "B2A-333"]


def test_times_of_a_booking_come_back_in_utc(db, make):
    made = make.booking(slot=make.slot("2026-11-25 10:00"))
    db.expire(made)

    assert made.starts_at.isoformat() == "2026-11-25T09:00:00+00:00"
    assert clock.local(made.starts_at).hour == 10
