"""How somebody wants to be reminded, and who else may hear."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base, coded
from services.models.people import Person

QUIET_FROM, QUIET_TO = 20, 8  # nobody is written to between these hours, unless they chose others


class ReminderChoice(Base):
    """How a person wants to be reminded. No row: what was agreed on joining (see `services.reach`)."""

    __tablename__ = "reminder_choice"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    channels: Mapped[list] = mapped_column(default=list)  # codes of channels, the first one first; empty: none at all
    moments: Mapped[list] = mapped_column(default=lambda: ["day"])  # "three-days", "day", "two-hours"
    hour: Mapped[int | None]  # when on the day, by the wall clock; None: the edition's hour
    quiet_from: Mapped[int] = mapped_column(default=QUIET_FROM, server_default=str(QUIET_FROM))
    quiet_to: Mapped[int] = mapped_column(default=QUIET_TO, server_default=str(QUIET_TO))
    is_discreet: Mapped[bool] = mapped_column(default=True)


class TrustedContact(Base):
    """Somebody whom a person lets have a copy of reminders: when and where, never what for. Either of the two ends it."""

    __tablename__ = "trusted_contact"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(coded("language", "pl", "uk", "en"), default="pl")
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(coded("ended_by", "person", "contact"))
    person: Mapped[Person] = relationship()

    @property
    def short_name(self) -> str:
        return self.name
