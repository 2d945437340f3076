"""Reports of barriers, from the side of whoever makes one: without an account, and with little data."""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services import audit, channels, clock, outbox
from services.barriers_clock import due_on
from services.errors import NotFound, Refused
from services.identity import as_phone, derive
from services.models import BarrierReport, Organisation, StaffMember, StaffRole
from services.permissions import SYSTEM

WAYS = ("email", "phone", "post", "none")
ANSWERS_IN = ("text", "easy", "large-print", "call", "pjm")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
LONGEST, LONGEST_LINE = 3000, 300
AN_HOUR, COPIES_A_DAY = 10, 3
CLOSES_AFTER = timedelta(days=30)  # from the answer, if nobody has closed it
KEPT = timedelta(days=90)  # from the closing
FRESH = timedelta(days=1)  # how long it is known from where a report came
BY_MESSAGE = {"email": "email", "phone": "sms"}
COPY_USEFUL, NEWS_USEFUL = timedelta(days=2), timedelta(days=14)


@dataclass(frozen=True)
class Wish:
    """What a form says, as it was typed."""

    what: str
    where_at: str = ""
    other_access: str = ""
    way: str = "none"
    address: str = ""
    answer_in: str = "text"
    language: str = "pl"


def problems_of(wish: Wish) -> list[tuple[str, str]]:
    """(field, code) of everything that must be put right first."""
    found = []
    if not wish.what.strip():
        found.append(("what", "barrier-missing"))
    found += [
        (name, "text-too-long") for name in ("what", "other_access") if len(getattr(wish, name)) > LONGEST
    ]  # fmt: skip
    found += [(name, "text-long") for name in ("where_at", "address") if len(getattr(wish, name)) > LONGEST_LINE]
    if wish.way not in WAYS:
        found.append(("way", "way-missing"))
    elif ("address", "text-long") not in found and (code := _address_problem(wish.way, wish.address.strip())):
        found.append(("address", code))
    if wish.answer_in not in ANSWERS_IN:
        found.append(("answer_in", "form-of-answer-missing"))
    return found


def _address_problem(way: str, address: str) -> str | None:
    if way == "none":
        return None
    if not address:
        return f"{way}-missing-here"
    is_right = {"email": bool(EMAIL.fullmatch(address)), "phone": as_phone(address) is not None, "post": True}[way]
    return None if is_right else f"{way}-wrong"


def report(db: Session, wish: Wish, *, key: str, sender: str) -> BarrierReport:
    """Take a report that has no problems. The same key again is the same report. `sender`: a hash of where it comes from.

    Refused("too-many-reports", wait=minutes) after ten in an hour from one place.
    """
    if found := db.scalar(select(BarrierReport).where(BarrierReport.key == key)):
        return found
    _require_few(db, sender)
    now = clock.now()
    made = BarrierReport(
        key=key, sender_hash=sender, received_at=now, what=wish.what.strip(), where_at=wish.where_at.strip() or None,
        other_access=wish.other_access.strip() or None, way=wish.way, address=_kept_address(wish), answer_in=wish.answer_in,
        language=wish.language, due_on=due_on(now),
    )  # fmt: skip
    db.add(made)
    db.flush()
    audit.record(db, SYSTEM, "barrier:report", made)
    if _copies_of_today(db, made) < COPIES_A_DAY:
        tell(db, made, "barrier-received", "received", lasts=COPY_USEFUL)
    tell_staff(db, made, "new")
    return made


def _kept_address(wish: Wish) -> str | None:
    address = wish.address.strip()
    if wish.way == "none":
        return None
    return {"email": address.lower(), "phone": as_phone(address) or address}.get(wish.way, address)


def _require_few(db: Session, sender: str) -> None:
    since = clock.now() - timedelta(hours=1)
    count, first = db.execute(
        select(func.count(), func.min(BarrierReport.received_at)).where(
            BarrierReport.sender_hash == sender, BarrierReport.received_at > since
        )
    ).one()
    if count >= AN_HOUR:
        left = first + timedelta(hours=1) - clock.now()
        raise Refused("too-many-reports", wait=max(1, round(left.total_seconds() / 60)))


