"""The next session, whichever it is: where the installed app's shortcuts lead."""

from flask import Blueprint, g

from portal import edge
from portal.auth import allow
from portal.show import show
from services import bookings, catalogue, clock
from services.models import Booking
from services.permissions import Permission

bp = Blueprint("next", __name__, url_prefix="/next")


def _next() -> Booking | None:
    found = bookings.coming(edge.open_session(), g.actor)
    return next((one for one in found if one.starts_at > clock.now()), None)


@bp.get("")
@allow(Permission.BOOKING_MAKE)
def ask():
    return show("next/ask.html", booking=_next())


@bp.get("/cancel")
@allow(Permission.BOOKING_MAKE)
def cannot_come():
    booking = _next()
    if booking is None:
        return show("next/ask.html", booking=None)
    is_late = clock.now() > catalogue.change_until(booking.starts_at, catalogue.rules(edge.open_session()))
    return show("bookings/cannot_come.html", booking=booking, is_late=is_late, chosen="", reason="")
