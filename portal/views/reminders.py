"""How and when to be reminded; notifications on this phone; a test message."""

import secrets

from flask import Blueprint, current_app, g, redirect, request, url_for
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal import edge
from portal.auth import allow
from portal.push_key import public_key
from portal.show import show
from services import choices, outbox, telling
from services.channels.endpoints import check_endpoint
from services.channels.webpush import check_keys
from services.errors import Refused
from services.permissions import Permission

bp = Blueprint("reminders", __name__, url_prefix="/reminders")


class SubscriptionForm(FlaskForm):
    endpoint = StringField(validators=[InputRequired("subscription-wrong"), Length(max=1000, message="subscription-wrong")])
    p256dh = StringField(validators=[InputRequired("subscription-wrong"), Length(max=120, message="subscription-wrong")])
    auth = StringField(validators=[InputRequired("subscription-wrong"), Length(max=60, message="subscription-wrong")])


def _page(channels: list[str] | None = None, moments: list[str] | None = None) -> dict:
    db = edge.open_session()
    choice = choices.choice_of(db, g.actor)
    kept_channels, kept_moments = choice.channels or ["none"], choice.moments
    return {
        "channels": kept_channels if channels is None else channels,
        "moments": kept_moments if moments is None else moments,
        "has_email": bool(g.actor.email),
        "is_phone_on": choices.subscription_of(db, g.device) is not None,
    }


@bp.get("")
@allow(Permission.CHOICE_MAKE)
def see():
    return show("reminders/see.html", **_page())


@bp.post("")
@allow(Permission.CHOICE_MAKE)
def choose():
    channels, moments = request.form.getlist("channels"), request.form.getlist("moments")
    problem = None
    if "none" in channels and len(channels) > 1:
        problem = ("channels", "channel-both")
    elif "email" in channels and not g.actor.email:
        problem = ("channels", "no-email")
    if problem is None:
        try:
            choices.choose(edge.open_session(), g.actor, channels, moments)
        except Refused as no:
            problem = ("moments" if no.code == "moment-missing" else "channels", no.code)
    if problem:
        return show("reminders/see.html", status=422, problems=[problem], **_page(channels, moments))
    wants_phone = "push" in channels and choices.subscription_of(edge.open_session(), g.device) is None
    return redirect(url_for("reminders.phone" if wants_phone else "reminders.saved"), 303)


@bp.get("/saved")
@allow(Permission.CHOICE_MAKE)
def saved():
    return show("reminders/saved.html", **_page())


@bp.get("/phone")
@allow(Permission.CHOICE_MAKE)
def phone():
    key = public_key(current_app.config["SETTINGS"].vapid_private_key)
    return show("reminders/phone.html", key=key, **_page())


def _is_good(form: SubscriptionForm) -> bool:
    """An address of a push service that we know, and keys that can be encrypted for."""
    allowed = current_app.config["SETTINGS"].push_hosts
    if not form.validate() or check_endpoint(form.endpoint.data, allowed):
        return False
    return check_keys(form.p256dh.data, form.auth.data) is None


@bp.post("/phone")
@allow(Permission.CHOICE_MAKE)
def subscribe():
    form = SubscriptionForm()
    if not _is_good(form):
        key = public_key(current_app.config["SETTINGS"].vapid_private_key)
        problems = [("phone", "subscription-wrong")]
        return show("reminders/phone.html", status=422, problems=problems, key=key, **_page())
    keys = {"endpoint": form.endpoint.data, "p256dh": form.p256dh.data, "auth": form.auth.data}
    choices.subscribe(edge.open_session(), g.actor, g.device, **keys)
    return redirect(url_for("reminders.saved"), 303)


@bp.post("/phone/off")
@allow(Permission.CHOICE_MAKE)
def unsubscribe():
    choices.unsubscribe(edge.open_session(), g.actor, g.device)
    return redirect(url_for("reminders.see"), 303)


@bp.post("/phone/renew")
@allow(Permission.CHOICE_MAKE)
def renew():
    """The browser changed its subscription by itself; its service worker tells us."""
    form = SubscriptionForm()
    if not _is_good(form):
        return "", 422
    db = edge.open_session()
    choices.unsubscribe(db, g.actor, g.device)
    keys = {"endpoint": form.endpoint.data, "p256dh": form.p256dh.data, "auth": form.auth.data}
    choices.subscribe(db, g.actor, g.device, **keys)
    return "", 204


@bp.post("/test")
@allow(Permission.CHOICE_MAKE)
def send_test():
    db = edge.open_session()
    subject = f"test:{request.form.get('key', '')[:40] or secrets.token_urlsafe(9)}"
    count = telling.tell(db, g.actor, "test", subject=subject, useful_until=outbox.in_an_hour())
    return redirect(url_for("reminders.tested", count=count), 303)


@bp.get("/test")
@allow(Permission.CHOICE_MAKE)
def tested():
    return show("reminders/tested.html", count=request.args.get("count", 0, type=int))
