"""What a trusted person sees and does for somebody. The address says for whom, `portal.acting` whether they may."""

from flask import Blueprint, Flask, g, redirect, request, url_for

from portal import acting as here
from portal import edge
from portal.booking_steps import KIND
from portal.show import show
from services import acting, attendance, bookings, clock, drafts, plans
from services.errors import Refused
from services.models import Booking
from services.permissions import Permission, is_allowed

bp = Blueprint("acting_plan", __name__, url_prefix="/for/<int:mandate_id>")
bp.url_value_preprocessor(here.note_whom)
P = Permission


def register(app: Flask) -> None:
    app.register_blueprint(bp)
    app.url_defaults(here.say_whom)


def theirs(number: str) -> Booking:
    return bookings.get_booking(edge.open_session(), g.actor.person, number)


def may() -> dict:
    """What the page offers."""
    return {"may": {code for code in g.actor.codes if is_allowed(g.actor, P(f"act:{code}"))}}


@bp.get("")
@here.act()
def see():
    db, person, allowed = edge.open_session(), g.actor.person, may()
    coming = bookings.coming(db, person) if "sessions" in allowed["may"] else []
    steps = plans.view_for(db, person).steps if "steps" in allowed["may"] else []
    return show(
        "acting/plan.html", coming=coming, steps=steps, can_check_in=attendance.can_check_in, now=clock.now(), **allowed
    )


@bp.get("/booked/<number>")
@here.act(P.ACT_SESSIONS)
def session(number: str):
    booking = theirs(number)
    facts = {"can_check_in": attendance.can_check_in, "now": clock.now(), "done": request.args.get("done", "")}
    is_here = attendance.last_said(edge.open_session(), booking.id).get("participant") == "here"
    return show("acting/session.html", booking=booking, is_here=is_here, **facts, **may())


def _see(number: str, done: str = ""):
    return redirect(url_for("acting_plan.session", number=number, done=done or None), 303)


@bp.post("/booked/<number>/answer")
@here.act(P.ACT_ANSWER)
def answer(number: str):
    booking, said = theirs(number), request.form.get("said")
    if said not in ("yes", "help") or request.form.get("version") != str(booking.version):
        return _see(number)  # moved meanwhile: the page showed another time
    attendance.answer(edge.open_session(), g.actor, booking, said, way="plan")
    return _see(number, said)


@bp.get("/booked/<number>/cancel")
@here.act(P.ACT_ANSWER)
def cannot_come(number: str):
    booking = theirs(number)
    return show("acting/cannot_come.html", booking=booking, **may()) if booking.is_live else _see(number)


@bp.post("/booked/<number>/cancel")
@here.act(P.ACT_ANSWER)
def cancel(number: str):
    attendance.answer(edge.open_session(), g.actor, theirs(number), "no", way="plan")
    return _see(number)


@bp.post("/booked/<number>/restore")
@here.act(P.ACT_ANSWER)
def restore(number: str):
    booking = theirs(number)
    try:
        bookings.restore(edge.open_session(), g.actor, booking)
    except Refused as no:
        return show("acting/taken_meanwhile.html", status=409, booking=booking, code=no.code, **may())
    return _see(number, "restored")


@bp.post("/booked/<number>/move")
@here.act(P.ACT_BOOK)
def move(number: str):
    """Choose another time; until one is taken, this one stays."""
    booking, db = theirs(number), edge.open_session()
    draft = {"form": booking.slot.form_id, "moving": number, "step": booking.step_line, "needs": booking.needs}
    drafts.keep(db, drafts.owner_of(g.actor, g.actor.person), KIND, {k: v for k, v in draft.items() if v})
    return redirect(url_for("booking_acting.day"), 303)


@bp.post("/here/<number>")
@here.act(P.ACT_ARRIVE)
def check_in(number: str):
    attendance.check_in(edge.open_session(), g.actor, theirs(number))
    return _see(number, "here")


@bp.post("/leave")
@here.act()
def leave():
    """They do not want to any more. One press; the person sees it."""
    acting.end(edge.open_session(), g.actor, by="trusted")
    return redirect(url_for("acting_entry.left"), 303)
