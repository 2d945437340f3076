"""Ways in: devices, links, one-time codes, drafts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base, coded
from services.models.people import Person, StaffMember

ONE_OWNER = "(person_id IS NULL) <> (staff_id IS NULL)"


class Device(Base):
    """A browser in which somebody is signed in. The cookie holds the token, the table only its hash."""

    __tablename__ = "device"
    __table_args__ = (CheckConstraint(ONE_OWNER, name="one_owner"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    is_shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    person: Mapped[Person | None] = relationship()
    staff: Mapped[StaffMember | None] = relationship()
    standing = None  # of a staff member's, as `identity.device_of` found it: (a second factor was shown here, they have one)


class Link(Base):
    """A secret address. The token is derived from the id and the key of the installation, so it can be written again
    at the moment of sending although only its hash is stored."""

    __tablename__ = "link"
    __table_args__ = (CheckConstraint(ONE_OWNER, name="one_owner"), Index("ix_link_booking_id", "booking_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(
        coded("purpose", "invitation", "sign-in", "visit", "test", "offer", "copy-stop", "follow-up")
    )
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("trusted_contact.id", ondelete="CASCADE"), index=True)
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]
    person: Mapped[Person | None] = relationship()
    staff: Mapped[StaffMember | None] = relationship()


class SignInCode(Base):
    """Six digits, derived like a link's token. `accounts` lists who may enter by it ("person:12"), since two people may
    share one address. A code that a coordinator reads out has no browser; one that was asked for belongs to the asker's."""

    __tablename__ = "sign_in_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(200), index=True)
    accounts: Mapped[list]
    browser_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]


class Draft(Base):
    """What somebody has typed so far. Kept on the server for 30 days, so that nothing is lost with a tab or a sign-in."""

    __tablename__ = "draft"
    owner: Mapped[str] = mapped_column(String(60), primary_key=True)  # "person:12" or "staff:3 person:12"
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    data: Mapped[dict] = mapped_column(default=dict)
    updated_at: Mapped[datetime] = mapped_column(index=True)
