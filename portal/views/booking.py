"""Booking in five short steps, for oneself or, by staff or a trusted person, for somebody: need, person, day, hour, check.

The same steps under three addresses: /book, /people/<id>/book and /for/<id>/book. What was answered is kept on the server (a draft), so
that going back, losing the network or the tab loses nothing.
"""

from datetime import date

from flask import Blueprint, Flask, g, redirect, request, url_for
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired

from portal import acting, edge
from portal.auth import allow
from portal.booking_steps import NONE, Steps
from portal.errors import status_of
from portal.numbers import whole, whole_or_none
from portal.show import problems_of, show
from services import bookings, catalogue, clock, fitting, interpreters, slots
from services.errors import NotFound, Refused
from services.models import Booking, Mandate, Person
from services.permissions import Permission
from services.steps import get_step

MAY = (Permission.BOOKING_MAKE, Permission.BOOKING_MAKE_FOR)


class NeedForm(FlaskForm):
    need = StringField(validators=[InputRequired("need-missing")])


class PersonForm(FlaskForm):
    specialist = StringField(validators=[InputRequired("specialist-missing")])


class DayForm(FlaskForm):
    day = StringField(validators=[InputRequired("day-missing")])


class HourForm(FlaskForm):
    slot = StringField(validators=[InputRequired("slot-missing")])


def start():
    """From "Umów" nothing is known; from a step of the plan or a specialist's free hour, something is."""
    steps = Steps.load()
    known = {}
    if line := request.values.get("step"):
        step = get_step(steps.db, steps.person, line)
        known = {"step": line} | ({"form": step.form_id} if step.form_id else {})
    if request.method == "GET":
        return redirect(steps.url("need"), 303)
    if form_id := request.form.get("need", type=whole):
        known |= {"form": catalogue.get_form(steps.db, form_id).id}
    if slot_id := request.form.get("slot", type=whole):
        slot = slots.get_slot(steps.db, slot_id)
        known |= {"form": slot.form_id, "specialist": slot.specialist_id, "day": slot.day.isoformat(), "slot": slot.id}
    steps.restart(known)
    return redirect(steps.url("check" if "slot" in known else "person" if "form" in known else "need"), 303)


def need():
    steps = Steps.load()
    return show("booking/need.html", steps=steps, **steps.needs_page(), problems=())


def choose_need():
    steps, form = Steps.load(), NeedForm()
    if not form.validate():
        return show("booking/need.html", status=422, problems=problems_of(form), steps=steps, **steps.needs_page())
    if form.need.data == NONE:
        return steps.ask("call-me")
    chosen = catalogue.get_form(steps.db, whole_or_none(form.need.data) or 0)
    fresh_step = None if "form" in steps.draft else steps.draft.get("step")
    steps.restart({"form": chosen.id, "step": fresh_step})  # an earlier booking that was left half way is over
    return redirect(steps.url("person"), 303)


def person():
    steps = Steps.load("form")
    return show("booking/person.html", steps=steps, **steps.people_page())


def choose_person():
    steps, form = Steps.load("form"), PersonForm()
    chosen = whole_or_none(form.specialist.data)
    if not form.validate() or chosen is None:
        problems = [("specialist", "specialist-missing")]
        return show("booking/person.html", status=422, problems=problems, steps=steps, **steps.people_page())
    steps.keep(specialist=chosen, day=None, slot=None)
    return redirect(steps.url("day"), 303)


def day():
    steps = Steps.load("form")
    return show("booking/day.html", part="booking/_days.html", steps=steps, **steps.days_page())


