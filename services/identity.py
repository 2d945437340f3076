"""Ways in without a password: links and devices. Six-digit codes: `services.codes`.

Tokens and codes are derived from a row's id with the key of the installation. So a message can be written at the moment of
sending, and again after a failure, while the database holds only hashes.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from services import audit, channels, clock, outbox
from services.errors import NotFound, Refused
from services.models import (
    Booking,
    Device,
    DeviceOpening,
    Enrolment,
    FollowUp,
    Link,
    Offer,
    Passkey,
    Person,
    SecondFactor,
    StaffMember,
)
from services.permissions import Permission, require

INVITATION_DAYS, SIGN_IN_MINUTES = 30, 60 * 24
MINE_DAYS, SHARED_HOURS, STAFF_HOURS = 90, 8, 12


def derive(key: bytes, purpose: str, row_id: int) -> bytes:
    return hmac.new(key, f"{purpose}:{row_id}".encode(), hashlib.sha256).digest()


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def token_of(key: bytes, link: Link) -> str:
    """The secret part of a link's address: 22 characters, 132 bits."""
    return urlsafe_b64encode(derive(key, f"link-{link.purpose}", link.id)).decode()[:22]


def make_link(
    db: Session, key: bytes, purpose: str, *, person_id: int | None = None, staff_id: int | None = None,
    lasts: timedelta, **about,
) -> Link:  # fmt: skip
    link = Link(
        purpose=purpose, person_id=person_id, staff_id=staff_id, created_at=clock.now(), expires_at=clock.now() + lasts, **about
    )
    db.add(link)
    db.flush()
    link.token_hash = hashed(token_of(key, link))
    return link


