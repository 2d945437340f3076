"""Interpreters to order for sessions: a coordinator says in two presses what came of it."""

from flask import Blueprint, g, redirect, request, url_for

from portal import edge
from portal.auth import allow
from portal.errors import status_of
from portal.show import show
from services import interpreters
from services.errors import Refused
from services.permissions import Permission

bp = Blueprint("interpreters", __name__, url_prefix="/interpreters")
SAID = (*interpreters.SAID, "called-off")


def _page(order, **more):
    return show("interpreters/see.html", order=order, is_left_behind=interpreters.is_left_behind(order), **more)


@bp.get("/<int:order_id>")
@allow(Permission.TASK_SEE)
def see(order_id: int):
    order = interpreters.get_order(edge.open_session(), g.actor, order_id)
    edge.looked(order.person_id, "booking")
    return _page(order)


@bp.post("/<int:order_id>")
@allow(Permission.TASK_SEE)
def say(order_id: int):
    db, said = edge.open_session(), request.form.get("said", "")
    order = interpreters.get_order(db, g.actor, order_id)
    try:
        if said not in SAID:
            raise Refused("choice-missing")
        interpreters.say(db, g.actor, order, said)
    except Refused as no:
        edge.drop()
        order = interpreters.get_order(db, g.actor, order_id)
        return _page(order, status=status_of(no), problems=[("said", no.code)])
    return redirect(url_for("interpreters.see", order_id=order_id), 303)
