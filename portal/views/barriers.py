"""Telling us of a barrier, for everybody; and answering, for the leader's coordinators and administrators.

A report needs no account. Whoever made it comes back to it by an address of its own, with or without a message.
"""

import hmac
from hashlib import sha256

from flask import Blueprint, current_app, g, redirect, request, url_for
from flask_babel import get_locale
from flask_wtf import FlaskForm
from wtforms import DateField
from wtforms.validators import Optional

from portal import edge
from portal.auth import allow, public
from portal.errors import status_of
from portal.show import new_key, show
from services import barriers, barriers_desk, clock
from services.barriers import Wish
from services.barriers_clock import latest_on
from services.errors import Refused
from services.models import BarrierReport, Person
from services.permissions import Permission

bp = Blueprint("barriers", __name__)
DECOY = "website"  # a field that nobody sees; what fills it in is a program
FIELD_OF = {
    "reply-missing": "text", "text-too-long": "text", "reason-missing": "why", "date-missing": "until", "date-too-early": "until",
    "date-too-late": "until", "extended-before": "until", "barrier-not-open": "", "barrier-open": "",
}  # fmt: skip


class UntilForm(FlaskForm):
    until = DateField(validators=[Optional()])


def key() -> bytes:
    return current_app.config["SETTINGS"].secret_key


def _sender() -> str:
    """Where a report comes from, so that a flood is seen; nobody can tell the address from it."""
    return hmac.new(key(), f"barrier-from:{request.remote_addr}".encode(), sha256).hexdigest()


def _typed() -> Wish:
    form = request.form
    names = ("what", "where_at", "other_access", "way", "address", "answer_in")
    return Wish(**{name: form.get(name, "").replace("\r\n", "\n") for name in names}, language=str(get_locale()))


def _known() -> Wish:
    """What a form begins with: the page that one comes from, and how we reach whoever is signed in."""
    where, who = request.args.get("from", "")[:200], g.actor
    way, address = ("", "")
    if isinstance(who, Person):
        way, address = ("email", who.email) if who.email else ("phone", who.phone) if who.phone else ("", "")
    return Wish("", where if where.startswith("/") else "", way=way, address=address or "")


def _form(wish: Wish, **more):
    facts = {"ways": barriers.WAYS, "answers_in": barriers.ANSWERS_IN, "decoy": DECOY}
    return show("barriers/new.html", wish=wish, key=request.form.get("key") or new_key(), **facts, **more)


@bp.get("/barrier")
@public
def new():
    return _form(_known())


@bp.post("/barrier")
@public
def report():
    wish = _typed()
    problems = [("what", "press-again")] if request.form.get(DECOY) else barriers.problems_of(wish)
    if problems:
        return _form(wish, status=422, problems=problems)
    db = edge.open_session()
    try:
        made = barriers.report(db, wish, key=request.form.get("key", "")[:64] or new_key(), sender=_sender())
    except Refused as no:
        response = _form(wish, status=status_of(no), problems=[("what", no.code, no.facts)])
        response.headers["Retry-After"] = str(60 * no.facts.get("wait", 10))
        return response
    return redirect(url_for("barriers.see", barrier_token=barriers.token_of(key(), made.id)), 303)


def _of_token(token: str) -> BarrierReport:
    return barriers.by_token(edge.open_session(), key(), token)


@bp.get("/barrier/<barrier_token>")
@public
def see(barrier_token: str):
    found = _of_token(barrier_token)
    address = current_app.config["SETTINGS"].base_url + request.path
    is_told = barriers.way_to_tell(found) is not None
    return show(
        "barriers/see.html", report=found, token=barrier_token, address=address, is_told=is_told,
        latest=latest_on(found.received_at), settings=current_app.config["SETTINGS"],
    )  # fmt: skip


@bp.post("/barrier/<barrier_token>")
@public
def withdraw(barrier_token: str):
    barriers.withdraw(edge.open_session(), _of_token(barrier_token))
    return redirect(url_for("barriers.see", barrier_token=barrier_token), 303)


@bp.get("/barriers")
@allow(Permission.BARRIER_ANSWER)
def desk():
    return show("barriers/desk.html", reports=barriers_desk.list_all(edge.open_session(), g.actor))


@bp.get("/barriers/<int:report_id>")
@allow(Permission.BARRIER_ANSWER)
def case(report_id: int):
    return _case(report_id)


def _case(report_id: int, **more):
    db = edge.open_session()
    found = barriers_desk.get(db, g.actor, report_id)
    facts = {
        "report": found,
        "latest": latest_on(found.received_at),
        "can_extend": found.is_open and found.extended_to is None and latest_on(found.received_at) > clock.today(),
        "messages": barriers_desk.messages_of(db, found),
        "is_told": barriers.way_to_tell(found) is not None,
        "done": request.args.get("done", ""),
    }
    return show("barriers/case.html", **facts, typed=request.form, **more)


def _act(report_id: int, done: str, act):
    try:
        act()
    except Refused as no:
        prefix = f"{done}-" if done in ("answered", "refused") and FIELD_OF[no.code] == "text" else ""
        edge.drop()
        return _case(report_id, status=422, problems=[(prefix + FIELD_OF[no.code], no.code, no.facts)])
    return redirect(url_for("barriers.case", report_id=report_id, done=done), 303)


@bp.post("/barriers/<int:report_id>/answer")
@allow(Permission.BARRIER_ANSWER)
def answer(report_id: int):
    text = request.form.get("answered-text", "").replace("\r\n", "\n")
    return _act(report_id, "answered", lambda: barriers_desk.answer(edge.open_session(), g.actor, report_id, text))


@bp.post("/barriers/<int:report_id>/refuse")
@allow(Permission.BARRIER_ANSWER)
def refuse(report_id: int):
    text = request.form.get("refused-text", "").replace("\r\n", "\n")
    return _act(report_id, "refused", lambda: barriers_desk.refuse(edge.open_session(), g.actor, report_id, text))


@bp.post("/barriers/<int:report_id>/extend")
@allow(Permission.BARRIER_ANSWER)
def extend(report_id: int):
    form, why = UntilForm(), request.form.get("why", "").replace("\r\n", "\n")
    if not form.validate():
        return _case(report_id, status=422, problems=[("until", "date-missing")])
    until = form.until.data
    return _act(report_id, "extended", lambda: barriers_desk.extend(edge.open_session(), g.actor, report_id, until, why))


@bp.post("/barriers/<int:report_id>/close")
@allow(Permission.BARRIER_ANSWER)
def close(report_id: int):
    return _act(report_id, "closed", lambda: barriers_desk.close(edge.open_session(), g.actor, report_id))