def invite(db: Session, key: bytes, actor: StaffMember, person: Person, *, by: str | None = None) -> Link:
    """A new invitation for a person; earlier ones stop working. `by` is the channel by which it is also sent: "email", "sms".

    Refused "no-email" or "no-phone" when the person has no such address.
    """
    require(actor, Permission.PERSON_INVITE)
    db.execute(
        update(Link)
        .where(Link.person_id == person.id, Link.purpose == "invitation", Link.spent_at.is_(None))
        .values(expires_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    link = make_link(db, key, "invitation", person_id=person.id, lasts=timedelta(days=INVITATION_DAYS))
    audit.record(db, actor, "person:invite", link)
    if by:
        route = next(iter(channels.all_channels()[by].routes(person, [])), None)
        if route is None:
            raise Refused("no-email" if by == "email" else "no-phone")
        outbox.post(
            db, "invitation", by, subject=f"link:{link.id}", useful_until=link.expires_at, provider=route.provider,
            person_id=person.id, link_id=link.id,
        )  # fmt: skip
    return link


def open_invitation(db: Session, person: Person) -> Link | None:
    """The invitation that still works, if there is one."""
    query = select(Link).where(
        Link.person_id == person.id, Link.purpose == "invitation", Link.spent_at.is_(None), Link.expires_at > clock.now()
    )
    return db.scalars(query.order_by(Link.id.desc()).limit(1)).first()


def visit_link(db: Session, key: bytes, booking: Booking) -> Link:
    """The one link by which a booking can be answered without signing in; it works until the session ends."""
    return _one_link(db, key, "visit", booking.person_id, until=booking.ends_at, booking_id=booking.id)


def offer_link(db: Session, key: bytes, offer: Offer, person_id: int) -> Link:
    """The one link by which a free place can be taken without signing in; it works as long as the offer."""
    return _one_link(db, key, "offer", person_id, until=offer.until, offer_id=offer.id)


def follow_up_link(db: Session, key: bytes, follow_up: FollowUp, person_id: int, *, until: datetime) -> Link:
    """The one link by which somebody says how they do after the end."""
    return _one_link(db, key, "follow-up", person_id, until=until, follow_up_id=follow_up.id)


def contact_link(db: Session, key: bytes, contact_id: int, person_id: int) -> Link:
    """The one link by which a trusted person ends their copies, whenever they like."""
    return _one_link(db, key, "copy-stop", person_id, until=clock.now() + timedelta(days=365), contact_id=contact_id)


def _one_link(db: Session, key: bytes, purpose: str, person_id: int, *, until: datetime, **about) -> Link:
    """The link for this purpose about this one thing: made when it is first needed."""
    where = [getattr(Link, name) == number for name, number in about.items()]
    found = db.scalar(select(Link).where(Link.purpose == purpose, *where).order_by(Link.id.desc()).limit(1))
    if found is None:
        return make_link(db, key, purpose, person_id=person_id, lasts=until - clock.now(), **about)
    found.expires_at = until
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
_STANDING = (
    exists().where(DeviceOpening.device_id == bindparam("device")),
    exists().where(SecondFactor.staff_id == StaffMember.id, SecondFactor.app_since.is_not(None))
    | exists().where(Passkey.staff_id == StaffMember.id),
)
_STAFF = (
    select(StaffMember, *_STANDING)
    .where(StaffMember.id == bindparam("id"))
    .options(joinedload(StaffMember.organisation), joinedload(StaffMember.roles))
)


def device_of(db: Session, token: str) -> Device | None:
    """The live device of a cookie's token with whoever is signed in; None when it has ended."""
    found = db.scalar(_LIVE_DEVICE, {"hashed": hashed(token), "now": clock.now()})
    if found is None or found.staff_id is None:
        return found
    staff, *standing = db.execute(_STAFF, {"id": found.staff_id, "device": found.id}).unique().one()
    found.standing = tuple(standing)
    return found if staff.is_active and found.staff is staff else None


def who_was_here(db: Session, token: str, *, within: timedelta) -> Person | StaffMember | None:
    """To whom a cookie's token belonged that lets nobody in any more, if that is not long ago. Proves nothing: what is kept
    for them is shown to them alone, after they have signed in."""
    found = db.scalar(select(Device).where(Device.token_hash == hashed(token)))
    if found is None or min(filter(None, (found.ended_at, found.expires_at))) < clock.now() - within:
        return None
    return found.person or (found.staff if found.staff and found.staff.is_active else None)


def sign_out(db: Session, device: Device) -> None:
    db.execute(update(Device).where(Device.id == device.id, Device.ended_at.is_(None)).values(ended_at=clock.now()))


def accounts_at(db: Session, address: str) -> list[Person | StaffMember]:
    """Everybody who can be meant by an e-mail address or a telephone number, perhaps two people, or who has a register number
    in the newest edition that gave it out; perhaps nobody."""
    wanted = address.strip().lower()
    if not wanted:
        return []
    # Each edition numbers its people anew. A code that went to two addresses would let each in as the other.
    by_number = (
        select(Enrolment.person_id).where(func.lower(Enrolment.number) == wanted)
        .order_by(Enrolment.joined_on.desc(), Enrolment.id.desc()).limit(1)
    )  # fmt: skip
    ways = [func.lower(Person.email) == wanted, Person.id == by_number.scalar_subquery()]
    if phone := as_phone(wanted):
        ways.append(Person.phone == phone)
    persons = db.scalars(select(Person).where(or_(*ways)).order_by(Person.id))
    staff = db.scalars(select(StaffMember).where(func.lower(StaffMember.email) == wanted, StaffMember.is_active))
    return [*persons, *staff]


def name_of(account: Person | StaffMember) -> str:
    return f"{'person' if isinstance(account, Person) else 'staff'}:{account.id}"


def account_named(db: Session, name: str) -> Person | StaffMember | None:
    """Who is called "person:12" or "staff:3" where accounts are listed; None when they are gone, or work here no more."""
    kind, _, number = name.partition(":")
    found = db.get(Person if kind == "person" else StaffMember, int(number))
    return found if isinstance(found, Person) or (found is not None and found.is_active) else None


def as_phone(text: str) -> str | None:
    """A telephone number as it is kept (E.164), of what somebody typed; Polish where no country is said. None: it is none."""
    if not 9 <= sum(sign.isdecimal() for sign in text) <= 15 or not set(text) <= set("+()- 0123456789"):
        return None
    import phonenumbers

    try:
        number = phonenumbers.parse(text, "PL")
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
