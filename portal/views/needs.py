"""What a person needs at every session: asked once, carried into each booking. Never why."""

from flask import Blueprint, g, redirect, request, url_for

from portal import edge
from portal.auth import allow
from portal.booking_steps import KIND
from portal.show import show
from services import catalogue, drafts, people
from services.errors import Refused
from services.models import Person
from services.permissions import Permission

bp = Blueprint("needs", __name__, url_prefix="/needs")


def _mine() -> Person:
    return edge.open_session().get(Person, g.actor.id)


def _next() -> str:
    """Whoever came from the middle of a booking goes back there."""
    return "book" if request.values.get("next") == "book" else ""


@bp.get("")
@allow(Permission.CHOICE_MAKE)
def see():
    mine = _mine()
    return _page(mine.need_codes, mine.other_language)


def _page(needs: list[str], language: str, **more):
    return show("needs/see.html", needs=needs, language=language, parts=catalogue.NEEDS_BY_PART, next=_next(), **more)


@bp.post("")
@allow(Permission.CHOICE_MAKE)
def change():
    db, codes, language = edge.open_session(), request.form.getlist("needs"), request.form.get("language", "")
    try:
        people.change_needs(db, _mine(), codes, language=language)
    except Refused as no:
        return _page(codes, language, status=422, problems=[("language", no.code)])
    _tell_booking(db)
    return redirect(url_for("needs.saved", next=_next() or None), 303)


def _tell_booking(db) -> None:
    """A booking that is half way through asks for what is needed now, not for what was before."""
    owner = drafts.owner_of(g.actor, g.actor)
    answers = drafts.get_draft(db, owner, KIND)
    if answers.pop("needs", None) is not None and "moving" not in answers:
        drafts.keep(db, owner, KIND, answers)


@bp.get("/saved")
@allow(Permission.CHOICE_MAKE)
def saved():
    return show("needs/saved.html", needs=_mine().need_codes, next=_next())
