"""Is the process alive, can it do its work, do messages go out. For machines and for those who run it. No personal data."""

from flask import Blueprint
from sqlalchemy.exc import SQLAlchemyError

from portal import edge
from portal.auth import public
from services import health
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


@bp.get("/healthz/messages")
@public
def messages():
    """For a watchman: 503 as soon as the oldest message is ten minutes late."""
    with edge.database().read() as db:
        late = health.late(db)
    seconds = int(late.total_seconds()) if late else 0
    is_well = late is None or late <= health.LATE
    return {"status": "ok" if is_well else "late", "oldest_due_seconds": seconds}, 200 if is_well else 503
