"""A session that ended while somebody typed: what they sent is kept for them, and waits in the same form of the same page
when they have signed in again, there or on another phone.

Whose it is tells the cookie of the ended device; what is kept is shown to nobody but them. A phone that was signed out
("Wyloguj i wyczyść") holds no such cookie any more, and keeps nothing.
"""

import re

from flask import Flask, current_app, g, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError

from portal import edge
from portal.refill import fill
from services import drafts, identity
from services.drafts import KEPT, Form
from services.models import Person, StaffMember

# Where the form or the button stands that goes to an address without a page of its own.
PAGES = {
    "booking.take_first": "booking.day", "booking_for.take_first": "booking_for.day", "booking.suit": "booking.day",
    "booking_for.suit": "booking_for.day", "acting.end": "acting.one", "acting.send": "acting.one", "places.picture_off": "places.new_picture",
    "bookings.answer": "bookings.see", "bookings.move": "bookings.see", "bookings.restore": "bookings.see",
    "attendance.check_in": "attendance.see", "attendance.confirm": "plan.see", "plan.mark": "plan.see",
    "plan.stop_waiting": "plan.see", "passkeys.remove": "passkeys.see",
    "reminders.put_first": "reminders.saved", "reminders.unsubscribe": "reminders.see", "reminders.send_test": "reminders.saved",
    "contacts.end": "contacts.ask_end", "people.read_code": "people.invitation", "plans.add_goal": "plans.draft",
    "plans.remove_goal": "plans.draft", "plans.add_step": "plans.draft", "plans.remove_step": "plans.draft",
    "plans.propose": "plans.check", "plans.set_review": "plans.see", "plans.mark": "plans.see", "sendings.stop": "sendings.result",
    "acting_plan.answer": "acting_plan.session", "acting_plan.restore": "acting_plan.session", "acting_plan.move": "acting_plan.session",
    "acting_plan.check_in": "acting_plan.session", "acting_plan.leave": "acting_plan.see", "booking_acting.take_first": "booking_acting.day",
    "booking_acting.suit": "booking_acting.day", "texts.end": "texts.edit", "slots.publish": "slots.new", "slots.undo": "slots.published", "tasks.finish": "tasks.see",
    "tasks.settle": "tasks.see", "today.record": "today.see", "barriers.answer": "barriers.case", "barriers.extend": "barriers.case",
    "barriers.refuse": "barriers.case", "barriers.close": "barriers.case",
}  # fmt: skip
PROGRAMS = {
    "bookings.answer_later",
    "reminders.renew",
    "passkeys.ask",
    "passkeys.add",
}  # a script asks, and tells itself what is next
MAIN = re.compile(r'<main id="content"[^>]*>')


def page_to_come_back_to() -> str | None:
    """The page that was asked for, or on which the form stands that was sent."""
    return request.full_path.rstrip("?") if request.method in edge.SAFE else page_of_request()


def page_of_request() -> str | None:
    """The page on which the form of this request stands; None where there is none of ours."""
    if request.endpoint in PROGRAMS:
        return None
    if page := PAGES.get(request.endpoint):
        rule = next(current_app.url_map.iter_rules(page))
        try:
            return url_for(page, **{name: value for name, value in _values().items() if name in rule.arguments})
        except BuildError:
            return None
    try:
        current_app.create_url_adapter(request).match(request.path, method="GET")
    except HTTPException:
        return None
    return request.path


def _values() -> dict:
    """What the address says, also where a blueprint has taken something out of it."""
    return current_app.create_url_adapter(request).match()[1]


def stop() -> None:
    """Nobody is signed in any more. Note the page to come back to, and keep what this request wanted to write."""
    session["next"] = page_to_come_back_to()
    session.pop("next-of", None)
    was = _who_was_here()
    if was is None:
        return
    owner = session["next-of"] = identity.name_of(was)
    if session["next"] and request.method not in edge.SAFE:
        fields = [(name, value) for name, value in request.form.items(multi=True)]
        with edge.writing() as db:
            drafts.keep_form(db, owner, Form(request.path, session["next"], fields))


def _who_was_here() -> Person | StaffMember | None:
    if g.half is not None:
        return g.half.staff or g.half.person
    token = session.get("_user_id")
    return identity.who_was_here(edge.open_session(), token, within=KEPT) if token else None


def begin(who: Person | StaffMember) -> str | None:
    """Somebody has just signed in: what was kept for them is at hand from now on. Returns the page to go on from."""
    kept = drafts.forms_of(edge.open_session(), identity.name_of(who))
    if kept:
        session["kept"] = {form.to: form.page for form in kept}
    wanted, of = session.pop("next", None), session.pop("next-of", None)
    if wanted and of in (None, identity.name_of(who)):
        return wanted
    return kept[0].page if kept else None


def give_back(html: str) -> str:
    """The page with what was typed into it before the session ended."""
    to = next((to for to, page in session.get("kept", {}).items() if page == request.path), None)
    if to is None or not _is_own() or request.method not in edge.SAFE:
        return html
    form = drafts.get_form(edge.open_session(), identity.name_of(g.actor), to)
    if form is None:
        return html
    filled, is_found, has_fields = fill(html, form.to, form.fields)
    start = MAIN.search(filled)
    if not is_found or start is None:
        return html
    said = render_template("entry/_taken_up.html", to=to, has_fields=has_fields)
    return Markup(filled[: start.end()]) + Markup(said) + Markup(filled[start.end() :])


def _is_own() -> bool:
    """Whether somebody is signed in for themselves; who acts for somebody keeps nothing here."""
    return isinstance(g.get("actor"), Person | StaffMember)


def init(app: Flask) -> None:
    @app.before_request
    def send_again():
        """Sent once more, this time by somebody who is signed in: if it goes well, nothing is kept any more."""
        if request.method not in edge.SAFE and _is_own() and request.path in session.get("kept", {}):
            drop(request.path)

    @app.after_request
    def forget(response):
        if response.status_code < 400 and (to := g.get("kept_no_more")):
            session["kept"] = {path: page for path, page in session.get("kept", {}).items() if path != to}
        return response


def drop(to: str) -> None:
    drafts.drop_form(edge.open_session(), identity.name_of(g.actor), to)
    g.kept_no_more = to
