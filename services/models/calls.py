"""The call list: whom a coordinator rings up, because no message reaches them or they like it better."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base, coded
from services.models.bookings import Booking
from services.models.outbox import Message
from services.models.people import Person, StaffMember

OPEN = text("done_at IS NULL")
OUTCOMES = ("yes", "no", "help", "told", "no-answer", "wrong-number", "settled")


class Call(Base):
    """One call to make. `message` is what it stands for; what to say is written from it when the list is opened."""

    __tablename__ = "call"
    __table_args__ = (
        Index("ix_call_open", "next_try_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_call_person", "person_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    useful_until: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    outcome: Mapped[str | None] = mapped_column(coded("outcome", *OUTCOMES))
    message: Mapped[Message] = relationship()
    person: Mapped[Person] = relationship()
    booking: Mapped[Booking | None] = relationship()
    attempts: Mapped[list["CallTry"]] = relationship(order_by="CallTry.id")


class CallTry(Base):
    """What came of one try. Appended, never overwritten."""

    __tablename__ = "call_try"
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    outcome: Mapped[str] = mapped_column(coded("outcome", *OUTCOMES))
    note: Mapped[str | None] = mapped_column(String(300))
    staff: Mapped[StaffMember] = relationship()
