"""Reminding everybody of tomorrow: who it would reach, how it reads, send, what became of it."""

from flask import Blueprint, current_app, g, redirect, request, url_for

from portal import edge, messages
from portal.auth import allow
from portal.show import show
from services import campaigns, clock
from services.errors import Refused
from services.permissions import Permission

bp = Blueprint("sendings", __name__, url_prefix="/sendings")


@bp.get("")
@allow(Permission.CAMPAIGN_SEND)
def see():
    db = edge.open_session()
    audience = campaigns.tomorrow_unanswered(db, g.actor)
    chosen = [booking.id for booking in audience.bookings]
    return show("sendings/see.html", audience=audience, chosen=chosen, earlier=campaigns.recent(db, g.actor))


@bp.get("/preview")
@allow(Permission.CAMPAIGN_SEND)
def preview():
    """The second step: how many, by which way, and the words. Writes nothing, so it may be loaded again."""
    db = edge.open_session()
    audience, chosen = (
        campaigns.tomorrow_unanswered(db, g.actor),
        {int(one) for one in request.args.getlist("booking") if one.isdigit()},
    )
    narrowed = campaigns.narrow(audience, chosen)
    if not narrowed.bookings:
        context = {"audience": audience, "chosen": [], "earlier": campaigns.recent(db, g.actor)}
        return show("sendings/see.html", status=422, problems=[("booking", "nobody-chosen")], **context)
    sample = messages.preview(current_app._get_current_object(), narrowed.bookings[0])
    return show("sendings/preview.html", audience=narrowed, sample=sample, wait=current_app.config["SETTINGS"].stop_seconds)


@bp.post("")
@allow(Permission.CAMPAIGN_SEND)
def send():
    chosen = {int(one) for one in request.form.getlist("booking") if one.isdigit()}
    wait, key = current_app.config["SETTINGS"].stop_seconds, request.form.get("key", "")[:64]
    try:
        campaign = campaigns.send(edge.open_session(), g.actor, key=key, chosen=chosen, wait=wait)
    except Refused:
        return redirect(url_for("sendings.see"), 303)
    return redirect(url_for("sendings.result", campaign_id=campaign.id), 303)


@bp.get("/<int:campaign_id>")
@allow(Permission.CAMPAIGN_SEND)
def result(campaign_id: int):
    db = edge.open_session()
    campaign = campaigns.get_campaign(db, g.actor, campaign_id)
    found, to_call = campaigns.results(db, campaign), campaigns.to_call(db, campaign)
    is_open = any(message.status == "waiting" for message in found)
    return show(
        "sendings/result.html", part="sendings/_result.html", campaign=campaign, messages=found, to_call=to_call,
        is_open=is_open, can_stop=campaign.stopped_at is None and clock.now() < campaign.starts_at,
    )  # fmt: skip


@bp.post("/<int:campaign_id>/stop")
@allow(Permission.CAMPAIGN_SEND)
def stop(campaign_id: int):
    db = edge.open_session()
    campaigns.stop(db, g.actor, campaigns.get_campaign(db, g.actor, campaign_id))
    return redirect(url_for("sendings.result", campaign_id=campaign_id), 303)
