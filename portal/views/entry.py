"""Ways in and out: a link, a card, a one-time code; no password."""

import secrets
from datetime import timedelta

from flask import Blueprint, current_app, g, redirect, request, session, url_for
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from portal import acting, edge, i18n, keys, taken_up
from portal.auth import WIPED, allow, end_device, enter, home_of, leave, public, start_of
from portal.errors import status_of
from portal.show import problems_of, show
from services import clock, codes, factors, identity, passkeys
from services.errors import NotFound, Refused
from services.models import Person, StaffMember

bp = Blueprint("entry", __name__)
WAIT_FOR_WHO = timedelta(minutes=15)


class PhoneForm(FlaskForm):
    phone = RadioField(choices=["mine", "shared"], validators=[InputRequired("phone-missing")], validate_choice=False)


class AddressForm(FlaskForm):
    address = StringField(validators=[InputRequired("address-missing"), Length(max=200, message="text-long")])


class CodeForm(FlaskForm):
    code = StringField(validators=[InputRequired("code-missing")])


class WhoForm(PhoneForm):
    account = StringField()


def key() -> bytes:
    return current_app.config["SETTINGS"].secret_key


@bp.get("/")
@public
def start():
    if g.half is not None:
        return redirect(url_for("second.ask"), 303)
    if g.actor is None and acting.here():
        return redirect(url_for("acting_entry.choose"), 303)
    return redirect(home_of(g.actor) if g.actor else url_for("entry.sign_in"), 303)


@bp.get("/w/<token>")
@public
def open_link(token: str):
    """The secret leaves the address bar at once. Nothing is spent: mail scanners open links too."""
    session["way-in"] = token
    return redirect(url_for("entry.welcome"), 303)


@bp.get("/enter")
@public
def welcome():
    try:
        link = identity.find_link(edge.open_session(), session.get("way-in", ""), "invitation", "sign-in")
    except (Refused, NotFound) as no:
        return show("entry/link_over.html", status=404, code=getattr(no, "code", "link-old"))
    i18n.speak_to(link.person or link.staff)
    return show("entry/welcome.html", who=link.person or link.staff, is_staff=link.staff is not None)


@bp.post("/enter")
@public
def use_link():
    db, token = edge.open_session(), session.get("way-in", "")
    try:
        link = identity.find_link(db, token, "invitation", "sign-in")
        is_staff = link.staff is not None
        i18n.speak_to(link.person or link.staff)
        form = PhoneForm()
        if not is_staff and not form.validate():
            return show("entry/welcome.html", status=422, problems=problems_of(form), who=link.person, is_staff=False)
        is_shared = not is_staff and form.phone.data == "shared"
        device_token = identity.spend_link(db, token, is_shared=is_shared)
    except (Refused, NotFound) as no:
        return show("entry/link_over.html", status=404, code=getattr(no, "code", "link-old"))
    return _go_in(device_token, link.person or link.staff, is_shared)


def _go_in(device_token: str, who: Person | StaffMember, is_shared: bool):
    db = edge.open_session()
    is_staff, was_here = isinstance(who, StaffMember), g.actor
    if g.device is not None:
        end_device(db, g.device)
    if g.half is not None:
        identity.sign_out(db, g.half)
    acting.sign_out(db)
    db.flush()
    enter(device_token, is_shared=is_shared, is_staff=is_staff)
    response = redirect(start_of(who), 303)
    if is_shared or is_staff or was_here not in (None, who):
        response.headers["Clear-Site-Data"] = WIPED  # what a phone that was somebody's own has kept is not for the next one
    return response


@bp.get("/sign-in")
@public
def sign_in():
    if g.actor is not None:
        return redirect(home_of(g.actor), 303)
    return show("entry/sign_in.html", address=session.get("address", ""), was_out=bool(session.get("next")), **_key_here())


def _key_here() -> dict:
    return {"has_key_here": keys.COOKIE in request.cookies and keys.are_possible()}


@bp.post("/sign-in")
@public
def ask_for_code():
    form = AddressForm()
    if not form.validate():
        return show("entry/sign_in.html", status=422, problems=problems_of(form), address=form.address.data or "")
    browser = session.setdefault("browser", secrets.token_urlsafe(24))
    session["address"] = form.address.data.strip()
    try:
        codes.ask_for_code(edge.open_session(), form.address.data, browser)
    except Refused as no:
        return _refused("entry/sign_in.html", no, "address", address=form.address.data)
    return redirect(url_for("entry.code"), 303)


def _refused(template: str, no: Refused, field: str, **context):
    response = show(template, status=status_of(no), problems=[(field, no.code, no.facts)], **context)
    if response.status_code == 429:
        response.headers["Retry-After"] = str(60 * no.facts.get("wait", 10))
    return response


