"""When the plan offers its icon for the screen: from the second visit on, on a phone of one's own, until somebody says no.

Counted in a cookie of its own, so that the answer outlives a signing out; it says nothing about who was here.
"""

from datetime import timedelta

from flask import current_app, request

from portal.numbers import whole_or_none
from portal.show import page
from services import clock

COOKIE, NEVER = "install", "never"
KEPT = timedelta(days=400)  # browsers keep no cookie longer
A_VISIT_LATER = timedelta(minutes=30)


def _visits() -> tuple[int, int]:
    """How many there were, and when the last one began."""
    count, _, began = request.cookies.get(COOKIE, "").partition(".")
    return whole_or_none(count) or 0, whole_or_none(began) or 0


def is_due() -> bool:
    return page().is_mine and request.cookies.get(COOKIE) != NEVER and _visits_now() >= 2


def _visits_now() -> int:
    count, began = _visits()
    return count + _is_new(began)


def _is_new(began: int) -> bool:
    return clock.now().timestamp() - began > A_VISIT_LATER.total_seconds()


def counted(response):
    """Note this visit. A shared phone carries no such mark."""
    if page().is_mine and request.cookies.get(COOKIE) != NEVER and _is_new(_visits()[1]):
        _keep(response, f"{min(_visits_now(), 99)}.{int(clock.now().timestamp())}")
    return response


def refused(response):
    """Nobody is asked again in this browser."""
    _keep(response, NEVER)
    return response


def _keep(response, value: str) -> None:
    is_https = current_app.config["SETTINGS"].is_https
    response.set_cookie(COOKIE, value, max_age=KEPT, samesite="Lax", httponly=True, secure=is_https)
