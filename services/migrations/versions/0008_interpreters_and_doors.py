"""Interpreters that are ordered for bookings; what a person has to know to come through a door, and its picture."""

import sqlalchemy as sa
from alembic import op

from services.db import UtcDateTime, coded

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "interpreter_order",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("booking_id", sa.Integer, sa.ForeignKey("booking.id", ondelete="CASCADE"), nullable=False),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("slot_id", sa.Integer, sa.ForeignKey("slot.id"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("language", sa.String(60)),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("status", coded("status", "wanted", "asked", "confirmed", "failed"), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by_id", sa.Integer, sa.ForeignKey("staff_member.id")),
        sa.Column("over_at", UtcDateTime),
        sa.Column("called_off_at", UtcDateTime),
    )
    live = sa.text("over_at IS NULL")
    op.create_index("uq_interpreter_order_live", "interpreter_order", ["booking_id", "kind"], unique=True,
                    sqlite_where=live, postgresql_where=live)
    op.create_index("ix_interpreter_order_starts", "interpreter_order", ["starts_at"])
    op.add_column("access_need", sa.Column("detail", sa.String(60)))
    op.add_column("place", sa.Column("steps", sa.Integer))
    op.add_column("place", sa.Column("door_cm", sa.Integer))
    op.add_column("place", sa.Column("photo_alt", sa.JSON, nullable=False, server_default="{}"))
    op.create_table(
        "place_picture",
        sa.Column("place_id", sa.Integer, sa.ForeignKey("place.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("digest", sa.String(16), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.Column("added_by_id", sa.Integer, sa.ForeignKey("staff_member.id")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
