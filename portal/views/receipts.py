"""A phone says that it has shown a message."""

from flask import Blueprint, current_app

from portal import edge
from portal.auth import public
from services import receipts

bp = Blueprint("receipts", __name__, url_prefix="/m")


@bp.post("/<token>")
@public
def seen(token: str):
    """The same answer to a true token, a false one and an old one."""
    receipts.seen(edge.open_session(), current_app.config["SETTINGS"].secret_key, token)
    return "", 204
