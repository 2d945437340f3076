"""Look and reading: colours, size of text, language. A page, not an overlay; works signed out and without scripts."""

from urllib.parse import urlsplit

from flask import Blueprint, g, redirect, request, url_for

from portal import edge, i18n
from portal.auth import public
from portal.show import show
from services import people
from services.models import Person

bp = Blueprint("look", __name__)


@bp.get("/look")
@public
def see():
    chosen = {"theme": "system", "text": "normal", "lang": i18n.language()} | i18n.look()
    return show("look/see.html", chosen=chosen, where=_own_path(request.args.get("from")), is_saved="saved" in request.args)


@bp.post("/look")
@public
def choose():
    asked = {"theme": i18n.THEMES, "text": i18n.TEXT_SIZES, "lang": i18n.LANGUAGES}
    chosen = i18n.look() | {name: request.form[name] for name, known in asked.items() if request.form.get(name) in known}
    if isinstance(g.actor, Person) and request.form.get("lang") in i18n.LANGUAGES:
        people.change_language(edge.open_session(), g.actor, chosen["lang"])
    where = _own_path(request.form.get("from"))
    return i18n.keep_look(redirect(url_for("look.see", saved=1, **({"from": where} if where else {})), 303), chosen)


def _own_path(wanted: str | None) -> str:
    """A path of ours to go back to, or nothing."""
    parts = urlsplit(wanted or "")
    is_own = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not parts.path.startswith("//")
    return parts.path if is_own and "\\" not in parts.path else ""
