"""The interpreter follows the booking: wanted with it, over with it, called off by somebody where one was asked."""

import pytest
from sqlalchemy import func, select

from services import bookings, interpreters, subjects, waiting
from services.errors import NotAllowed, NotFound, Refused
from services.models import AccessNeed, InterpreterOrder, Message, Offer, Task
from tests.services.crowd import in_parallel

SOON, LATER, LAST = "2026-11-25 10:00", "2026-11-26 09:00", "2026-11-27 09:00"  # from Thursday, the 26th, it can be promised


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowal", needs=["pjm"])


@pytest.fixture
def booking(make, maria):
    return make.booking(maria, make.slot(LATER), needs=["pjm", "loop"])


def orders(db):
    """Each order: its kind, what came of it, whether the booking still needs it, whether somebody was called off."""
    rows = db.scalars(select(InterpreterOrder).order_by(InterpreterOrder.id).execution_options(populate_existing=True))
    return [(one.kind, one.status, one.over_at is None, one.called_off_at is not None) for one in rows]


def last(db):
    query = select(InterpreterOrder).order_by(InterpreterOrder.id.desc()).limit(1)
    return db.scalar(query.execution_options(populate_existing=True))


def open_tasks(db):
    return db.scalars(select(Task.kind).where(Task.done_at.is_(None))).all()


def test_whoever_needs_an_interpreter_gets_times_that_leave_three_working_days(db, make, maria):
    soon = make.slot(SOON)

    for act in (lambda: bookings.book(db, maria, maria, soon.id, key="a", needs=["pjm"]),):
        with pytest.raises(Refused, match="interpreter-too-soon"):
            act()

    bookings.book(db, maria, maria, soon.id, key="b", needs=["loop"])  # this once without one
    assert orders(db) == []


def test_moving_keeps_the_rule_and_leaves_everything_as_it_was_when_it_refuses(db, make, maria, booking):
    soon = make.slot(SOON)

    with pytest.raises(Refused, match="interpreter-too-soon"):
        bookings.move(db, maria, booking, soon.id, key="m")

    assert (booking.version, orders(db)) == (1, [("pjm", "wanted", True, False)])


def test_staff_may_go_past_the_rule_and_the_order_is_there_all_the_same(db, make, maria):
    made = bookings.book(db, make.ewa, maria, make.slot(SOON).id, key="a", needs=["pjm"])
    bookings.move(db, make.adviser, made, make.slot("2026-11-24 10:00").id, key="m")

    assert orders(db) == [("pjm", "wanted", False, False), ("pjm", "wanted", True, False)]


def test_an_offer_from_the_waiting_list_leaves_three_working_days_until_its_end(db, make, maria, at):
    waiting.wait_for(db, maria, maria, make.form().id)
    at("2026-11-23 18:00")  # an answer is awaited until Tuesday: an interpreter could then be promised for Friday
    make.slot(LATER)
    assert waiting.offer_free(db) == 0

    friday = make.slot(LAST)
    assert waiting.offer_free(db) == 1
    offer = db.scalar(select(Offer).where(Offer.result.is_(None)))
    assert offer.slot_id == friday.id
    at("2026-11-24 08:30")
    waiting.take(db, waiting.get_offer(db, offer.id))
    assert orders(db) == [("pjm", "wanted", True, False)]


def test_a_booking_wants_one_interpreter_of_each_kind_that_nobody_there_speaks(db, make, maria):
    db.add(AccessNeed(person_id=maria.id, code="interpreter-other", detail="wietnamski"))
    signs = make.slot(LATER, specialist=make.specialist(speaks=["pl", "pjm"]))

    make.booking(maria, signs, needs=["pjm", "interpreter-other", "loop"])

    assert [(one.kind, one.language, one.starts_at) for one in db.scalars(select(InterpreterOrder))] == [
        ("interpreter-other", "wietnamski", signs.starts_at)
    ]


def test_the_same_booking_twice_is_one_order(db, maria, booking):
    again = bookings.book(db, maria, maria, booking.slot_id, key=booking.key, needs=["pjm", "loop"])
    interpreters.follow(db, maria, again)

    assert orders(db) == [("pjm", "wanted", True, False)]


