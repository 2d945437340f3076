"""What views of passkeys share: the site that a key is tied to, and the one question that this browser may answer."""

from flask import current_app, request, session

from services import passkeys
from services.errors import Refused

COOKIE, COOKIE_DAYS = "passkey", 400  # nothing but "here is a key": then the way in shows its button


def are_possible() -> bool:
    """Whether this address can have passkeys at all; whether the browser can, its script finds out."""
    return current_app.config["SETTINGS"].passkey_host is not None


def site() -> passkeys.Site:
    settings = current_app.config["SETTINGS"]
    if settings.passkey_host is None:
        raise Refused("passkey-failed")
    return passkeys.Site(settings.passkey_host, settings.base_url, settings.secret_key)


def asked(question: tuple[int, dict]) -> dict:
    """Remember in the session which question was asked; the rest goes to the browser."""
    session["passkey"], options = question
    return options


def said() -> tuple[int, str]:
    """Which question is answered, and what the browser said."""
    answer = request.form.get("credential", "")
    if not answer:
        raise Refused("passkey-missing")
    return session.get("passkey") or 0, answer


def is_own_phone(answer: str) -> bool:
    """A key of this very device, and not of a telephone that was held up to somebody else's computer."""
    return '"authenticatorAttachment":"platform"' in answer.replace(" ", "")


def note_here(response):
    """There is a key for us on this phone: the way in shows its button from now on."""
    is_https = current_app.config["SETTINGS"].is_https
    response.set_cookie(COOKIE, "1", max_age=86400 * COOKIE_DAYS, secure=is_https, httponly=True, samesite="Lax")
    return response
