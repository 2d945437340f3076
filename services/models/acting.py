"""Trusted people who may see and do named things for somebody."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services import clock
from services.db import Base, coded
from services.models.people import Enrolment, Person

THINGS = ("sessions", "kinds", "steps", "answer", "book", "arrive")


class Mandate(Base):
    """One person lets one other act for them. Either of the two ends it; it ends by itself with the enrolment.

    The trusted person has no account: they come in by a link (`MandateLink`), and a browser of theirs is a `MandateDevice`.
    """

    __tablename__ = "mandate"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        Index("ix_mandate_email", "email"),
        Index("ix_mandate_phone", "phone"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(20))  # E.164; neither: the link is shown and handed over
    language: Mapped[str] = mapped_column(coded("language", "pl", "uk", "en"), default="pl")
    key: Mapped[str] = mapped_column(String(64))  # of the form that named them
    created_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(coded("ended_by", "person", "trusted"))
    is_easy = False  # easy words are chosen in the browser, by whoever wants them there
    person: Mapped[Person] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
    things: Mapped[list["MandateThing"]] = relationship(cascade="all, delete-orphan", order_by="MandateThing.thing")

    @property
    def codes(self) -> set[str]:
        """What they may see and do."""
        return {one.thing for one in self.things}

    @property
    def is_live(self) -> bool:
        """Whether it still holds. Of one that nobody has accepted too, but then nobody comes in by it."""
        left_on = self.enrolment.left_on
        return self.ended_at is None and (left_on is None or left_on > clock.today())

    @property
    def short_name(self) -> str:
        return self.name


class MandateThing(Base):
    """One named thing that was ticked, and since when."""

    __tablename__ = "mandate_thing"
    mandate_id: Mapped[int] = mapped_column(ForeignKey("mandate.id", ondelete="CASCADE"), primary_key=True)
    thing: Mapped[str] = mapped_column(coded("thing", *THINGS), primary_key=True)
    since: Mapped[datetime]


class MandateLink(Base):
    """A way in, once. Its token is derived like that of `Link`."""

    __tablename__ = "mandate_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    mandate_id: Mapped[int] = mapped_column(ForeignKey("mandate.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]
    spent_by: Mapped[str | None] = mapped_column(String(64))  # hash of the form's key: a second press of it is no second use
    mandate: Mapped[Mandate] = relationship()


class MandateDevice(Base):
    """A browser in which a trusted person acts by one mandate."""

    __tablename__ = "mandate_device"
    id: Mapped[int] = mapped_column(primary_key=True)
    mandate_id: Mapped[int] = mapped_column(ForeignKey("mandate.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    is_shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    mandate: Mapped[Mandate] = relationship()
