"""Languages, and easy words in each. The Polish text stands in the templates; catalogues hold the others, the plurals of
Polish, and the easy words: only for those sentences that are not easy as they are."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale
from jinja2 import pass_eval_context
from markupsafe import Markup

from portal import lines
from services.models import StaffMember

LANGUAGES = ("pl", "uk", "en")
TRANSLATIONS = Path(__file__).parent / "translations"
THEMES = ("system", "light", "dark", "contrast")
TEXT_SIZES = ("normal", "large", "largest")
LOOK_COOKIE, LOOK_DAYS = "look", 365
CHOICES = {  # what may be chosen on the look page: name -> values
    "lang": LANGUAGES,
    "theme": THEMES,
    "text": TEXT_SIZES,
    "easy": ("yes", "no"),
    "listen": ("end", "top"),  # where the button stands that reads a page aloud
}


def init(app: Flask) -> None:
    folder = compile_catalogues(app.config["SETTINGS"].var_dir)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(folder)
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Europe/Warsaw"
    Babel(app, default_locale="pl", locale_selector=choose)
    app.jinja_env.globals.update(_gettext_callables(folder))


def compile_catalogues(var_dir: Path, *, beside: bool | None = None) -> Path:
    """Make the .mo beside each .po that is newer, so that nobody runs the app on yesterday's words. An installed package may
    belong to somebody else: then in `var_dir`. Returns the folder of the catalogues; web and worker may call it at once."""
    beside = os.access(TRANSLATIONS, os.W_OK) if beside is None else beside
    folder = TRANSLATIONS if beside else var_dir / "translations"
    for source in TRANSLATIONS.glob("*/LC_MESSAGES/*.po"):
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


def is_easy() -> bool:
    """Whether these words are for somebody who wants them easy. Staff pages have one kind of words."""
    try:
        return g.is_easy  # asked a hundred times a page
    except (AttributeError, RuntimeError):
        pass
    if not has_request_context() or "actor" not in g:  # words that nobody has asked for in this request
        return False
    g.is_easy = _wants_easy()
    return g.is_easy


def _wants_easy() -> bool:
    if g.get("half") or isinstance(g.actor, StaffMember):
        return False
    chosen = look().get("easy")
    if chosen:
        return chosen == "yes"
    return g.get("visitor_is_easy", False) if g.actor is None else getattr(g.actor, "is_easy", False)


def speak_to(who) -> None:
    """Nobody is signed in, but this page is for somebody: their language and words, unless this browser has chosen others."""
    g.visitor_language, g.visitor_is_easy = who.language, getattr(who, "is_easy", False)


@contextmanager
def speaking(app: Flask, lang: str, *, is_easy: bool = False) -> Iterator[None]:
    """Words for somebody who is not asking for a page: a message, a letter."""
    with app.app_context(), force_locale(lang):
        g.is_easy = is_easy
        yield


def _catalogues(folder: Path) -> dict[tuple[str, bool], Translations]:
    """(language, whether easy) -> its words. What the easy words do not hold is said in the others."""
    known = {}
    for lang in LANGUAGES:
        known[lang, False] = Translations.load(folder, [lang])
        known[lang, True] = Translations.load(folder, [lang], "easy")
        known[lang, True].add_fallback(Translations.load(folder, [lang]))
    return known


def _gettext_callables(folder: Path) -> dict:
    """What templates call for words. Flask-Babel looks the catalogue up anew for each of them, and Jinja wraps each in a
    second call: together a third of the time that a page takes to draw. What a template says is finite, so it is kept."""
    catalogues = _catalogues(folder)
    kept: dict[tuple, str] = {}

    def laid_out(said: str, context, easy: bool) -> str:
        said = lines.marked(said, is_end_marked=context.autoescape) if easy else said
        return Markup(said) if context.autoescape else said

    def told(context, asked: tuple, facts: dict) -> str:
        lang, easy = language(), is_easy()
        said = kept.get((lang, easy, context.autoescape, *asked))
        if said is None:
            name, *about = asked
            said = laid_out(getattr(catalogues[lang, easy], name)(*about), context, easy)
            kept[lang, easy, context.autoescape, *asked] = said
        return said % facts if "%" in said else said

    @pass_eval_context
    def gettext(context, text, **facts):
        return told(context, ("ugettext", text), facts)

    @pass_eval_context
    def ngettext(context, one, many, num, **facts):
        easy = is_easy()
        said = catalogues[language(), easy].ungettext(one, many, num)  # numbers are not finite
        return laid_out(said, context, easy) % ({"num": num} | facts)

    @pass_eval_context
    def pgettext(context, about, text, **facts):
        return told(context, ("upgettext", about, text), facts)

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext, "pgettext": pgettext}


def look() -> dict[str, str]:
    """What the person chose on the look page. Anything that is not one of the choices counts as not chosen."""
    if "look" not in g:
        said = dict(parse_qsl(request.cookies.get(LOOK_COOKIE, "")))
        g.look = {name: said[name] for name, known in CHOICES.items() if said.get(name) in known}
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
