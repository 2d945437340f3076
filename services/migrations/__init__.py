"""The database's shape, step by step. `upgrade(url)` brings any database to the newest one; run it as often as you like."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from services.db import make_engine


def config(url: str) -> Config:
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["url"] = url
    return made


def upgrade(url: str, revision: str = "head") -> None:
    engine = make_engine(url)
    try:
        with engine.connect() as connection, connection.begin():
            made = config(url)
            made.attributes["connection"] = connection
            command.upgrade(made, revision)
    finally:
        engine.dispose()


def current_and_newest(connection) -> tuple[str | None, str]:
    """What the database has, and what this program expects."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    newest = ScriptDirectory.from_config(config("")).get_current_head()
    return MigrationContext.configure(connection).get_current_revision(), newest
