"""Ways in without a password: links, six-digit codes, devices.

Tokens and codes are derived from a row's id with the key of the installation. So a message can be written at the moment of
sending, and again after a failure, while the database holds only hashes.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from services import audit, clock, outbox
from services.errors import NotFound, Refused
from services.models import Booking, Device, Enrolment, Link, Person, SignInCode, StaffMember
from services.permissions import Permission, require

INVITATION_DAYS, SIGN_IN_MINUTES, CODE_MINUTES = 30, 60 * 24, 15
MINE_DAYS, SHARED_HOURS, STAFF_HOURS = 90, 8, 12
TRIES, CODES_AN_HOUR = 5, 5


def _derive(key: bytes, purpose: str, row_id: int) -> bytes:
    return hmac.new(key, f"{purpose}:{row_id}".encode(), hashlib.sha256).digest()


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def token_of(key: bytes, link: Link) -> str:
    """The secret part of a link's address: 22 characters, 132 bits."""
    return urlsafe_b64encode(_derive(key, f"link-{link.purpose}", link.id)).decode()[:22]


def digits_of(key: bytes, code: SignInCode) -> str:
    return f"{int.from_bytes(_derive(key, 'code', code.id)[:8]) % 1_000_000:06d}"


def make_link(
    db: Session, key: bytes, purpose: str, *, person_id: int | None = None, staff_id: int | None = None,
    booking: Booking | None = None, lasts: timedelta,
) -> Link:  # fmt: skip
    link = Link(
        purpose=purpose, person_id=person_id, staff_id=staff_id, booking_id=booking and booking.id,
        created_at=clock.now(), expires_at=clock.now() + lasts,
    )  # fmt: skip
    db.add(link)
    db.flush()
    link.token_hash = hashed(token_of(key, link))
    return link


