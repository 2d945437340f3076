"""Messages to deliver, and where to."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base, coded
from services.models.bookings import Booking
from services.models.people import Person, StaffMember
from services.models.reminders import TrustedContact

OPEN = text("status = 'waiting'")
UNREAD = text("escalate_at IS NOT NULL")
REFERRED = text("provider_ref IS NOT NULL")


class Message(Base):
    """One thing to deliver to one person through one channel. Holds kind and ids, never text: it is rendered at sending.

    `dedup` is kind:subject:version:person:channel, so planning twice changes nothing. A worker owns the row while
    `leased_until` lies ahead and `lease` is its own; only then may it say how it ended. "accepted" means that the provider
    has it; `reached_at` is the first sign that the person has it: a report, the phone's receipt, an answer.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_due", "next_try_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_message_campaign", "campaign_id"),
        Index("ix_message_booking", "booking_id"),
        Index("ix_message_escalate", "escalate_at", sqlite_where=UNREAD, postgresql_where=UNREAD),
        Index("ix_message_provider_ref", "provider_ref", sqlite_where=REFERRED, postgresql_where=REFERRED),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    dedup: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(24))  # the code of a file in services/channels
    provider: Mapped[str] = mapped_column(
        String(120), default="", server_default=""
    )  # who carries it: "smtp", "push fcm.example"
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    booking_version: Mapped[int | None]
    link_id: Mapped[int | None] = mapped_column(ForeignKey("link.id", ondelete="CASCADE"))
    code_id: Mapped[int | None] = mapped_column(ForeignKey("sign_in_code.id", ondelete="CASCADE"))
    plan_version_id: Mapped[int | None] = mapped_column(ForeignKey("plan_version.id", ondelete="CASCADE"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    subscription_id: Mapped[int | None] = mapped_column(ForeignKey("push_subscription.id", ondelete="SET NULL"))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("trusted_contact.id", ondelete="CASCADE"))  # a copy for them
    mandate_link_id: Mapped[int | None]  # a way in for their trusted person; `person_id` says whose, and takes it along
    barrier_id: Mapped[int | None] = mapped_column(index=True)  # a report of a barrier: its row stays when it is erased
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    useful_until: Mapped[datetime]
    status: Mapped[str] = mapped_column(
        coded("status", "waiting", "accepted", "expired", "cancelled", "suppressed", "undeliverable"),
        default="waiting",
    )
    next_try_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    lease: Mapped[str | None] = mapped_column(String(32))
    attempts: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None] = mapped_column(String(60))  # code of the last failure
    ended_at: Mapped[datetime | None]
    provider_ref: Mapped[str | None] = mapped_column(String(80))  # what the provider calls it; reports speak of it
    reached_at: Mapped[datetime | None]
    escalate_at: Mapped[datetime | None]  # unread by then: the next way
    person: Mapped[Person | None] = relationship()
    staff: Mapped[StaffMember | None] = relationship()
    booking: Mapped[Booking | None] = relationship()
    contact: Mapped[TrustedContact | None] = relationship()
    subscription: Mapped["PushSubscription | None"] = relationship()


class PushSubscription(Base):
    """A browser that agreed to notifications. Belongs to the person who was signed in there."""

    __tablename__ = "push_subscription"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id", ondelete="SET NULL"))
    endpoint: Mapped[str] = mapped_column(String(1000), unique=True)
    p256dh: Mapped[str] = mapped_column(String(120))
    auth: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class MailboxItem(Base):
    """Demo mode only: mails and text messages that would have gone out, so that the journey can be walked with no server."""

    __tablename__ = "mailbox_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(24), default="email", server_default="email")
    reference: Mapped[str] = mapped_column(String(200), unique=True)
    to: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str]


class Provider(Base):
    """Who carries messages, by the name that `Message.provider` has: how it does, and whether it is let alone for a while."""

    __tablename__ = "provider"
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    open_until: Mapped[datetime | None]  # the breaker: nothing is tried before
    last_success_at: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
    trouble: Mapped[str | None] = mapped_column(String(60))


class Incoming(Base):
    """An answer by text message that was taken already: a gateway may tell it twice. Holds neither number nor text."""

    __tablename__ = "incoming"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]
