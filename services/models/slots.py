"""Published times."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base, coded
from services.models.catalogue import Place, Room, SupportForm
from services.models.people import StaffMember

PUBLISHED = text("status = 'published'")


class Slot(Base):
    """One published time of one specialist.

    That a specialist never gives two at once, and a room never holds two, is guarded by the database (EXCLUDE on
    PostgreSQL, triggers on SQLite: see the first migration). `day` is the local date of `starts_at`, kept so that the
    pages of days and hours read a few index rows and no more.
    """

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_later"),
        CheckConstraint("capacity >= 1", name="capacity"),
        CheckConstraint("(mode = 'place') = (place_id IS NOT NULL)", name="where"),
        Index("ix_slot_form_day", "form_id", "day", "starts_at", sqlite_where=PUBLISHED, postgresql_where=PUBLISHED),
        Index("ix_slot_specialist_day", "specialist_id", "day", "starts_at"),
        Index("ix_slot_room", "room_id", "starts_at"),
        Index("ix_slot_batch", "batch"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    specialist_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("support_form.id"))
    mode: Mapped[str] = mapped_column(coded("mode", "place", "phone", "video"))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    day: Mapped[date]
    capacity: Mapped[int] = mapped_column(default=1)
    provides: Mapped[list] = mapped_column(default=list)  # need codes that this time answers: loop, pjm, uk …
    status: Mapped[str] = mapped_column(coded("status", "published", "withdrawn"), default="published")
    batch: Mapped[str | None] = mapped_column(String(40))  # published together, taken back together
    published_at: Mapped[datetime]
    specialist: Mapped[StaffMember] = relationship()
    form: Mapped[SupportForm] = relationship()
    place: Mapped[Place | None] = relationship()
    room: Mapped[Room | None] = relationship()
