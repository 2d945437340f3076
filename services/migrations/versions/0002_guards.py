"""The guards that a table definition cannot say on both databases.

No overlap in time: for a person's live bookings, a specialist's and a room's published slots. EXCLUDE on PostgreSQL,
triggers on SQLite; the same names, so that `services.db.broken_guard` reads both. Then: logs that cannot be changed, and
agreed plan versions that cannot be edited.

Alembic's batch mode on SQLite drops triggers without a word: a later migration that rebuilds one of these tables calls
`make_guards` again.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# guard, table, column that must not meet itself, which rows count
OVERLAPS = (
    ("ex_booking_person_overlap", "booking", "person_id", "booked"),
    ("ex_slot_specialist_overlap", "slot", "specialist_id", "published"),
    ("ex_slot_room_overlap", "slot", "room_id", "published"),
)
FROZEN_LOGS = ("access_log", "audit_entry")  # neither changed nor deleted
APPENDED = ("intention", "attendance_statement", "step_record")  # never changed; they go only with their person
IN_FORCE = "('agreed', 'replaced')"
AS_AGREED = ("plan_id", "number", "written_by_id", "proposed_at", "answered_at", "answer_note", "agreed_at")


def upgrade() -> None:
    make_guards()


def make_guards() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def _sqlite() -> None:
    for guard, table, column, status in OVERLAPS:
        for moment, name in (("INSERT", f"{guard}_insert"), (f"UPDATE OF {column}, starts_at, ends_at, status", f"{guard}_update")):
            op.execute(f"""
                CREATE TRIGGER {name} AFTER {moment} ON {table}
                WHEN NEW.status = '{status}' AND NEW.{column} IS NOT NULL BEGIN
                    SELECT RAISE(ABORT, '{guard}') WHERE EXISTS (
                        SELECT 1 FROM {table} AS other
                        WHERE other.{column} = NEW.{column} AND other.status = '{status}' AND other.id <> NEW.id
                          AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
                          AND other.starts_at > datetime(NEW.starts_at, '-2 days'));
                END""")
    for table in FROZEN_LOGS + APPENDED:
        op.execute(f"""
            CREATE TRIGGER keep_{table}_update BEFORE UPDATE ON {table}
            BEGIN SELECT RAISE(ABORT, 'keep_{table}'); END""")
    for table in FROZEN_LOGS:
        op.execute(f"""
            CREATE TRIGGER keep_{table}_delete BEFORE DELETE ON {table}
            BEGIN SELECT RAISE(ABORT, 'keep_{table}'); END""")
    for table, row_of in (("goal", "{row}.version_id"), ("step", "(SELECT version_id FROM goal WHERE id = {row}.goal_id)")):
        for act, rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",))):
            touched = " OR ".join(
                f"(SELECT status FROM plan_version WHERE id = {row_of.format(row=row)}) IN {IN_FORCE}" for row in rows
            )
            op.execute(f"""
                CREATE TRIGGER keep_agreed_{table}_{act.lower()} BEFORE {act} ON {table} WHEN {touched}
                BEGIN SELECT RAISE(ABORT, 'keep_agreed_plan'); END""")
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in AS_AGREED)
    op.execute(f"""
        CREATE TRIGGER keep_agreed_plan_version_update BEFORE UPDATE ON plan_version
        WHEN OLD.status IN {IN_FORCE} AND (NEW.status NOT IN ('replaced', OLD.status) OR {changed})
        BEGIN SELECT RAISE(ABORT, 'keep_agreed_plan'); END""")
    # A version goes only with its whole plan: then the plan's row is gone already.
    op.execute(f"""
        CREATE TRIGGER keep_agreed_plan_version_delete BEFORE DELETE ON plan_version
        WHEN OLD.status IN {IN_FORCE} AND EXISTS (SELECT 1 FROM plan WHERE id = OLD.plan_id)
        BEGIN SELECT RAISE(ABORT, 'keep_agreed_plan'); END""")


def _postgresql() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for guard, table, column, status in OVERLAPS:
        op.execute(f"""
            ALTER TABLE {table} ADD CONSTRAINT {guard} EXCLUDE USING gist
            ({column} WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (status = '{status}')""")
    op.execute("""
        CREATE FUNCTION keep_row() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'keep_%', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$""")
    for table in FROZEN_LOGS:
        op.execute(f"CREATE TRIGGER keep_{table} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION keep_row()")
    for table in APPENDED:
        op.execute(f"CREATE TRIGGER keep_{table} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION keep_row()")
    for table, lookup in (
        ("goal", "SELECT status FROM plan_version WHERE id = {row}.version_id"),
        ("step", "SELECT v.status FROM plan_version v JOIN goal g ON g.version_id = v.id WHERE g.id = {row}.goal_id"),
    ):
        _postgresql_keeps(table, f"""
            (TG_OP <> 'INSERT' AND ({lookup.format(row='OLD')}) IN {IN_FORCE})
            OR (TG_OP <> 'DELETE' AND ({lookup.format(row='NEW')}) IN {IN_FORCE})""")
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in AS_AGREED)
    _postgresql_keeps("plan_version", f"""
        TG_OP <> 'INSERT' AND OLD.status IN {IN_FORCE} AND CASE TG_OP
            WHEN 'UPDATE' THEN NEW.status NOT IN ('replaced', OLD.status) OR {changed}
            ELSE EXISTS (SELECT 1 FROM plan WHERE id = OLD.plan_id) END""")


def _postgresql_keeps(table: str, touched: str) -> None:
    op.execute(f"""
        CREATE FUNCTION keep_agreed_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF ({touched}) THEN
                RAISE EXCEPTION 'keep_agreed_plan' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END $$""")
    op.execute(f"""
        CREATE TRIGGER keep_agreed_{table} BEFORE INSERT OR UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION keep_agreed_{table}()""")


def downgrade() -> None:
    raise NotImplementedError("guards are not taken away: restore a backup instead")
