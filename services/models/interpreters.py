"""Interpreters that are to be found for sessions."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base, coded
from services.models.bookings import Booking
from services.models.people import Person, StaffMember
from services.models.slots import Slot

LIVE = text("over_at IS NULL")


class InterpreterOrder(Base):
    """One interpreter for one time of one booking. A booking that moves leaves its order behind and has the next.

    `status`: what came of looking for one. `over_at`: from then on nobody needs it; whoever was asked by then is to be
    called off, and `called_off_at` says that it was done.
    """

    __tablename__ = "interpreter_order"
    __table_args__ = (
        Index("uq_interpreter_order_live", "booking_id", "kind", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_interpreter_order_starts", "starts_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))  # the time and place for which the interpreter was asked
    kind: Mapped[str] = mapped_column(String(40))  # the need's code: pjm, interpreter-uk …
    language: Mapped[str | None] = mapped_column(String(60))  # in the person's words, where the code does not say it
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(coded("status", "wanted", "asked", "confirmed", "failed"), default="wanted")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    over_at: Mapped[datetime | None]
    called_off_at: Mapped[datetime | None]
    booking: Mapped[Booking] = relationship()
    slot: Mapped[Slot] = relationship()
    person: Mapped[Person] = relationship()
    changed_by: Mapped[StaffMember | None] = relationship()
