"""One booking: see it, add it to a calendar, move it, answer it, give it back, take it again."""

from flask import Blueprint, g, make_response, redirect, request, url_for

from portal import calendar, edge
from portal.auth import allow
from portal.booking_steps import KIND
from portal.numbers import whole
from portal.show import show
from services import acting_history, answers, attendance, bookings, catalogue, clock, drafts, interpreters, tasks
from services.errors import Refused
from services.models import Booking
from services.permissions import Permission

bp = Blueprint("bookings", __name__, url_prefix="/booked")
NEXT = ("other-time", "cancel", "call-me")  # the three answers to "what now?"


def own(number: str) -> Booking:
    return bookings.get_booking(edge.open_session(), g.actor, number)


def change_until(booking: Booking):
    return catalogue.change_until(booking.starts_at, catalogue.rules(edge.open_session()))


@bp.get("/<number>")
@allow(Permission.BOOKING_MAKE)
def see(number: str):
    booking = own(number)
    done = request.args.get("done", "") if booking.is_live else ""
    found = interpreters.of_bookings(edge.open_session(), [booking]).get(booking.id)
    facts = {"interpreters": found, "change_until": change_until(booking), "can_check_in": attendance.can_check_in(booking)}
    acts = acting_history.of_booking(edge.open_session(), booking)
    return show("bookings/see.html", booking=booking, done=done, now=clock.now(), acts=acts, **facts)


@bp.get("/<number>.ics")
@allow(Permission.BOOKING_MAKE)
def as_calendar(number: str):
    response = make_response(calendar.event(own(number)))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="pracownia-{number}.ics"'
    return response


@bp.post("/<number>/answer")
@allow(Permission.BOOKING_MAKE)
def answer(number: str):
    booking, said = own(number), request.form.get("said")
    if said not in ("yes", "help") or request.form.get("version") != str(booking.version):
        return redirect(url_for("bookings.see", number=number), 303)  # moved meanwhile: the page showed another time
    attendance.answer(edge.open_session(), g.actor, booking, said, way="plan")
    return redirect(url_for("bookings.answered", number=number), 303)


@bp.post("/<number>/later")
@allow(Permission.BOOKING_MAKE)
def answer_later(number: str):
    """What was pressed in a phone without a network. A program asks and may ask again; the words stand in its pages."""
    form = request.form
    about = {"version": form.get("version", type=whole) or 0, "key": form.get("key", "")[:64]}
    try:
        answers.take(edge.open_session(), g.actor, own(number), form.get("said", ""), **about)
    except Refused as no:
        return {"noted": False, "why": no.code}, 409
    return {"noted": True}


@bp.get("/<number>/answered")
@allow(Permission.BOOKING_MAKE)
def answered(number: str):
    return show("bookings/answered.html", booking=own(number))


@bp.post("/<number>/move")
@allow(Permission.BOOKING_MAKE)
def move(number: str):
    """Choose another time; until one is taken, this one stays."""
    booking = own(number)
    draft = {"form": booking.slot.form_id, "moving": number, "step": booking.step_line, "needs": booking.needs}
    drafts.keep(edge.open_session(), drafts.owner_of(g.actor, g.actor), KIND, {k: v for k, v in draft.items() if v})
    return redirect(url_for("booking.day"), 303)


@bp.get("/<number>/cancel")
@allow(Permission.BOOKING_MAKE)
def cannot_come(number: str):
    booking = own(number)
    if not booking.is_live:
        return redirect(url_for("bookings.see", number=number), 303)
    is_late = clock.now() > change_until(booking)
    return show("bookings/cannot_come.html", booking=booking, is_late=is_late, chosen="", reason="")


@bp.post("/<number>/cancel")
@allow(Permission.BOOKING_MAKE)
def cancel(number: str):
    booking, db = own(number), edge.open_session()
    chosen, reason = request.form.get("next", ""), request.form.get("reason", "")[:1000].strip()
    if chosen not in NEXT:
        is_late = clock.now() > change_until(booking)
        context = {"booking": booking, "is_late": is_late, "chosen": chosen, "reason": reason}
        return show("bookings/cannot_come.html", status=422, problems=[("next", "choice-missing")], **context)
    attendance.answer(db, g.actor, booking, "no", way="plan")
    bookings.note_reason(db, booking, reason)
    if chosen == "call-me":
        tasks.ask(db, "call-me", g.actor, subject=f"booking:{booking.id}", booking_id=booking.id, note=reason or None)
    if chosen == "other-time":
        draft = {"form": booking.slot.form_id, "step": booking.step_line, "needs": booking.needs}
        drafts.keep(db, drafts.owner_of(g.actor, g.actor), KIND, {k: v for k, v in draft.items() if v})
        return redirect(url_for("booking.day"), 303)
    return redirect(url_for("bookings.see", number=number), 303)


@bp.post("/<number>/restore")
@allow(Permission.BOOKING_MAKE)
def restore(number: str):
    booking = own(number)
    try:
        bookings.restore(edge.open_session(), g.actor, booking)
    except Refused as no:
        return show(
            "bookings/taken_meanwhile.html", status=409, booking=booking, nearest=no.facts.get("nearest", []), code=no.code
        )
    return redirect(url_for("bookings.see", number=number, done="restored"), 303)
