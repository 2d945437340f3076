"""The database's shape, step by step. `upgrade(url)` brings any database to the newest one; run it as often as you like."""

from pathlib import Path

from sqlalchemy import inspect, text

from services.db import make_engine

HERE = Path(__file__).parent


def config(url: str):
    from alembic.config import Config  # a tenth of a web process's memory, for what only a command does

    made = Config()
    made.set_main_option("script_location", str(HERE))
    made.attributes["url"] = url
    return made


def upgrade(url: str, revision: str = "head") -> None:
    from alembic import command

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
    newest = max(path.name[:4] for path in (HERE / "versions").glob("[0-9]*.py"))
    is_migrated = inspect(connection).has_table("alembic_version")
    return connection.scalar(text("SELECT version_num FROM alembic_version")) if is_migrated else None, newest
