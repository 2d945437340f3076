"""Where providers report to us: what became of a message, and what somebody wrote back. For machines.

The secret in the address is the right to it (`settings.hook`); a wrong one is a page that is not there. Gateways report by
GET as well as by POST, so a GET writes here, by `edge.writing()`: it changes nothing but what the gateway knows already, and
nobody's browser has the address.
"""

import logging
from hmac import compare_digest

from flask import Blueprint, current_app, request

from portal import edge
from portal.auth import public
from services import channels, replies, reports
from services.errors import NotFound

bp = Blueprint("hooks", __name__, url_prefix="/hooks")
log = logging.getLogger("pracownia.hooks")
TAKEN = "OK"  # exactly this, or a gateway says it again
NOT_YET = "LATER", 409


@bp.get("/<channel>/<secret>")
@public
def called(channel: str, secret: str):
    return heard(channel, secret, request.args)


@bp.post("/<channel>/<secret>")
@public
def posted(channel: str, secret: str):
    return heard(channel, secret, request.form)


def heard(channel: str, secret: str, said):
    """Take what a call holds. One that holds nothing that we understand is answered like the others: asking for it again
    would not make it better."""
    settings, known = current_app.config["SETTINGS"], channels.all_channels()
    ours = settings.hook(channel).rpartition("/")[2]
    if not compare_digest(secret.encode("utf-8", "replace"), ours.encode()) or channel not in known:
        raise NotFound
    if request.method == "HEAD":
        return TAKEN, {"Content-Type": "text/plain"}
    fields = {name: value.replace("\0", "") for name, value in said.items()}
    is_early = False
    for report in known[channel].read_report(fields):
        with edge.writing() as db:
            is_early |= not reports.note(db, settings.secret_key, channel, report)
    if (reply := known[channel].read_reply(fields)) is not None:
        with edge.writing() as db:
            log.info("a reply by %s: %s", channel, replies.take(db, channel, reply))
    return NOT_YET if is_early else (TAKEN, {"Content-Type": "text/plain"})
