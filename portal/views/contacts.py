"""Trusted people: the person names them and ends it; a trusted person ends it by the link in each copy."""

from flask import Blueprint, current_app, g, redirect, request, url_for

from portal import edge, i18n, messages
from portal.auth import allow, public
from portal.show import show
from services import bookings, contacts, identity
from services.errors import NotFound, Refused
from services.models import TrustedContact
from services.permissions import Permission

bp = Blueprint("contacts", __name__)
FIELD_OF = {"contact-wrong": "address", "too-many-contacts": "name"}


def _page(**more) -> dict:
    db = edge.open_session()
    return {"contacts": contacts.of(db, g.actor), "typed": request.form, "most": contacts.MOST, **more}


@bp.get("/reminders/trusted")
@allow(Permission.CHOICE_MAKE)
def see():
    return show("contacts/see.html", sample=_sample(), **_page())


def _sample() -> str | None:
    """What a copy says, for the person's next session; None when they have none."""
    coming = bookings.coming(edge.open_session(), g.actor)
    if not coming:
        return None
    app = current_app._get_current_object()
    return messages.preview(app, g.actor, "copy", booking=coming[0], moment="reminder").sms


@bp.post("/reminders/trusted")
@allow(Permission.CHOICE_MAKE)
def add():
    try:
        contacts.add(edge.open_session(), g.actor, request.form.get("name", ""), request.form.get("address", ""))
    except Refused as no:
        problems = [(FIELD_OF.get(no.code, "name"), no.code, no.facts)]
        return show("contacts/see.html", status=422, problems=problems, sample=_sample(), **_page())
    return redirect(url_for("contacts.see", done="added"), 303)


@bp.get("/reminders/trusted/<int:contact_id>")
@allow(Permission.CHOICE_MAKE)
def ask_end(contact_id: int):
    return show("contacts/end.html", contact=contacts.get(edge.open_session(), g.actor, contact_id))


@bp.post("/reminders/trusted/<int:contact_id>/end")
@allow(Permission.CHOICE_MAKE)
def end(contact_id: int):
    db = edge.open_session()
    contacts.end(db, contacts.get(db, g.actor, contact_id), by="person")
    return redirect(url_for("contacts.see", done="ended"), 303)


def _of_link(token: str) -> TrustedContact:
    link = identity.find_link(edge.open_session(), token, "copy-stop")
    found = edge.open_session().get(TrustedContact, link.contact_id)
    if found is None:
        raise NotFound
    i18n.speak_to(found)
    return found


@bp.get("/c/<copy_token>")
@public
def copies(copy_token: str):
    """Opening the link changes nothing; its one button does."""
    try:
        contact = _of_link(copy_token)
    except (Refused, NotFound):
        return show("visits/over.html", status=404)
    return show("contacts/copies.html", contact=contact, token=copy_token)


@bp.post("/c/<copy_token>")
@public
def stop(copy_token: str):
    try:
        contact = _of_link(copy_token)
    except (Refused, NotFound):
        return show("visits/over.html", status=404)
    contacts.end(edge.open_session(), contact, by="contact")
    return redirect(url_for("contacts.copies", copy_token=copy_token), 303)
