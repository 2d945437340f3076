import pytest
from sqlalchemy import select

from services import tasks
from services.errors import NotAllowed, NotFound
from services.models import AuditEntry, Task


def test_the_same_reason_is_one_task_while_it_is_open_and_a_new_one_afterwards(db, make):
    maria = make.participant()
    assert [tasks.ask(db, "call-me", maria) for _ in range(2)] == [True, False]
    (task,) = tasks.open_tasks(db, make.ewa)

    tasks.finish(db, make.ewa, task.id)

    assert tasks.open_tasks(db, make.ewa) == []
    assert tasks.ask(db, "call-me", maria)


def test_what_is_asked_for_by_a_clock_is_not_asked_for_again_once_done(db, make):
    maria = make.participant()
    tasks.ask(db, "no-contact", maria, subject="booking:1", once=True)
    tasks.finish(db, make.ewa, tasks.open_tasks(db, make.ewa)[0].id)

    assert tasks.ask(db, "no-contact", maria, subject="booking:1", once=True) is False
    assert tasks.ask(db, "no-contact", maria, subject="booking:2", once=True) is True


def test_a_task_ticked_twice_is_done_once(db, make):
    tasks.ask(db, "call-me", make.participant())
    (task,) = tasks.open_tasks(db, make.ewa)

    tasks.finish(db, make.ewa, task.id)
    tasks.finish(db, make.ewa, task.id)

    assert db.scalars(select(AuditEntry.act)).all() == ["task:finish"]
    assert db.scalars(select(Task.done_by_id)).all() == [make.ewa.id]


def test_the_oldest_task_stands_first(db, make, at):
    maria = make.participant()
    for hour, kind in ((11, "call-me"), (10, "none-suits")):
        at(f"2026-11-23 {hour}:00")
        tasks.ask(db, kind, maria)

    assert [task.kind for task in tasks.open_tasks(db, make.ewa)] == ["none-suits", "call-me"]


def test_another_coordinators_people_make_no_tasks_of_mine(db, make):
    iza = make.coordinator()
    tasks.ask(db, "call-me", make.participant())
    (task,) = tasks.open_tasks(db, make.ewa)

    assert tasks.open_tasks(db, iza) == []
    with pytest.raises(NotFound):
        tasks.finish(db, iza, task.id)


def test_people_without_a_coordinator_are_their_partners_to_look_after(db, make):
    maria = make.participant()
    maria.enrolments[0].coordinator = None
    db.flush()
    tasks.ask(db, "call-me", maria)
    iza = make.coordinator(organisation=make.partner)

    assert len(tasks.open_tasks(db, iza)) == 1


def test_an_administrator_sees_every_task(db, make):
    tasks.ask(db, "call-me", make.participant())

    assert len(tasks.open_tasks(db, make.staff(roles=["admin"]))) == 1


def test_specialists_have_no_list_of_tasks(db, make):
    with pytest.raises(NotAllowed):
        tasks.open_tasks(db, make.adviser)


def test_what_nobody_looks_after_reaches_the_leaders_coordinators(db, make):
    partner = make.organisation("Bank bez koordynatora")
    alone = make.participant("Anna", partner=partner)
    alone.enrolments[0].coordinator = None
    tasks.ask(db, "call-me", alone)
    gone = make.coordinator("Jan Dawny")
    left = make.participant("Bruno", coordinator=gone)
    gone.is_active = False
    tasks.ask(db, "call-me", left)
    db.flush()

    leaders = make.coordinator("Ola Nowa", organisation=make.leader)
    assert {task.person.first_name for task in tasks.open_tasks(db, leaders)} == {"Anna", "Bruno"}
