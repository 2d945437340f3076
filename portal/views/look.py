"""Look and reading: colours, size of text, language, easy words. A page, not an overlay; works signed out, without scripts."""

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
    own = {
        "theme": "system",
        "text": "normal",
        "lang": i18n.language(),
        "easy": "yes" if i18n.is_easy() else "no",
        "listen": "end",
    }
    chosen = own | i18n.look()
    return show("look/see.html", chosen=chosen, where=_own_path(request.args.get("from")), is_saved="saved" in request.args)


@bp.post("/look")
@public
def choose():
    asked = {name: request.form[name] for name, known in i18n.CHOICES.items() if request.form.get(name) in known}
    chosen = i18n.look() | asked
    if isinstance(g.actor, Person) and "lang" in asked:
        people.change_language(edge.open_session(), g.actor, asked["lang"])
    if isinstance(g.actor, Person) and "easy" in asked:
        people.change_words(edge.open_session(), g.actor, is_easy=asked["easy"] == "yes")
    where = _own_path(request.form.get("from"))
    return i18n.keep_look(redirect(url_for("look.see", saved=1, **({"from": where} if where else {})), 303), chosen)


def _own_path(wanted: str | None) -> str:
    """A path of ours to go back to, or nothing."""
    parts = urlsplit(wanted or "")
    is_own = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not parts.path.startswith("//")
    return parts.path if is_own and "\\" not in parts.path else ""
