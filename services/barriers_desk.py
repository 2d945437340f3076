"""Reports of barriers, from the side of who answers them: the leader's coordinators and administrators."""

from datetime import date, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from services import audit, barriers, clock
from services.barriers_clock import SOON, latest_on
from services.errors import NotAllowed, NotFound, Refused
from services.models import BarrierReport, Message, StaffMember
from services.permissions import SYSTEM, Permission, is_allowed, require

OVER_SHOWN = 30  # cases that are over, on the list
_last_day = func.coalesce(BarrierReport.extended_to, BarrierReport.due_on)
_over = BarrierReport.closed_at.is_not(None)


def may_answer(actor: StaffMember) -> bool:
    """The statement is the whole programme's, and so are its reports."""
    is_ours = "admin" in actor.role_codes or actor.organisation.role == "leader"
    return is_ours and is_allowed(actor, Permission.BARRIER_ANSWER)


def require_desk(actor: StaffMember) -> None:
    require(actor, Permission.BARRIER_ANSWER)
    if not may_answer(actor):
        raise NotAllowed


def list_all(db: Session, actor: StaffMember) -> list[BarrierReport]:
    """Open ones first, the most overdue at the top; then those that have their answer; then some that are over."""
    require_desk(actor)
    order = case((BarrierReport.state == "open", 0), else_=1)
    live = select(BarrierReport).where(~_over).order_by(order, _last_day, BarrierReport.id)
    over = (
        select(BarrierReport).where(_over).order_by(BarrierReport.closed_at.desc(), BarrierReport.id.desc()).limit(OVER_SHOWN)
    )
    return [*db.scalars(live), *db.scalars(over)]


def get(db: Session, actor: StaffMember, report_id: int) -> BarrierReport:
    require_desk(actor)
    found = db.get(BarrierReport, report_id)
    if found is None:
        raise NotFound
    return found


def counts(db: Session, actor: StaffMember) -> tuple[int, int, int]:
    """How many wait for an answer, how many of them soon have their last day, how many are overdue. None for whom it is not."""
    if not may_answer(actor):
        return 0, 0, 0
    today = clock.today()
    soon, late = _last_day <= today + timedelta(days=SOON), _last_day < today
    is_open = BarrierReport.state == "open"
    row = db.execute(
        select(
            func.count(BarrierReport.id),
            func.count(case((soon & ~late, 1))),
            func.count(case((late, 1))),
        ).where(is_open)
    ).one()
    return tuple(row)


def answer(db: Session, actor: StaffMember, report_id: int, text: str) -> BarrierReport:
    """The barrier is gone, or the thing is given in another way: the words say which. Stops the clock."""
    return _reply(db, actor, report_id, "answered", text)


def refuse(db: Session, actor: StaffMember, report_id: int, text: str) -> BarrierReport:
    """Access cannot be given, or not in the way that was asked for: why, and what instead. The message says how to complain."""
    return _reply(db, actor, report_id, "refused", text)


def _reply(db: Session, actor: StaffMember, report_id: int, state: str, text: str) -> BarrierReport:
    """Refused "reply-missing", "text-too-long", or "barrier-not-open". The same reply pressed twice is one."""
    found, text = _held(db, actor, report_id), text.strip()
    if (found.state, found.reply, found.replied_by_id) == (state, text, actor.id):
        return found
    _require_open(found)
    _require_words(text, "reply-missing")
    found.state, found.reply, found.replied_at, found.replied_by_id = state, text, clock.now(), actor.id
    audit.record(db, actor, f"barrier:{state}", found)
    barriers.tell(db, found, "barrier-news", state)
    return found


def extend(db: Session, actor: StaffMember, report_id: int, until: date | None, why: str) -> BarrierReport:
    """A new date, once, and at most two months from the report.

    Refused "date-missing", "date-too-early", "date-too-late" (with `latest`), "reason-missing", "extended-before",
    "barrier-not-open".
    """
    found, why = _held(db, actor, report_id), why.strip()
    if until is not None and (found.extended_to, found.extended_why) == (until, why):
        return found
    _require_open(found)
    if found.extended_to is not None:
        raise Refused("extended-before")
    latest = latest_on(found.received_at)
    if until is None:
        raise Refused("date-missing")
    if until <= max(found.due_on, clock.today()):
        raise Refused("date-too-early", earliest=max(found.due_on, clock.today()))
    if until > latest:
        raise Refused("date-too-late", latest=latest)
    _require_words(why, "reason-missing")
    found.extended_at, found.extended_to, found.extended_why = clock.now(), until, why
    audit.record(db, actor, "barrier:extend", found, until=until.isoformat())
    barriers.tell(db, found, "barrier-news", "extended")
    return found


def close(db: Session, actor: StaffMember, report_id: int) -> BarrierReport:
    """What has its answer is over. Refused "barrier-open" while the clock runs; twice is once."""
    found = _held(db, actor, report_id)
    if found.is_open:
        raise Refused("barrier-open")
    if found.closed_at is None:
        _close(db, actor, found)
    return found


def _close(db: Session, actor, found: BarrierReport) -> None:
    found.closed_at = clock.now()
    audit.record(db, actor, "barrier:close", found)
    barriers.tell(db, found, "barrier-news", "closed")


def messages_of(db: Session, found: BarrierReport) -> list[Message]:
    """What was sent to whoever reported, oldest first."""
    query = select(Message).where(Message.barrier_id == found.id, Message.staff_id.is_(None)).order_by(Message.id)
    return list(db.scalars(query))


def plan_due(db: Session) -> int:
    """Tell those who answer that a last day is near or over, and close what has had its answer for long.

    Returns how many messages are new; done again it changes nothing.
    """
    today, posted = clock.today(), 0
    near = select(BarrierReport).where(BarrierReport.state == "open", _last_day <= today + timedelta(days=SOON))
    for found in list(db.scalars(near.order_by(BarrierReport.id))):
        posted += barriers.tell_staff(db, found, "overdue" if found.deadline < today else "soon")
    since = clock.now() - barriers.CLOSES_AFTER
    told = select(BarrierReport).where(BarrierReport.replied_at < since, BarrierReport.closed_at.is_(None))
    for found in list(db.scalars(told.order_by(BarrierReport.id).with_for_update(skip_locked=True))):
        _close(db, SYSTEM, found)
        posted += 1
    return posted


def _held(db: Session, actor: StaffMember, report_id: int) -> BarrierReport:
    """The report, kept until the transaction ends: who presses in the same moment waits, then sees the result."""
    require_desk(actor)
    found = db.scalar(select(BarrierReport).where(BarrierReport.id == report_id).with_for_update())
    if found is None or found.erased_at is not None:
        raise NotFound
    return found


def _require_open(found: BarrierReport) -> None:
    if not found.is_open:
        raise Refused("barrier-not-open")


def _require_words(text: str, missing: str) -> None:
    if not text:
        raise Refused(missing)
    if len(text) > barriers.LONGEST:
        raise Refused("text-too-long")
