"""Whether messages go out: for coordinators, in words and numbers. No personal data."""

from flask import Blueprint, g

from portal import edge
from portal.auth import allow
from portal.show import show
from services import health
from services.permissions import Permission

bp = Blueprint("outbox", __name__, url_prefix="/outbox")


@bp.get("")
@allow(Permission.HEALTH_SEE)
def see():
    found = health.overview(edge.open_session(), g.actor)
    return show("outbox/see.html", part="outbox/_state.html", health=found)
