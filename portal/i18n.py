"""Languages. The Polish text stands in the templates; catalogues hold the others, and the plurals of Polish."""

import json
import os
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, get_locale, get_translations
from jinja2 import pass_eval_context
from markupsafe import Markup

LANGUAGES = ("pl", "uk", "en")
TRANSLATIONS = Path(__file__).parent / "translations"
THEMES = ("system", "light", "dark", "contrast")
TEXT_SIZES = ("normal", "large", "largest")
LOOK_COOKIE, LOOK_DAYS = "look", 365


def init(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(compile_catalogues(app.config["SETTINGS"].var_dir))
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Europe/Warsaw"
    Babel(app, default_locale="pl", locale_selector=choose)
    app.jinja_env.globals.update(_gettext_callables())


def compile_catalogues(var_dir: Path, *, beside: bool | None = None) -> Path:
    """Make the .mo beside each .po that is newer, so that nobody runs the app on yesterday's words. An installed package may
    belong to somebody else: then in `var_dir`. Returns the folder of the catalogues; web and worker may call it at once."""
    beside = os.access(TRANSLATIONS, os.W_OK) if beside is None else beside
    folder = TRANSLATIONS if beside else var_dir / "translations"
    for source in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"):
        made = folder / source.relative_to(TRANSLATIONS).with_suffix(".mo")
        made.parent.mkdir(parents=True, exist_ok=True)
        if beside and made.exists() and made.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file)
        with tempfile.NamedTemporaryFile(dir=made.parent, prefix=".draft-", delete=False) as file:
            write_mo(file, catalogue)
        os.chmod(file.name, 0o644)
        os.replace(file.name, made)
    return folder


def choose() -> str:
    """The language of this request: chosen on the look page, else the person's own, else the browser's, else Polish."""
    if not has_request_context():
        return "pl"
    chosen = look().get("lang")
    if chosen in LANGUAGES:
        return chosen
    actor = g.get("actor")
    if actor is not None:
        return actor.language
    if "visitor_language" in g:  # somebody who came by a link that was made for them
        return g.visitor_language
    return request.accept_languages.best_match(LANGUAGES, "pl")


def language() -> str:
    try:
        return g._flask_babel.babel_locale.language  # asked a hundred times a page; Flask-Babel's own way takes five proxies
    except (AttributeError, RuntimeError):  # nobody has asked in this request yet, or there is none
        locale = get_locale()
        return locale.language if locale else "pl"


def _gettext_callables() -> dict:
    """What templates call for words. Flask-Babel looks the catalogue up anew for each of them, and Jinja wraps each in a
    second call: together a third of the time that a page takes to draw. What a template says is finite, so it is kept."""
    kept: dict[tuple, str] = {}

    def told(context, asked: tuple, facts: dict) -> str:
        said = kept.get((language(), context.autoescape, *asked))
        if said is None:
            name, *about = asked
            said = getattr(get_translations(), name)(*about)
            said = Markup(said) if context.autoescape else said
            kept[language(), context.autoescape, *asked] = said
        return said % facts if "%" in said else said

    @pass_eval_context
    def gettext(context, text, **facts):
        return told(context, ("ugettext", text), facts)

    @pass_eval_context
    def ngettext(context, one, many, num, **facts):
        said = get_translations().ungettext(one, many, num)  # numbers are not finite
        return (Markup(said) if context.autoescape else said) % ({"num": num} | facts)

    @pass_eval_context
    def pgettext(context, about, text, **facts):
        return told(context, ("upgettext", about, text), facts)

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext, "pgettext": pgettext}


def look() -> dict[str, str]:
    """What the person chose on the look page. Anything that is not one of the choices counts as not chosen."""
    if "look" not in g:
        said = dict(parse_qsl(request.cookies.get(LOOK_COOKIE, "")))
        choices = {"lang": LANGUAGES, "theme": THEMES, "text": TEXT_SIZES}
        g.look = {name: said[name] for name, known in choices.items() if said.get(name) in known}
    return g.look


def keep_look(response, chosen: dict[str, str]):
    response.set_cookie(
        LOOK_COOKIE,
        urlencode(chosen),
        max_age=LOOK_DAYS * 86400,
        samesite="Lax",
        httponly=True,
        secure=current_app.config["SETTINGS"].is_https,
    )
    return response


def named(texts: dict | str | None) -> str:
    """The text of a row that carries its own words in several languages; Polish where the page's language is missing."""
    if not texts:
        return ""
    if isinstance(texts, str):
        texts = json.loads(texts)
    return texts.get(language()) or texts.get("pl") or ""
