"""Six-digit codes: asked for by somebody who signs in, or read out by a coordinator.

The digits are derived from a row's id with the key of the installation, so that a message can be written at the moment of
sending, while the database holds nothing that lets anybody in.
"""

import hmac
from datetime import timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from services import audit, channels, clock, outbox
from services.errors import Refused
from services.identity import account_named, accounts_at, as_phone, derive, hashed, name_of
from services.models import Person, SignInCode, StaffMember
from services.permissions import Permission, require

CODE_MINUTES = 15
TRIES, CODES_AN_HOUR = 5, 5


def digits_of(key: bytes, code: SignInCode) -> str:
    return f"{int.from_bytes(derive(key, 'code', code.id)[:8]) % 1_000_000:06d}"


def code_read_out(db: Session, number: str) -> SignInCode | None:
    """The code to read out that still works, if there is one."""
    query = select(SignInCode).where(
        SignInCode.address == number.strip().lower(), SignInCode.browser_hash.is_(None),
        SignInCode.ended_at.is_(None), SignInCode.expires_at > clock.now(),
    )  # fmt: skip
    return db.scalars(query.order_by(SignInCode.id.desc()).limit(1)).first()


def ask_for_code(db: Session, address: str, browser: str) -> None:
    """Send a six-digit code to an address, for the browser that asks. Says nothing about whether anybody is there.

    Refused("too-many-codes", wait=minutes) after five in an hour. The row is written for unknown addresses too, so that
    asking takes the same path for everybody.
    """
    wanted = address.strip().lower()
    since = clock.now() - timedelta(hours=1)
    recent = db.execute(
        select(func.count(), func.min(SignInCode.created_at)).where(
            or_(SignInCode.address == wanted, SignInCode.browser_hash == hashed(browser)), SignInCode.created_at > since
        )
    ).one()
    if recent[0] >= CODES_AN_HOUR:
        raise Refused("too-many-codes", wait=max(1, round((recent[1] + timedelta(hours=1) - clock.now()).total_seconds() / 60)))
    found = accounts_at(db, wanted)
    _end_codes(db, SignInCode.browser_hash == hashed(browser))
    code = _new_code(db, wanted, found, browser_hash=hashed(browser))
    told = set()
    for account in found:
        route, address = _way_of(account, wanted)
        if route is None or address in told:  # people who share an address get one message
            continue
        told.add(address)
        owner = {"person_id": account.id} if isinstance(account, Person) else {"staff_id": account.id}
        outbox.post(
            db, "code", route.channel, subject=f"code:{code.id}", useful_until=code.expires_at, provider=route.provider,
            code_id=code.id, **owner,
        )  # fmt: skip


def _way_of(account: Person | StaffMember, wanted: str) -> tuple[channels.Route | None, str | None]:
    """By which way a code goes: to the very address that was typed, else (for a register number) to the one that is there."""
    known = channels.working()
    if (account.email or "").lower() == wanted:
        order = ("email",)
    else:
        order = ("sms", "email") if as_phone(wanted) == account.phone or not account.email else ("email", "sms")
    for code in order:
        if code in known and (routes := known[code].routes(account, [])):
            return routes[0], account.phone if code == "sms" else account.email
    return None, None


def code_to_read_out(db: Session, actor: StaffMember, person: Person, number: str) -> SignInCode:
    """A code that a coordinator reads out or prints: the person enters it together with their number. Earlier ones end."""
    require(actor, Permission.PERSON_INVITE)
    address = number.strip().lower()
    _end_codes(db, SignInCode.address == address, SignInCode.browser_hash.is_(None))
    code = _new_code(db, address, [person], browser_hash=None)
    audit.record(db, actor, "person:read-code", code, person_id=person.id)
    return code


def _end_codes(db: Session, *which) -> None:
    """One code is live at a time."""
    db.execute(
        update(SignInCode).where(SignInCode.ended_at.is_(None), *which).values(ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def _new_code(db: Session, address: str, accounts, *, browser_hash: str | None) -> SignInCode:
    code = SignInCode(
        address=address, accounts=[name_of(account) for account in accounts], browser_hash=browser_hash,
        created_at=clock.now(), expires_at=clock.now() + timedelta(minutes=CODE_MINUTES),
    )  # fmt: skip
    db.add(code)
    db.flush()
    return code


def try_code(db: Session, key: bytes, address: str, browser: str, digits: str) -> list[Person | StaffMember]:
    """Who may enter by these digits. Counts the try whatever comes of it, so the caller commits even after a refusal.

    Refused: "code-wrong", "code-old", "code-tries" (five wrong ones).
    """
    digits = "".join(str(int(sign)) for sign in digits if sign.isdecimal())  # an Arabic keyboard types digits too
    live = db.scalars(
        select(SignInCode)
        .where(
            SignInCode.ended_at.is_(None),
            or_(SignInCode.browser_hash == hashed(browser),
                SignInCode.browser_hash.is_(None) & (SignInCode.address == address.strip().lower())),
        )
        .order_by(SignInCode.id.desc()).limit(3)
    ).all()  # fmt: skip
    why = "code-old"
    for code in live:
        if code.expires_at <= clock.now():
            continue
        counted = db.execute(
            update(SignInCode)
            .where(SignInCode.id == code.id, SignInCode.tries < TRIES, SignInCode.ended_at.is_(None))
            .values(tries=SignInCode.tries + 1)
            .execution_options(synchronize_session=False)
        )
        if counted.rowcount == 0:
            why = "code-tries"
            continue
        if hmac.compare_digest(digits, digits_of(key, code)) and code.accounts:
            db.execute(update(SignInCode).where(SignInCode.id == code.id).values(ended_at=clock.now()))
            return [account for account in (account_named(db, name) for name in code.accounts) if account is not None]
        why = "code-wrong"
    raise Refused(why)
