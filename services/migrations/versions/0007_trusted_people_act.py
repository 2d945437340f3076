"""Trusted people who see and do named things for somebody."""

import sqlalchemy as sa
from alembic import op

from services.db import UtcDateTime, coded

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _belongs_to(table: str, name: str, **more) -> sa.Column:
    return sa.Column(name, sa.Integer, sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False, **more)


def _ways_in() -> list[sa.Column]:
    return [
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "mandate",
        sa.Column("id", sa.Integer, primary_key=True),
        _belongs_to("person", "person_id"),
        _belongs_to("enrolment", "enrolment_id", index=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("email", sa.String(200)),
        sa.Column("phone", sa.String(20)),
        sa.Column("language", coded("language", "pl", "uk", "en"), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("accepted_at", UtcDateTime),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("ended_by", coded("ended_by", "person", "trusted")),
        sa.UniqueConstraint("person_id", "key"),
    )
    op.create_index("ix_mandate_email", "mandate", ["email"])
    op.create_index("ix_mandate_phone", "mandate", ["phone"])
    op.create_table(
        "mandate_thing",
        _belongs_to("mandate", "mandate_id", primary_key=True),
        sa.Column("thing", coded("thing", "sessions", "kinds", "steps", "answer", "book", "arrive"), primary_key=True),
        sa.Column("since", UtcDateTime, nullable=False),
    )
    op.create_table(
        "mandate_link",
        sa.Column("id", sa.Integer, primary_key=True),
        _belongs_to("mandate", "mandate_id", index=True),
        sa.Column("token_hash", sa.String(64), unique=True),
        *_ways_in(),
        sa.Column("spent_at", UtcDateTime),
        sa.Column("spent_by", sa.String(64)),
    )
    op.create_table(
        "mandate_device",
        sa.Column("id", sa.Integer, primary_key=True),
        _belongs_to("mandate", "mandate_id", index=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("is_shared", sa.Boolean, nullable=False),
        *_ways_in(),
        sa.Column("ended_at", UtcDateTime),
    )
    op.add_column("message", sa.Column("mandate_link_id", sa.Integer))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
