"""Coming in without a code, for participants who want it: the keys that they have, one more, one less."""

from flask import Blueprint, g, redirect, request, url_for

from portal import edge, keys
from portal.auth import allow
from portal.errors import status_of
from portal.show import show
from services import passkeys
from services.errors import Refused
from services.permissions import Permission

bp = Blueprint("passkeys", __name__)


def _page(**more) -> dict:
    return {"known": passkeys.of(edge.open_session(), g.actor), "are_possible": keys.are_possible(), **more}


@bp.get("/passkeys")
@allow(Permission.CHOICE_MAKE)
def see():
    return show("passkeys/see.html", done=request.args.get("done"), **_page())


@bp.post("/passkeys/ask")
@allow(Permission.CHOICE_MAKE)
def ask():
    if g.device.is_shared:
        raise Refused("passkey-shared")
    return keys.asked(passkeys.ask_to_add(edge.open_session(), keys.site(), g.actor))


@bp.post("/passkeys")
@allow(Permission.CHOICE_MAKE)
def add():
    db = edge.open_session()
    try:
        if g.device.is_shared:
            raise Refused("passkey-shared")
        passkeys.add(db, keys.site(), g.actor, *keys.said())
    except Refused as no:
        return show("passkeys/see.html", status=status_of(no), problems=[("passkey", no.code, no.facts)], **_page())
    return keys.note_here(redirect(url_for("passkeys.see", done="added"), 303))


@bp.post("/passkeys/<int:passkey_id>/remove")
@allow(Permission.CHOICE_MAKE)
def remove(passkey_id: int):
    passkeys.remove(edge.open_session(), g.actor, passkey_id)
    return redirect(url_for("passkeys.see", done="removed"), 303)
