"""The second step of staff, after their link or code: an authenticator's code, a passkey, or a recovery code.

All of it is for a device that is half-open. An open one may come here, too: where nobody has to have a second factor, this is
how one is set up.
"""

from flask import Blueprint, current_app, redirect, request, url_for
from flask_login import current_user

from portal import edge, keys, qr
from portal.auth import enter, second, start_of
from portal.errors import status_of
from portal.show import show
from services import factors, passkeys
from services.errors import Refused
from services.models import Device

bp = Blueprint("second", __name__)


def _key() -> bytes:
    return current_app.config["SETTINGS"].secret_key


def _ways() -> list[str]:
    return factors.ways_of(edge.open_session(), current_user.who)


def _onward():
    return redirect(start_of(current_user.who), 303)


def _open(token: str, page: str | None = None):
    """The device is open. Its cookie is new, too; where one was going is kept."""
    enter(token, is_shared=False, is_staff=True)
    return redirect(url_for(page), 303) if page else _onward()


def _tried(act):
    """What a try came to. It counts whatever comes of it, so it is committed before a refusal leaves."""
    number, refused, done = current_user.device.id, None, None
    with edge.writing() as db:
        try:
            done = act(db, db.get(Device, number))
        except Refused as no:
            refused = no
    if refused:
        raise refused
    return done


def _refused(template: str, no: Refused, field: str, **context):
    response = show(template, status=status_of(no), problems=[(field, no.code, no.facts)], **context)
    if response.status_code == 429:
        response.headers["Retry-After"] = str(60 * no.facts["wait"])
    return response


def _question(ways: list[str]) -> dict:
    return {"ways": ways, "has_passkey": "passkey" in ways and keys.are_possible()}


@bp.get("/second")
@second
def ask():
    db, ways = edge.open_session(), _ways()
    if not ways:
        return redirect(url_for("second.new"), 303)
    is_required = current_app.config["SETTINGS"].is_factor_required
    if not factors.is_half_open(db, current_user.device, is_required=is_required):
        return _onward()
    return show("second/ask.html", **_question(ways))


@bp.post("/second")
@second
def try_code():
    ways, digits = _ways(), request.form.get("code", "")
    try:
        if not digits.strip():
            raise Refused("factor-missing")
        token, by = _tried(lambda db, device: factors.enter(db, _key(), device, digits))
    except Refused as no:
        return _refused("second/ask.html", no, "code", typed=digits[:20], **_question(ways))
    return _open(token, "second.codes" if by == "recovery" else None)


@bp.get("/second/new")
@second
def new():
    if _ways():
        return redirect(url_for("second.ask"), 303)
    return show("second/new.html", are_possible=keys.are_possible())


@bp.post("/second/new")
@second
def begin():
    factors.begin(edge.open_session(), current_user.who)
    return redirect(url_for("second.app"), 303)


def _card() -> dict:
    """What the authenticator has to be given."""
    factor = factors.factor_of(edge.open_session(), current_user.who)
    address = factors.address_for_app(_key(), factor, current_user.who)
    return {
        "address": address,
        "picture": lambda label: qr.svg(address, label=label),
        "secret": factors.secret_of(_key(), factor),
    }


@bp.get("/second/app")
@second
def app():
    if _ways() or factors.factor_of(edge.open_session(), current_user.who) is None:
        return redirect(url_for("second.new"), 303)
    return show("second/app.html", **_card())


@bp.post("/second/app")
@second
def confirm():
    digits = request.form.get("code", "")
    if _ways() or factors.factor_of(edge.open_session(), current_user.who) is None:
        return redirect(url_for("second.new"), 303)
    try:
        if not digits.strip():
            raise Refused("factor-missing")
        token = _tried(lambda db, device: factors.confirm_app(db, _key(), device, digits))
    except Refused as no:
        return _refused("second/app.html", no, "code", typed=digits[:20], **_card())
    return _open(token, "second.codes")


@bp.post("/second/key/ask")
@second
def ask_key():
    db, who = edge.open_session(), current_user.who
    question = passkeys.ask_to_show(db, keys.site(), who) if _ways() else passkeys.ask_to_add(db, keys.site(), who)
    return keys.asked(question)


@bp.post("/second/key")
@second
def use_key():
    db, device, ways = edge.open_session(), current_user.device, _ways()
    try:
        if ways:
            passkeys.show(db, keys.site(), *keys.said(), staff=device.staff)
        else:
            passkeys.add(db, keys.site(), device.staff, *keys.said())
            factors.make_codes(db, _key(), device.staff)
    except Refused as no:
        page = "second/ask.html" if ways else "second/new.html"
        return _refused(page, no, "passkey", are_possible=keys.are_possible(), **_question(ways))
    return _open(factors.open_fully(db, device, by="passkey"), None if ways else "second.codes")


@bp.get("/second/codes")
@second
def codes():
    """Half-open, or with nothing to show, there is no such page."""
    db, who = edge.open_session(), current_user.who
    may_start_over = factors.may_start_over(db, current_user.device)
    shown = factors.codes_to_show(db, _key(), who) if factors.was_opened(db, current_user.device) else []
    if not shown and not may_start_over:
        return redirect(url_for("second.ask"), 303)
    return show("second/codes.html", codes=shown, left=factors.codes_left(db, who), may_start_over=may_start_over)


@bp.post("/second/codes")
@second
def put_away():
    if factors.was_opened(edge.open_session(), current_user.device):
        factors.put_away_codes(edge.open_session(), current_user.who)
    return _onward()


@bp.post("/second/over")
@second
def over():
    factors.start_over(edge.open_session(), current_user.device)
    return redirect(url_for("second.new"), 303)
