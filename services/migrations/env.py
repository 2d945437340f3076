"""Alembic's entry: runs the migrations on the connection that `upgrade` opened."""

from alembic import context

import services.models  # noqa: F401  (fills the metadata)
from services.db import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
