"""How somebody does after the end of the programme."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base, coded
from services.models.people import Enrolment


class FollowUp(Base):
    """One question after the end, and its answer. `after_days` is the rule's: 28 or 180 days after leaving."""

    __tablename__ = "follow_up"
    __table_args__ = (UniqueConstraint("enrolment_id", "after_days"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    after_days: Mapped[int]
    asked_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(coded("answer", "working", "learning", "looking", "call-me", "not-now"))
    answered_at: Mapped[datetime | None]
    enrolment: Mapped[Enrolment] = relationship()
