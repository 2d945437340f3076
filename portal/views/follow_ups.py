"""How are you doing? One question after the end, answered by a link, without signing in. Opening the link changes nothing."""

from flask import Blueprint, redirect, request, url_for

from portal import edge, i18n
from portal.auth import public
from portal.show import show
from services import follow_ups, identity
from services.errors import NotFound, Refused

bp = Blueprint("follow_ups", __name__, url_prefix="/f")


def _of_link(token: str):
    """Who is asked, and the question."""
    db = edge.open_session()
    link = identity.find_link(db, token, "follow-up")
    i18n.speak_to(link.person)
    return link.person, follow_ups.get_follow_up(db, link.follow_up_id)


@bp.errorhandler(Refused)
@bp.errorhandler(NotFound)
def over(_error):
    return show("follow_ups/over.html", status=404)


@bp.get("/<follow_up_token>")
@public
def ask(follow_up_token: str):
    _person, question = _of_link(follow_up_token)
    template = "ask" if question.answer is None or "again" in request.args else "answered"
    return show(f"follow_ups/{template}.html", question=question, token=follow_up_token, answers=follow_ups.ANSWERS)


@bp.post("/<follow_up_token>")
@public
def answer(follow_up_token: str):
    person, question = _of_link(follow_up_token)
    try:
        follow_ups.answer(edge.open_session(), person, question, request.form.get("said", ""))
    except Refused as no:
        context = {"question": question, "token": follow_up_token, "answers": follow_ups.ANSWERS}
        return show("follow_ups/ask.html", status=422, problems=[("said", no.code)], **context)
    return redirect(url_for("follow_ups.ask", follow_up_token=follow_up_token), 303)
