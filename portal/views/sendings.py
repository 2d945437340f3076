"""Reminding everybody of tomorrow: who it would reach, how it reads, send, what became of it."""

from datetime import timedelta

from flask import Blueprint, current_app, g, redirect, request, url_for

from portal import edge, messages
from portal.auth import allow
from portal.show import show
from services import campaigns, clock, reach
from services.errors import Refused
from services.models import Message
from services.permissions import Permission

bp = Blueprint("sendings", __name__, url_prefix="/sendings")


def chosen_of(values) -> set[int]:
    """The bookings that are ticked."""
    return {int(one) for one in values.getlist("booking") if one.isdecimal() and len(one) < 12}


def choice_page(audience: campaigns.Audience, chosen: set[int], **more):
    earlier = campaigns.recent(edge.open_session(), g.actor)
    return show("sendings/see.html", audience=audience, chosen=chosen, earlier=earlier, **more)


@bp.get("")
@allow(Permission.CAMPAIGN_SEND)
def see():
    """Who has a session tomorrow; `booking` keeps what was ticked when somebody comes back from the preview."""
    audience = campaigns.tomorrow_unanswered(edge.open_session(), g.actor)
    return choice_page(audience, chosen_of(request.args) or {booking.id for booking in audience.bookings})


@bp.get("/preview")
@allow(Permission.CAMPAIGN_SEND)
def preview():
    """The second step: how many, by which way, and the words. Writes nothing, so it may be loaded again."""
    audience = campaigns.tomorrow_unanswered(edge.open_session(), g.actor)
    narrowed = campaigns.narrow(audience, chosen_of(request.args))
    if not narrowed.bookings:
        return choice_page(audience, set(), status=422, problems=[("booking", "nobody-chosen")])
    wait = current_app.config["SETTINGS"].stop_seconds
    return show(
        "sendings/preview.html", audience=narrowed, wait=wait, person=narrowed.bookings[0].person,
        sample=messages.preview(current_app._get_current_object(), narrowed.bookings[0].person, "reminder", booking=narrowed.bookings[0]),
        is_night=reach.is_quiet(clock.now() + timedelta(seconds=wait)),
    )  # fmt: skip


@bp.post("")
@allow(Permission.CAMPAIGN_SEND)
def send():
    db, chosen = edge.open_session(), chosen_of(request.form)
    wait, key = current_app.config["SETTINGS"].stop_seconds, request.form.get("key", "")[:64]
    try:
        campaign = campaigns.send(db, g.actor, key=key, chosen=chosen, wait=wait)
    except Refused as no:  # while the text was read, everybody chosen has answered, or somebody else has asked them
        audience = campaigns.tomorrow_unanswered(db, g.actor)
        return choice_page(audience, chosen, status=422, problems=[("booking", no.code)])
    return redirect(url_for("sendings.result", campaign_id=campaign.id), 303)


@bp.get("/<int:campaign_id>")
@allow(Permission.CAMPAIGN_SEND)
def result(campaign_id: int):
    db = edge.open_session()
    campaign = campaigns.get_campaign(db, g.actor, campaign_id)
    found = campaigns.results(db, campaign)
    return show(
        "sendings/result.html", part="sendings/_result.html", campaign=campaign, messages=found,
        to_call=campaigns.to_call(db, campaign), is_open=any(message.status == "waiting" for message in found),
        can_stop=campaign.stopped_at is None and clock.now() < campaign.starts_at, morning=_morning(found),
    )  # fmt: skip


def _morning(found: list[Message]):
    """Until when messages wait because nobody is written to at night; None when none does."""
    waiting = [one.next_try_at for one in found if one.status == "waiting" and one.trouble == "quiet-hours"]
    return max(waiting, default=None)


@bp.post("/<int:campaign_id>/stop")
@allow(Permission.CAMPAIGN_SEND)
def stop(campaign_id: int):
    db = edge.open_session()
    campaigns.stop(db, g.actor, campaigns.get_campaign(db, g.actor, campaign_id))
    return redirect(url_for("sendings.result", campaign_id=campaign_id), 303)