def _copies_of_today(db: Session, made: BarrierReport) -> int:
    """Reports before this one that gave the same address: nobody's mailbox is filled by somebody else."""
    if made.address is None:
        return 0
    alike = (
        BarrierReport.address == made.address,
        BarrierReport.received_at > clock.now() - FRESH,
        BarrierReport.id != made.id,
    )
    return db.scalar(select(func.count(BarrierReport.id)).where(*alike))


def way_to_tell(made: BarrierReport) -> channels.Route | None:
    """By which message whoever reported is reached; None where somebody must ring or write a letter, or nobody is waiting."""
    channel = channels.working().get(BY_MESSAGE.get(made.way, ""))
    return next(iter(channel.routes(made, [])), None) if channel else None


def tell(db: Session, made: BarrierReport, kind: str, moment: str, *, lasts: timedelta = NEWS_USEFUL) -> bool:
    """Post what has happened to whoever reported; False when no message reaches them."""
    route = way_to_tell(made)
    if route is None:
        return False
    outbox.post(
        db, kind, route.channel, subject=f"{moment}:{made.id}", useful_until=clock.now() + lasts, provider=route.provider,
        barrier_id=made.id,
    )  # fmt: skip
    return True


def tell_staff(db: Session, made: BarrierReport, moment: str) -> int:
    """Mail those who answer reports: "new", "soon", "overdue". Once for each date; returns how many mails are new."""
    working = select(StaffMember).join(Organisation).where(Organisation.role == "leader", StaffMember.is_active)
    theirs = working.where(StaffMember.email != "", StaffMember.roles.any(StaffRole.role.in_(("coordinator", "admin"))))
    rows = [
        outbox.row_of(
            "barrier-due", "email", subject=f"{moment}:{made.id}:{made.deadline.isoformat()}", provider="smtp",
            useful_until=clock.now() + NEWS_USEFUL, staff_id=member.id, barrier_id=made.id,
        )
        for member in db.scalars(theirs.order_by(StaffMember.id))
    ]  # fmt: skip
    return outbox.post_all(db, rows) if rows and "email" in channels.working() else 0


def token_of(key: bytes, report_id: int) -> str:
    """The secret part of the address at which whoever reported sees what became of it."""
    return f"{report_id}-{_signature(key, report_id)}"


def by_token(db: Session, key: bytes, token: str) -> BarrierReport:
    """The report of a token; NotFound when it is none of ours, or what it held is gone."""
    number, _, signature = token.partition("-")
    if not number.isascii() or not number.isdecimal() or len(number) > 12:
        raise NotFound
    if not hmac.compare_digest(signature.encode(), _signature(key, int(number)).encode()):
        raise NotFound
    found = db.get(BarrierReport, int(number))
    if found is None or found.erased_at is not None:
        raise NotFound
    return found


def _signature(key: bytes, report_id: int) -> str:
    return urlsafe_b64encode(derive(key, "barrier", report_id)).decode()[:22]


def withdraw(db: Session, found: BarrierReport) -> None:
    """Whoever reported takes it back. Twice is once; what has its answer stays."""
    if found.is_open:
        found.state, found.closed_at = "withdrawn", clock.now()
        audit.record(db, SYSTEM, "barrier:withdraw", found)


def forget(db: Session) -> int:
    """Erase what was typed some time after the case was closed, and at once where a report came from; returns how many."""
    now = clock.now()
    of_old = BarrierReport.received_at < now - FRESH
    db.execute(update(BarrierReport).where(BarrierReport.sender_hash.is_not(None), of_old).values(sender_hash=None))
    erased = db.execute(
        update(BarrierReport)
        .where(BarrierReport.closed_at < now - KEPT, BarrierReport.erased_at.is_(None))
        .values(
            what=None, where_at=None, other_access=None, address=None, extended_why=None, reply=None, sender_hash=None,
            erased_at=now,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return erased.rowcount
