"""The same button twice, one after the other or at the same moment, in one tab or in two: once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import event

from services.models import Booking, Draft, Goal, Plan, ReminderChoice


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    return request.getfixturevalue(f"{request.param}_database")


@pytest.fixture
def maria(client, make, sign_in):
    return sign_in(client, make.participant())


@pytest.fixture
def at_once(app, db, sign_in, database):
    """`at_once(who, path, data)`: two presses whose transactions have both begun before either writes; their answers.

    On SQLite the second begins when the first has ended."""

    def at_once(who, path, data):
        clients = [sign_in(app.test_client(), who) for _ in range(2)]
        db.commit()
        for one in clients:
            one.db = db.__class__(database.engine)
        both, waited = Barrier(2), set()

        def before(_connection, _cursor, statement, *_more):
            if (
                database.engine.dialect.name == "postgresql"
                and statement.startswith("INSERT")
                and id(_connection) not in waited
            ):
                waited.add(id(_connection))
                if len(waited) <= 2:
                    both.wait(10)

        event.listen(database.engine, "before_cursor_execute", before)
        try:
            with ThreadPoolExecutor(2) as threads:
                return [answer.status_code for answer in threads.map(lambda one: one.post(path, data=data), clients)]
        finally:
            event.remove(database.engine, "before_cursor_execute", before)
            for one in clients:
                one.db.close()

    return at_once


def ways_to_book(client, slot):
    client.post("/book/need", data={"need": slot.form_id})
    client.post("/book/first", data={"slot": slot.id})


def test_the_first_answer_of_a_booking_sent_twice_at_once_is_one_draft(make, db, at_once):
    maria = make.participant()

    assert at_once(maria, "/book/need", {"need": make.slot().form_id}) == [303, 303]
    assert db.query(Draft).count() == 1


def test_the_first_choice_of_reminders_sent_twice_at_once_is_one_choice(make, db, at_once):
    maria = make.participant()

    assert at_once(maria, "/reminders", {"channels": "email", "moments": "day"}) == [303, 303]
    assert db.query(ReminderChoice).count() == 1


def test_a_plan_begun_twice_at_once_is_one_plan(make, db, at_once):
    maria = make.participant()

    assert at_once(make.ewa, f"/people/{maria.id}/plan", {}) == [303, 303]
    assert (db.query(Plan).count(), db.query(Goal).count()) == (1, 0)


def test_a_place_taken_twice_at_once_is_one_booking(client, make, db, sign_in, at_once):
    maria, slot = make.participant(), make.slot(capacity=3)
    ways_to_book(sign_in(client, maria), slot)

    assert at_once(maria, "/book/check", {"key": "k" * 20, "slot": slot.id}) == [303, 303]
    assert db.query(Booking).count() == 1


def test_what_stands_on_the_page_is_booked_although_another_tab_has_gone_on(maria, make, db):
    shown, other = make.slot(), make.slot()
    ways_to_book(maria, shown)
    page = maria.get("/book/check").get_data(as_text=True)
    assert f'name="slot" value="{shown.id}"' in page

    ways_to_book(maria, other)  # the other tab
    answer = maria.post("/book/check", data={"key": "k" * 20, "slot": shown.id})

    assert answer.status_code == 303
    assert [booking.slot_id for booking in db.query(Booking)] == [shown.id]


def test_a_page_left_open_while_another_tab_booked_books_its_own_time(maria, make, db):
    shown, other = make.slot(), make.slot()
    ways_to_book(maria, shown)
    ways_to_book(maria, other)
    maria.post("/book/check", data={"key": "o" * 20, "slot": other.id})

    answer = maria.post("/book/check", data={"key": "k" * 20, "slot": shown.id})

    assert {booking.slot_id: booking.number for booking in db.query(Booking)}[shown.id] in answer.location
    assert db.query(Booking).count() == 2


def test_a_new_booking_moves_nothing_although_another_tab_has_begun_to_move(maria, make, db):
    shown = make.slot("2026-11-30 10:00")
    ways_to_book(maria, make.slot("2026-11-26 10:00"))
    maria.post("/book/check", data={"key": "a" * 20})
    first = db.query(Booking).one()
    ways_to_book(maria, shown)

    maria.post(f"/booked/{first.number}/move")  # the other tab
    maria.post("/book/first", data={"slot": shown.id})
    maria.post("/book/check", data={"key": "b" * 20, "slot": shown.id})

    assert sorted(booking.version for booking in db.query(Booking)) == [1, 1]


def test_somebody_elses_booking_is_not_moved_by_a_made_up_field(maria, make, db):
    theirs, slot = make.booking(make.participant("Bruno Zych")), make.slot()
    ways_to_book(maria, make.slot())

    maria.post("/book/check", data={"key": "k" * 20, "slot": slot.id, "moving": theirs.number})

    assert [(booking.id, booking.version) for booking in db.query(Booking)] == [(theirs.id, 1)]


def test_a_plan_answered_already_says_so(maria, make, db):
    person = make.participant("Ola Zych")
    version = make.plan(person, answered="change")
    from services import identity

    with maria.session_transaction() as session:
        session["_user_id"] = identity.sign_in(db, person, is_shared=False)

    answer = maria.post("/plan/proposed", data={"said": "agree", "version": version.id})

    assert answer.status_code == 422
    assert "Ten plan ma już odpowiedź" in answer.get_data(as_text=True)
