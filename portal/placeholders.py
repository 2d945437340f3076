"""The words in braces that a coordinator's text may hold: a small fixed set (`placeholders.toml`), checked before it is sent."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from flask import Flask
from flask_babel import force_locale

from services import stems
from services.channels import sms_text
from services.subjects import Delivery

BRACES = re.compile(r"\{([^{}]*)\}")
TOKEN = 22  # characters of the secret in a link


@lru_cache
def content() -> dict[str, dict]:
    return tomllib.loads((Path(__file__).parent / "placeholders.toml").read_text(encoding="utf-8"))


@lru_cache
def _by_name() -> dict[str, str]:
    return {name: code for code, row in content().items() for name in row["names"]}


def shown(*, has_session: bool) -> list[str]:
    """The placeholders that a text for this audience may hold, as they are written."""
    return [f"{{{row['names'][0]}}}" for row in content().values() if has_session or not row.get("needs_session")]


def _replaced(text: str, values) -> str:
    """`values`: code → what to write, asked only for what the text holds."""
    codes = _by_name()
    return BRACES.sub(lambda found: values(codes[found[1].strip().lower()]) if _is_known(found[1]) else found[0], text)


def _is_known(name: str) -> bool:
    return name.strip().lower() in _by_name()


def path_of(delivery: Delivery) -> str:
    """Where the link of a coordinator's words leads: to the session, to a new one, or to the plan."""
    if delivery.booking is not None:
        return f"/s/{delivery.token}"
    return "/book" if delivery.campaign and delivery.campaign.purpose in ("no-session", "plan-review") else "/plan"


def fill(text: str, delivery: Delivery, app: Flask, lang: str, *, is_seen_by_others: bool = False) -> str:
    """The words as one person gets them, in the language in which they are written.

    `is_seen_by_others`: on a screen that is locked, where neither the name nor the place is told.
    """
    settings, filters = app.config["SETTINGS"], app.jinja_env.filters
    session = delivery.booking

    def value(code: str) -> str:
        match code:
            case "first_name":
                return "" if is_seen_by_others else (delivery.of_whom or delivery.to).first_name
            case "phone":
                return settings.help_phone
            case "link":
                return settings.host + path_of(delivery)
        if session is None:
            return ""
        if code == "place":
            words = app.jinja_env.get_template("messages/_session.txt").module
            return str(words.elsewhere() if is_seen_by_others else words.where(delivery.slot)).strip()
        return filters["hour" if code == "hour" else "day"](session.starts_at)

    with app.app_context(), force_locale(lang):
        return re.sub(r"\s+([,.!?])", r"\1", _replaced(text, value)).strip()


def longest(text: str, app: Flask, *, has_session: bool) -> int:
    """How many letters the text takes as an SMS, with the longest values that occur."""
    settings = app.config["SETTINGS"]
    link = settings.host + ("/s/" + "x" * TOKEN if has_session else "/book")
    sizes = {"phone": len(settings.help_phone), "link": len(link)}
    filled = _replaced(text, lambda code: "x" * sizes.get(code, content()[code].get("longest", 0)))
    return sum(2 if ord(letter) > 0xFFFF else 1 for letter in filled)


def check(text: str, app: Flask, *, has_session: bool) -> list[tuple[str, dict]]:
    """What is wrong with a coordinator's words: codes with their facts; empty when they may be sent."""
    named = BRACES.findall(text)
    needing = [name for name in named if _is_known(name) and content()[_by_name()[name.strip().lower()]].get("needs_session")]
    found: list[tuple[str, dict]] = []
    if re.search(r"[{}]", BRACES.sub("", text)):
        found.append(("placeholder-open", {}))
    if unknown := [name for name in named if not _is_known(name)]:
        found.append(("placeholder-unknown", {"name": unknown[0][:30], "known": ", ".join(shown(has_session=has_session))}))
    if needing and not has_session:
        found.append(("placeholder-session", {"name": needing[0]}))
    if word := stems.first_in(text):
        found.append(("health-word", {"word": word}))
    if not found and (length := longest(text, app, has_session=has_session)) > sms_text.MOST:
        found.append(("sms-long", {"length": length, "most": sms_text.MOST}))
    return found
