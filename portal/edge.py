"""Where a request meets the database: one session each, one commit, and only for what went well.

A GET reads on a connection that cannot write. An unsafe request that ends under 400 is committed before its answer leaves;
anything else is dropped. A view that must keep something although it refuses (a counted try, a look that is logged) says so
by `writing()`.
"""

from contextlib import contextmanager

from flask import Flask, current_app, g, request
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError, OperationalError

from portal.numbers import IdConverter
from services import audit
from services.db import Database
from services.models import StaffMember

SAFE = ("GET", "HEAD", "OPTIONS")
# PostgreSQL: serialization failure, deadlock; and a unique row that somebody wrote between our look and our writing, such as
# a form pressed twice at the same moment: begun anew, the second sees what the first has made.
TRY_AGAIN = ("40001", "40P01", "23505")
TRIES = 3


def database() -> Database:
    return current_app.extensions["database"]


def open_session():
    """This request's session: made when first asked for."""
    if "db" not in g:
        g.db = database().read() if request.method in SAFE else database().write()
    return g.db


def drop() -> None:
    """Forget everything that was changed; what is read from here on is read without the right to write.

    A second time it does nothing, so that a view may drop first and then read its page: rolling back forgets what was read.
    """
    db = g.get("db")
    if db is not None and not db.info.get("dropped"):
        who = g.get("actor")
        # Staff who ask have not changed by what they asked for, and need not be read again.
        for known in (g.device, who, who.organisation) if isinstance(who, StaffMember) else ():
            if known in db and not inspect(known).expired:
                db.expunge(known)
        db.rollback()
        db.bind, db.info["dropped"] = database().reading, True


def finish(status: int) -> None:
    """Commit an unsafe request that went well. Then tell the worker, if it has something to send."""
    db = g.get("db")
    if db is None:
        return
    if request.method in SAFE or status >= 400:
        db.rollback()
        return
    db.commit()
    _wake(db)


def _wake(db) -> None:
    if due_at := db.info.pop("posted", None):
        from portal import queue

        queue.wake(current_app, at=due_at)


@contextmanager
def writing():
    """A transaction of its own, committed at the end of the block whatever becomes of the request.

    The request's own session lets go first: on SQLite two writers of one request would wait for each other.
    """
    own = g.get("db")
    if own is not None and request.method not in SAFE:
        own.rollback()
    with database().write() as db, db.begin():
        yield db
    _wake(db)


def looked(person_id: int, what: str) -> None:
    """Log a staff member's look into a person's file, before anything of it is shown."""
    with writing() as db:
        audit.looked(db, g.actor, person_id, what)


class Portal(Flask):
    """Flask, with the commit in the one place that every view passes."""

    def dispatch_request(self):
        for attempt in range(TRIES):
            try:
                response = self.make_response(super().dispatch_request())
                finish(response.status_code)
                return response
            except (OperationalError, IntegrityError) as error:
                if getattr(error.orig, "sqlstate", None) not in TRY_AGAIN or attempt == TRIES - 1:
                    raise
                g.db.rollback()
        raise AssertionError("unreachable")


def init(app: Flask) -> None:
    app.url_map.converters["int"] = IdConverter

    @app.teardown_request
    def close(_error) -> None:
        db = g.pop("db", None)
        if db is not None:
            db.close()
