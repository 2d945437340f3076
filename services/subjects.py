"""What messages are about, read again at the moment of sending. Whatever changed since the message was asked for decides
whether it still goes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from services import acting_ways, attendance, barriers, bookings, clock, codes, identity, interpreters, seats
from services.channels import reference
from services.errors import NotFound
from services.kinds import KINDS, Kind
from services.models import (
    BarrierReport,
    Booking,
    Campaign,
    Enrolment,
    FollowUp,
    InterpreterOrder,
    Link,
    Mandate,
    MandateLink,
    Message,
    Offer,
    Person,
    Plan,
    PlanVersion,
    PushSubscription,
    SignInCode,
    Slot,
    StaffMember,
    TrustedContact,
)  # fmt: skip


@dataclass(frozen=True)
class Delivery:
    """Everything that is needed to write one message and send it, read in one go: after that no database is asked."""

    message: Message
    reference: str
    to: Person | StaffMember | TrustedContact | Mandate | BarrierReport
    subscription: PushSubscription | None = None
    booking: Booking | None = None
    slot: Slot | None = None  # of the booking or the offer
    interpreters: tuple[InterpreterOrder, ...] = ()  # that are looked for, or found, for the booking
    nearest: tuple[Slot, ...] = ()  # free times instead of a session that we called off
    campaign: Campaign | None = None
    enrolment: Enrolment | None = None
    barrier: BarrierReport | None = None
    of_whom: Person | None = None  # in what goes to a trusted person: whose session it is, for whom they may act
    token: str | None = None  # of the link that the message carries
    seen: str | None = None  # of the receipt that a phone sends back
    digits: str | None = None
    expires_at: datetime | None = None  # of the link, the code or the offer
    is_discreet: bool = True

    @property
    def kind(self) -> Kind:
        return KINDS[self.message.kind]

    @property
    def moment(self) -> str:
        """Which reminder it is: "three-days", "day", "two-hours", or "asked-7" of a campaign. Of a copy: the kind copied.
        Of a report: what has happened to it."""
        has_one = self.message.kind in ("reminder", "copy") or self.message.barrier_id is not None
        return self.message.dedup.split(":")[1] if has_one else ""


@dataclass(frozen=True)
class Stop:
    """A message that does not go now. `status` is how it ends, or "waiting" with the time `after` which to look again."""

    status: str
    trouble: str
    after: timedelta | None = None


@dataclass
class Found:
    """What a reader has found: the facts of a Delivery, or why there is none."""

    facts: dict = field(default_factory=dict)
    stop: Stop | None = None


def read(db: Session, key: bytes, message: Message) -> Found:
    """What the message is about now. Needs a writing session: the link that it carries may be made here."""
    reader = READERS.get(KINDS[message.kind].about)
    return reader(db, key, message) if reader else Found()


def stopped(status: str, trouble: str) -> Found:
    return Found(stop=Stop(status, trouble))


def _booking(db: Session, key: bytes, message: Message) -> Found:
    try:
        booking = bookings.get_by_id(db, message.booking_id)
    except NotFound:
        return stopped("cancelled", "booking-gone")
    kind = message.kind
    if kind == "missed":
        return _missed(db, booking)
    if booking.starts_at <= clock.now():
        return stopped("expired", "booking-over")
    is_about_the_end = kind in ("cancelled-by-us", "cancelled") or message.dedup.startswith("copy:cancelled-by-us:")
    if booking.version != message.booking_version or booking.is_live == is_about_the_end:
        return stopped("cancelled", "booking-changed")
    if kind == "reminder" and _is_answered(booking, message):
        return stopped("suppressed", "answered")
    if kind == "interpreter-found" and not interpreters.are_all_found(db, booking):
        return stopped("cancelled", "interpreter-gone")
    facts = {"booking": booking, "slot": booking.slot}
    facts["interpreters"] = tuple(interpreters.of_bookings(db, [booking]).get(booking.id, ()))
    if kind == "copy":
        facts["of_whom"] = booking.person
        link = identity.contact_link(db, key, message.contact_id, booking.person_id)
        facts["token"] = identity.token_of(key, link)
    elif kind == "cancelled-by-us":
        facts["nearest"] = tuple(seats.nearest(db, booking.person, booking.slot, booking.needs))
    elif not is_about_the_end:
        facts["token"] = identity.token_of(key, identity.visit_link(db, key, booking))
    return Found(facts)


def _is_answered(booking: Booking, message: Message) -> bool:
    """Whether the question has had its answer. The reminder of the last two hours asks nothing of who has said yes."""
    if message.campaign_id is not None:
        return booking.answer != "none"
    return booking.answer == "yes" and ":two-hours:" not in message.dedup


def _missed(db: Session, booking: Booking) -> Found:
    said = attendance.last_said(db, booking.id)
    says_they_came = said.get("participant") in ("here", "present")  # a coordinator asks both, no message does
    if not booking.is_live or attendance.state_of(said) != "absent" or says_they_came:
        return stopped("cancelled", "not-missed")
    return Found({"booking": booking, "slot": booking.slot})


def _code(db: Session, key: bytes, message: Message) -> Found:
    code = db.get(SignInCode, message.code_id)
    if code is None or code.ended_at is not None:
        return stopped("cancelled", "code-ended")
    if code.expires_at <= clock.now():
        return stopped("expired", "too-late")
    return Found({"digits": codes.digits_of(key, code), "expires_at": code.expires_at})


def _over(link: Link | MandateLink | None) -> Found | None:
    """Why a link is not sent any more; None while it opens something."""
    if link is None or link.spent_at is not None:
        return stopped("cancelled", "link-spent")
    return stopped("cancelled", "link-replaced") if link.expires_at <= clock.now() else None


def _link(db: Session, key: bytes, message: Message) -> Found:
    link = db.get(Link, message.link_id)
    if over := _over(link):
        return over
    return Found({"token": identity.token_of(key, link), "expires_at": link.expires_at})


def _acting(db: Session, key: bytes, message: Message) -> Found:
    link = db.get(MandateLink, message.mandate_link_id)
    if over := _over(link):
        return over
    token = acting_ways.token_of(key, link)
    return Found({"of_whom": link.mandate.person, "token": token, "expires_at": link.expires_at})


def _plan(db: Session, key: bytes, message: Message) -> Found:
    version = db.get(PlanVersion, message.plan_version_id)
    return Found() if version is not None and version.status == "proposed" else stopped("cancelled", "plan-answered")


def _enrolment(db: Session, key: bytes, message: Message) -> Found:
    """The plan's review is due: unless it was moved, or the person has left."""
    enrolment = db.get(Enrolment, message.enrolment_id)
    if enrolment is None or enrolment.left_on is not None:
        return stopped("cancelled", "left")
    review_on = db.scalar(select(Plan.review_on).where(Plan.enrolment_id == enrolment.id))
    if review_on is None or f":{review_on.isoformat()}:" not in f"{message.dedup}:":
        return stopped("cancelled", "review-moved")
    return Found({"enrolment": enrolment, "expires_at": clock.day_bounds(review_on)[0]})


