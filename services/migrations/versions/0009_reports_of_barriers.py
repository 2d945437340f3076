"""Reports of barriers, and the messages about them."""

import sqlalchemy as sa
from alembic import op

from services.db import UtcDateTime, coded

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "barrier_report",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("sender_hash", sa.String(64)),
        sa.Column("what", sa.Text),
        sa.Column("where_at", sa.String(300)),
        sa.Column("other_access", sa.Text),
        sa.Column("way", coded("way", "email", "phone", "post", "none"), nullable=False),
        sa.Column("address", sa.String(300), index=True),
        sa.Column("answer_in", coded("answer_in", "text", "easy", "large-print", "call", "pjm"), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("extended_at", UtcDateTime),
        sa.Column("extended_to", sa.Date),
        sa.Column("extended_why", sa.Text),
        sa.Column("state", coded("state", "open", "answered", "refused", "withdrawn"), nullable=False),
        sa.Column("reply", sa.Text),
        sa.Column("replied_at", UtcDateTime),
        sa.Column("replied_by_id", sa.Integer, sa.ForeignKey("staff_member.id")),
        sa.Column("closed_at", UtcDateTime),
        sa.Column("erased_at", UtcDateTime),
    )
    op.create_index("ix_barrier_report_state", "barrier_report", ["state"])
    op.create_index("ix_barrier_report_sender", "barrier_report", ["sender_hash", "received_at"])
    op.add_column("message", sa.Column("barrier_id", sa.Integer))
    op.create_index("ix_message_barrier_id", "message", ["barrier_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