@bp.get("/sign-in/code")
@public
def code():
    if not session.get("address"):
        return redirect(url_for("entry.sign_in"), 303)
    return show("entry/code.html", address=session["address"])


@bp.post("/sign-in/code")
@public
def try_code():
    form = CodeForm()
    address, browser = session.get("address", ""), session.get("browser", "")
    if not form.validate():
        return show("entry/code.html", status=422, problems=problems_of(form), address=address)
    try:
        session["accounts"] = _who_has(address, browser, form.code.data)
    except Refused as no:
        return _refused("entry/code.html", no, "code", address=address, typed=form.code.data[:20])
    session["proved"] = int(clock.now().timestamp())
    return redirect(url_for("entry.who"), 303)


def _who_has(address: str, browser: str, digits: str) -> list[str]:
    """The accounts behind a code. The try counts whatever comes of it, so it is committed before a refusal leaves."""
    refused = None
    found: list = []
    with edge.writing() as db:
        try:
            found = codes.try_code(db, key(), address, browser, digits)
        except Refused as no:
            refused = no
        names = [f"{'person' if isinstance(one, Person) else 'staff'}:{one.id}" for one in found]
    if refused:
        raise refused
    return names


def _proved_accounts() -> list[Person | StaffMember]:
    if clock.now().timestamp() - session.get("proved", 0) > WAIT_FOR_WHO.total_seconds():
        return []
    found = [identity.account_named(edge.open_session(), name) for name in session.get("accounts", [])]
    return [one for one in found if one is not None]


@bp.get("/sign-in/who")
@public
def who():
    accounts = _proved_accounts()
    if not accounts:
        return redirect(url_for("entry.sign_in"), 303)
    return show("entry/who.html", accounts=accounts, is_staff=all(isinstance(one, StaffMember) for one in accounts))


@bp.post("/sign-in/who")
@public
def enter_as():
    accounts, form = _proved_accounts(), WhoForm()
    if not accounts:
        return redirect(url_for("entry.sign_in"), 303)
    picked = accounts[0] if len(accounts) == 1 else _picked(accounts, form.account.data)
    problems = [] if picked else [("account", "account-missing")]
    is_staff = isinstance(picked or accounts[0], StaffMember)
    if not is_staff and not form.validate():
        problems += problems_of(form)
    if problems:
        staff_only = all(isinstance(one, StaffMember) for one in accounts)
        return show("entry/who.html", status=422, problems=problems, accounts=accounts, is_staff=staff_only)
    is_shared = not is_staff and form.phone.data == "shared"
    return _go_in(identity.sign_in(edge.open_session(), picked, is_shared=is_shared), picked, is_shared)


def _picked(accounts: list, name: str | None):
    return next((one for one in accounts if f"{type(one).__name__}-{one.id}" == name), None)


@bp.get("/sign-in/how")
@public
def how():
    return show("entry/how.html", are_possible=keys.are_possible())


@bp.post("/sign-in/passkey/ask")
@public
def ask_for_key():
    return keys.asked(passkeys.ask_to_show(edge.open_session(), keys.site()))


@bp.post("/sign-in/passkey")
@public
def use_key():
    """A key of staff is two factors in one, since they have shown themselves to it: their device is open."""
    db = edge.open_session()
    try:
        number, answer = keys.said()
        who = passkeys.show(db, keys.site(), number, answer)
    except Refused as no:
        return _refused("entry/how.html", no, "passkey", are_possible=keys.are_possible())
    is_staff, is_shared = isinstance(who, StaffMember), not keys.is_own_phone(answer)
    token = identity.sign_in(db, who, is_shared=is_shared and not is_staff)
    if is_staff:
        token = factors.open_fully(db, identity.device_of(db, token), by="passkey")
    response = _go_in(token, who, is_shared and not is_staff)
    return response if is_shared else keys.note_here(response)


@bp.post("/start-again")
@allow()
def start_anew():
    """What was kept from a session that ended is not wanted any more."""
    to = request.form.get("to", "")
    page = session.get("kept", {}).get(to)
    taken_up.drop(to)
    return redirect(page or home_of(g.actor), 303)


@bp.post("/sign-out")
@public
def sign_out():
    if g.device is not None:
        end_device(edge.open_session(), g.device)
    if g.half is not None:
        identity.sign_out(edge.open_session(), g.half)
    acting.sign_out(edge.open_session())
    leave()
    response = redirect(url_for("entry.out"), 303)
    response.headers["Clear-Site-Data"] = WIPED
    return response


@bp.get("/signed-out")
@public
def out():
    return show("entry/out.html")
