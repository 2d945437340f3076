"""What a person needs at every session: asked once, carried into each booking. Never why."""

from flask import Blueprint, g, redirect, request, url_for

from portal import edge
from portal.auth import allow
from portal.show import show
from services import catalogue, people
from services.models import Person
from services.permissions import Permission

bp = Blueprint("needs", __name__, url_prefix="/needs")


def _mine() -> Person:
    return edge.open_session().get(Person, g.actor.id)


@bp.get("")
@allow(Permission.CHOICE_MAKE)
def see():
    return show("needs/see.html", needs=_mine().need_codes, all_needs=catalogue.NEEDS)


@bp.post("")
@allow(Permission.CHOICE_MAKE)
def change():
    people.change_needs(edge.open_session(), _mine(), request.form.getlist("needs"))
    return redirect(url_for("needs.saved"), 303)


@bp.get("/saved")
@allow(Permission.CHOICE_MAKE)
def saved():
    return show("needs/saved.html", needs=_mine().need_codes)
