import pytest
from sqlalchemy import select

from services import plans, steps
from services.errors import NotAllowed, NotFound, Refused
from services.models import Message, PlanVersion, StepRecord, Task


def states(view):
    return [step.state for step in view.steps]


def lines(version):
    return [step.line for goal in version.goals for step in goal.steps]


def test_nobody_has_a_plan_before_one_is_written(db, make):
    view = plans.view_for(db, make.participant())

    assert (view.plan, view.goals, view.done) == (None, [], 0)
    assert plans.view_for(db, make.participant("Bruno", enrolled=False)).enrolment is None


def test_a_proposed_plan_is_told_to_the_person_and_waits_for_them(db, make):
    maria = make.participant()
    version = make.plan(maria, answered=None)

    view = plans.view_for(db, maria)

    assert (view.waiting, view.agreed, view.goals) == (version, None, [])
    assert db.scalars(select(Message.kind)).all() == ["plan-waiting"]


def test_a_plan_counts_from_the_persons_yes(db, make):
    maria = make.participant()
    version = make.plan(maria, {"Praca": ["CV", "Rozmowa"], "Zdrowie": ["Ćwiczenia"]})

    view = plans.view_for(db, maria)

    assert (view.agreed, view.waiting) == (version, None)
    assert [(goal.text, [step.step.title for step in steps]) for goal, steps in view.goals] == [
        ("Praca", ["CV", "Rozmowa"]),
        ("Zdrowie", ["Ćwiczenia"]),
    ]


def test_the_first_step_that_is_not_done_is_the_one_for_now(db, make):
    maria = make.participant()
    version = make.plan(maria, {"Praca": ["CV", "Rozmowa", "Praktyka"]})
    assert states(plans.view_for(db, maria)) == ["now", "later", "later"]

    steps.mark_step(db, maria, maria, lines(version)[0], "done")

    view = plans.view_for(db, maria)
    assert (states(view), view.done) == (["done", "now", "later"], 1)


def test_a_step_called_now_by_somebody_is_the_only_one_for_now(db, make):
    maria = make.participant()
    version = make.plan(maria, {"Praca": ["CV", "Rozmowa", "Praktyka"]})

    steps.mark_step(db, make.ewa, maria, lines(version)[2], "now")

    assert states(plans.view_for(db, maria)) == ["later", "later", "now"]


def test_a_stopped_step_stays_visible_with_date_and_author(db, make, at):
    maria = make.participant()
    line = lines(make.plan(maria))[0]
    when = at("2026-11-24 10:00")

    steps.mark_step(db, make.ewa, maria, line, "stopped")

    step = plans.view_for(db, maria).steps[0]
    assert (step.state, step.record.at, step.record.by_staff) == ("stopped", when, make.ewa)


def test_marking_the_same_twice_is_one_record_and_marking_back_another(db, make):
    maria = make.participant()
    line = lines(make.plan(maria))[0]

    for state in ("done", "done", "later"):
        steps.mark_step(db, maria, maria, line, state)

    assert db.scalars(select(StepRecord.status).order_by(StepRecord.id)).all() == ["done", "later"]


def test_an_edit_of_an_agreed_plan_makes_the_next_version_with_the_same_steps(db, make):
    maria = make.participant()
    agreed = make.plan(maria)

    draft = plans.draft_for(db, make.ewa, maria.enrolments[0])

    assert (draft.number, draft.status, lines(draft)) == (2, "draft", lines(agreed))
    assert plans.draft_for(db, make.ewa, maria.enrolments[0]) is draft
    assert plans.view_for(db, maria).agreed == agreed


def test_a_finished_step_stays_finished_in_the_next_version(db, make):
    maria = make.participant()
    steps.mark_step(db, maria, maria, lines(make.plan(maria))[0], "done")

    newer = plans.propose(db, make.ewa, plans.draft_for(db, make.ewa, maria.enrolments[0]))
    plans.answer(db, maria, newer.id, "agree")

    assert plans.view_for(db, maria).agreed == newer
    assert states(plans.view_for(db, maria)) == ["done", "now"]


def test_agreeing_to_the_next_version_retires_the_one_before(db, make):
    maria = make.participant()
    old = make.plan(maria)
    newer = plans.propose(db, make.ewa, plans.draft_for(db, make.ewa, maria.enrolments[0]))

    plans.answer(db, maria, newer.id, "agree")

    db.refresh(old)
    assert [version.status for version in plans.history(db, newer.plan)] == ["agreed", "replaced"]


