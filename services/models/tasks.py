"""What a coordinator must do, because no page or message can."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base
from services.models.bookings import Booking
from services.models.catalogue import SupportForm
from services.models.people import Person, StaffMember

UNDONE = text("done_at IS NULL")


class Task(Base):
    """kind: none-suits, needs-help, call-me, no-contact, undeliverable, plan-change, plan-refused, plan-review,
    new-time, reply-unclear, no-interpreter.

    `dedup` keeps one open task per reason: pressing twice does not make two."""

    __tablename__ = "task"
    __table_args__ = (
        Index("uq_task_open", "dedup", unique=True, sqlite_where=UNDONE, postgresql_where=UNDONE),
        Index("ix_task_person", "person_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    dedup: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    form_id: Mapped[int | None] = mapped_column(ForeignKey("support_form.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), index=True)
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    person: Mapped[Person] = relationship()
    booking: Mapped[Booking | None] = relationship()
    form: Mapped[SupportForm | None] = relationship()
    done_by: Mapped[StaffMember | None] = relationship()
