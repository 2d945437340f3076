"""What somebody sees when it does not go as wished: always a page that says what to do."""

import logging

from flask import Flask, g, request
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from portal import edge
from portal.show import show
from services.errors import NotAllowed, NotFound, Refused

log = logging.getLogger("pracownia")
STATUS = {
    "slot-just-taken": 409,
    "slot-passed": 409,
    "own-clash": 409,
    "booking-changed": 409,
    "too-many-codes": 429,
    "too-many-reports": 429,
    "code-tries": 429,
    "factor-wait": 429,
    "link-spent": 404,
    "link-old": 404,
}


def status_of(refused: Refused) -> int:
    return STATUS.get(refused.code, 422)


def init(app: Flask) -> None:
    @app.errorhandler(Refused)
    def refused(error: Refused):
        status = status_of(error)
        response = show("errors/refused.html", status=status, code=error.code, facts=error.facts)
        if status == 429:
            response.headers["Retry-After"] = str(60 * error.facts.get("wait", 10))
        return response

    @app.errorhandler(NotFound)
    def not_found(_error):
        return show("errors/not_found.html", status=404)

    @app.errorhandler(OverflowError)
    @app.errorhandler(DataError)
    def beyond_everything(error):
        """A number, a day or a text that no row can hold: no page of ours asks for it, so it was made up."""
        log.warning("%s, at %s", type(error).__name__, request.endpoint)
        edge.drop()
        return show("errors/not_found.html", status=404)

    @app.errorhandler(NotAllowed)
    def not_allowed(_error):
        return show("errors/not_allowed.html", status=403)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException):
        if error.code is None or error.code < 400:
            return error
        names = {403: "not_allowed", 404: "not_found", 413: "too_large", 405: "not_found"}
        return show(f"errors/{names.get(error.code, 'general')}.html", status=error.code)

    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    def database_away(error):
        log.error("database: %s", type(error.orig).__name__)
        g.actor = None
        return show("errors/away.html", status=503)

    @app.errorhandler(Exception)
    def broken(error: Exception):
        log.exception("unexpected, at %s", request.endpoint)
        edge.drop()
        g.actor = None
        return show("errors/general.html", status=500)
