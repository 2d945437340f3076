"""Taken places, and what people said about them before and after."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base, coded
from services.models.people import Person, StaffMember
from services.models.slots import Slot

LIVE = text("status = 'booked'")


class Booking(Base):
    """A place of one person in one slot.

    UNIQUE(slot, seat) among the live ones decides who was first, on both databases; that a person is never in two
    overlapping sessions is EXCLUDE on PostgreSQL and triggers on SQLite, for which the times are copied here.
    Moving changes the row in place and raises `version`, so the number and the calendar entry stay the same.
    """

    __tablename__ = "booking"
    __table_args__ = (
        Index("uq_booking_seat", "slot_id", "seat", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        UniqueConstraint("person_id", "key"),
        CheckConstraint("ends_at > starts_at", name="ends_later"),
        Index("ix_booking_person_starts", "person_id", "starts_at"),
        Index("ix_booking_starts", "starts_at", sqlite_where=LIVE, postgresql_where=LIVE),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)  # "K7-40", to say on the telephone
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    seat: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(coded("status", "booked", "cancelled"), default="booked")
    version: Mapped[int] = mapped_column(default=1)
    step_line: Mapped[str | None] = mapped_column(String(32), index=True)
    needs: Mapped[list] = mapped_column(default=list)  # as they were when it was booked
    key: Mapped[str] = mapped_column(String(64))
    asked: Mapped[str] = mapped_column(String(64))  # what the key was first used for: the same key, another wish, is refused
    booked_at: Mapped[datetime]  # when this version was made: a move or an undo makes the next
    booked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))  # None: the person
    answer: Mapped[str] = mapped_column(
        coded("answer", "none", "yes", "help"), default="none"
    )  # last intention, for this version
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None] = mapped_column(coded("cancelled_by", "person", "staff"))
    is_late: Mapped[bool] = mapped_column(default=False)  # said after the cut-off: an absence with notice
    reason: Mapped[str | None] = mapped_column(Text)
    person: Mapped[Person] = relationship()
    slot: Mapped[Slot] = relationship()
    booked_by: Mapped[StaffMember | None] = relationship()

    @property
    def is_live(self) -> bool:
        return self.status == "booked"


class Intention(Base):
    """What the person said before a session. Appended, never overwritten."""

    __tablename__ = "intention"
    __table_args__ = (Index("uq_intention_key", "booking_id", "key", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), index=True)
    booking_version: Mapped[int]
    answer: Mapped[str] = mapped_column(coded("answer", "yes", "no", "help"))
    at: Mapped[datetime]
    way: Mapped[str] = mapped_column(coded("way", "plan", "link", "staff", "push", "sms", "call"))
    key: Mapped[str | None] = mapped_column(String(64))  # of a press that was kept in the phone, so that it counts once


class AttendanceStatement(Base):
    """What was said after a session, by the specialist, by the person, or by a coordinator who settles a difference.

    Appended, never overwritten: the last one of each side counts."""

    __tablename__ = "attendance_statement"
    __table_args__ = (CheckConstraint("side <> 'coordinator' OR note IS NOT NULL", name="reason"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), index=True)
    side: Mapped[str] = mapped_column(coded("side", "specialist", "participant", "coordinator"))
    said: Mapped[str] = mapped_column(coded("said", "here", "present", "absent", "excused"))  # here: arrived, waiting
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    note: Mapped[str | None] = mapped_column(Text)
