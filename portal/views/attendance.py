"""On the day, "I am here"; afterwards, "I was there"."""

from flask import Blueprint, g, redirect, request, url_for

from portal import edge
from portal.auth import allow
from portal.show import show
from services import attendance, bookings, clock
from services.errors import NotFound
from services.permissions import Permission

bp = Blueprint("attendance", __name__, url_prefix="/here")


@bp.get("")
@allow(Permission.BOOKING_MAKE)
def see():
    """The next session, with its button from an hour before."""
    db = edge.open_session()
    booking = next(iter(bookings.coming(db, g.actor)), None)
    said = attendance.last_said(db, booking.id).get("participant") if booking else None
    opens = attendance.check_in_opens(booking) if booking else None
    is_open = booking is not None and attendance.can_check_in(booking)
    return show("attendance/see.html", booking=booking, is_here=said == "here", is_open=is_open, opens=opens, now=clock.now())


@bp.post("/<number>")
@allow(Permission.BOOKING_MAKE)
def check_in(number: str):
    db = edge.open_session()
    attendance.check_in(db, g.actor, bookings.get_booking(db, g.actor, number))
    return redirect(url_for("attendance.see"), 303)


@bp.post("/<number>/after")
@allow(Permission.BOOKING_MAKE)
def confirm(number: str):
    said = request.form.get("said")
    if said not in ("present", "absent"):
        raise NotFound
    db = edge.open_session()
    attendance.confirm(db, g.actor, bookings.get_booking(db, g.actor, number), said)
    return redirect(url_for("attendance.confirmed", number=number), 303)


@bp.get("/<number>/after")
@allow(Permission.BOOKING_MAKE)
def confirmed(number: str):
    db = edge.open_session()
    booking = bookings.get_booking(db, g.actor, number)
    return show("attendance/confirmed.html", booking=booking, said=attendance.last_said(db, booking.id).get("participant"))