def _follow_up(db: Session, key: bytes, message: Message) -> Found:
    follow_up = db.get(FollowUp, _number_of(message))
    if follow_up is None or follow_up.answer is not None:
        return stopped("cancelled", "answered")
    link = identity.follow_up_link(db, key, follow_up, message.person_id, until=message.useful_until)
    return Found({"token": identity.token_of(key, link), "expires_at": link.expires_at})


def _offer(db: Session, key: bytes, message: Message) -> Found:
    offer = db.get(Offer, message.offer_id, options=[joinedload(Offer.slot).options(
        joinedload(Slot.specialist), joinedload(Slot.form), joinedload(Slot.place), joinedload(Slot.room))])  # fmt: skip
    if offer is None or offer.ended_at is not None or offer.until <= clock.now():
        return stopped("cancelled", "offer-ended")
    link = identity.offer_link(db, key, offer, message.person_id)
    return Found({"slot": offer.slot, "token": identity.token_of(key, link), "expires_at": offer.until})


def _campaign(db: Session, key: bytes, message: Message) -> Found:
    campaign = db.get(Campaign, message.campaign_id)
    if campaign is None or campaign.stopped_at is not None:
        return stopped("cancelled", "sending-stopped")
    facts = {"campaign": campaign}
    if message.booking_id is not None:
        found = _booking(db, key, message)
        if found.stop:
            return found
        if campaign.purpose == "session-tomorrow" and _is_answered(found.facts["booking"], message):
            return stopped("suppressed", "answered")
        facts |= found.facts
    return Found(facts)


def _barrier(db: Session, key: bytes, message: Message) -> Found:
    """What a report says of itself now. Those who answer hear nothing of one that has its answer."""
    found = db.get(BarrierReport, message.barrier_id)
    if found is None or found.erased_at is not None:
        return stopped("cancelled", "report-gone")
    if message.staff_id is not None and not found.is_open:
        return stopped("cancelled", "report-answered")
    if message.staff_id is not None and f":{found.deadline.isoformat()}:" not in message.dedup:
        return stopped("cancelled", "report-extended")
    return Found({"barrier": found, "token": barriers.token_of(key, found.id)})


READERS = {
    "acting": _acting, "booking": _booking, "code": _code, "link": _link, "plan": _plan, "enrolment": _enrolment, "follow-up": _follow_up,
    "offer": _offer, "campaign": _campaign, "barrier": _barrier,
}  # fmt: skip


def is_open(db: Session, message: Message) -> bool:
    """Whether what an accepted message asked or told still waits for its person."""
    about = KINDS[message.kind].about
    if about == "booking":
        booking = db.get(Booking, message.booking_id)
        if booking is None or booking.version != message.booking_version:
            return False
        return not _is_answered(booking, message) if message.kind == "reminder" else True
    if about == "plan":
        return db.get(PlanVersion, message.plan_version_id).status == "proposed"
    if about == "link":
        return db.get(Link, message.link_id).spent_at is None
    if about == "follow-up":
        return db.get(FollowUp, _number_of(message)).answer is None
    if about == "campaign":
        return message.booking_id is None or not _campaign_is_settled(db.get(Booking, message.booking_id), message)
    return True


def _campaign_is_settled(booking: Booking | None, message: Message) -> bool:
    is_other = booking is None or not booking.is_live or booking.version != message.booking_version
    return is_other or _is_answered(booking, message)


def _number_of(message: Message) -> int:
    """The id that stands first in what a message is about: "follow-up:12"."""
    return int(message.dedup.split(":")[2])


def make(key: bytes, message: Message, to, found: Found, **more) -> Delivery:
    return Delivery(message, reference(key, message.dedup), to, **found.facts, **more)
