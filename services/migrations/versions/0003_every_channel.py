"""Every channel, and what became of each message: reports, escalation, the call list, the waiting list, sendings by purpose.

A channel is a file of the program now, so the database no longer lists them. SQLite has no way to change a CHECK; its own
manual's way, for a change that makes a rule wider, is to correct the text of the schema. Nothing is copied, and the
triggers stay.
"""

import re

import sqlalchemy as sa
from alembic import op

from services.db import UtcDateTime, coded

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WAYS = ("plan", "link", "staff", "push", "sms", "call")
PURPOSES = ("invitation", "sign-in", "visit", "test", "offer", "copy-stop", "follow-up")
OUTCOMES = ("yes", "no", "help", "told", "no-answer", "wrong-number", "settled")


def upgrade() -> None:
    _widen("message", "channel", None)
    _widen("intention", "way", WAYS)
    _widen("link", "purpose", PURPOSES)
    _make_tables()
    _add_columns()


def _make_tables() -> None:
    person = dict(ondelete="CASCADE")
    op.create_table(
        "trusted_contact", *_id(),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id", **person), nullable=False, index=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("email", sa.String(200)),
        sa.Column("phone", sa.String(20)),
        sa.Column("language", coded("language", "pl", "uk", "en"), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("ended_by", coded("ended_by", "person", "contact")),
    )
    op.create_table(
        "wish", *_id(),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id", **person), nullable=False),
        sa.Column("form_id", sa.Integer, sa.ForeignKey("support_form.id"), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
    )
    _index("uq_wish_live", "wish", ["person_id", "form_id"], "ended_at IS NULL", unique=True)
    op.create_index("ix_wish_form", "wish", ["form_id", "since"])
    op.create_table(
        "offer", *_id(),
        sa.Column("wish_id", sa.Integer, sa.ForeignKey("wish.id", **person), nullable=False),
        sa.Column("slot_id", sa.Integer, sa.ForeignKey("slot.id"), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("result", coded("result", "taken", "declined", "expired", "gone")),
    )
    _index("uq_offer_live", "offer", ["slot_id"], "ended_at IS NULL", unique=True)
    op.create_index("uq_offer_once", "offer", ["wish_id", "slot_id"], unique=True)
    op.create_table(
        "follow_up", *_id(),
        sa.Column("enrolment_id", sa.Integer, sa.ForeignKey("enrolment.id", **person), nullable=False),
        sa.Column("after_days", sa.Integer, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("answer", coded("answer", "working", "learning", "looking", "call-me", "not-now")),
        sa.Column("answered_at", UtcDateTime),
        sa.UniqueConstraint("enrolment_id", "after_days", name=op.f("uq_follow_up_enrolment_id_after_days")),
    )
    op.create_table(
        "campaign_contact",
        sa.Column("purpose", sa.String(40), primary_key=True),
        sa.Column("subject", sa.String(60), primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("before_at", UtcDateTime),
        sa.Column("campaign_id", sa.Integer, sa.ForeignKey("campaign.id", **person), nullable=False, index=True),
    )
    op.create_table(
        "campaign_template", *_id(),
        sa.Column("name", sa.String(80), nullable=False, unique=True),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("texts", sa.JSON, nullable=False),
        sa.Column("changed_by_id", sa.Integer, sa.ForeignKey("staff_member.id")),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
    )
    op.create_table(
        "provider",
        sa.Column("name", sa.String(120), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("open_until", UtcDateTime),
        sa.Column("last_success_at", UtcDateTime),
        sa.Column("last_failure_at", UtcDateTime),
        sa.Column("trouble", sa.String(60)),
    )
    op.create_table("incoming", sa.Column("key", sa.String(64), primary_key=True), sa.Column("at", UtcDateTime, nullable=False))
    op.create_table(
        "call", *_id(),
        sa.Column("message_id", sa.Integer, sa.ForeignKey("message.id", **person), nullable=False, unique=True),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id", **person), nullable=False),
        sa.Column("booking_id", sa.Integer, sa.ForeignKey("booking.id", **person)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("next_try_at", UtcDateTime, nullable=False),
        sa.Column("useful_until", UtcDateTime, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("done_at", UtcDateTime),
        sa.Column("done_by_id", sa.Integer, sa.ForeignKey("staff_member.id")),
        sa.Column("outcome", coded("outcome", *OUTCOMES)),
    )
    _index("ix_call_open", "call", ["next_try_at"], "done_at IS NULL")
    op.create_index("ix_call_person", "call", ["person_id"])
    op.create_table(
        "call_try", *_id(),
        sa.Column("call_id", sa.Integer, sa.ForeignKey("call.id", **person), nullable=False, index=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff_member.id"), nullable=False),
        sa.Column("outcome", coded("outcome", *OUTCOMES), nullable=False),
        sa.Column("note", sa.String(300)),
    )


def _add_columns() -> None:
    for column in (
        sa.Column("provider", sa.String(120), nullable=False, server_default=""),
        sa.Column("provider_ref", sa.String(80)),
        sa.Column("reached_at", UtcDateTime),
        sa.Column("escalate_at", UtcDateTime),
    ):
        op.add_column("message", column)
    _index("ix_message_escalate", "message", ["escalate_at"], "escalate_at IS NOT NULL")
    _index("ix_message_provider_ref", "message", ["provider_ref"], "provider_ref IS NOT NULL")
    for table, column in (("enrolment", "enrolment_id"), ("offer", "offer_id"), ("trusted_contact", "contact_id")):
        _refer("message", column, table)
    for table, column in (("offer", "offer_id"), ("trusted_contact", "contact_id"), ("follow_up", "follow_up_id")):
        _refer("link", column, table)
        op.create_index(op.f(f"ix_link_{column}"), "link", [column])
    for column in (
        sa.Column("hour", sa.Integer),
        sa.Column("quiet_from", sa.Integer, nullable=False, server_default="20"),
        sa.Column("quiet_to", sa.Integer, nullable=False, server_default="8"),
    ):
        op.add_column("reminder_choice", column)
    for column in (
        sa.Column("purpose", sa.String(40), nullable=False, server_default=""),
        sa.Column("filters", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("texts", sa.JSON, nullable=False, server_default="{}"),
    ):
        op.add_column("campaign", column)
    op.add_column("mailbox_item", sa.Column("channel", sa.String(24), nullable=False, server_default="email"))
    op.execute("UPDATE campaign SET purpose = 'session-tomorrow'")
    op.execute("UPDATE message SET provider = CASE channel WHEN 'email' THEN 'smtp' ELSE channel END")


def _id() -> list:
    return [sa.Column("id", sa.Integer, primary_key=True)]


def _refer(table: str, column: str, other: str) -> None:
    """A new column that points to another table, and is empty so far."""
    rule = f"CONSTRAINT fk_{table}_{column} FOREIGN KEY({column}) REFERENCES {other} (id) ON DELETE CASCADE"
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER")
    if op.get_bind().dialect.name == "sqlite":
        _correct_schema(table, lambda sql: re.subn(r"\n?\)\s*$", f",\n\t{rule}\n)", sql))
    else:
        op.execute(f"ALTER TABLE {table} ADD {rule}")


def _index(name: str, table: str, columns: list[str], where: str, **more) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where), **more)


def _widen(table: str, column: str, codes: tuple[str, ...] | None) -> None:
    """Let the column hold `codes`, or anything."""
    name = f"ck_{table}_{column}"
    listed = codes and f"{column} IN ({', '.join(repr(code) for code in codes)})"
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        if listed:
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({listed})")
        return
    pattern = rf",\s*CONSTRAINT {name} CHECK \({column} IN \([^)]*\)\)"
    _correct_schema(table, lambda sql: re.subn(pattern, f",\n\tCONSTRAINT {name} CHECK ({listed})" if listed else "", sql))


def _correct_schema(table: str, change) -> None:
    """Change the text by which SQLite knows a table. The version grows, so that every connection reads it anew."""
    bind, which = op.get_bind(), {"name": table}
    before = bind.scalar(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name"), which)
    after, found = change(before)
    if found != 1:
        raise RuntimeError(f"{table} does not look as it was made")
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    bind.execute(sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :name"), which | {"sql": after})
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
