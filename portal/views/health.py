"""For machines: is the process alive, can it do its work. No personal data."""

from flask import Blueprint
from sqlalchemy.exc import SQLAlchemyError

from portal import edge
from portal.auth import public
from services.migrations import current_and_newest

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive():
    return {"status": "ok"}


@bp.get("/readyz")
@public
def ready():
    try:
        with edge.database().reading.connect() as connection:
            current, newest = current_and_newest(connection)
    except SQLAlchemyError:
        return {"status": "database-away"}, 503
    return ({"status": "ok"}, 200) if current == newest else ({"status": "not-migrated"}, 503)
