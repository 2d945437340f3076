"""Who may do what for me: a person names somebody, ticks what they may, sees what they did, and ends it."""

from flask import Blueprint, current_app, g, redirect, request, url_for

from portal import edge, qr
from portal.acting import key
from portal.auth import allow
from portal.show import show, words
from services import acting, acting_history, acting_ways, clock
from services.errors import Refused
from services.models import Mandate
from services.permissions import Permission

bp = Blueprint("acting", __name__, url_prefix="/trusted")
FIELD_OF = {"trusted-name-missing": "name", "name-long": "name", "things-missing": "things"}


def own(mandate_id: int) -> Mandate:
    return acting.get(edge.open_session(), g.actor, mandate_id)


@bp.get("")
@allow(Permission.CHOICE_MAKE)
def see():
    db = edge.open_session()
    return show(
        "acting/see.html", mandates=acting.of(db, g.actor), done=acting_history.done_lately(db, g.actor), most=acting.MOST
    )


@bp.get("/done")
@allow(Permission.CHOICE_MAKE)
def done():
    """Everything that others did for this person, staff too."""
    return show("acting/done.html", done=acting_history.done_for(edge.open_session(), g.actor))


@bp.get("/new")
@allow(Permission.CHOICE_MAKE)
def new():
    return show("acting/new.html", typed={}, ticked=[])


@bp.post("/new")
@allow(Permission.CHOICE_MAKE)
def add():
    form, things = request.form, request.form.getlist("things")
    about = (form.get("name", ""), form.get("address", ""), things)
    try:
        mandate = acting.name(edge.open_session(), key(), g.actor, *about, form_key=form.get("key", "")[:64] or "none")
    except Refused as no:
        problems = [(FIELD_OF.get(no.code, "address"), no.code, no.facts)]
        return show("acting/new.html", status=422, problems=problems, typed=form, ticked=things)
    return redirect(url_for("acting.one", mandate_id=mandate.id, done="added"), 303)


@bp.get("/<int:mandate_id>")
@allow(Permission.CHOICE_MAKE)
def one(mandate_id: int):
    return show("acting/one.html", **_page(own(mandate_id)), ticked=None)


def _page(mandate: Mandate) -> dict:
    """How far it has come, and the link itself where there is nobody to send it to."""
    db, settings = edge.open_session(), current_app.config["SETTINGS"]
    link = acting_ways.open_link(db, mandate) if mandate.is_live else None
    sent = acting_ways.how_it_went(db, link) if link else None
    address = (
        f"{settings.base_url}/t/{acting_ways.token_of(key(), link)}" if link and (sent is None or _is_lost(sent)) else None
    )
    drawn = qr.svg(address, label=words("way_in_for", mandate.name)) if address else None
    return {
        "mandate": mandate,
        "link": link,
        "sent": sent,
        "is_lost": _is_lost(sent),
        "address": address,
        "qr": drawn,
        "now": clock.now(),
    }


def _is_lost(sent) -> bool:
    return sent is not None and sent.status not in ("waiting", "accepted")


@bp.post("/<int:mandate_id>")
@allow(Permission.CHOICE_MAKE)
def change(mandate_id: int):
    mandate, things = own(mandate_id), request.form.getlist("things")
    try:
        acting.change(edge.open_session(), g.actor, mandate, things)
    except Refused as no:
        if no.code != "things-missing":
            return redirect(url_for("acting.one", mandate_id=mandate_id), 303)  # ended meanwhile: its page says so
        edge.drop()
        return show("acting/one.html", status=422, problems=[("things", no.code)], **_page(own(mandate_id)), ticked=things)
    return redirect(url_for("acting.one", mandate_id=mandate_id, done="changed"), 303)


@bp.post("/<int:mandate_id>/link")
@allow(Permission.CHOICE_MAKE)
def send(mandate_id: int):
    mandate = own(mandate_id)
    if mandate.is_live:
        acting.send_again(edge.open_session(), key(), g.actor, mandate)
    return redirect(url_for("acting.one", mandate_id=mandate_id, done="sent"), 303)


@bp.post("/<int:mandate_id>/end")
@allow(Permission.CHOICE_MAKE)
def end(mandate_id: int):
    """At once, without asking once more: naming somebody again is as easy."""
    acting.end(edge.open_session(), own(mandate_id), by="person")
    return redirect(url_for("acting.one", mandate_id=mandate_id), 303)
