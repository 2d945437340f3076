"""Turning a template into an answer: a whole page, or the one part that htmx asked for."""

import re
import secrets
from dataclasses import dataclass
from functools import cached_property

from flask import Flask, current_app, g, make_response, render_template, request, session
from flask_babel import get_locale

from portal import dates, edge, i18n, lines, navigation, taken_up
from services.models import Mandate, Person


@dataclass
class Page:
    """What every layout needs to know. Nothing here asks the database."""

    @cached_property
    def lang(self) -> str:
        return str(get_locale() or "pl")

    theme = property(lambda self: i18n.look().get("theme", "system"))
    text_size = property(lambda self: i18n.look().get("text", "normal"))
    is_easy = property(lambda self: i18n.is_easy())
    easy_readers = property(lambda self: current_app.config["SETTINGS"].etr_reviewed_by)
    listen = property(lambda self: i18n.look().get("listen", "end"))
    url = property(lambda self: request.path)

    @property
    def place(self) -> str:
        """Which page this is, for whoever reports a barrier on it: its address without whose it is, and without secrets."""
        rule = request.url_rule.rule if request.url_rule else ""
        return re.sub("<[^>]*>", "...", rule)

    is_demo = property(lambda self: current_app.config["SETTINGS"].is_demo)
    help_phone = property(lambda self: current_app.config["SETTINGS"].help_phone)
    help_hours = property(lambda self: current_app.config["SETTINGS"].help_hours)

    @property
    def is_shared(self) -> bool:
        here = [g.device] if g.get("device") else [] if g.get("actor") else g.get("acting", [])
        return any(device.is_shared for device in here)

    # The phone of a participant that is nobody else's: only here may something be kept.
    is_mine = property(lambda self: self.who == "participant" and not self.is_shared)

    @cached_property
    def menu(self) -> list[navigation.Item]:
        return navigation.menu(g.get("actor"), is_trusted=self.who == "trusted")

    @property
    def help_phone_href(self) -> str:
        digits = "".join(sign for sign in self.help_phone if sign.isdigit() or sign == "+")
        return f"tel:{digits if digits.startswith('+') else '+48' + digits}"

    @property
    def who(self) -> str:
        actor = g.get("actor")
        if actor is None:
            return "trusted" if g.get("acting") else "nobody"
        return "participant" if isinstance(actor, Person) else "trusted" if isinstance(actor, Mandate) else "staff"

    @property
    def name(self) -> str:
        return g.actor.short_name if g.get("actor") else ""

    @property
    def whose(self) -> str:
        """For whom somebody acts on this page."""
        return g.actor.person.short_name if isinstance(g.get("actor"), Mandate) else ""

    is_helping = property(lambda self: bool(session.get("acting")))  # besides being here themselves
    mandate_id = property(lambda self: g.actor.id if isinstance(g.get("actor"), Mandate) else None)


def page() -> Page:
    """What the page of this request is about, before and while it is drawn."""
    return g.setdefault("page", Page())


def new_key() -> str:
    """A key for one form: pressing its button twice is one act."""
    return secrets.token_urlsafe(18)


def words(macro: str, *facts) -> str:
    """What `components/words.html` says, in the language of the page."""
    module = current_app.jinja_env.get_template("components/words.html").module
    return str(getattr(module, macro)(*facts)).strip()


def _padded(problems: list[tuple]) -> list[tuple]:
    return [(problem + (None,))[:3] for problem in problems]


def problems_of(form) -> list[tuple]:
    """The problems of a form that was not valid: its validators' messages are codes."""
    return [(name, codes[0]) for name, codes in form.errors.items()]


def show(template: str, *, part: str | None = None, status: int = 200, problems: list[tuple] = (), **context):
    """The page, or the part when htmx wants to refine this page.

    `problems` are (field, code[, facts]); the template gets them in words, as `errors` for the box and `wrong` by field.
    A refused form is rendered outside its transaction.
    """
    if status >= 400:
        edge.drop()
    if problems:
        context["errors"] = [(name, words("error", code, facts or {})) for name, code, facts in _padded(problems)]
        context["wrong"] = dict(context["errors"])
    else:
        context.setdefault("wrong", {})
    is_refining = part is not None and request.headers.get("HX-Request-Type") == "partial"
    page = render_template(part if is_refining else template, **context)
    page = lines.in_html(page) if i18n.is_easy() else page
    return make_response(page if is_refining or status != 200 else taken_up.give_back(page), status)


def _weekday_and_day(value) -> tuple[int, str]:
    return dates.weekday_number(value), current_app.jinja_env.filters["short_day"](value)


def init(app: Flask) -> None:
    app.jinja_env.globals.update(new_key=new_key, asset=app.extensions["assets"].url)
    app.jinja_env.filters["named"] = i18n.named
    app.jinja_env.filters["in_days"] = lambda value: words("in_days", dates.days_until(value))
    app.jinja_env.filters["on_day"] = lambda value: words("on_day", *_weekday_and_day(value))
    app.jinja_env.filters["listed"] = lambda items: lines.listed(items, is_easy=i18n.is_easy())
    app.jinja_env.filters["headline"] = lambda text: text[:1].upper() + text[1:]
    app.jinja_env.filters["need"] = lambda code: words("need", code)

    @app.context_processor
    def every_page() -> dict:
        return {"page": page()}
