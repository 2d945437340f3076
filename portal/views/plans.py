"""The staff's side of a plan: see it, write the next version, propose it, say what became of a step."""

from flask import Blueprint, abort, g, redirect, request, url_for
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal import edge
from portal.auth import allow
from portal.show import problems_of, show
from services import catalogue, people, plans, reviews, steps
from services.errors import NotFound, Refused
from services.models import Person, PlanVersion
from services.permissions import Permission

bp = Blueprint("plans", __name__, url_prefix="/people/<int:person_id>/plan")
STATES = ("later", "now", "done", "stopped")


class GoalForm(FlaskForm):
    goal = StringField(validators=[DataRequired("goal-missing"), Length(max=300, message="text-long")])


class StepForm(FlaskForm):
    title = StringField(validators=[DataRequired("step-missing"), Length(max=300, message="text-long")])
    support = SelectField(validate_choice=False, default="")
    doer = SelectField(choices=["participant", "staff"], validate_choice=False, default="participant")
    due_on = DateField(validators=[Optional()])


class ReviewForm(FlaskForm):
    review_on = DateField(validators=[InputRequired()])


def person_of(person_id: int) -> Person:
    return people.get_person(edge.open_session(), g.actor, person_id)


def read_by_staff(person_id: int) -> Person:
    """The same for a page that shows the plan: the look goes into the person's log first."""
    person = person_of(person_id)
    edge.looked(person.id, "plan")
    return person


def draft_of(person: Person) -> PlanVersion:
    """The open draft. Where there is none (it was proposed a moment ago), on to the plan's page, which says how it stands."""
    found = plans.open_draft(edge.open_session(), g.actor, person)
    if found is None:
        abort(redirect(url_for("plans.see", person_id=person.id), 303))
    return found


@bp.get("")
@allow(Permission.PLAN_WRITE)
def see(person_id: int):
    return show("plans/see.html", **_plan_page(read_by_staff(person_id)))


def _plan_page(person: Person) -> dict:
    db = edge.open_session()
    view = plans.view_for(db, person)
    history = plans.history(db, view.plan) if view.plan else []
    draft = history[0] if history and history[0].status in plans.EDITABLE else None
    review_on = view.plan.review_on if view.plan else None
    page = {"person": person, "view": view, "draft": draft, "history": history, "at": request.args.get("at")}
    return page | {"review_on": review_on.isoformat() if review_on else ""}


@bp.post("/review")
@allow(Permission.PLAN_WRITE)
def set_review(person_id: int):
    person, db, form = person_of(person_id), edge.open_session(), ReviewForm()
    plan = reviews.get_plan(db, g.actor, person.id)
    problems = [] if form.validate() else [("review_on", "date-missing")]
    if not problems:
        try:
            reviews.set_day(db, g.actor, plan, form.review_on.data)
        except Refused as no:
            problems = [("review_on", no.code)]
    if problems:
        page = _plan_page(person) | {"review_on": request.form.get("review_on", "")[:40]}
        return show("plans/see.html", status=422, problems=problems, **page)
    return redirect(url_for("plans.see", person_id=person_id, at="review", _anchor="review"), 303)


@bp.post("")
@allow(Permission.PLAN_WRITE)
def write(person_id: int):
    db, person = edge.open_session(), person_of(person_id)
    enrolment = people.current_enrolment(db, person)
    if enrolment is None:
        raise NotFound
    plans.draft_for(db, g.actor, enrolment)
    return redirect(url_for("plans.draft", person_id=person_id), 303)


def _draft_page(person: Person, version: PlanVersion, **more) -> dict:
    """What the page of a draft shows; `more`: what was typed and refused, `at` which goal."""
    db = edge.open_session()
    shown = {"forms": catalogue.forms(db), "records": plans.records(db, version.plan_id)}
    return {"person": person, "version": version, "goal_typed": "", "step": {}, "at": None} | shown | more


