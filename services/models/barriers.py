"""What somebody could not use on our pages, and what became of it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base, coded


class BarrierReport(Base):
    """A report by anybody, with the dates by which the act wants an answer. Belongs to no account: what it holds is what was
    typed, and goes some time after the case is closed.

    `state`: open (the clock runs) · answered · refused · withdrawn by whoever reported. A case is over when it is closed, by staff
    or by time.
    """

    __tablename__ = "barrier_report"
    __table_args__ = (
        Index("ix_barrier_report_state", "state"),
        Index("ix_barrier_report_sender", "sender_hash", "received_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # of the form, so that two presses are one report
    received_at: Mapped[datetime]
    sender_hash: Mapped[str | None] = mapped_column(String(64))  # of the network address, for a day
    what: Mapped[str | None] = mapped_column(Text)
    where_at: Mapped[str | None] = mapped_column(String(300))
    other_access: Mapped[str | None] = mapped_column(Text)
    way: Mapped[str] = mapped_column(coded("way", "email", "phone", "post", "none"))
    address: Mapped[str | None] = mapped_column(String(300), index=True)
    answer_in: Mapped[str] = mapped_column(coded("answer_in", "text", "easy", "large-print", "call", "pjm"))
    language: Mapped[str] = mapped_column(String(2))
    due_on: Mapped[date]
    extended_at: Mapped[datetime | None]
    extended_to: Mapped[date | None]
    extended_why: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(coded("state", "open", "answered", "refused", "withdrawn"), default="open")
    reply: Mapped[str | None] = mapped_column(Text)
    replied_at: Mapped[datetime | None]
    replied_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    closed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    short_name = ""  # nobody has given one

    @property
    def email(self) -> str | None:
        return self.address if self.way == "email" else None

    @property
    def phone(self) -> str | None:
        return self.address if self.way == "phone" else None

    @property
    def is_easy(self) -> bool:
        """Whether the answer is wanted in easy words."""
        return self.answer_in == "easy"

    @property
    def deadline(self) -> date:
        return self.extended_to or self.due_on

    @property
    def is_open(self) -> bool:
        return self.state == "open"
