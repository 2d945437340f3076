"""Messages to deliver, and where to."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base, coded
from services.models.bookings import Booking
from services.models.people import Person, StaffMember

OPEN = text("status = 'waiting'")


class Message(Base):
    """One thing to deliver to one person through one channel. Holds kind and ids, never text: it is rendered at sending.

    `dedup` is kind:subject:version:person:channel, so planning twice changes nothing. A worker owns the row while
    `leased_until` lies ahead and `lease` is its own; only then may it say how it ended.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_due", "next_try_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_message_campaign", "campaign_id"),
        Index("ix_message_booking", "booking_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    dedup: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(coded("channel", "email", "push"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    booking_version: Mapped[int | None]
    link_id: Mapped[int | None] = mapped_column(ForeignKey("link.id", ondelete="CASCADE"))
    code_id: Mapped[int | None] = mapped_column(ForeignKey("sign_in_code.id", ondelete="CASCADE"))
    plan_version_id: Mapped[int | None] = mapped_column(ForeignKey("plan_version.id", ondelete="CASCADE"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    subscription_id: Mapped[int | None] = mapped_column(ForeignKey("push_subscription.id", ondelete="SET NULL"))
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
    person: Mapped[Person | None] = relationship()
    staff: Mapped[StaffMember | None] = relationship()
    booking: Mapped[Booking | None] = relationship()
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


class ReminderChoice(Base):
    """How a person wants to be reminded. No row: what was agreed on joining (see `services.reminders`)."""

    __tablename__ = "reminder_choice"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    channels: Mapped[list] = mapped_column(default=list)  # "email", "push", "sms", "call"; empty: none at all
    moments: Mapped[list] = mapped_column(default=lambda: ["day"])  # "three-days", "day", "two-hours"
    is_discreet: Mapped[bool] = mapped_column(default=True)


class Campaign(Base):
    """One sending to many people. `key` makes pressing the button twice one sending."""

    __tablename__ = "campaign"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    audience: Mapped[str] = mapped_column(String(40))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    created_at: Mapped[datetime]
    starts_at: Mapped[datetime]  # until then it can be stopped
    stopped_at: Mapped[datetime | None]
    staff: Mapped[StaffMember] = relationship()


class MailboxItem(Base):
    """Demo mode only: mails that would have gone out, so that the journey can be walked with no server."""

    __tablename__ = "mailbox_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    reference: Mapped[str] = mapped_column(String(200), unique=True)
    to: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str]