def _back_to_draft(person_id: int, goal_id: int):
    """To the goal that was changed: by its anchor, and by `at` for scripts, which set the focus."""
    return redirect(url_for("plans.draft", person_id=person_id, at=goal_id, _anchor=f"goal-{goal_id}"), 303)


@bp.get("/draft")
@allow(Permission.PLAN_WRITE)
def draft(person_id: int):
    person, at = read_by_staff(person_id), request.args.get("at", type=int)
    return show("plans/draft.html", **_draft_page(person, draft_of(person), at=at))


@bp.post("/draft/goals")
@allow(Permission.PLAN_WRITE)
def add_goal(person_id: int):
    person, form = person_of(person_id), GoalForm()
    version = draft_of(person)
    if not form.validate():
        page = _draft_page(person, version, goal_typed=form.goal.data or "")
        return show("plans/draft.html", status=422, problems=problems_of(form), **page)
    goal = plans.add_goal(edge.open_session(), g.actor, version, form.goal.data)
    return _back_to_draft(person_id, goal.id)


@bp.post("/draft/goals/<int:goal_id>/steps")
@allow(Permission.PLAN_WRITE)
def add_step(person_id: int, goal_id: int):
    person, form, db = person_of(person_id), StepForm(), edge.open_session()
    version = draft_of(person)
    if not form.validate():
        codes = {"due_on": "date-wrong"}
        problems = [(f"{name}-{goal_id}", codes.get(name, code)) for name, code in problems_of(form)]
        page = _draft_page(person, version, step=request.form, at=goal_id)
        return show("plans/draft.html", status=422, problems=problems, **page)
    support = next((one.id for one in catalogue.forms(db) if str(one.id) == form.support.data), None)
    doer = "staff" if form.doer.data == "staff" else "participant"
    plans.add_step(db, g.actor, version, goal_id, form.title.data, form_id=support, doer=doer, due_on=form.due_on.data)
    return _back_to_draft(person_id, goal_id)


@bp.post("/draft/goals/<int:goal_id>/remove")
@allow(Permission.PLAN_WRITE)
def remove_goal(person_id: int, goal_id: int):
    plans.remove_goal(edge.open_session(), g.actor, draft_of(person_of(person_id)), goal_id)
    return redirect(url_for("plans.draft", person_id=person_id), 303)


@bp.post("/draft/steps/<int:step_id>/remove")
@allow(Permission.PLAN_WRITE)
def remove_step(person_id: int, step_id: int):
    goal = plans.remove_step(edge.open_session(), g.actor, draft_of(person_of(person_id)), step_id)
    return _back_to_draft(person_id, goal.id)


@bp.get("/draft/check")
@allow(Permission.PLAN_WRITE)
def check(person_id: int):
    person = read_by_staff(person_id)
    return show("plans/check.html", person=person, version=draft_of(person))


@bp.post("/draft/propose")
@allow(Permission.PLAN_WRITE)
def propose(person_id: int):
    person = person_of(person_id)
    version = draft_of(person)
    try:
        plans.propose(edge.open_session(), g.actor, version)
    except Refused as no:
        problems = [("goal", no.code)]
        return show("plans/draft.html", status=422, problems=problems, **_draft_page(person, version))
    return redirect(url_for("plans.proposed", person_id=person_id), 303)


@bp.get("/proposed")
@allow(Permission.PLAN_WRITE)
def proposed(person_id: int):
    person = person_of(person_id)
    if plans.view_for(edge.open_session(), person).waiting is None:
        return redirect(url_for("plans.see", person_id=person_id), 303)
    return show("plans/proposed.html", person=person)


@bp.post("/steps/<line>")
@allow(Permission.PLAN_WRITE)
def mark(person_id: int, line: str):
    state = request.form.get("state")
    if state not in STATES:
        raise NotFound
    steps.mark_step(edge.open_session(), g.actor, person_of(person_id), line, state)
    return redirect(url_for("plans.see", person_id=person_id, at=line, _anchor=f"step-{line}"), 303)
