"""The places: how to get in, with a picture of the door, for everybody; and their coordinators' corrections."""

import re
from dataclasses import dataclass

from flask import Blueprint, current_app, g, make_response, redirect, request, session, url_for

from portal import edge, i18n
from portal.auth import allow, public
from portal.numbers import whole_or_none
from portal.show import show
from services import catalogue, pictures, places
from services.errors import Refused
from services.models import Place
from services.permissions import Permission, is_allowed

bp = Blueprint("places", __name__, url_prefix="/places")
SIZE = re.compile(r"-(\d+)x(\d+)\.\w+$")
DRAWN = "doors/"  # a drawing of ours, among the files of the look
LARGEST_UPLOAD = 12 * 1024 * 1024  # what a telephone's camera makes
YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Picture:
    url: str
    width: int
    height: int
    is_drawing: bool


@bp.url_value_preprocessor
def take_large_pictures(endpoint, _values) -> None:
    """Before anything reads the form. For whoever is signed in: a stranger's upload ends where every other form does."""
    if endpoint == "places.add_picture" and session.get("_user_id"):
        request.max_content_length = LARGEST_UPLOAD


@bp.app_template_global("door_picture")
def door_picture(place: Place) -> Picture | None:
    """The picture of a place's door; its size stands in its name, so that nothing on the page moves when it comes."""
    if not place.photo or not (size := SIZE.search(place.photo)):
        return None
    is_drawing = place.photo.startswith(DRAWN)
    if is_drawing:
        address = current_app.extensions["assets"].url(place.photo)
        return Picture(address, int(size[1]), int(size[2]), is_drawing)
    return Picture(url_for("places.picture", place_id=place.id, name=place.photo), int(size[1]), int(size[2]), is_drawing)


def _may_write() -> bool:
    return g.get("actor") is not None and is_allowed(g.actor, Permission.PLACE_WRITE)


def _place(place_id: int) -> Place:
    return places.get_place(edge.open_session(), place_id)


@bp.get("")
@public
def every():
    return show("places/every.html", places=places.every(edge.open_session()))


@bp.get("/<int:place_id>")
@public
def see(place_id: int):
    return show("places/see.html", place=_place(place_id), all_access=catalogue.ACCESS, may_write=_may_write())


@bp.get("/<int:place_id>/door/<name>")
@public
def picture(place_id: int, name: str):
    answer = make_response(places.picture_of(edge.open_session(), place_id, name))
    answer.headers["Content-Type"], answer.headers["Cache-Control"] = pictures.KIND, YEAR
    return answer


def _typed(place: Place) -> dict:
    """What stands in the form at first."""
    words = {f"{name}_{lang}": getattr(place, name).get(lang, "") for name in ("way_in", "stop") for lang in i18n.LANGUAGES}
    return words | {"steps": place.steps, "door_cm": place.door_cm, "access": place.access}


def _words(name: str) -> dict[str, str]:
    return {lang: request.form.get(f"{name}_{lang}", "") for lang in i18n.LANGUAGES}


def _number(name: str) -> tuple[int | None, bool]:
    """The number in a field that may stay empty, and whether there is one or nothing."""
    text = request.form.get(name, "").strip()
    return whole_or_none(text), not text or whole_or_none(text) is not None


@bp.get("/<int:place_id>/edit")
@allow(Permission.PLACE_WRITE)
def edit(place_id: int):
    place = _place(place_id)
    return show("places/edit.html", place=place, typed=_typed(place), all_access=catalogue.ACCESS)


@bp.post("/<int:place_id>/edit")
@allow(Permission.PLACE_WRITE)
def describe(place_id: int):
    db, place = edge.open_session(), _place(place_id)
    typed = request.form.to_dict() | {"access": request.form.getlist("access")}
    (steps, has_steps), (door_cm, has_door) = _number("steps"), _number("door_cm")
    problems = [] if has_steps else [("steps", "steps-wrong")]
    problems += [] if has_door else [("door_cm", "door-wrong")]
    facts = places.Facts(tuple(typed["access"]), steps, door_cm, _words("way_in"), _words("stop"))
    try:
        places.describe(db, g.actor, place, facts)
    except Refused as no:
        problems += no.facts["problems"]
    if problems:
        edge.drop()
        context = {"place": _place(place_id), "typed": typed, "all_access": catalogue.ACCESS}
        return show("places/edit.html", status=422, problems=problems, **context)
    return redirect(url_for("places.saved", place_id=place_id), 303)


@bp.get("/<int:place_id>/picture")
@allow(Permission.PLACE_WRITE)
def new_picture(place_id: int):
    place = _place(place_id)
    return show("places/picture.html", place=place, typed={f"alt_{lang}": text for lang, text in place.photo_alt.items()})


@bp.post("/<int:place_id>/picture")
@allow(Permission.PLACE_WRITE)
def add_picture(place_id: int):
    db, place, file = edge.open_session(), _place(place_id), request.files.get("picture")
    try:
        places.picture_door(db, g.actor, place, file.read() if file else b"", _words("alt"))
    except Refused as no:
        edge.drop()
        field = "alt_pl" if no.code.startswith("alt-") else "picture"
        context = {"place": _place(place_id), "typed": request.form}
        return show("places/picture.html", status=422, problems=[(field, no.code, no.facts)], **context)
    return redirect(url_for("places.saved", place_id=place_id), 303)


@bp.post("/<int:place_id>/picture/off")
@allow(Permission.PLACE_WRITE)
def picture_off(place_id: int):
    places.take_picture_off(edge.open_session(), g.actor, _place(place_id))
    return redirect(url_for("places.saved", place_id=place_id), 303)


@bp.get("/<int:place_id>/saved")
@allow(Permission.PLACE_WRITE)
def saved(place_id: int):
    return show("places/saved.html", place=_place(place_id), all_access=catalogue.ACCESS)
