"""The call list: whom to ring, what came of it, and nobody for nothing."""

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from services import attendance, bookings, calls, clock, reminders, telling
from services.errors import NotAllowed, NotFound, Refused
from services.models import AuditEntry, CallTry, Intention, Message, Offer, StaffMember, Wish
from tests.services.crowd import in_parallel
from tests.services.ringing import listed, note, on_the_list, open_tasks
from tests.services.texts import HERS, HIS


@pytest.fixture
def maria(make):
    return make.participant(phone=HERS, contact="call", email=None)


@pytest.fixture
def booking(maria, make):
    return make.booking(maria, make.slot("2026-11-25 10:00"))


@pytest.fixture
def put(db, database):
    return lambda kind="reminder": on_the_list(db, database, kind)


@pytest.fixture
def call(db, booking, put):
    reminders.remind(db, booking, "day")
    return put()


def test_a_call_is_on_the_coordinators_list_and_on_nobody_elses(db, make, call):
    assert listed(db, make.ewa) == ["Maria"]
    assert calls.count_due(db, make.ewa) == 1
    stranger = make.coordinator(organisation=make.organisation())
    assert listed(db, stranger) == []
    with pytest.raises(NotFound):
        calls.get_call(db, stranger, call.id)
    for ask in (calls.open_calls, calls.count_due):
        with pytest.raises(NotAllowed):
            ask(db, make.adviser)


def test_the_most_urgent_is_first_and_what_is_for_later_is_last(db, make, call, put):
    for name, when, phone in (("Bruno", "2026-11-24 10:00", HIS), ("Zofia", "2026-11-26 10:00", HIS)):
        person = make.participant(name, phone=phone, contact="call", email=None)
        reminders.remind(db, make.booking(person, make.slot(when)), "day")
        put()
    assert listed(db, make.ewa) == ["Bruno", "Maria", "Zofia"]

    note(db, make, calls.open_calls(db, make.ewa)[0], "no-answer", next_try="hour")

    assert listed(db, make.ewa) == ["Maria", "Zofia", "Bruno"]
    assert calls.count_due(db, make.ewa) == 2


@pytest.mark.parametrize("outcome", ["yes", "help"])
def test_an_answer_is_the_persons_own(db, make, booking, call, outcome):
    assert note(db, make, call, outcome)

    assert booking.answer == outcome
    assert db.execute(select(Intention.answer, Intention.way)).all() == [(outcome, "call")]
    assert (call.done_at, call.done_by_id, call.outcome, call.tries) == (clock.now(), make.ewa.id, outcome, 1)
    assert call.message.reached_at == clock.now()
    assert listed(db, make.ewa) == []
    assert open_tasks(db) == ([("needs-help", booking.id)] if outcome == "help" else [])


def test_no_gives_the_place_back_and_is_said_by_the_person(db, make, booking, call):
    note(db, make, call, "no")

    assert (booking.status, booking.cancelled_by) == ("cancelled", "person")
    assert db.scalars(select(Message).where(Message.kind == "cancelled-by-us")).all() == []
    assert set(db.scalars(select(AuditEntry.act))) >= {"call:note", "booking:cancel"}


def test_told_asks_for_no_answer(db, make, booking, call):
    note(db, make, call, "told")

    assert booking.answer == "none"
    assert call.message.reached_at is not None


def test_who_does_not_answer_is_rung_again_at_the_chosen_time(db, make, call):
    assert list(calls.next_tries(call)) == ["hour", "afternoon", "morning"]
    note(db, make, call, "no-answer", next_try="afternoon", text="  zajęte ")

    assert call.next_try_at == clock.at_wall(clock.today(), calls.AFTERNOON)
    assert (call.done_at, call.tries, call.message.reached_at) == (None, 1, None)
    assert db.execute(select(CallTry.outcome, CallTry.note, CallTry.staff_id)).all() == [("no-answer", "zajęte", make.ewa.id)]


@pytest.mark.parametrize(
    ("now", "offered"),
    [
        ("2026-11-23 14:30", ["hour", "morning"]), ("2026-11-23 19:30", ["morning"]), ("2026-11-24 16:30", ["hour", "morning"]),
        ("2026-11-25 08:30", ["hour"]), ("2026-11-25 09:00", []), ("2026-11-25 09:30", []),
    ],
)  # fmt: skip
def test_no_try_is_at_night_or_too_late(db, call, at, now, offered):
    at(now)

    assert list(calls.next_tries(call)) == offered


@pytest.mark.parametrize(("now", "after"), [("09:01:10", "10:05"), ("09:05:00", "10:05"), ("09:59:59", "11:00")])
def test_the_next_try_is_at_a_time_that_one_keeps_in_mind(db, call, at, now, after):
    at(f"2026-11-23 {now}")

    assert calls.next_tries(call)["hour"] == clock.at_wall(clock.today(), time.fromisoformat(after))


def test_nobody_is_rung_on_a_sunday(db, make, call, at):
    at("2026-11-27 10:00")  # Friday
    call.useful_until = clock.now() + timedelta(days=7)

    assert clock.local(calls.next_tries(call)["morning"]).strftime("%a %H:%M") == "Mon 09:00"


