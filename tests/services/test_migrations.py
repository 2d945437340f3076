"""A database that was in use before a migration: its rows stay, its rules hold."""

import pytest
from sqlalchemy import text

from services import migrations
from services.db import Database, IntegrityError

BEFORE = (
    "INSERT INTO organisation (id, name, role) VALUES (1, 'Laboratorium', 'leader')",
    "INSERT INTO person (id, first_name, last_name, gender, disability, language, contact) "
    "VALUES (1, 'Maria', 'Kowal', 'unknown', 'unknown', 'pl', 'email')",
    "INSERT INTO link (id, purpose, person_id, created_at, expires_at) "
    "VALUES (1, 'invitation', 1, '2026-11-23 08:00:00', '2026-12-23 08:00:00')",
    "INSERT INTO message (id, dedup, kind, channel, person_id, link_id, created_at, due_at, useful_until, status, next_try_at, attempts) "
    "VALUES (1, 'x', 'invitation', 'email', 1, 1, '2026-11-23 08:00:00', '2026-11-23 08:00:00', '2026-12-23 08:00:00', 'waiting', "
    "'2026-11-23 08:00:00', 0)",
)
ONE_MORE = (
    "INSERT INTO link (id, purpose, person_id, created_at, expires_at, follow_up_id) "
    "VALUES (2, '{purpose}', 1, '2026-11-23 08:00:00', '2026-12-23 08:00:00', {follow_up})"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'old.db'}"
    return request.getfixturevalue("postgres_server").create_database()


def test_what_was_there_before_every_channel_is_there_afterwards(url):
    migrations.upgrade(url, "0002")
    database = Database(url)
    with database.engine.begin() as connection:
        for statement in BEFORE:
            connection.execute(text(statement))
    database.close()

    migrations.upgrade(url)

    database = Database(url)
    with database.engine.begin() as connection:
        assert connection.execute(text("SELECT channel, provider, link_id FROM message")).all() == [("email", "smtp", 1)]
        connection.execute(text("UPDATE message SET channel = 'pigeon'"))  # a channel is a file, not a row of a rule
        connection.execute(text(ONE_MORE.format(purpose="offer", follow_up="NULL")))
        if database.engine.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    for purpose, follow_up in (("anything", "NULL"), ("follow-up", "999")):
        with database.engine.connect() as connection, pytest.raises(IntegrityError), connection.begin():
            connection.execute(text(ONE_MORE.format(purpose=purpose, follow_up=follow_up).replace("(2,", "(3,")))
    database.close()


STAFF = (
    "INSERT INTO organisation (id, name, role) VALUES (1, 'Laboratorium', 'leader')",
    "INSERT INTO staff_member (id, first_name, last_name, gender, email, organisation_id, language, speaks, is_active) "
    "VALUES (1, 'Ewa', 'Lis', 'female', 'ewa@example.org', 1, 'pl', '[\"pl\"]', true)",
    "INSERT INTO device (id, token_hash, staff_id, is_shared, created_at, expires_at) "
    "VALUES (1, 'x', 1, false, '2026-11-23 08:00:00', '2026-11-23 20:00:00')",
)
PASSKEY = (
    "INSERT INTO passkey (id, person_id, staff_id, credential_id, public_key, sign_count, created_at) "
    "VALUES ({id}, NULL, {staff}, '{name}', 'key', 0, '2026-11-23 08:00:00')"
)


def test_a_device_from_before_the_second_factor_is_not_open_and_the_new_rules_hold(url):
    migrations.upgrade(url, "0004")
    database = Database(url)
    with database.engine.begin() as connection:
        for statement in STAFF:
            connection.execute(text(statement))
    database.close()

    migrations.upgrade(url)

    database = Database(url)
    with database.engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM device")) == 1
        assert connection.scalar(text("SELECT count(*) FROM device_opening")) == 0
        connection.execute(text(PASSKEY.format(id=1, staff=1, name="one")))
    wrong = (
        PASSKEY.format(id=2, staff=1, name="one"),
        PASSKEY.format(id=2, staff="NULL", name="two"),
        "INSERT INTO device_opening (device_id, by, at) VALUES (1, 'smile', '2026-11-23 08:00:00')",
        "INSERT INTO device_opening (device_id, by, at) VALUES (9, 'app', '2026-11-23 08:00:00')",
    )
    for statement in wrong:
        with database.engine.connect() as connection, pytest.raises(IntegrityError), connection.begin():
            connection.execute(text(statement))
    database.close()
