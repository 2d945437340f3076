"""A second factor for staff, and passkeys for whoever wants one. New tables only."""

import sqlalchemy as sa
from alembic import op

from services.db import UtcDateTime, coded

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _belongs_to(table: str, name: str, **more) -> sa.Column:
    return sa.Column(name, sa.Integer, sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), **more)


def upgrade() -> None:
    op.create_table(
        "second_factor",
        _belongs_to("staff_member", "staff_id", primary_key=True),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("app_since", UtcDateTime),
        sa.Column("last_step", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("wait_until", UtcDateTime),
        sa.Column("codes_salt", sa.String(32)),
        sa.Column("codes_seen_at", UtcDateTime),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer, primary_key=True),
        _belongs_to("staff_member", "staff_id", nullable=False, index=True),
        sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("used_at", UtcDateTime),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer, primary_key=True),
        _belongs_to("person", "person_id", index=True),
        _belongs_to("staff_member", "staff_id", index=True),
        sa.Column("credential_id", sa.String(1400), nullable=False, unique=True),
        sa.Column("public_key", sa.String(3000), nullable=False),
        sa.Column("sign_count", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime),
        sa.CheckConstraint("(person_id IS NULL) <> (staff_id IS NULL)", name=op.f("ck_passkey_one_owner")),
    )
    op.create_table(
        "passkey_ask",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("challenge", sa.String(64), nullable=False, unique=True),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
        sa.Column("used_at", UtcDateTime),
    )
    op.create_table(
        "device_opening",
        _belongs_to("device", "device_id", primary_key=True),
        sa.Column("by", coded("by", "app", "passkey", "recovery"), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
