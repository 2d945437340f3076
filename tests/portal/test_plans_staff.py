"""Writing a plan with somebody, as a coordinator's browser meets it."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from services import plans
from services.models import AccessLog, Goal, Message, PlanVersion, Step, StepRecord
from tests.portal.test_today import words_of


@pytest.fixture
def ewa(client, make, sign_in):
    return sign_in(client, make.ewa)


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowal")


@pytest.fixture
def here(maria):
    return f"/people/{maria.id}/plan"


@pytest.fixture
def goal(ewa, db, here):
    """A goal in a fresh draft."""
    ewa.post(here)
    ewa.post(f"{here}/draft/goals", data={"goal": "Praca blisko domu"})
    return db.scalars(select(Goal)).one()


def add_step(browser, here, goal, **typed):
    return browser.post(f"{here}/draft/goals/{goal.id}/steps", data={"title": "Napisać CV", **typed})


def steps_in(db):
    return db.scalars(select(Step.title).order_by(Step.id)).all()


def test_a_plan_begins_with_a_press_and_not_with_a_look(ewa, db, here):
    page = words_of(ewa.get(here))
    assert "Nie ma jeszcze planu, na który ta osoba się zgodziła." in page
    assert db.scalars(select(PlanVersion)).all() == []

    answer = ewa.post(here)

    assert (answer.status_code, answer.location) == (303, f"{here}/draft")
    assert "Nowa wersja planu: Maria K." in words_of(ewa.get(answer.location))


def test_a_goal_is_added_and_the_browser_comes_back_to_it(ewa, db, here, goal):
    answer = ewa.post(f"{here}/draft/goals", data={"goal": " Mówić po polsku "})

    added = db.scalars(select(Goal).order_by(Goal.id.desc())).first()
    assert added.text == "Mówić po polsku"
    assert answer.location == f"{here}/draft?at={added.id}#goal-{added.id}"
    assert f'id="goal-{added.id}" data-focus' in ewa.get(answer.location).text


def test_a_goal_and_a_step_sent_twice_are_one(ewa, db, here, goal):
    ewa.post(f"{here}/draft/goals", data={"goal": "Praca blisko domu"})
    for _ in range(2):
        add_step(ewa, here, goal)

    assert len(db.scalars(select(Goal)).all()) == 1
    assert steps_in(db) == ["Napisać CV"]


@pytest.mark.parametrize(("typed", "words"), [("  ", "Napisz, jaki jest cel"), ("x" * 301, "Napisz krócej, do 300 znaków")])
def test_a_goal_that_will_not_do_is_refused_and_kept(ewa, db, here, goal, typed, words):
    answer = ewa.post(f"{here}/draft/goals", data={"goal": typed})

    assert answer.status_code == 422
    assert f'<a href="#goal">{words}</a>' in answer.text
    assert f'value="{typed}"' in answer.text
    assert len(db.scalars(select(Goal)).all()) == 1


def test_a_step_has_a_form_of_support_somebody_who_does_it_and_a_day(ewa, db, make, here, goal):
    form = make.form("career")

    answer = add_step(ewa, here, goal, support=form.id, doer="staff", due_on="2026-12-15")

    step = db.scalars(select(Step)).one()
    assert (step.form_id, step.doer, step.due_on) == (form.id, "staff", date(2026, 12, 15))
    assert "career · robimy my · do 15 grudnia 2026" in words_of(ewa.get(answer.location))


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [({"title": ""}, "title", "Napisz, jaki to krok"), ({"due_on": "wtorek"}, "due_on", "To nie jest data.")],
)
def test_a_step_that_will_not_do_is_refused_beside_its_goal_with_the_rest_kept(ewa, db, make, here, goal, typed, field, words):
    form = make.form("career")

    answer = add_step(ewa, here, goal, support=form.id, doer="staff", **typed)

    assert answer.status_code == 422
    assert f'<a href="#{field}-{goal.id}">{words}' in answer.text
    assert f'id="{field}-{goal.id}-error"' in answer.text
    assert f'<option value="{form.id}" selected>' in answer.text
    assert '<option value="staff" selected>' in answer.text
    assert "<details open>" in answer.text
    assert steps_in(db) == []


def test_a_step_and_an_empty_goal_are_taken_out_again(ewa, db, here, goal):
    add_step(ewa, here, goal)
    assert "Usuń cel" not in words_of(ewa.get(f"{here}/draft"))

    step = db.scalars(select(Step)).one()
    answer = ewa.post(f"{here}/draft/steps/{step.id}/remove")
    assert answer.location.endswith(f"#goal-{goal.id}")
    ewa.post(f"{here}/draft/goals/{goal.id}/remove")

    assert steps_in(db) == []
    assert db.scalars(select(Goal)).all() == []


def test_the_draft_is_seen_as_the_person_will_see_it_and_then_proposed(ewa, db, here, goal):
    add_step(ewa, here, goal)
    check = words_of(ewa.get(f"{here}/draft/check"))
    assert "Tak zobaczy plan: Maria K." in check
    assert "Cel: Praca blisko domu" in check
    assert "Napisać CV" in check

    answer = ewa.post(f"{here}/draft/propose")

    assert (answer.status_code, answer.location) == (303, f"{here}/proposed")
    assert "Plan czeka na odpowiedź" in words_of(ewa.get(answer.location))
    assert "Nowa wersja czeka na odpowiedź" in words_of(ewa.get(here))
    assert db.scalars(select(Message.kind)).all() == ["plan-waiting"]


def test_proposing_twice_is_once_and_leads_to_the_plan(ewa, db, here, goal):
    add_step(ewa, here, goal)
    ewa.post(f"{here}/draft/propose")

    again = ewa.post(f"{here}/draft/propose")

    assert (again.status_code, again.location) == (303, here)
    assert ewa.get(f"{here}/draft").location == here
    assert len(db.scalars(select(Message)).all()) == 1


def test_an_empty_plan_is_not_proposed(ewa, db, here, goal):
    answer = ewa.post(f"{here}/draft/propose")

    assert answer.status_code == 422
    assert "Dodaj do planu co najmniej jeden cel i jeden krok" in answer.text
    assert db.scalars(select(PlanVersion.status)).all() == ["draft"]


@pytest.mark.parametrize(("said", "words"), [("change", "Ta osoba chce zmian"), ("refuse", "Ta osoba nie zgadza się na plan")])
def test_what_the_person_answered_stands_on_top_and_the_same_version_can_be_worked_on(ewa, make, maria, here, said, words):
    make.plan(maria, answered=said)

    page = words_of(ewa.get(here))
    assert words in page
    assert "za szybko" in page
    assert "za szybko" in words_of(ewa.get(f"{here}/draft"))
    assert f'href="{here}/draft"' in ewa.get(here).text


def test_the_next_version_copies_the_plan_in_force_and_shows_what_is_done(ewa, db, make, maria, here):
    version = make.plan(maria)
    ewa.post(f"{here}/steps/{version.goals[0].steps[0].line}", data={"state": "done"})

    ewa.post(here)

    draft = words_of(ewa.get(f"{here}/draft"))
    assert draft.index("Napisać CV") < draft.index("Zrobione") < draft.index("Spotkać doradcę")
    assert sorted(db.scalars(select(PlanVersion.status))) == ["agreed", "draft"]
    history = words_of(ewa.get(here))
    assert "Wersja 2" in history
    assert "Obowiązuje" in history


def test_what_became_of_a_step_is_recorded_with_day_and_author(ewa, db, make, maria, here):
    line = make.plan(maria).goals[0].steps[0].line

    answer = ewa.post(f"{here}/steps/{line}", data={"state": "done"})

    assert answer.location == f"{here}?at={line}#step-{line}"
    page = ewa.get(answer.location)
    assert "23 listopada, Ewa Nowak" in words_of(page)
    assert re.search(rf'id="step-{line}".*?<summary data-focus', page.text, re.S)
    assert db.scalars(select(StepRecord.status)).all() == ["done"]


@pytest.mark.parametrize(("state", "line"), [("flying", None), ("done", "no-such-line")])
def test_a_state_or_a_step_that_is_not_there_is_not_found(ewa, db, make, maria, here, state, line):
    known = make.plan(maria).goals[0].steps[0].line

    assert ewa.post(f"{here}/steps/{line or known}", data={"state": state}).status_code == 404
    assert db.scalars(select(StepRecord)).all() == []


def test_each_look_at_a_plan_is_logged(ewa, db, make, maria, here, goal):
    before = len(db.scalars(select(AccessLog)).all())
    for page in ("", "/draft", "/draft/check"):
        ewa.get(here + page)

    assert db.scalars(select(AccessLog.what)).all()[before:] == ["plan"] * 3


def test_somebody_elses_plan_is_not_there(client, make, sign_in, maria, here):
    make.plan(maria)
    browser = sign_in(client, make.coordinator("Iza Mróz", organisation=make.organisation()))

    answers = [browser.get(here), browser.post(here), browser.get(f"{here}/draft"), browser.post(f"{here}/draft/propose")]

    assert {answer.status_code for answer in answers} == {404}


def test_somebody_who_is_in_no_edition_gets_no_plan(ewa, db, make):
    person = make.participant(enrolled=False)

    assert "Ułóż plan" not in ewa.get(f"/people/{person.id}/plan").text
    assert ewa.post(f"/people/{person.id}/plan").status_code == 404


def test_a_proposed_plan_is_not_begun_anew_before_the_answer(ewa, db, make, maria, here):
    make.plan(maria, answered=None)

    answer = ewa.post(here)

    assert answer.status_code == 422
    assert "Ten plan czeka na odpowiedź" in words_of(answer)
    assert plans.view_for(db, maria).waiting is not None
