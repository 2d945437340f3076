"""Who carries our messages: how they do, and the breaker that lets one alone for a while when it does not answer.

One provider's trouble must not hold up another's messages, and asking a server that is down again and again helps nobody.
"""

from datetime import timedelta

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from services import clock
from services.channels import Outcome
from services.db import insert_into
from services.models import Provider

OPENS_AFTER = 5  # failures in a row
OPEN_FOR = (30, 60, 120, 300, 600)  # seconds; longer each time that the one try afterwards fails too
NOT_THEIRS = ("smtp-recipient", "error-")
FRESH = timedelta(seconds=30)  # a success is written down this often


def is_their_trouble(outcome: Outcome) -> bool:
    """Whether an outcome speaks against the provider. A "no" or "later" to one address does not, nor a fault of ours."""
    return outcome.code == "later" and not (outcome.reason or "").startswith(NOT_THEIRS)


def note(db: Session, name: str, outcome: Outcome) -> None:
    """Count what a provider answered. A success ends its trouble at once."""
    now = clock.now()
    if not is_their_trouble(outcome):
        last = db.execute(_HOW, {"name": name}).one_or_none()
        if last is None:
            _add(db, name, last_success_at=now)
        elif last.failures or last.last_success_at is None or last.last_success_at < now - FRESH:
            values = {"failures": 0, "open_until": None, "trouble": None, "last_success_at": now}
            db.execute(_change(name).values(values))
        return
    _add(db, name)
    failing = {"failures": Provider.failures + 1, "last_failure_at": now, "trouble": outcome.reason}
    changed = _change(name).values(failing).returning(Provider.failures)
    failures = db.execute(changed).scalar()
    if failures >= OPENS_AFTER:
        wait = OPEN_FOR[min(failures - OPENS_AFTER, len(OPEN_FOR) - 1)]
        db.execute(_change(name).values(open_until=now + timedelta(seconds=wait)))


# Read first: nearly always there is nothing to write, and a row that every message wrote would be every sender's queue.
_HOW = select(Provider.failures, Provider.last_success_at).where(Provider.name == bindparam("name"))


def _change(name: str):
    return update(Provider).where(Provider.name == name).execution_options(synchronize_session=False)


def _add(db: Session, name: str, **more) -> None:
    db.execute(insert_into(db, Provider).values(name=name, failures=0, **more).on_conflict_do_nothing(index_elements=["name"]))


def in_trouble(db: Session) -> tuple[set[str], set[str]]:
    """Names of providers that are let alone now, and of those of which one message may be tried."""
    rows = db.execute(select(Provider.name, Provider.open_until).where(Provider.failures >= OPENS_AFTER)).all()
    now = clock.now()
    alone = {name for name, until in rows if until is not None and until > now}
    return alone, {name for name, _ in rows} - alone


def may_probe(db: Session, name: str, lasts: timedelta) -> bool:
    """Whether it is us who try a provider once more. A conditional write decides between workers."""
    now = clock.now()
    is_over = or_(Provider.open_until.is_(None), Provider.open_until <= now)
    return db.execute(_change(name).where(is_over, Provider.failures > 0).values(open_until=now + lasts)).rowcount == 1


def overview(db: Session) -> list[Provider]:
    return list(db.scalars(select(Provider).order_by(Provider.name)))
