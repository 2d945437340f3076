"""The way out that every mail carries (List-Unsubscribe): one page, one button, no signing in.

Opening it changes nothing. A mail program that offers its own button posts here by itself (RFC 8058).
"""

from flask import Blueprint, current_app, redirect, request, url_for

from portal import edge, i18n
from portal.auth import public
from portal.show import show
from services import leaving
from services.errors import NotFound

bp = Blueprint("leaving", __name__, url_prefix="/u")


@bp.errorhandler(NotFound)
def over(_error):
    return show("visits/over.html", status=404)


@bp.get("/<leave_token>")
@public
def see(leave_token: str):
    person, code = leaving.read(edge.open_session(), current_app.config["SETTINGS"].secret_key, leave_token)
    i18n.speak_to(person)
    is_done = request.args.get("done") == "yes"
    return show("leaving/see.html", person=person, code=code, token=leave_token, is_done=is_done)


@bp.post("/<leave_token>")
@public
def leave(leave_token: str):
    leaving.leave(edge.open_session(), current_app.config["SETTINGS"].secret_key, leave_token)
    return redirect(url_for("leaving.see", leave_token=leave_token, done="yes"), 303)
