"""How and when to be reminded; notifications on this phone; a test message."""

import secrets

from flask import Blueprint, current_app, g, redirect, request, url_for
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal import edge
from portal.auth import allow
from portal.numbers import whole_or_none
from portal.push_key import public_key
from portal.show import show
from services import catalogue, choices, outbox, telling
from services.channels.endpoints import check_endpoint
from services.choices import Choice
from services.errors import Refused
from services.permissions import Permission

bp = Blueprint("reminders", __name__, url_prefix="/reminders")
FIELD_OF = {"moment-missing": "moments", "hour-wrong": "hour"}  # the others are about the ways


class SubscriptionForm(FlaskForm):
    endpoint = StringField(validators=[InputRequired("subscription-wrong"), Length(max=1000, message="subscription-wrong")])
    p256dh = StringField(validators=[InputRequired("subscription-wrong"), Length(max=120, message="subscription-wrong")])
    auth = StringField(validators=[InputRequired("subscription-wrong"), Length(max=60, message="subscription-wrong")])


def _page(choice: Choice | None = None) -> dict:
    """What the pages show; `choice` is what was typed, when it was refused."""
    db = edge.open_session()
    return {
        "choice": choice or choices.choice_of(db, g.actor),
        "offered": choices.offered(g.actor),
        "is_phone_on": choices.subscription_of(db, g.device) is not None,
        "usual_hour": catalogue.rules(db)["reminder_hour"],
        "hours": choices.HOURS,
        "quiet_from_hours": choices.QUIET_FROM_HOURS,
        "quiet_to_hours": choices.QUIET_TO_HOURS,
    }


@bp.get("")
@allow(Permission.CHOICE_MAKE)
def see():
    return show("reminders/see.html", **_page())


def _typed() -> Choice:
    """What the form says. An hour that is none of those offered stays, so that the service refuses it."""
    form, usual = request.form, Choice([], [])

    def hour(name: str, default: int | None) -> int | None:
        return (whole_or_none(form[name]) or -1) if form.get(name) else default

    return Choice(
        form.getlist("channels"), form.getlist("moments"), hour("hour", None), hour("quiet_from", usual.quiet_from),
        hour("quiet_to", usual.quiet_to), "discreet" in form or "quiet_from" not in form,
    )  # fmt: skip


@bp.post("")
@allow(Permission.CHOICE_MAKE)
def choose():
    db, said = edge.open_session(), _typed()
    # The order that the person gave before stays: the form only says which ways, in the order of the page.
    kept = choices.choice_of(db, g.actor)
    before = kept.channels if kept.is_own else []
    ways = sorted(said.channels, key=lambda code: before.index(code) if code in before else len(before))
    try:
        choices.choose(
            db, g.actor, ways, said.moments, hour=said.hour, quiet_from=said.quiet_from, quiet_to=said.quiet_to,
            is_discreet=said.is_discreet,
        )  # fmt: skip
    except Refused as no:
        problems = [(FIELD_OF.get(no.code, "channels"), no.code)]
        return show("reminders/see.html", status=422, problems=problems, **_page(said))
    wants_phone = "push" in said.channels and choices.subscription_of(db, g.device) is None
    return redirect(url_for("reminders.phone" if wants_phone else "reminders.saved"), 303)


@bp.post("/first")
@allow(Permission.CHOICE_MAKE)
def put_first():
    choices.put_first(edge.open_session(), g.actor, request.form.get("channel", ""))
    return redirect(url_for("reminders.saved"), 303)


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
    from services.channels.webpush import check_keys  # what sending needs is large; only who turns this on waits for it

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
    keys = {"endpoint": form.endpoint.data, "p256dh": form.p256dh.data, "auth": form.auth.data}
    old = request.form.get("old_endpoint", "")[:1000]
    is_on = choices.renew(edge.open_session(), g.actor, g.device, old_endpoint=old, **keys)
    return "", 204 if is_on else 404


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