def choose_day():
    steps, form = Steps.load("form"), DayForm()
    problems = [] if form.validate() else problems_of(form)
    if not problems and form.day.data == NONE:
        return steps.ask("none-suits")
    chosen = _date(form.day.data)
    if problems or chosen is None:
        problems = problems or [("day", "day-missing")]
        return show("booking/day.html", status=422, problems=problems, steps=steps, **steps.days_page())
    steps.keep(day=chosen.isoformat(), slot=None)
    return redirect(steps.url("hour"), 303)


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def take_first():
    """The earliest free time, with one press."""
    steps = Steps.load("form")
    slot = slots.get_slot(steps.db, request.form.get("slot", type=whole) or 0)
    steps.keep(day=slot.day.isoformat(), slot=slot.id)
    return redirect(steps.url("check"), 303)


SHOWN = {"anywhere": {"anywhere": 1}, "fitting": {"anywhere": None}, "any-day": {"any_day": 1}, "in-time": {"any_day": None}}


def suit():
    """Show also times that do not suit the person's needs, or again only those that do; back where it was asked."""
    steps = Steps.load("form")
    steps.keep(**SHOWN.get(request.form.get("show", ""), {}))
    at = request.form.get("at")
    return redirect(steps.url(at if at in ("person", "day", "hour") else "day"), 303)


def hour():
    steps = Steps.load("form", "day")
    return show("booking/hour.html", steps=steps, **steps.hours_page())


def choose_hour():
    steps, form = Steps.load("form", "day"), HourForm()
    if form.validate() and form.slot.data == NONE:
        return steps.ask("none-suits")
    chosen = whole_or_none(form.slot.data)
    if not form.validate() or chosen is None:
        problems = [("slot", "slot-missing")]
        return show("booking/hour.html", status=422, problems=problems, steps=steps, **steps.hours_page())
    try:
        slot = slots.get_slot(steps.db, chosen)
    except NotFound:
        return _lost(steps, Refused("slot-just-taken"))
    steps.keep(slot=slot.id)
    return redirect(steps.url("check"), 303)


def check():
    steps = Steps.load("form", "slot")
    try:
        slot = slots.get_slot(steps.db, steps.draft["slot"], with_room=True)
    except NotFound:
        return _lost(steps, Refused("slot-just-taken"))
    if steps.is_by_staff:  # the page shows what the person needs
        edge.looked(steps.person.id, "booking")
    needs = steps.chosen_needs()
    facts = {
        "needs": needs, "lacking": fitting.lacking(needs, slot), "interpreters": fitting.to_order(needs, slot),
        "is_too_soon": fitting.is_too_soon(needs, slot, clock.today()), "parts": catalogue.NEEDS_BY_PART,
    }  # fmt: skip
    return show("booking/check.html", steps=steps, slot=slot, **facts)


def make():
    key = request.form.get("key", "")[:64] or "none"
    steps = Steps.load()
    shown = request.form.get("slot", type=whole)
    if not steps.draft.get("slot") and (again := _made_before(steps, key, shown)):
        return _see(steps, again, "booked")  # pressed twice: the first press has made it
    if shown and (shown, request.form.get("moving")) != (steps.draft.get("slot"), steps.moving):
        _take_from_page(steps, shown)
    steps.require("form", "slot")
    steps.draft["needs"] = needs = _needs(steps)
    try:
        if number := steps.draft.get("moving"):
            old = bookings.get_booking(steps.db, steps.person, number)
            booking = bookings.move(steps.db, g.actor, old, steps.draft["slot"], key=key)
        else:
            booking = bookings.book(
                steps.db, g.actor, steps.person, steps.draft["slot"], key=key, needs=needs, step_line=steps.draft.get("step")
            )
    except (Refused, NotFound) as no:
        return _lost(steps, no if isinstance(no, Refused) else Refused("slot-just-taken"), needs)
    steps.restart({"made": booking.number})
    return _see(steps, booking, "moved" if number else "booked")


def _needs(steps: Steps) -> list[str]:
    if steps.moving:  # what was said when it was booked goes along
        return steps.chosen_needs()
    if steps.is_by_trusted:  # they do not see what the person needs; it comes along by itself
        return steps.person.need_codes
    return [code for code in request.form.getlist("needs") if code in catalogue.NEEDS]