def invite(db: Session, key: bytes, actor: StaffMember, person: Person, *, by_email: bool = False) -> Link:
    """A new invitation for a person; earlier ones stop working. With `by_email` it is also sent to the person's address."""
    require(actor, Permission.PERSON_INVITE)
    db.execute(
        update(Link)
        .where(Link.person_id == person.id, Link.purpose == "invitation", Link.spent_at.is_(None))
        .values(expires_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    link = make_link(db, key, "invitation", person_id=person.id, lasts=timedelta(days=INVITATION_DAYS))
    audit.record(db, actor, "person:invite", link)
    if by_email:
        if not person.email:
            raise Refused("no-email")
        outbox.post(
            db, "invitation", "email", subject=f"link:{link.id}", useful_until=link.expires_at,
            person_id=person.id, link_id=link.id,
        )  # fmt: skip
    return link


def open_invitation(db: Session, person: Person) -> Link | None:
    """The invitation that still works, if there is one."""
    query = select(Link).where(
        Link.person_id == person.id, Link.purpose == "invitation", Link.spent_at.is_(None), Link.expires_at > clock.now()
    )
    return db.scalars(query.order_by(Link.id.desc()).limit(1)).first()


def code_read_out(db: Session, number: str) -> SignInCode | None:
    """The code to read out that still works, if there is one."""
    query = select(SignInCode).where(
        SignInCode.address == number.strip().lower(), SignInCode.browser_hash.is_(None),
        SignInCode.ended_at.is_(None), SignInCode.expires_at > clock.now(),
    )  # fmt: skip
    return db.scalars(query.order_by(SignInCode.id.desc()).limit(1)).first()


def visit_link(db: Session, key: bytes, booking: Booking) -> Link:
    """The one link by which a booking can be answered without signing in; it works until the session ends."""
    found = db.scalar(
        select(Link).where(Link.booking_id == booking.id, Link.purpose == "visit").order_by(Link.id.desc()).limit(1)
    )
    lasts = booking.ends_at - clock.now()
    if found is None:
        return make_link(db, key, "visit", person_id=booking.person_id, booking=booking, lasts=lasts)
    found.expires_at = booking.ends_at
    return found


def find_link(db: Session, token: str, *purposes: str) -> Link:
    """A link by its token. NotFound: there is none. Refused "link-spent" or "link-old" explain themselves."""
    found = db.scalar(
        select(Link)
        .where(Link.token_hash == hashed(token), Link.purpose.in_(purposes))
        .options(joinedload(Link.person), joinedload(Link.staff))
    )
    if found is None or (found.staff is not None and not found.staff.is_active):
        raise NotFound
    if found.spent_at is not None:
        raise Refused("link-spent")
    if found.expires_at <= clock.now():
        raise Refused("link-old")
    return found


def spend_link(db: Session, token: str, *, is_shared: bool) -> str:
    """Sign in by a link, once. Returns the device token for the cookie. A conditional UPDATE decides who was first."""
    link = find_link(db, token, "invitation", "sign-in")
    done = db.execute(
        update(Link).where(Link.id == link.id, Link.spent_at.is_(None)).values(spent_at=clock.now())
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if done.rowcount == 0:
        raise Refused("link-spent")
    return sign_in(db, link.person or link.staff, is_shared=is_shared)


def sign_in(db: Session, who: Person | StaffMember, *, is_shared: bool) -> str:
    """Open a device for somebody who proved who they are; returns its token."""
    token = secrets.token_urlsafe(24)
    is_staff = isinstance(who, StaffMember)
    lasts = timedelta(hours=STAFF_HOURS if is_staff else SHARED_HOURS) if is_shared or is_staff else timedelta(days=MINE_DAYS)
    device = Device(
        token_hash=hashed(token), person_id=None if is_staff else who.id, staff_id=who.id if is_staff else None,
        is_shared=is_shared, created_at=clock.now(), expires_at=clock.now() + lasts,
    )  # fmt: skip
    db.add(device)
    audit.record(db, who, "device:sign-in", device, shared=is_shared)
    return token


# Asked on every request, so put together once. Most who ask are participants: what staff need is asked after that.
_LIVE_DEVICE = (
    select(Device)
    .where(Device.token_hash == bindparam("hashed"), Device.ended_at.is_(None), Device.expires_at > bindparam("now"))
    .options(joinedload(Device.person))
)
_STAFF = (
    select(StaffMember)
    .where(StaffMember.id == bindparam("id"))
    .options(joinedload(StaffMember.organisation), joinedload(StaffMember.roles))
)


def device_of(db: Session, token: str) -> Device | None:
    """The live device of a cookie's token with whoever is signed in; None when it has ended."""
    found = db.scalar(_LIVE_DEVICE, {"hashed": hashed(token), "now": clock.now()})
    if found is None or found.staff_id is None:
        return found
    staff = db.scalars(_STAFF, {"id": found.staff_id}).unique().one()
    return found if staff.is_active and found.staff is staff else None


def sign_out(db: Session, device: Device) -> None:
    db.execute(update(Device).where(Device.id == device.id, Device.ended_at.is_(None)).values(ended_at=clock.now()))


def accounts_at(db: Session, address: str) -> list[Person | StaffMember]:
    """Everybody who can be meant by an e-mail address, perhaps two people, or who has a register number in the newest edition
    that gave it out; perhaps nobody."""
    wanted = address.strip().lower()
    if not wanted:
        return []
    # Each edition numbers its people anew. A code that went to two addresses would let each in as the other.
    by_number = (
        select(Enrolment.person_id).where(func.lower(Enrolment.number) == wanted)
        .order_by(Enrolment.joined_on.desc(), Enrolment.id.desc()).limit(1)
    )  # fmt: skip
    persons = db.scalars(
        select(Person)
        .where(or_(func.lower(Person.email) == wanted, Person.id == by_number.scalar_subquery()))
        .order_by(Person.id)
    )
    staff = db.scalars(select(StaffMember).where(func.lower(StaffMember.email) == wanted, StaffMember.is_active))
    return [*persons, *staff]


def _name(account: Person | StaffMember) -> str:
    return f"{'person' if isinstance(account, Person) else 'staff'}:{account.id}"


def account_named(db: Session, name: str) -> Person | StaffMember | None:
    """Who is called "person:12" or "staff:3" where accounts are listed; None when they are gone, or work here no more."""
    kind, _, number = name.partition(":")
    found = db.get(Person if kind == "person" else StaffMember, int(number))
    return found if isinstance(found, Person) or (found is not None and found.is_active) else None


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
    for account in found:
        if account.email:
            owner = {"person_id": account.id} if isinstance(account, Person) else {"staff_id": account.id}
            outbox.post(db, "code", "email", subject=f"code:{code.id}", useful_until=code.expires_at, code_id=code.id, **owner)
            if account.email.lower() == wanted:
                break  # people who share an address get one mail


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
        address=address, accounts=[_name(account) for account in accounts], browser_hash=browser_hash,
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
