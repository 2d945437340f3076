"""Moving, giving back, taking again, and times that specialists take back."""

import pytest
from sqlalchemy import select

from services import bookings, outbox, slots, withdrawals
from services.errors import NotFound, Refused
from services.models import AuditEntry, Message, Slot, Task


def sent(db):
    return [tuple(row) for row in db.execute(select(Message.kind, Message.status).order_by(Message.id))]


def acts(db):
    return list(db.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))


def free(db, slot):
    return slots.free_hours(db, slot.form_id, slot.day)


def test_a_moved_booking_keeps_its_number_and_gives_its_old_place_back(db, make):
    old, new = make.slot("2026-11-25 10:00"), make.slot("2026-11-25 12:00")
    made = make.booking(make.participant(), old)
    number = made.number

    moved = bookings.move(db, made.person, made, new.id, key="m")

    assert (moved.number, moved.version, moved.slot_id, moved.starts_at) == (number, 2, new.id, new.starts_at)
    assert free(db, old) == [old]


def test_who_moves_hears_of_the_move_and_no_longer_of_the_booking(db, make):
    made = make.booking(make.participant())

    bookings.move(db, made.person, made, make.slot().id, key="m")

    assert sent(db) == [("booked", "cancelled"), ("moved", "waiting")]


def test_an_answer_given_for_the_old_hour_does_not_count_for_the_new_one(db, make):
    made = make.booking(make.participant())
    made.answer = "yes"

    assert bookings.move(db, made.person, made, make.slot().id, key="m").answer == "none"


def test_moving_to_where_it_is_changes_nothing(db, make):
    made = make.booking(make.participant())

    assert bookings.move(db, made.person, made, made.slot_id, key="m").version == 1
    assert acts(db) == ["booking:make"]


def test_moving_to_a_taken_hour_keeps_the_one_that_was_held(db, make):
    held, wanted = make.slot(), make.slot()
    make.booking(make.participant("Bruno"), wanted)
    made = make.booking(make.participant(), held)

    with pytest.raises(Refused, match="slot-just-taken"):
        bookings.move(db, made.person, made, wanted.id, key="m")

    db.refresh(made)
    assert (made.slot_id, made.version, made.is_live) == (held.id, 1, True)
    assert sent(db).count(("moved", "waiting")) == 0


def test_moving_to_an_hour_that_meets_the_old_one_is_no_clash(db, make):
    made = make.booking(make.participant(), make.slot("2026-11-25 10:00"))
    half_later = make.slot("2026-11-25 10:30", specialist=make.specialist(), room=make.room())

    assert bookings.move(db, made.person, made, half_later.id, key="m").slot_id == half_later.id


def test_moving_onto_another_session_of_ones_own_is_refused_and_names_it(db, make):
    maria = make.participant()
    made = make.booking(maria, make.slot("2026-11-25 10:00"))
    other = make.booking(maria, make.slot("2026-11-25 12:00"))
    at_noon = make.slot("2026-11-25 12:30", specialist=make.specialist(), room=make.room())

    with pytest.raises(Refused, match="own-clash") as no:
        bookings.move(db, maria, made, at_noon.id, key="m")

    assert no.value.facts["booking"] == other


def test_what_has_begun_is_neither_moved_nor_given_back(db, make, at):
    made, other = make.booking(make.participant(), make.slot("2026-11-25 10:00")), make.slot("2026-11-27 10:00")
    at("2026-11-25 10:00")

    with pytest.raises(Refused, match="booking-over"):
        bookings.move(db, made.person, made, other.id, key="m")
    with pytest.raises(Refused, match="booking-over"):
        bookings.cancel(db, made.person, made)


def test_a_cancelled_booking_is_not_moved(db, make):
    made = bookings.cancel(db, make.ewa, make.booking())

    with pytest.raises(Refused, match="booking-cancelled"):
        bookings.move(db, make.ewa, made, make.slot().id, key="m")


def test_nobody_moves_or_cancels_or_takes_back_for_another_participant(db, make):
    made, bruno = make.booking(make.participant()), make.participant("Bruno")

    with pytest.raises(NotFound):
        bookings.move(db, bruno, made, make.slot().id, key="m")
    with pytest.raises(NotFound):
        bookings.cancel(db, bruno, made)
    bookings.cancel(db, made.person, made)
    with pytest.raises(NotFound):
        bookings.restore(db, bruno, made)


def test_a_place_given_back_is_offered_again_in_the_same_instant(db, make):
    made = make.booking(make.participant())

    bookings.cancel(db, made.person, made)

    assert free(db, made.slot) == [made.slot]
    assert make.booking(make.participant("Bruno"), made.slot).is_live


def test_who_gives_back_hears_that_it_is_noted_and_nothing_else_about_the_booking(db, make):
    made = make.booking(make.participant())

    bookings.cancel(db, made.person, made)

    assert sent(db) == [("booked", "cancelled"), ("cancelled", "waiting")]


def test_who_takes_it_back_hears_once_that_it_is_booked_and_no_longer_that_it_is_off(db, make):
    made = make.booking(make.participant())
    bookings.cancel(db, made.person, made)

    bookings.restore(db, made.person, made)
    bookings.restore(db, made.person, made)

    assert sent(db) == [("booked", "cancelled"), ("cancelled", "cancelled"), ("booked", "waiting")]


