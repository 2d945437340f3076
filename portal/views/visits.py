"""A message's link: answer for one session without signing in. It shows the time and the place, nothing of the programme.

Opening the link changes nothing, since mail scanners open links too; pressing a button does.
"""

from flask import Blueprint, redirect, request, url_for

from portal import edge, i18n
from portal.auth import public
from portal.show import show
from services import attendance, bookings, clock, identity, interpreters, tasks
from services.errors import NotFound, Refused
from services.models import Booking

bp = Blueprint("visits", __name__, url_prefix="/s")
NEXT = ("cancel", "other-time", "call-me")
WAYS = ("link", "push")  # a button of the page, a button of the notification


def booking_of(token: str) -> Booking:
    link = identity.find_link(edge.open_session(), token, "visit")
    i18n.speak_to(link.person)
    return bookings.get_by_id(edge.open_session(), link.booking_id)


def is_worker() -> bool:
    """Does the phone's service worker ask? It shows no page, and must know for sure whether the answer was noted."""
    return request.accept_mimetypes.best == "application/json"


@bp.errorhandler(Refused)
@bp.errorhandler(NotFound)
def over(_error):
    return ({"noted": False}, 404) if is_worker() else show("visits/over.html", status=404)


@bp.get("/<token>")
@public
def ask(token: str):
    booking = booking_of(token)
    found = interpreters.of_bookings(edge.open_session(), [booking]).get(booking.id)
    return show("visits/ask.html", booking=booking, token=token, interpreters=found, is_over=booking.starts_at <= clock.now())


@bp.post("/<token>")
@public
def answer(token: str):
    booking, db, said = booking_of(token), edge.open_session(), request.form.get("said")
    bookings.hold(db, booking)
    is_meant = said in ("yes", "help") and request.form.get("version") == str(booking.version)  # else: moved meanwhile
    is_noted = is_meant and booking.is_live and booking.starts_at > clock.now()
    if is_noted:
        by = request.form.get("by")
        attendance.answer(db, booking.person, booking, said, way=by if by in WAYS else "link")
    if is_worker():
        return {"noted": is_noted}, 200 if is_noted else 409
    return redirect(url_for("visits.ask", token=token), 303)


@bp.get("/<token>/no")
@public
def cannot_come(token: str):
    booking = booking_of(token)
    if not booking.is_live or booking.starts_at <= clock.now():
        return redirect(url_for("visits.ask", token=token), 303)
    return show("visits/cannot_come.html", booking=booking, token=token, chosen="")


@bp.post("/<token>/no")
@public
def cancel(token: str):
    booking, db, chosen = booking_of(token), edge.open_session(), request.form.get("next", "")
    if chosen not in NEXT:
        context = {"booking": booking, "token": token, "chosen": chosen}
        return show("visits/cannot_come.html", status=422, problems=[("next", "choice-missing")], **context)
    if booking.is_live and booking.starts_at > clock.now():
        attendance.answer(db, booking.person, booking, "no", way="link")
        if chosen != "cancel":
            kind = "new-time" if chosen == "other-time" else "call-me"
            tasks.ask(db, kind, booking.person, subject=f"booking:{booking.id}", booking_id=booking.id)
    return redirect(url_for("visits.ask", token=token), 303)


@bp.post("/<token>/restore")
@public
def restore(token: str):
    booking = booking_of(token)
    try:
        bookings.restore(edge.open_session(), booking.person, booking)
    except Refused:
        return show("visits/taken_meanwhile.html", status=409, booking=booking)
    return redirect(url_for("visits.ask", token=token), 303)
