"""The plan of one person: versions that are agreed, goals, steps, and what became of the steps."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base, coded
from services.models.catalogue import SupportForm
from services.models.people import Enrolment, StaffMember

AGREED = text("status = 'agreed'")  # at most one version of a plan is in force


class Plan(Base):
    __tablename__ = "plan"
    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), unique=True)
    review_on: Mapped[date | None]
    enrolment: Mapped[Enrolment] = relationship()
    versions: Mapped[list["PlanVersion"]] = relationship(back_populates="plan", order_by="PlanVersion.number")


class PlanVersion(Base):
    """draft → proposed → agreed, or back to draft after "change this"; an agreed one is replaced only by the next."""

    __tablename__ = "plan_version"
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        Index("uq_plan_version_agreed", "plan_id", unique=True, sqlite_where=AGREED, postgresql_where=AGREED),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    number: Mapped[int]
    status: Mapped[str] = mapped_column(coded("status", "draft", "proposed", "change-asked", "refused", "agreed", "replaced"))
    written_by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    proposed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer_note: Mapped[str | None] = mapped_column(Text)
    agreed_at: Mapped[datetime | None]
    plan: Mapped[Plan] = relationship(back_populates="versions")
    written_by: Mapped[StaffMember] = relationship()
    goals: Mapped[list["Goal"]] = relationship(back_populates="version", order_by="Goal.position", cascade="all, delete-orphan")


class Goal(Base):
    __tablename__ = "goal"
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(String(300))
    proposed_by: Mapped[str] = mapped_column(coded("proposed_by", "staff", "participant"), default="staff")
    version: Mapped[PlanVersion] = relationship(back_populates="goals")
    steps: Mapped[list["Step"]] = relationship(back_populates="goal", order_by="Step.position", cascade="all, delete-orphan")


class Step(Base):
    """`line` is the identity of a step through all versions; bookings and records point to it."""

    __tablename__ = "step"
    __table_args__ = (Index("ix_step_line", "line"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    goal_id: Mapped[int] = mapped_column(ForeignKey("goal.id", ondelete="CASCADE"), index=True)
    line: Mapped[str] = mapped_column(String(32))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    doer: Mapped[str] = mapped_column(coded("doer", "participant", "staff"), default="participant")
    form_id: Mapped[int | None] = mapped_column(ForeignKey("support_form.id"))
    due_on: Mapped[date | None]
    goal: Mapped[Goal] = relationship(back_populates="steps")
    form: Mapped[SupportForm | None] = relationship()


class StepRecord(Base):
    """What became of a step: appended, never overwritten. The last one counts; none means later."""

    __tablename__ = "step_record"
    __table_args__ = (Index("ix_step_record_plan_line", "plan_id", "line"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    line: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(coded("status", "now", "done", "stopped", "later"))
    at: Mapped[datetime]
    by_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))  # None: the person
    by_staff: Mapped[StaffMember | None] = relationship()
