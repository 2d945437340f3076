"""The frame: organisations, the edition, paths and forms of support, places."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base, coded


class Organisation(Base):
    __tablename__ = "organisation"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    role: Mapped[str] = mapped_column(coded("role", "leader", "partner"))


class Edition(Base):
    """One run of the programme. `rules` holds what may differ between editions, by the names in `services.catalogue.RULES`."""

    __tablename__ = "edition"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    rules: Mapped[dict] = mapped_column(default=dict)


class SupportPath(Base):
    __tablename__ = "support_path"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    names: Mapped[dict]  # language -> name
    position: Mapped[int]


class SupportForm(Base):
    """`neutral` is what a lock screen may show: it never tells which kind of help it is."""

    __tablename__ = "support_form"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    names: Mapped[dict]
    neutral: Mapped[dict]
    mode: Mapped[str] = mapped_column(coded("mode", "one-to-one", "group", "placement", "material"))
    given_by: Mapped[str | None] = mapped_column(String(40))  # the role that gives it
    position: Mapped[int]


class Place(Base):
    """How to get in, so that a person can tell before choosing a time. `access`: what is there, by `catalogue.ACCESS`."""

    __tablename__ = "place"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    address: Mapped[str] = mapped_column(String(200))
    stop: Mapped[dict] = mapped_column(default=dict)  # language -> which bus stop, and how far
    way_in: Mapped[dict] = mapped_column(default=dict)  # language -> how to get in
    access: Mapped[list] = mapped_column(default=list)
    steps: Mapped[int | None]  # before the door; None: nobody has counted them yet
    door_cm: Mapped[int | None]  # how wide the narrowest door on the way is
    photo: Mapped[str | None] = mapped_column(String(120))  # of the door: a drawing of ours, or "<digest>.webp" of PlacePicture
    photo_alt: Mapped[dict] = mapped_column(default=dict)  # language -> what the picture shows


class PlacePicture(Base):
    """The uploaded picture of a door, made anew by us. In the database, so that every machine has it and a backup holds it."""

    __tablename__ = "place_picture"
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(16))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))


class Room(Base):
    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("place_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    name: Mapped[str] = mapped_column(String(40))  # "12"
    floor: Mapped[int] = mapped_column(default=0)
    place: Mapped[Place] = relationship()
