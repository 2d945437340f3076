"""People of the programme and the staff who help them."""

from datetime import date

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base, coded
from services.models.catalogue import Edition, Organisation, SupportPath

SAID = (
    "yes",
    "no",
    "refused",
    "unknown",
)  # a sensitive field holds a value, or says that it was refused or never asked


class Person(Base):
    """Somebody in the programme. Neither `email` nor `phone` is unique, and both may be missing."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(String(80))
    last_name: Mapped[str] = mapped_column(String(80))
    gender: Mapped[str] = mapped_column(coded("gender", "female", "male", "refused", "unknown"), default="unknown")
    born_on: Mapped[date | None]
    disability: Mapped[str] = mapped_column(coded("disability", *SAID), default="unknown")
    email: Mapped[str | None] = mapped_column(String(200), index=True)
    phone: Mapped[str | None] = mapped_column(String(20), index=True)  # E.164
    language: Mapped[str] = mapped_column(coded("language", "pl", "uk", "en"), default="pl")
    is_easy: Mapped[bool] = mapped_column(default=False)  # easy-read words, on the screen and in messages
    contact: Mapped[str] = mapped_column(coded("contact", "sms", "email", "app", "call"), default="call")
    needs: Mapped[list["AccessNeed"]] = relationship(back_populates="person", cascade="all, delete-orphan")
    enrolments: Mapped[list["Enrolment"]] = relationship(back_populates="person")

    @property
    def short_name(self) -> str:
        """'Maria K.': enough to be greeted by, too little to be looked up by."""
        return f"{self.first_name} {self.last_name[:1]}."

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def need_codes(self) -> list[str]:
        return sorted(need.code for need in self.needs)

    @property
    def other_language(self) -> str:
        """Of the interpreter whom they need, when it is none of those that we name."""
        return next((need.detail for need in self.needs if need.detail), "")


class AccessNeed(Base):
    """What a person needs at a session. Never why."""

    __tablename__ = "access_need"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    detail: Mapped[str | None] = mapped_column(String(60))  # the language of an interpreter for whom there is no code
    person: Mapped[Person] = relationship(back_populates="needs")


class StaffMember(Base):
    __tablename__ = "staff_member"
    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(String(80))
    last_name: Mapped[str] = mapped_column(String(80))
    gender: Mapped[str] = mapped_column(coded("gender", "female", "male"))  # for the word: doradca, doradczyni
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    email: Mapped[str | None] = mapped_column(String(200), index=True)
    phone: Mapped[str | None] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(coded("language", "pl", "uk", "en"), default="pl")
    speaks: Mapped[list] = mapped_column(default=lambda: ["pl"])  # language codes; "pjm" is one
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    organisation: Mapped[Organisation] = relationship()
    roles: Mapped[list["StaffRole"]] = relationship(cascade="all, delete-orphan")

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    short_name = full_name

    @property
    def initials(self) -> str:
        return self.first_name[:1] + self.last_name[:1]

    @property
    def role_codes(self) -> list[str]:
        return sorted(role.role for role in self.roles)


class StaffRole(Base):
    """One role of one staff member; `services.permissions` says what each may do."""

    __tablename__ = "staff_role"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(40), primary_key=True)


enrolment_path = Table(
    "enrolment_path",
    Base.metadata,
    Column("enrolment_id", Integer, ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True),
    Column("path_id", Integer, ForeignKey("support_path.id"), primary_key=True),
)


class Enrolment(Base):
    """A person in an edition, under the register's number."""

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("edition_id", "number"), Index("ix_enrolment_person_id", "person_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(40))
    partner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    coordinator_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    work_started_on: Mapped[date | None]
    person: Mapped[Person] = relationship(back_populates="enrolments")
    edition: Mapped[Edition] = relationship()
    partner: Mapped[Organisation] = relationship()
    coordinator: Mapped[StaffMember | None] = relationship()
    paths: Mapped[list[SupportPath]] = relationship(secondary=enrolment_path, order_by=SupportPath.position)
    qualifications: Mapped[list["Qualification"]] = relationship(cascade="all, delete-orphan")


class Qualification(Base):
    """A qualification that came out of the programme. Training, exam and award are three dates, not one flag."""

    __tablename__ = "qualification"
    __table_args__ = (UniqueConstraint("enrolment_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    trained_on: Mapped[date | None]
    passed_on: Mapped[date | None]
    gained_on: Mapped[date | None]
