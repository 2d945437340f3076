"""Sendings to many people."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base
from services.models.people import StaffMember


class Campaign(Base):
    """One sending to many people. `key` makes pressing the button twice one sending."""

    __tablename__ = "campaign"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    audience: Mapped[str] = mapped_column(String(40))  # whom it is for: a code of `services.audiences`
    purpose: Mapped[str] = mapped_column(String(40), default="", server_default="")  # nobody hears twice for the same one
    filters: Mapped[dict] = mapped_column(default=dict, server_default="{}")
    texts: Mapped[dict] = mapped_column(
        default=dict, server_default="{}"
    )  # language -> own words; empty: a reminder of a session
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    created_at: Mapped[datetime]
    starts_at: Mapped[datetime]  # until then it can be stopped
    stopped_at: Mapped[datetime | None]
    staff: Mapped[StaffMember] = relationship()


class CampaignContact(Base):
    """When somebody was last written to for a purpose. One conditional write of this row decides between two sendings."""

    __tablename__ = "campaign_contact"
    purpose: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(String(60), primary_key=True)  # "person:12", or "booking:40:1" where it is about one
    at: Mapped[datetime]
    before_at: Mapped[datetime | None]  # the time before: it comes back when the sending is stopped
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), index=True)


class CampaignTemplate(Base):
    """Words that coordinators keep for another time, with placeholders that are checked."""

    __tablename__ = "campaign_template"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    purpose: Mapped[str] = mapped_column(String(40))
    texts: Mapped[dict] = mapped_column(default=dict)  # language -> words; Polish is always there
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
