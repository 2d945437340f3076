"""The call list: one person after the other, with what to say, and what came of it."""

from flask import Blueprint, current_app, g, make_response, redirect, request, url_for
from flask_babel import get_locale

from portal import edge, messages
from portal.auth import allow
from portal.numbers import whole_or_none
from portal.show import show
from services import calls, clock
from services.errors import Refused
from services.models import Call
from services.permissions import Permission

bp = Blueprint("calls", __name__, url_prefix="/calls")


@bp.get("")
@allow(Permission.TASK_SEE)
def see():
    db = edge.open_session()
    return show("calls/see.html", calls=calls.open_calls(db, g.actor), now=clock.now(), noted=noted_before())


def noted_before() -> Call | None:
    """The call that was noted just before this page."""
    call_id = whole_or_none(request.args.get("noted"))
    return calls.get_call(edge.open_session(), g.actor, call_id) if call_id else None


def page(call: Call, **more):
    db, app = edge.open_session(), current_app._get_current_object()
    if not calls.is_open(db, call):
        return show("calls/over.html", call=call)
    said = messages.words(app, calls.delivery_of(db, call), language=str(get_locale()))
    return show(
        "calls/call.html", call=call, say=said.say, outcomes=calls.outcomes_of(call),
        again=calls.next_tries(call), can_print=call.tries >= calls.LETTER_AFTER, noted=noted_before(), **more,
    )  # fmt: skip


@bp.get("/<int:call_id>")
@allow(Permission.TASK_SEE)
def call(call_id: int):
    found = calls.get_call(edge.open_session(), g.actor, call_id)
    edge.looked(found.person_id, "call")
    return page(found, is_changed="changed" in request.args)


@bp.post("/<int:call_id>")
@allow(Permission.TASK_SEE)
def note(call_id: int):
    """The buttons say the outcome, and where there is one, a colon and when to try again."""
    db, form = edge.open_session(), request.form
    found = calls.get_call(db, g.actor, call_id)
    outcome, _, next_try = form.get("outcome", "").partition(":")
    tries, text = whole_or_none(form.get("tries")), form.get("note", "")
    try:
        is_noted = calls.note(db, g.actor, found, outcome, tries=tries or 0, next_try=next_try, text=text)
    except Refused as no:
        edge.drop()
        return page(found, status=422, typed=text, problems=[("outcome", no.code)])
    if not is_noted:
        return redirect(url_for("calls.call", call_id=call_id, changed=""), 303)
    following = next((one.id for one in calls.open_calls(db, g.actor) if one.next_try_at <= clock.now()), None)
    where = url_for("calls.call", call_id=following, noted=call_id) if following else url_for("calls.see", noted=call_id)
    return redirect(where, 303)


@bp.get("/<int:call_id>/letter.pdf")
@allow(Permission.TASK_SEE)
def letter(call_id: int):
    """The same words on paper, for somebody whom no call reaches."""
    from portal import paper  # hardly ever asked for

    db, app = edge.open_session(), current_app._get_current_object()
    found = calls.get_call(db, g.actor, call_id)
    edge.looked(found.person_id, "letter")
    said = messages.words(app, calls.delivery_of(db, found))
    response = make_response(paper.letter(
        app, title=said.title, name=found.person.full_name, lang=said.lang, lines=said.lines, facts=said.facts,
        ask=[], after=said.after, is_large="large-print" in found.person.need_codes, is_easy=said.is_easy,
    ))  # fmt: skip
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="pracownia-{call_id}.pdf"'
    return response
