"""The specialist's published times: the list, publishing many at once with an undo, taking them back.

A wish and the ticked times travel in the address until something is written: pages can be loaded again, and going back
finds every answer.
"""

import re
from datetime import date, timedelta

from flask import Blueprint, g, redirect, request, url_for

from portal import edge, wishes
from portal.auth import allow
from portal.numbers import whole
from portal.show import new_key, problems_of, show
from services import catalogue, clock, publishing, slots, withdrawals
from services.errors import Refused
from services.permissions import Permission

bp = Blueprint("slots", __name__, url_prefix="/slots")

SPAN = 7  # days on one page of the list
KEY = re.compile(r"[\w-]{8,40}")


def _list_page(since: date | None = None) -> dict:
    today = clock.today()
    start = max(since or today, today)
    rows = slots.of_specialist(edge.open_session(), g.actor, since=start, days=SPAN)
    ahead = [(slot, taken) for slot, taken in rows if slot.starts_at > clock.now()]
    return {
        "times": ahead,
        "taken": sum(1 for _, taken in ahead if taken),
        "has_places": len({(slot.mode, slot.room_id) for slot, _ in ahead}) > 1,
        "start": start,
        "is_moved": since is not None,
        "last": start + timedelta(days=SPAN - 1),
        "earlier": max(start - timedelta(days=SPAN), today) if start > today else None,
        "later": start + timedelta(days=SPAN),
        "ticked": [],
    }


def _since() -> date | None:
    try:
        return date.fromisoformat(request.args.get("since", ""))
    except ValueError:
        return None


@bp.get("")
@allow(Permission.SLOT_PUBLISH)
def see():
    return show("slots/see.html", part="slots/_times.html", **_list_page(_since()))


def _form(sent) -> wishes.WishForm:
    db = edge.open_session()
    given = [form for form in catalogue.forms(db) if form.given_by in g.actor.role_codes]
    return wishes.WishForm(sent, given, catalogue.rooms(db))


def _new_page(form: wishes.WishForm | None = None) -> dict:
    db = edge.open_session()
    form = form or _form(request.args)
    answers = wishes.typed(form.sent)
    if "start" not in form.sent:  # a fresh form, perhaps with days ticked
        usual = wishes.usual(publishing.last_published(db, g.actor), list(form.forms.values()))
        answers |= usual | {"days": answers["days"]}
    return {
        "typed": answers,
        "days": wishes.fourteen_days(),
        "forms": list(form.forms.values()),
        "rooms": catalogue.rooms(db),
        "minutes": wishes.MINUTES,
        "pauses": wishes.PAUSES,
        "provides": wishes.PROVIDES,
    }


@bp.get("/new")
@allow(Permission.SLOT_PUBLISH)
def new():
    return show("slots/new.html", **_new_page())


def _refused_wish(form: wishes.WishForm, problems: list[tuple]):
    edge.drop()
    return show("slots/new.html", status=422, problems=problems, **_new_page(form))


def _review(form: wishes.WishForm, *, status: int = 200, problems: list[tuple] = (), chosen: set[str] | None = None):
    """The times that the wish makes, each with what is in its way; `chosen` are ticked, else all that are free."""
    try:
        times = publishing.propose(edge.open_session(), g.actor, form.wish())
    except Refused as no:
        return _refused_wish(form, [("days", no.code, no.facts)])
    if not times:
        return _refused_wish(form, [("end", "nothing-fits")])
    free = [time.code for time in times if not time.clash]
    ticked = free if chosen is None else [code for code in free if code in chosen]
    facts = {"times": times, "free": len(free), "ticked": ticked, "typed": wishes.typed(form.sent)}
    key = request.form.get("key") or new_key()
    return show("slots/check.html", status=status, problems=problems, key=key, **facts)


@bp.get("/check")
@allow(Permission.SLOT_PUBLISH)
def check():
    form = _form(request.args)
    return _review(form) if form.validate() else _refused_wish(form, problems_of(form))


@bp.post("/publish")
@allow(Permission.SLOT_PUBLISH)
def publish():
    form, chosen = _form(request.form), set(request.form.getlist("time"))
    if not form.validate():
        return _refused_wish(form, problems_of(form))
    key = request.form.get("key", "")
    batch = key if KEY.fullmatch(key) else new_key()
    try:
        publishing.publish(edge.open_session(), g.actor, form.wish(), chosen, batch=batch)
    except Refused as no:
        edge.drop()
        status = 409 if no.code == "slot-clash" else 422
        return _review(form, status=status, problems=[("time", no.code, no.facts)], chosen=chosen)
    return redirect(url_for("slots.published", batch=batch), 303)


def _batch_page(batch: str) -> dict:
    found = publishing.get_batch(edge.open_session(), g.actor, batch)
    left = [slot for slot in found if slot.status == "published"]
    until = withdrawals.can_undo_until(found[0].published_at)
    return {
        "batch": batch,
        "times": left,
        "undone": len(found) - len(left),
        "until": until,
        "can_undo": bool(left) and len(left) == len(found) and clock.now() <= until,
    }


@bp.get("/published/<batch>")
@allow(Permission.SLOT_PUBLISH)
def published(batch: str):
    return show("slots/published.html", **_batch_page(batch))


@bp.post("/published/<batch>/undo")
@allow(Permission.SLOT_PUBLISH)
def undo(batch: str):
    publishing.get_batch(edge.open_session(), g.actor, batch)
    try:
        withdrawals.undo_publishing(edge.open_session(), g.actor, batch)
    except Refused as no:
        edge.drop()
        return show("slots/published.html", status=422, problems=[("", no.code)], **_batch_page(batch))
    return redirect(url_for("slots.published", batch=batch), 303)


def _ticked() -> list[int]:
    return request.values.getlist("slot", type=whole)


@bp.get("/withdraw")
@allow(Permission.SLOT_PUBLISH)
def ask_withdraw():
    found = withdrawals.to_withdraw(edge.open_session(), g.actor, _ticked())
    if not found:
        problems = [("slot", "no-slot-chosen")]
        return show("slots/see.html", status=422, problems=problems, **_list_page(_since()))
    people = sum(len(bookings) for _, bookings in found)
    return show("slots/withdraw.html", found=found, people=people)


@bp.post("/withdraw")
@allow(Permission.SLOT_PUBLISH)
def withdraw():
    db = edge.open_session()
    withdrawals.withdraw(db, g.actor, _ticked())
    withdrawals.withdrawn(db, g.actor, _ticked())  # NotFound when none of these times is the actor's own
    return redirect(url_for("slots.withdrawn", slot=_ticked()), 303)


@bp.get("/withdrawn")
@allow(Permission.SLOT_PUBLISH)
def withdrawn():
    found = withdrawals.withdrawn(edge.open_session(), g.actor, _ticked())
    return show("slots/withdrawn.html", found=found, people=sum(len(bookings) for _, bookings in found))
