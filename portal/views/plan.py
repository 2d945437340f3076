"""My plan: the next thing to do, the steps as a thread, who helps; and the answer to a plan that was proposed."""

from flask import Blueprint, g, redirect, request, url_for
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal import edge, install_offer
from portal.auth import allow
from portal.kept import kept_as
from portal.numbers import whole
from portal.show import page as page_of_request
from portal.show import problems_of, show
from services import acting_history, answers, attendance, bookings, clock, interpreters, plans, steps, waiting
from services.errors import NotFound, Refused
from services.permissions import Permission

bp = Blueprint("plan", __name__)
MOST_TO_CONFIRM = 2  # at once: more would look like an exam


class AnswerForm(FlaskForm):
    said = RadioField(choices=list(plans.ANSWERS), validators=[InputRequired("choice-missing")], validate_choice=False)
    note = TextAreaField(validators=[Length(max=1000, message="note-long")])


@bp.get("/plan")
@allow(Permission.PLAN_SEE)
def see():
    about = _about()
    by_line = {booking.step_line: booking for booking in about["coming"] if booking.step_line}
    wishes = waiting.wishes(edge.open_session(), g.actor)
    ordered = interpreters.of_bookings(edge.open_session(), about["coming"])
    page = show(
        "plan/see.html", **about, by_line=by_line, can_check_in=attendance.can_check_in, wishes=wishes, interpreters=ordered,
        is_offer_due=install_offer.is_due(), done=acting_history.done_lately(edge.open_session(), g.actor),
    )  # fmt: skip
    return install_offer.counted(page)


def _about() -> dict:
    db = edge.open_session()
    found = {"view": plans.view_for(db, g.actor), "coming": bookings.coming(db, g.actor)}
    found["to_confirm"] = attendance.to_confirm(db, g.actor)[:MOST_TO_CONFIRM]
    return found | {"waiting": answers.count_waiting(**found), "now": clock.now()}


@bp.get("/plan/offline")
@allow(Permission.PLAN_SEE)
def offline():
    """The page that a phone of one's own keeps for a time without a network: when, where, whom to call, the steps."""
    about = _about()
    page = show("plan/offline.html", **about, opens=attendance.check_in_opens)
    page.headers["Waiting"], page.headers["Kept-As"] = str(about["waiting"]), kept_as(page_of_request())
    return page


@bp.get("/plan/proposed")
@allow(Permission.PLAN_ANSWER)
def proposed():
    view = plans.view_for(edge.open_session(), g.actor)
    if view.waiting is None:
        return redirect(url_for("plan.see"), 303)
    return show("plan/proposed.html", view=view, version=view.waiting, said="", note="")


@bp.post("/plan/proposed")
@allow(Permission.PLAN_ANSWER)
def answer():
    db, form = edge.open_session(), AnswerForm()
    problems = [] if form.validate() else problems_of(form)
    version_id = request.form.get("version", type=whole) or 0
    if not problems and form.said.data not in plans.ANSWERS:
        problems = [("said", "choice-missing")]
    if not problems:
        try:
            version = plans.answer(db, g.actor, version_id, form.said.data, note=form.note.data or "")
            return redirect(url_for("plan.answered", version_id=version.id), 303)
        except Refused as no:
            if no.code != "note-missing":
                raise  # it has its answer already, and no page to answer it again
            problems = [("note", no.code)]
    view = plans.view_for(db, g.actor)
    if view.waiting is None:
        raise NotFound
    said, note = form.said.data or "", form.note.data or ""
    return show("plan/proposed.html", status=422, problems=problems, view=view, version=view.waiting, said=said, note=note)


@bp.get("/plan/answered/<int:version_id>")
@allow(Permission.PLAN_ANSWER)
def answered(version_id: int):
    return show("plan/answered.html", version=plans.get_version(edge.open_session(), g.actor, version_id))


@bp.post("/plan/steps/<line>")
@allow(Permission.PLAN_ANSWER)
def mark(line: str):
    """The person says that a step of theirs is done, or takes it back."""
    state = "done" if request.form.get("state") == "done" else "later"
    steps.mark_step(edge.open_session(), g.actor, g.actor, line, state)
    return redirect(url_for("plan.see") + f"#step-{line}", 303)


@bp.post("/plan/wishes/<int:wish_id>/end")
@allow(Permission.BOOKING_MAKE)
def stop_waiting(wish_id: int):
    waiting.stop_waiting(edge.open_session(), g.actor, wish_id)
    return redirect(url_for("plan.see"), 303)
