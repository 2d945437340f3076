"""Help, the accessibility statement, privacy: for everybody, signed in or not."""

from flask import Blueprint, current_app

from portal import statement
from portal.auth import public
from portal.show import show

bp = Blueprint("help", __name__)


@bp.get("/help")
@public
def see():
    return show("help/see.html")


@bp.get("/accessibility")
@public
def accessibility():
    settings = current_app.config["SETTINGS"]
    found = statement.of(current_app._get_current_object())
    return show("help/accessibility.html", settings=settings, statement=found)


@bp.get("/privacy")
@public
def privacy():
    return show("help/privacy.html")
