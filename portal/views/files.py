"""Who looked into my file."""

from flask import Blueprint, g

from portal import edge
from portal.auth import allow
from portal.show import show
from services import audit
from services.permissions import Permission

bp = Blueprint("files", __name__)


@bp.get("/files")
@allow(Permission.PLAN_SEE)
def see():
    return show("files/see.html", looks=audit.looks_at(edge.open_session(), g.actor.id))
