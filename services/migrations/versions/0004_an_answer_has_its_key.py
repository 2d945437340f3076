"""An answer that was given without a network comes later, perhaps twice: its key says that it has been taken."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("intention", sa.Column("key", sa.String(64)))
    op.create_index("uq_intention_key", "intention", ["booking_id", "key"], unique=True)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