def test_who_is_cancelled_by_staff_hears_of_it(db, make):
    made = make.booking(make.participant())

    bookings.cancel(db, make.ewa, made)

    assert sent(db) == [("booked", "cancelled"), ("cancelled-by-us", "waiting")]


def test_cancelling_twice_is_cancelling_once(db, make):
    made = make.booking(make.participant())

    bookings.cancel(db, make.ewa, made)
    bookings.cancel(db, make.ewa, made)

    assert acts(db).count("booking:cancel") == 1


@pytest.mark.parametrize(
    ("said_at", "is_late"), [("2026-11-24 12:00", False), ("2026-11-24 12:01", True), ("2026-11-25 09:59", True)]
)
def test_after_noon_of_the_day_before_it_is_an_absence_with_notice(db, make, at, said_at, is_late):
    made = make.booking(make.participant(), make.slot("2026-11-25 10:00"))
    at(said_at)

    assert bookings.cancel(db, made.person, made).is_late is is_late


def test_staff_who_cancel_late_do_not_make_the_person_late(db, make, at):
    made = make.booking(make.participant(), make.slot("2026-11-25 10:00"))
    at("2026-11-25 09:00")

    assert bookings.cancel(db, make.ewa, made).is_late is False


def test_an_undone_cancellation_leaves_no_mark_of_it(db, make, at):
    made = make.booking(make.participant(), make.slot("2026-11-25 10:00"))
    at("2026-11-25 08:00")
    bookings.cancel(db, made.person, made, reason="choroba")

    back = bookings.restore(db, made.person, made)

    assert (back.is_live, back.is_late, back.reason, back.cancelled_at, back.cancelled_by) == (True, False, None, None, None)


def test_an_undo_after_somebody_else_came_is_refused_with_other_times(db, make):
    made, other = make.booking(make.participant()), make.slot()
    bookings.cancel(db, made.person, made)
    make.booking(make.participant("Bruno"), made.slot)

    with pytest.raises(Refused, match="slot-just-taken") as no:
        bookings.restore(db, made.person, made)

    assert no.value.facts["nearest"] == [other]


def test_an_undo_that_would_meet_another_own_session_is_refused(db, make):
    maria = make.participant()
    made = make.booking(maria, make.slot("2026-11-25 10:00"))
    bookings.cancel(db, maria, made)
    make.booking(maria, make.slot("2026-11-25 10:30", specialist=make.specialist(), room=make.room()))

    with pytest.raises(Refused, match="own-clash"):
        bookings.restore(db, maria, made)


def test_undoing_twice_is_undoing_once(db, make):
    made = make.booking(make.participant())
    bookings.cancel(db, made.person, made)

    bookings.restore(db, made.person, made)
    bookings.restore(db, made.person, made)

    assert (made.version, acts(db).count("booking:restore")) == (2, 1)


def test_whoever_had_a_withdrawn_time_hears_an_apology_and_a_coordinator_gets_a_task(db, make):
    made = make.booking(make.participant())

    assert withdrawals.withdraw(db, make.adviser, [made.slot_id]) == 1

    assert not made.is_live
    assert sent(db) == [("booked", "cancelled"), ("cancelled-by-us", "waiting")]
    assert db.scalars(select(Task.kind)).all() == ["new-time"]


def test_a_withdrawn_time_cannot_be_taken_back_by_the_person(db, make):
    made = make.booking(make.participant())
    withdrawals.withdraw(db, make.adviser, [made.slot_id])

    with pytest.raises(Refused, match="booking-over"):
        bookings.restore(db, made.person, made)


def test_times_of_a_colleague_are_not_withdrawn(db, make):
    slot = make.slot()

    assert withdrawals.withdraw(db, make.specialist(), [slot.id]) == 0
    assert slot.status == "published"


def test_withdrawing_twice_is_withdrawing_once(db, make):
    slot = make.slot()

    assert [withdrawals.withdraw(db, make.adviser, [slot.id]) for _ in range(2)] == [1, 0]


def test_what_has_begun_stays_in_the_diary(db, make, at):
    slot = make.slot("2026-11-25 10:00")
    at("2026-11-25 10:00")

    assert withdrawals.withdraw(db, make.adviser, [slot.id]) == 0
    assert slot.status == "published"


def test_a_batch_is_taken_back_within_ten_minutes(db, make, at):
    make.slot(batch="x"), make.slot(batch="x"), make.slot(batch="y")
    at("2026-11-23 09:10")

    assert withdrawals.undo_publishing(db, make.adviser, "x") == 2
    assert db.scalars(select(Slot.batch).where(Slot.status == "published")).all() == ["y"]


def test_after_ten_minutes_a_batch_stays(db, make, at):
    make.slot(batch="x")
    at("2026-11-23 09:11")

    with pytest.raises(Refused, match="undo-too-late"):
        withdrawals.undo_publishing(db, make.adviser, "x")


def test_a_time_that_somebody_booked_meanwhile_stays_when_its_batch_goes(db, make):
    kept, gone = make.slot(batch="x"), make.slot(batch="x")
    made = make.booking(make.participant(), kept)

    assert withdrawals.undo_publishing(db, make.adviser, "x") == 1
    assert (kept.status, gone.status, made.is_live) == ("published", "withdrawn", True)


def test_a_message_for_a_version_before_the_move_is_never_claimed(db, make):
    made = make.booking(make.participant())
    bookings.move(db, made.person, made, make.slot().id, key="m")

    assert [message.booking_version for message in outbox.claim(db)] == [2]
