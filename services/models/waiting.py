"""The waiting list: who would like a place, and the free places that were offered to them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base, coded
from services.models.catalogue import SupportForm
from services.models.people import Person
from services.models.slots import Slot

LIVE = text("ended_at IS NULL")


class Wish(Base):
    """Somebody waits for a place in a form of support. One at a time for each form."""

    __tablename__ = "wish"
    __table_args__ = (
        Index("uq_wish_live", "person_id", "form_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_wish_form", "form_id", "since"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    form_id: Mapped[int] = mapped_column(ForeignKey("support_form.id"))
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()
    form: Mapped[SupportForm] = relationship()


class Offer(Base):
    """A free place offered to the first in line. It holds nothing: whoever books first has it."""

    __tablename__ = "offer"
    __table_args__ = (
        Index("uq_offer_live", "slot_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("uq_offer_once", "wish_id", "slot_id", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id", ondelete="CASCADE"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    made_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(coded("result", "taken", "declined", "expired", "gone"))
    wish: Mapped[Wish] = relationship()
    slot: Mapped[Slot] = relationship()