def test_when_no_try_is_left_the_call_ends(db, make, call, at):
    at("2026-11-25 09:30")
    note(db, make, call, "no-answer")

    assert (call.outcome, call.done_at) == ("no-answer", clock.now())
    assert open_tasks(db) == []  # in half an hour the session begins


@pytest.mark.parametrize(
    ("outcome", "next_try"), [("", None), ("perhaps", None), ("no-answer", None), ("no-answer", "never"), ("no-answer", "")]
)
def test_what_is_not_offered_is_refused_and_changes_nothing(db, make, call, outcome, next_try):
    with pytest.raises(Refused, match="choice-missing"):
        note(db, make, call, outcome, next_try=next_try)
    assert call.tries == 0


def test_a_wrong_number_is_a_task(db, make, booking, call):
    note(db, make, call, "wrong-number")

    assert (call.outcome, call.message.reached_at) == ("wrong-number", None)
    assert open_tasks(db) == [("no-contact", booking.id)]


def test_of_two_coordinators_the_first_counts_and_the_second_sees_it(db, make, call):
    ola = make.coordinator("Ola Lis", organisation=make.leader)
    assert note(db, make, call, "no-answer", next_try="hour")

    assert not calls.note(db, ola, call, "yes", tries=0)
    db.expire_all()
    assert [one.outcome for one in calls.get_call(db, make.ewa, call.id).attempts] == ["no-answer"]
    assert db.scalars(select(Intention)).all() == []


def test_of_many_at_once_exactly_one_counts(database, db, make, call):
    call_id, staff = call.id, [make.coordinator(organisation=make.leader).id for _ in range(8)]
    for enrolment in call.person.enrolments:
        enrolment.coordinator = None
    db.commit()

    def press(db, number):
        actor = db.get(StaffMember, staff[number])
        return calls.note(db, actor, calls.get_call(db, actor, call_id), ("yes", "no")[number % 2], tries=0)

    assert sorted(in_parallel(database, press, 8)) == [False] * 7 + [True]
    db.expire_all()
    assert len(db.scalars(select(CallTry)).all()) == len(db.scalars(select(Intention)).all()) == 1


def test_a_session_that_we_call_off_is_told_and_not_asked_about(db, make, booking, put):
    bookings.cancel(db, make.ewa, booking)
    call = put("cancelled-by-us")

    assert calls.outcomes_of(call) == ["told"]
    assert listed(db, make.ewa) == ["Maria"]
    with pytest.raises(Refused, match="choice-missing"):
        note(db, make, call, "yes")
    note(db, make, call, "told")
    assert call.outcome == "told"


def test_the_last_reminder_is_for_those_too_who_have_said_yes(db, make, booking, put):
    attendance.answer(db, booking.person, booking, "yes", way="call")
    reminders.remind(db, booking, "two-hours")
    call = put()

    assert listed(db, make.ewa) == ["Maria"]
    note(db, make, call, "yes")
    assert db.scalars(select(Intention.answer)).all() == ["yes"]


def test_whoever_was_absent_is_rung_while_that_stands(db, make, booking, put, at):
    at("2026-11-25 12:00")
    attendance.record(db, make.adviser, booking.id, "absent")
    telling.tell(
        db, booking.person, "missed", subject=f"booking:{booking.id}:1", useful_until=clock.now() + timedelta(days=3),
        booking_id=booking.id, booking_version=1,
    )  # fmt: skip
    put("missed")
    assert listed(db, make.ewa) == ["Maria"]

    attendance.record(db, make.adviser, booking.id, "present")
    assert listed(db, make.ewa) == []


@pytest.fixture
def offered(db, make, maria, put):
    slot = make.slot("2026-11-27 10:00")
    wish = Wish(person_id=maria.id, form_id=slot.form_id, since=clock.now())
    db.add(wish)
    db.flush()
    offer = Offer(wish_id=wish.id, slot_id=slot.id, made_at=clock.now(), until=clock.now() + timedelta(hours=4))
    db.add(offer)
    db.flush()
    telling.tell(db, maria, "freed", subject=f"offer:{offer.id}", useful_until=offer.until, offer_id=offer.id)
    return offer, put("freed")


@pytest.mark.parametrize(("said", "result", "taken"), [("yes", "taken", 1), ("no", "declined", 0)])
def test_a_free_place_is_taken_or_left_on_the_telephone(db, make, maria, offered, said, result, taken):
    offer, call = offered
    assert calls.outcomes_of(call) == ["yes", "no", "told"]
    note(db, make, call, said)

    assert offer.result == result
    assert len(bookings.coming(db, maria)) == taken


def test_a_place_that_went_to_somebody_else_is_not_rung_about(db, make, offered):
    offer, _ = offered
    offer.ended_at = clock.now()
    db.flush()

    assert listed(db, make.ewa) == []


def test_a_note_is_kept_short(db, make, call):
    note(db, make, call, "told", text="x" * 500)

    assert db.scalars(select(CallTry.note)).one() == "x" * 300
