"""Words that coordinators keep for another sending."""

from flask import Blueprint, current_app, g, redirect, request, url_for

from portal import edge, placeholders, sending_steps
from portal.auth import allow
from portal.show import show
from services import texts
from services.errors import Refused
from services.models import CampaignTemplate
from services.permissions import Permission

bp = Blueprint("texts", __name__, url_prefix="/sendings/texts")
WITH_SESSION = ("session-tomorrow", "change")  # purposes whose words may name a day, an hour and a place


@bp.get("")
@allow(Permission.CAMPAIGN_SEND)
def see():
    return show("texts/see.html", kept=texts.kept(edge.open_session(), g.actor))


@bp.get("/new")
@allow(Permission.CAMPAIGN_SEND)
def new():
    return _form(None, sending_steps.Words(), "")


@bp.post("/new")
@allow(Permission.CAMPAIGN_SEND)
def add():
    return _keep(None)


@bp.get("/<int:text_id>")
@allow(Permission.CAMPAIGN_SEND)
def edit(text_id: int):
    text = texts.get_text(edge.open_session(), g.actor, text_id)
    return _form(text, sending_steps.Words(text.texts, text.purpose), text.name)


@bp.post("/<int:text_id>")
@allow(Permission.CAMPAIGN_SEND)
def change(text_id: int):
    return _keep(texts.get_text(edge.open_session(), g.actor, text_id))


@bp.post("/<int:text_id>/end")
@allow(Permission.CAMPAIGN_SEND)
def end(text_id: int):
    db = edge.open_session()
    texts.end(db, g.actor, texts.get_text(db, g.actor, text_id))
    return redirect(url_for("texts.see"), 303)


def _form(text: CampaignTemplate | None, words: sending_steps.Words, name: str, **more):
    app = current_app._get_current_object()
    lengths = sending_steps.lengths(app, words.texts, has_session=words.purpose in WITH_SESSION)
    names = placeholders.shown(has_session=True)
    return show("texts/edit.html", text=text, words_of=words, name=name, lengths=lengths, names=names, **more)


def _keep(text: CampaignTemplate | None):
    """Keep what was typed, or show it again with what is wrong."""
    words, name = sending_steps.typed(request.form), request.form.get("name", "")
    app = current_app._get_current_object()
    problems = sending_steps.problems_of(app, words, has_session=words.purpose in WITH_SESSION)
    try:
        if not problems:
            texts.keep(edge.open_session(), g.actor, name, words.purpose, words.texts, text=text)
            return redirect(url_for("texts.see"), 303)
    except Refused as no:
        problems = [("name", no.code)]
    return _form(text, words, name, status=422, problems=problems)
