"""An offer's link: take the free place, or not, without signing in. It shows the time and the place, nothing of the programme.

Opening the link changes nothing, since mail scanners open links too; pressing a button does.
"""

from flask import Blueprint, redirect, request, url_for

from portal import edge, i18n
from portal.auth import public
from portal.errors import status_of
from portal.show import show
from services import identity, slots, waiting
from services.errors import NotFound, Refused
from services.models import Offer

bp = Blueprint("offers", __name__, url_prefix="/o")


def offer_of(token: str) -> Offer:
    link = identity.find_link(edge.open_session(), token, "offer")
    i18n.speak_to(link.person)
    return waiting.get_offer(edge.open_session(), link.offer_id)


@bp.errorhandler(Refused)
@bp.errorhandler(NotFound)
def over(_error):
    return show("offers/over.html", status=404)


def _gone(offer: Offer, *, status: int = 200, code: str = "slot-just-taken"):
    """Somebody was faster. Other free times are named, so that nobody leaves with nothing."""
    nearest = waiting.nearest(edge.open_session(), offer)
    return show("offers/gone.html", status=status, offer=offer, nearest=nearest, code=code)


@bp.get("/<offer_token>")
@public
def ask(offer_token: str):
    db, offer = edge.open_session(), offer_of(offer_token)
    if offer.result == "taken":
        return show("offers/taken.html", offer=offer, booking=waiting.booking_of(db, offer))
    if offer.result == "declined":
        return show("offers/declined.html", offer=offer)
    try:
        slots.get_slot(db, offer.slot_id, with_room=True)
    except NotFound:
        return _gone(offer)
    if not waiting.is_open(offer):
        raise NotFound
    return show("offers/ask.html", offer=offer, token=offer_token)


@bp.post("/<offer_token>")
@public
def answer(offer_token: str):
    db, offer, said = edge.open_session(), offer_of(offer_token), request.form.get("said")
    if said == "no":
        waiting.decline(db, offer)
    elif said == "yes":
        try:
            waiting.take(db, offer)
        except Refused as no:
            if no.code != "offer-over":
                return _gone(offer, status=status_of(no), code=no.code)
    return redirect(url_for("offers.ask", offer_token=offer_token), 303)
