"""Who did what, and who looked. Rows are only ever added: triggers refuse to change or delete them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base
from services.models.people import StaffMember


class AuditEntry(Base):
    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_person", "person_id"), Index("ix_audit_entry_subject", "subject"))
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(40))  # "person:12", "staff:3", "system"
    act: Mapped[str] = mapped_column(String(60))  # "booking:make"
    subject: Mapped[str] = mapped_column(String(60))  # "booking:40"
    person_id: Mapped[int | None]  # whom it concerns; no foreign key, so that it outlives the person
    facts: Mapped[dict] = mapped_column(default=dict)


class AccessLog(Base):
    """One view of one person's file by one staff member. The person can read it."""

    __tablename__ = "access_log"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    person_id: Mapped[int] = mapped_column(index=True)
    what: Mapped[str] = mapped_column(String(40))  # "file", "plan", "invitation", "search"
    staff: Mapped[StaffMember] = relationship()
