"""Base class, column types and engines.

SQLite: writers begin IMMEDIATE, because a deferred transaction that reads and then writes fails at once when another one
wrote meanwhile, whatever the timeout. A read-only transaction cannot write on either database: the database itself refuses.
"""

from datetime import UTC, datetime

from sqlalchemy import JSON, DateTime, Engine, Enum, MetaData, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator):
    """An instant. Refuses naive values, since SQLite would drop the offset and keep a wrong hour."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value, dialect):
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcDateTime, dict: JSON, list: JSON}


def coded(name: str, *codes: str) -> Enum:
    """A column that holds one of a few codes; the database checks it."""
    return Enum(*codes, name=name, native_enum=False, create_constraint=True, length=24, validate_strings=True)


SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "busy_timeout=10000")


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """An engine for a SQLAlchemy URL of SQLite or PostgreSQL; `postgresql://` means psycopg."""
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    usual = dict(pool_size=pool_size, max_overflow=20, hide_parameters=True)  # an error that is logged names nobody
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 10}, **usual)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_pre_ping=True, **usual)


def _prepare_sqlite(connection, _record) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: `_begin_sqlite` says how
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    # The built-in one leaves every letter beyond ASCII as it is, so that nobody called Łucja is found by "łucja".
    connection.create_function("lower", 1, lambda word: word if word is None else str(word).lower(), deterministic=True)


def _begin_sqlite(connection) -> None:
    driver = connection.connection.dbapi_connection  # two statements that cannot fail need none of the ORM's care
    if connection.get_execution_options().get("reading"):
        driver.execute("PRAGMA query_only=ON")
        driver.execute("BEGIN")
    else:
        driver.execute("PRAGMA query_only=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


__all__ = ["Base", "Database", "IntegrityError", "UtcDateTime", "broken_guard", "coded", "insert_into", "make_engine"]


class Database:
    """The two ways to open a session: to read, and to write."""

    def __init__(self, url: str, *, pool_size: int = 10):
        self.engine = make_engine(url, pool_size=pool_size)
        self.reading = self.engine.execution_options(reading=True, postgresql_readonly=True)

    def read(self) -> Session:
        return Session(self.reading, expire_on_commit=False, autoflush=False)

    def write(self) -> Session:
        """Use as `with database.write() as db, db.begin(): …`, or commit by hand."""
        return Session(self.engine, expire_on_commit=False)

    def close(self) -> None:
        self.engine.dispose()


def insert_into(db: Session, model):
    """An INSERT that may say ON CONFLICT: both databases can, each by a statement of its own."""
    return (postgresql if db.get_bind().dialect.name == "postgresql" else sqlite).insert(model)


GUARDS = {
    "uq_booking_seat": ("uq_booking_seat", "booking.slot_id, booking.seat"),
    "uq_booking_person_id_key": ("uq_booking_person_id_key", "booking.person_id, booking.key"),
    "uq_booking_number": ("uq_booking_number", "booking.number"),
    "uq_message_dedup": ("uq_message_dedup", "message.dedup"),
    "uq_task_open": ("uq_task_open", "task.dedup"),
    "uq_campaign_key": ("uq_campaign_key", "campaign.key"),
    "ex_booking_person_overlap": ("ex_booking_person_overlap",),
    "ex_slot_specialist_overlap": ("ex_slot_specialist_overlap",),
    "ex_slot_room_overlap": ("ex_slot_room_overlap",),
    "keep_agreed_plan": ("keep_agreed_plan",),
}


def broken_guard(error: Exception) -> str | None:
    """Which guard an IntegrityError speaks of, by one name on both databases; None when it is none of those above."""
    said = str(getattr(error, "orig", error))
    return next((guard for guard, signs in GUARDS.items() if any(sign in said for sign in signs)), None)
