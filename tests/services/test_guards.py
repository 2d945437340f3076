"""What the database itself refuses, on both kinds, whatever the code above it forgets."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from services import attendance, audit, bookings, clock, identity, plans, steps
from services.db import Base, broken_guard
from services.models import (
    AccessLog,
    AuditEntry,
    Booking,
    Goal,
    Intention,
    Person,
    Plan,
    PlanVersion,
    Slot,
    Step,
    StepRecord,
)  # fmt: skip


@pytest.fixture
def refused(db):
    """Run a change and say which guard stopped it; "nothing" when it went through."""

    def refused(change):
        try:
            with db.begin_nested():
                change()
                db.flush()
        except IntegrityError as error:
            return broken_guard(error) or str(error.orig)
        return "nothing"

    return refused


def a_booking(person, slot, *, seat=1, starts_at=None, ends_at=None, **more):
    return Booking(
        number=uuid4().hex[:8], person_id=person.id, slot_id=slot.id, seat=seat, starts_at=starts_at or slot.starts_at,
        ends_at=ends_at or slot.ends_at, key=uuid4().hex, asked="", booked_at=clock.now(), **more,
    )  # fmt: skip


def test_one_seat_holds_one_person(db, make, refused):
    slot = make.slot()
    make.booking(make.participant(), slot)
    bruno = make.participant("Bruno")

    assert refused(lambda: db.add(a_booking(bruno, slot))) == "uq_booking_seat"
    assert refused(lambda: db.add(a_booking(bruno, slot, status="cancelled"))) == "nothing"


@pytest.mark.parametrize(("begins", "ends", "guard"), [
    ("09:00", "10:01", "ex_booking_person_overlap"),
    ("10:15", "10:45", "ex_booking_person_overlap"),
    ("09:00", "12:00", "ex_booking_person_overlap"),
    ("10:59", "12:00", "ex_booking_person_overlap"),
    ("09:00", "10:00", "nothing"),
    ("11:00", "12:00", "nothing"),
])  # fmt: skip
def test_a_person_sits_in_one_session_at_a_time(db, make, at, refused, begins, ends, guard):
    maria = make.participant()
    make.booking(maria, make.slot("2026-11-25 10:00"))
    other = make.slot("2026-11-25 15:00")
    starts_at, ends_at = (at(f"2026-11-25 {hour}") for hour in (begins, ends))

    assert refused(lambda: db.add(a_booking(maria, other, starts_at=starts_at, ends_at=ends_at))) == guard


@pytest.mark.parametrize(("begins", "guard"), [("10:30", "ex_slot_specialist_overlap"), ("11:00", "nothing")])
def test_a_specialist_gives_one_session_at_a_time(db, make, refused, begins, guard):
    make.slot("2026-11-25 10:00")
    elsewhere = make.room()

    assert refused(lambda: make.slot(f"2026-11-25 {begins}", room=elsewhere)) == guard


@pytest.mark.parametrize(("begins", "guard"), [("10:30", "ex_slot_room_overlap"), ("11:00", "nothing")])
def test_a_room_holds_one_session_at_a_time(db, make, refused, begins, guard):
    make.slot("2026-11-25 10:00")
    colleague = make.specialist()

    assert refused(lambda: make.slot(f"2026-11-25 {begins}", specialist=colleague)) == guard


def test_calls_without_a_room_never_meet_in_one(db, make, refused):
    make.slot("2026-11-25 10:00", mode="phone")
    colleague = make.specialist()

    assert refused(lambda: make.slot("2026-11-25 10:00", mode="phone", specialist=colleague)) == "nothing"


def test_overlaps_by_a_change_are_refused_like_those_by_a_new_row(db, make, refused):
    maria = make.participant()
    make.booking(maria, make.slot("2026-11-25 10:00"))
    other = make.booking(maria, make.slot("2026-11-25 12:00"))
    first, second = make.slot("2026-11-26 10:00"), make.slot("2026-11-26 12:00", room=make.room())

    def moved(row, earlier):
        return update(type(row)).where(type(row).id == row.id).values(starts_at=row.starts_at - earlier, ends_at=row.ends_at)

    assert refused(lambda: db.execute(moved(other, timedelta(minutes=90)))) == "ex_booking_person_overlap"
    assert refused(lambda: db.execute(moved(second, timedelta(minutes=90)))) == "ex_slot_specialist_overlap"
    assert refused(lambda: db.execute(moved(first, timedelta(minutes=90)))) == "nothing"


def test_what_was_withdrawn_or_cancelled_does_not_come_back_over_something_else(db, make, refused):
    maria = make.participant()
    gone = bookings.cancel(db, maria, make.booking(maria, make.slot("2026-11-25 10:00")))
    withdrawn = make.slot("2026-11-26 10:00", status="withdrawn")
    make.booking(maria, make.slot("2026-11-25 10:30", specialist=make.specialist(), room=make.room()))
    make.slot("2026-11-26 10:30", room=make.room())

    back = update(Booking).where(Booking.id == gone.id).values(status="booked")
    assert refused(lambda: db.execute(back)) == "ex_booking_person_overlap"
    again = update(Slot).where(Slot.id == withdrawn.id).values(status="published")
    assert refused(lambda: db.execute(again)) == "ex_slot_specialist_overlap"


@pytest.mark.parametrize("change", [{"capacity": 0}, {"ends_at": datetime.fromisoformat("2026-11-25T08:00+00:00")},
                                    {"mode": "phone"}, {"place_id": None}])  # fmt: skip
def test_impossible_slots_are_refused(db, make, refused, change):
    slot = make.slot("2026-11-25 10:00")

    assert refused(lambda: db.execute(update(Slot).where(Slot.id == slot.id).values(**change))) != "nothing"


def test_the_logs_are_neither_changed_nor_deleted(db, make, refused):
    maria = make.participant()
    audit.looked(db, make.ewa, maria.id, "file")
    audit.record(db, make.ewa, "person:test", maria)
    db.flush()

    for table, change in ((AccessLog, {"what": "nothing"}), (AuditEntry, {"actor": "system"})):
        guard = f"keep_{table.__tablename__}"
        assert guard in refused(lambda table=table, change=change: db.execute(update(table).values(**change)))
        assert guard in refused(lambda table=table: db.execute(delete(table)))


def test_what_was_said_is_not_said_otherwise_later(db, make, refused, at):
    made = make.booking(make.participant(), make.slot("2026-11-25 10:00"))
    attendance.answer(db, made.person, made, "yes", way="plan")
    line = make.plan(made.person).goals[0].steps[0].line
    steps.mark_step(db, made.person, made.person, line, "done")
    db.flush()

    assert "keep_intention" in refused(lambda: db.execute(update(Intention).values(answer="help")))
    assert "keep_step_record" in refused(lambda: db.execute(update(StepRecord).values(status="now")))


def test_an_agreed_plan_is_not_edited_by_any_way(db, make, refused):
    agreed = make.plan(make.participant())
    goal, step = agreed.goals[0], agreed.goals[0].steps[0]
    db.commit()

    changes = [
        lambda: db.add(Goal(version_id=agreed.id, position=9, text="Inny")),
        lambda: db.add(Step(goal_id=goal.id, line="x", position=9, title="Inny")),
        lambda: db.execute(update(Goal).where(Goal.id == goal.id).values(text="Inny")),
        lambda: db.execute(update(Step).where(Step.id == step.id).values(title="Inny")),
        lambda: db.execute(delete(Step).where(Step.id == step.id)),
        lambda: db.execute(delete(Goal).where(Goal.id == goal.id)),
    ]

    assert [refused(change) for change in changes] == ["keep_agreed_plan"] * len(changes)


def test_steps_and_goals_are_not_carried_into_an_agreed_plan(db, make, refused):
    maria = make.participant()
    agreed = make.plan(maria)
    draft = plans.draft_for(db, make.ewa, maria.enrolments[0])
    db.commit()

    step = update(Step).where(Step.id == draft.goals[0].steps[0].id).values(goal_id=agreed.goals[0].id)
    assert refused(lambda: db.execute(step)) == "keep_agreed_plan"
    goal = update(Goal).where(Goal.id == draft.goals[0].id).values(version_id=agreed.id)
    assert refused(lambda: db.execute(goal)) == "keep_agreed_plan"


def test_an_agreed_plan_does_not_become_a_draft_again(db, make, refused):
    agreed = make.plan(make.participant())
    db.commit()

    def becomes(status):
        return refused(lambda: db.execute(update(PlanVersion).where(PlanVersion.id == agreed.id).values(status=status)))

    assert becomes("draft") == becomes("proposed") == "keep_agreed_plan"
    assert refused(lambda: db.execute(delete(PlanVersion).where(PlanVersion.id == agreed.id))) == "keep_agreed_plan"
    assert refused(lambda: db.execute(update(PlanVersion).values(agreed_at=None))) == "keep_agreed_plan"
    assert becomes("replaced") == "nothing"
    assert becomes("draft") == "keep_agreed_plan"


def test_somebody_can_be_erased_with_everything_that_is_theirs_but_the_logs(db, make):
    maria = make.participant(needs=["loop"])
    made = make.booking(maria)
    attendance.answer(db, maria, made, "yes", way="plan")
    identity.visit_link(db, b"key", made)
    steps.mark_step(db, maria, maria, make.plan(maria).goals[0].steps[0].line, "done")
    audit.looked(db, make.ewa, maria.id, "file")
    db.commit()

    db.execute(delete(Person).where(Person.id == maria.id))
    db.commit()

    left = {table: db.scalar(select(func.count()).select_from(table)) for table in (Booking, Intention, Plan, Step, StepRecord)}
    assert set(left.values()) == {0}
    assert db.scalar(select(func.count()).select_from(AccessLog)) == 1


def test_a_session_that_reads_cannot_write(database, db, make):
    maria = make.participant()
    db.commit()

    with database.read() as reading, pytest.raises(DBAPIError):
        reading.execute(update(Person).where(Person.id == maria.id).values(first_name="Inna"))


def test_a_connection_that_has_read_writes_again_afterwards(database, db, make):
    maria = make.participant()
    db.commit()

    for _ in range(3):
        with database.read() as reading:
            assert reading.get(Person, maria.id)
        with database.write() as writing, writing.begin():
            writing.execute(update(Person).where(Person.id == maria.id).values(first_name="Inna"))


def test_a_time_without_a_zone_is_refused(db, make):
    slot = make.slot()
    slot.starts_at = datetime(2026, 11, 25, 10)

    with pytest.raises(Exception, match="naive datetime"):
        db.flush()


def test_the_migrations_make_what_the_models_say(database):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.engine.connect() as connection:
        different = compare_metadata(MigrationContext.configure(connection), Base.metadata)

    assert different == []


def test_sqlite_is_opened_as_the_design_asks(sqlite_database):
    with sqlite_database.engine.connect() as connection:
        asked = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in
                 ("journal_mode", "synchronous", "foreign_keys", "secure_delete")}  # fmt: skip

    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
