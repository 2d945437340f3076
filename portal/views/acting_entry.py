"""How a trusted person comes in and leaves: a link that opens once, no account, no password.

Opening the link changes nothing, since mail scanners open links too; pressing a button does.
"""

from flask import Blueprint, g, redirect, request, session, url_for
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from portal import acting as here
from portal import edge
from portal.auth import WIPED, public
from portal.show import new_key, problems_of, show
from services import acting, acting_ways
from services.errors import NotFound, Refused
from services.models import MandateLink

bp = Blueprint("acting_entry", __name__)
bp.url_value_preprocessor(here.note_whom)
WAY_IN, FORM = "way-in-acting", "acting-form"


class PhoneForm(FlaskForm):
    phone = RadioField(choices=["mine", "shared"], validators=[InputRequired("phone-missing")], validate_choice=False)


class AddressForm(FlaskForm):
    address = StringField(validators=[InputRequired("own-address-missing"), Length(max=200, message="text-long")])


@bp.get("/t/<act_token>")
@public
def open_link(act_token: str):
    """The secret leaves the address bar at once. Nothing is spent."""
    session[WAY_IN], session[FORM] = act_token, new_key()
    return redirect(url_for("acting_entry.welcome"), 303)


def _link() -> MandateLink:
    link = acting_ways.find_link(edge.open_session(), session.get(WAY_IN, ""))
    g.visitor_language = link.mandate.language
    return link


def _over(no: Exception):
    """A link that was used here has let somebody in here: then there is nothing to explain."""
    if getattr(no, "code", "") == "link-spent" and here.here():
        return redirect(url_for("acting_entry.choose"), 303)
    return show("acting/link_over.html", status=404, code=getattr(no, "code", "link-old"))


@bp.get("/for/enter")
@public
def welcome():
    try:
        link = _link()
    except (Refused, NotFound) as no:
        return _over(no)
    return show("acting/welcome.html", mandate=link.mandate)


@bp.post("/for/enter")
@public
def use_link():
    db, form, token = edge.open_session(), PhoneForm(), session.get(WAY_IN, "")
    try:
        if not form.validate():
            return show("acting/welcome.html", status=422, problems=problems_of(form), mandate=_link().mandate)
        is_shared = form.phone.data == "shared"
        device, secret = acting_ways.accept(db, here.key(), token, form_key=session.get(FORM, ""), is_shared=is_shared)
    except (Refused, NotFound) as no:
        edge.drop()
        return _over(no)
    here.enter(secret, is_shared=is_shared)
    response = redirect(here.start_for(device.mandate), 303)
    if is_shared:
        response.headers["Clear-Site-Data"] = WIPED
    return response


@bp.post("/for/no")
@public
def decline():
    """They do not want to. The person who named them sees it."""
    try:
        acting.end(edge.open_session(), _link().mandate, by="trusted")
    except (Refused, NotFound) as no:
        if session.get("acting-left"):
            return redirect(url_for("acting_entry.left"), 303)  # pressed twice
        return _over(no)
    session["acting-left"] = True
    return redirect(url_for("acting_entry.left"), 303)


@bp.get("/for/left")
@public
def left():
    return show("acting/left.html")


@bp.get("/for/link")
@public
def ask():
    """Who has lost the way in asks for a new one; it goes to the address by which they were named, and nowhere else."""
    return show("acting/ask.html", typed="")


@bp.post("/for/link")
@public
def send():
    form = AddressForm()
    if not form.validate():
        return show("acting/ask.html", status=422, problems=problems_of(form), typed=request.form.get("address", ""))
    acting_ways.ask_again(edge.open_session(), here.key(), form.address.data)
    return redirect(url_for("acting_entry.asked"), 303)


@bp.get("/for/link/sent")
@public
def asked():
    return show("acting/asked.html")


@bp.get("/for")
@here.act()
def choose():
    """For whom? Who helps one person only is there already."""
    devices = here.here()
    if len(devices) == 1:
        return redirect(url_for("acting_plan.see", mandate_id=devices[0].mandate_id), 303)
    g.actor = None  # so far it is about nobody
    return show("acting/choose.html", mandates=[device.mandate for device in devices])