def _made_before(steps: Steps, key: str, shown: int | None) -> Booking | None:
    if found := bookings.find_by_key(steps.db, steps.person, key):
        return found
    made = steps.draft.get("made")
    found = bookings.get_booking(steps.db, steps.person, made) if made else None
    return found if found and shown in (None, found.slot_id) else None


def _take_from_page(steps: Steps, shown: int) -> None:
    """Another tab has gone on meanwhile. What counts is the time that stands on the page whose button was pressed."""
    form_id = slots.get_slot(steps.db, shown).form_id
    known = {"form": form_id, "slot": shown, "moving": request.form.get("moving"), "step": request.form.get("step")}
    if known["step"]:
        get_step(steps.db, steps.person, known["step"])
    steps.draft = {name: value for name, value in known.items() if value}


def _see(steps: Steps, booking: Booking, done: str):
    if isinstance(g.actor, Person):
        return redirect(url_for("bookings.see", number=booking.number, done=done), 303)
    if isinstance(g.actor, Mandate):
        return redirect(url_for("acting_plan.session", number=booking.number, done=done), 303)
    return redirect(url_for("booking_for.done", person_id=steps.person.id, number=booking.number), 303)


def _lost(steps: Steps, no: Refused, needs: list[str] | None = None):
    """Somebody was faster: back at the hours of that day, with everything else kept, or at the days when none is left."""
    if no.code in ("key-reused", "booking-over", "booking-cancelled", "booking-changed"):
        raise no
    edge.drop()
    with edge.writing() as db:
        steps.keep_in(db, needs=needs) if needs is not None else None
    page = steps.hours_page()
    template, extra = ("booking/hour.html", page) if page["hours"] else ("booking/day.html", steps.days_page())
    field = "slot" if page["hours"] else "day"
    nearest = no.facts.get("nearest", [])
    return show(template, status=status_of(no), problems=[(field, no.code, no.facts)], steps=steps, nearest=nearest, **extra)


def asked():
    return show("booking/asked.html", steps=Steps.load(), kind=request.args.get("kind", "none-suits"))


def done(number: str):
    steps = Steps.load()
    booking = bookings.get_booking(steps.db, steps.person, number)
    found = interpreters.of_bookings(steps.db, [booking]).get(booking.id)
    return show("booking/done.html", steps=steps, booking=booking, interpreters=found)


ROUTES = (
    ("", "start", start, ["GET", "POST"]),
    ("/need", "need", need, ["GET"]), ("/need", "choose_need", choose_need, ["POST"]),
    ("/person", "person", person, ["GET"]), ("/person", "choose_person", choose_person, ["POST"]),
    ("/day", "day", day, ["GET"]), ("/day", "choose_day", choose_day, ["POST"]), ("/first", "take_first", take_first, ["POST"]),
    ("/suit", "suit", suit, ["POST"]),
    ("/hour", "hour", hour, ["GET"]), ("/hour", "choose_hour", choose_hour, ["POST"]),
    ("/check", "check", check, ["GET"]), ("/check", "make", make, ["POST"]),
    ("/asked", "asked", asked, ["GET"]),
)  # fmt: skip


def register(app: Flask) -> None:
    for name, prefix, may in (
        ("booking", "/book", allow(*MAY)),
        ("booking_for", "/people/<int:person_id>/book", allow(*MAY)),
        ("booking_acting", "/for/<int:mandate_id>/book", acting.act(Permission.ACT_BOOK)),
    ):
        bp = Blueprint(name, __name__, url_prefix=prefix)
        bp.url_value_preprocessor(_note_person)
        for path, endpoint, view, methods in ROUTES:
            bp.add_url_rule(path, endpoint, may(view), methods=methods)
        if name == "booking_for":  # others are led to the session itself
            bp.add_url_rule("/done/<number>", "done", may(done), methods=["GET"])
        app.register_blueprint(bp)


def _note_person(endpoint, values: dict) -> None:
    g.for_person = values.pop("person_id", None)
    acting.note_whom(endpoint, values)