@pytest.mark.parametrize(("said", "task"), [("change", "plan-change"), ("refuse", "plan-refused")])
def test_a_plan_that_is_not_agreed_becomes_a_coordinators_task_and_can_be_proposed_again(db, make, at, said, task):
    maria = make.participant()
    version = make.plan(maria, answered=None)

    plans.answer(db, maria, version.id, said, note="Wolę później")

    assert db.execute(select(Task.kind, Task.note)).all() == [(task, "Wolę później")]
    at("2026-11-24 09:00")
    assert plans.draft_for(db, make.ewa, maria.enrolments[0]) == version
    assert plans.propose(db, make.ewa, version).status == "proposed"
    assert db.scalars(select(Message.kind)).all() == ["plan-waiting", "plan-waiting"]


def test_asking_for_a_change_needs_a_word_about_what(db, make):
    maria = make.participant()
    version = make.plan(maria, answered=None)

    with pytest.raises(Refused, match="note-missing"):
        plans.answer(db, maria, version.id, "change", note="  ")


def test_the_same_answer_twice_is_one(db, make):
    maria = make.participant()
    version = make.plan(maria)

    assert plans.answer(db, maria, version.id, "agree").status == "agreed"


def test_an_answered_plan_is_not_answered_otherwise(db, make):
    maria = make.participant()
    version = make.plan(maria)

    with pytest.raises(Refused, match="plan-answered-already"):
        plans.answer(db, maria, version.id, "refuse")


def test_a_plan_in_force_survives_a_refusal_of_the_next(db, make):
    maria = make.participant()
    agreed = make.plan(maria)
    newer = plans.propose(db, make.ewa, plans.draft_for(db, make.ewa, maria.enrolments[0]))

    plans.answer(db, maria, newer.id, "refuse")

    assert plans.view_for(db, maria).agreed == agreed


def test_nobody_answers_the_plan_of_another_or_a_draft(db, make):
    maria = make.participant()
    version = make.plan(maria, answered=None)
    bruno = make.participant("Bruno")
    draft = plans.draft_for(db, make.ewa, bruno.enrolments[0])

    with pytest.raises(NotFound):
        plans.answer(db, bruno, version.id, "agree")
    with pytest.raises(NotFound):
        plans.answer(db, bruno, draft.id, "agree")


def test_an_empty_plan_is_not_proposed(db, make):
    draft = plans.draft_for(db, make.ewa, make.participant().enrolments[0])
    plans.add_goal(db, make.ewa, draft, "Praca")

    with pytest.raises(Refused, match="plan-empty"):
        plans.propose(db, make.ewa, draft)


def test_what_the_person_is_reading_is_not_edited_under_them(db, make):
    maria = make.participant()
    version = make.plan(maria, answered=None)

    with pytest.raises(Refused, match="plan-not-editable"):
        plans.add_goal(db, make.ewa, version, "Jeszcze jeden")
    with pytest.raises(Refused, match="plan-waiting-for-answer"):
        plans.draft_for(db, make.ewa, maria.enrolments[0])


def test_a_step_taken_out_of_a_draft_stays_in_the_plan_in_force(db, make):
    maria = make.participant()
    make.plan(maria)
    draft = plans.draft_for(db, make.ewa, maria.enrolments[0])

    plans.remove_step(db, make.ewa, draft, draft.goals[0].steps[0].id)

    assert [step.title for step in draft.goals[0].steps] == ["Spotkać doradcę"]
    assert len(plans.view_for(db, maria).steps) == 2


def test_a_goal_taken_out_takes_its_steps_along(db, make):
    maria = make.participant()
    make.plan(maria)
    draft = plans.draft_for(db, make.ewa, maria.enrolments[0])

    plans.remove_goal(db, make.ewa, draft, draft.goals[0].id)

    assert draft.goals == []
    with pytest.raises(NotFound):
        plans.remove_goal(db, make.ewa, draft, 999_999)


def test_specialists_and_participants_write_no_plans(db, make):
    maria = make.participant()

    with pytest.raises(NotAllowed):
        plans.draft_for(db, make.adviser, maria.enrolments[0])
    with pytest.raises(NotAllowed):
        plans.draft_for(db, maria, maria.enrolments[0])


def test_a_step_of_another_persons_plan_is_not_there(db, make):
    line = lines(make.plan(make.participant()))[0]
    bruno = make.participant("Bruno")

    with pytest.raises(NotFound):
        steps.get_step(db, bruno, line)
    with pytest.raises(NotFound):
        steps.mark_step(db, bruno, bruno, line, "done")


def test_only_one_version_is_ever_in_force(db, make):
    maria = make.participant()
    make.plan(maria)
    for _ in range(3):
        draft = plans.draft_for(db, make.ewa, maria.enrolments[0])
        plans.answer(db, maria, plans.propose(db, make.ewa, draft).id, "agree")

    in_force = db.scalars(select(PlanVersion.number).where(PlanVersion.status == "agreed")).all()
    assert in_force == [4]