@pytest.mark.parametrize(("said", "to_call_off"), [(None, False), ("asked", True), ("confirmed", True), ("failed", False)])
def test_giving_a_session_up_ends_its_order_and_whoever_was_asked_is_to_be_called_off(
    db, make, maria, booking, said, to_call_off
):
    if said:
        interpreters.say(db, make.ewa, last(db), said)

    bookings.cancel(db, maria, booking)

    assert orders(db) == [("pjm", said or "wanted", False, False)]
    assert [interpreters.is_left_behind(one) for one in interpreters.open_orders(db, make.ewa)] == [True] * to_call_off
    assert open_tasks(db) == []


def test_moving_leaves_the_old_interpreter_to_be_called_off_and_wants_a_new_one(db, make, maria, booking):
    interpreters.say(db, make.ewa, last(db), "confirmed")

    bookings.move(db, maria, booking, make.slot(LAST).id, key="m")

    assert orders(db) == [("pjm", "confirmed", False, False), ("pjm", "wanted", True, False)]
    old, new = interpreters.open_orders(db, make.ewa)
    assert interpreters.is_left_behind(old) and not interpreters.is_left_behind(new)
    interpreters.say(db, make.ewa, old, "called-off")
    interpreters.say(db, make.ewa, old, "called-off")
    assert interpreters.open_orders(db, make.ewa) == [new]


def test_moving_to_somebody_who_signs_needs_no_interpreter_any_more(db, make, maria, booking):
    bookings.move(db, maria, booking, make.slot(SOON, specialist=make.specialist(speaks=["pjm"])).id, key="m")

    assert orders(db) == [("pjm", "wanted", False, False)]


def test_another_place_at_the_same_hour_is_another_order(db, make, maria, booking):
    there = make.slot(LATER, specialist=make.specialist(), room=make.room())
    bookings.move(db, maria, booking, there.id, key="m")

    assert [(one.slot_id == there.id, one.over_at is None) for one in db.scalars(select(InterpreterOrder))] == [
        (False, False), (True, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ([], [("pjm", "wanted", True, False)]),
        (["confirmed"], [("pjm", "confirmed", True, False)]),
        (["failed"], [("pjm", "failed", False, False), ("pjm", "wanted", True, False)]),
    ],
)
def test_taking_it_back_before_anybody_was_called_off_leaves_it_as_it_was(db, make, maria, booking, said, after):
    for word in said:
        interpreters.say(db, make.ewa, last(db), word)
    bookings.cancel(db, maria, booking)
    bookings.restore(db, maria, booking)

    assert orders(db) == after


def test_taking_it_back_after_the_interpreter_was_called_off_wants_one_again(db, make, maria, booking):
    interpreters.say(db, make.ewa, last(db), "confirmed")
    bookings.cancel(db, maria, booking)
    interpreters.say(db, make.ewa, last(db), "called-off")
    bookings.restore(db, maria, booking)

    assert orders(db) == [("pjm", "confirmed", False, True), ("pjm", "wanted", True, False)]


def test_that_none_was_found_is_a_task_until_one_is(db, make, maria, booking):
    for said in ("failed", "failed"):
        interpreters.say(db, make.ewa, last(db), said)
    assert open_tasks(db) == ["no-interpreter"]

    interpreters.say(db, make.ewa, last(db), "confirmed")
    assert (open_tasks(db), interpreters.open_orders(db, make.ewa)) == ([], [])


def news(db):
    """What became of each message that everything is ready."""
    told = select(Message.status).where(Message.kind == "interpreter-found").order_by(Message.id)
    return db.scalars(told).all()


def test_the_person_is_told_when_everybody_whom_they_need_is_found(db, make, maria):
    maria.email = "maria@example.org"
    needs = ["pjm", "interpreter-uk"]
    booking = make.booking(maria, make.slot(LATER), needs=needs)
    signs, speaks = db.scalars(select(InterpreterOrder).order_by(InterpreterOrder.id))

    for order, said in ((signs, "asked"), (signs, "confirmed"), (speaks, "asked")):
        interpreters.say(db, make.ewa, order, said)
    assert news(db) == []
    for _twice in range(2):
        interpreters.say(db, make.ewa, speaks, "confirmed")
    assert news(db) == ["waiting"]

    bookings.move(db, maria, booking, make.slot(LAST).id, key="m")
    assert news(db) == ["cancelled"]


def test_whoever_is_found_a_second_time_is_told_of_once_more_and_not_doubled(db, make, maria, booking, at):
    maria.email, order = "maria@example.org", last(db)

    for second, said in enumerate(("confirmed", "failed", "confirmed")):
        at(f"2026-11-23 12:00:0{second}")
        interpreters.say(db, make.ewa, order, said)
    assert news(db) == ["cancelled", "waiting"]


def test_what_is_not_so_any_more_is_not_told(db, make, maria, booking):
    maria.email, order = "maria@example.org", last(db)
    interpreters.say(db, make.ewa, order, "confirmed")
    [message] = db.scalars(select(Message).where(Message.kind == "interpreter-found"))
    assert subjects.read(db, b"k" * 32, message).stop is None

    interpreters.say(db, make.ewa, order, "failed")
    assert subjects.read(db, b"k" * 32, message).stop.status == "cancelled"


def test_a_word_about_a_session_that_is_given_up_is_refused(db, make, maria, booking):
    order = last(db)
    bookings.cancel(db, maria, booking)

    for said in ("confirmed", "called-off"):
        with pytest.raises(Refused, match="order-changed"):
            interpreters.say(db, make.ewa, order, said)
    assert orders(db) == [("pjm", "wanted", False, False)]


def test_an_order_is_for_those_who_look_after_the_person(db, make, booking):
    iza, order = make.coordinator("Iza Mróz", organisation=make.organisation("Bank")), last(db)

    assert interpreters.open_orders(db, iza) == []
    with pytest.raises(NotFound):
        interpreters.get_order(db, iza, order.id)
    with pytest.raises(NotAllowed):
        interpreters.open_orders(db, make.adviser)
    assert interpreters.get_order(db, make.ewa, order.id) == order


def test_what_is_over_by_the_clock_is_nobodys_work(db, make, booking, at):
    at("2026-11-26 09:00")

    assert interpreters.open_orders(db, make.ewa) == []


def test_pages_ask_for_orders_only_where_somebody_needs_an_interpreter(db, make, booking, statements):
    other = make.booking(make.participant("Bruno Zych"), needs=["loop"])
    with statements(db) as said:
        assert interpreters.of_bookings(db, [other]) == {}
    assert said == []
    assert list(interpreters.of_bookings(db, [booking, other])) == [booking.id]


def test_confirmed_and_moved_in_one_moment_somebody_is_always_left_to_be_called_off(database, db, make):
    """Whoever is first: an interpreter who was confirmed for a time that is given up is never forgotten."""
    people = make.participants(12)
    made = [make.booking(person, make.slot(), needs=["pjm"], by=make.ewa) for person in people]
    free = [make.slot().id for _ in people]
    ids, ewa = [one.id for one in made], make.ewa.id
    found = {one.booking_id: one.id for one in db.scalars(select(InterpreterOrder))}
    db.commit()

    def act(db, number):
        at, is_move = divmod(number, 2)
        staff = db.get(type(make.ewa), ewa)
        if is_move:
            return bookings.move(db, staff, bookings.get_by_id(db, ids[at]), free[at], key=f"m{at}").version
        interpreters.say(db, staff, db.get(InterpreterOrder, found[ids[at]]), "confirmed")
        return "confirmed"

    outcomes = in_parallel(database, act, 2 * len(people))

    confirmed = sum(one == "confirmed" for one in outcomes)
    assert outcomes.count(2) == len(people) and confirmed + outcomes.count("order-changed") == len(people)
    left_behind = db.scalar(select(func.count(InterpreterOrder.id)).where(interpreters._is_left_behind))
    assert left_behind == confirmed
    live = select(InterpreterOrder.booking_id).where(InterpreterOrder.over_at.is_(None))
    assert sorted(db.scalars(live)) == sorted(ids)


def test_eight_at_once_want_one_interpreter(database, db, make, maria, booking):
    db.execute(InterpreterOrder.__table__.delete())
    number, person = booking.id, maria.id
    db.commit()

    in_parallel(database, lambda db, _: interpreters.follow(db, db.get(type(maria), person), bookings.get_by_id(db, number)), 8)

    assert orders(db) == [("pjm", "wanted", True, False)]
