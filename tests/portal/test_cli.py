"""The console command: what it does, one clear sentence when it cannot, and the exit code."""

import socket

import pytest
from sqlalchemy import func, select

from portal import cli
from services import factors
from services.db import Database
from services.models import AuditEntry, Link, Person, SecondFactor, StaffMember


@pytest.fixture
def pracownia(monkeypatch, tmp_path, capsys):
    """`pracownia("migrate")`: exit code, what it said, and what it complained about; in a demo of the test's own."""
    for name, value in {"VAR": tmp_path / "var", "DEMO": "1", "BASE_URL": "http://localhost:8000"}.items():
        monkeypatch.setenv(f"PRACOWNIA_{name}", str(value))
    monkeypatch.delenv("PRACOWNIA_DATABASE_URL", raising=False)

    def run(*words):
        try:
            cli.main([str(word) for word in words])
            code = 0
        except SystemExit as end:
            code = end.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def ready(pracownia, tmp_path, sqlite_template):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "pracownia.db").write_bytes(sqlite_template.read_bytes())
    return Database(f"sqlite:///{tmp_path / 'var' / 'pracownia.db'}")


def test_migrate_makes_the_database(pracownia, tmp_path):
    assert pracownia("migrate")[0] == 0
    assert pracownia("migrate")[0] == 0
    assert (tmp_path / "var" / "pracownia.db").exists()
    assert pracownia("doctor")[0] == 0


@pytest.mark.parametrize("words", [("serve",), ("worker", "--once"), ("demo",), ("sign-in-link", "a@example.org")])
def test_without_tables_a_command_says_so(pracownia, words):
    code, _, complaint = pracownia(*words)

    assert code == 1
    assert complaint.count("\n") == 1
    assert "migrate" in complaint


@pytest.mark.parametrize("words", [("serve",), ("migrate",), ("worker", "--once"), ("sign-in-link", "a@example.org")])
def test_a_database_that_is_away_is_one_sentence(pracownia, monkeypatch, words):
    monkeypatch.setenv("PRACOWNIA_DATABASE_URL", "postgresql://nobody@/nothing?host=/nowhere/at/all")
    code, _, complaint = pracownia(*words)

    assert code == 1
    assert "Traceback" not in complaint
    assert len(complaint.strip().splitlines()) == 1


def test_missing_settings_are_all_named(pracownia, monkeypatch):
    monkeypatch.setenv("PRACOWNIA_DEMO", "0")
    monkeypatch.delenv("PRACOWNIA_BASE_URL")
    code, _, complaint = pracownia("serve")

    assert code != 0
    for name in ("BASE_URL", "SECRET_KEY", "SMTP_URL", "MAIL_FROM"):
        assert f"PRACOWNIA_{name}" in complaint


def test_a_port_that_is_taken_is_said(pracownia, ready, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PRACOWNIA_BIND", f"127.0.0.1:{taken.getsockname()[1]}")
        code, _, complaint = pracownia("serve")

    assert code == 1
    assert "127.0.0.1" in complaint


def test_a_sign_in_link_is_one_address_and_only_its_hash_is_kept(pracownia, ready):
    with ready.write() as db, db.begin():
        db.add(Person(first_name="Maria", last_name="Kowal", email="maria@example.org"))
    code, said, _ = pracownia("sign-in-link", "Maria@example.org")

    assert code == 0
    assert said.startswith("http://localhost:8000/w/")
    with ready.read() as db:
        assert said.strip().rpartition("/")[2] not in (db.scalar(select(Link.token_hash)) or "")


@pytest.mark.parametrize("how_many", [0, 2])
def test_nobody_or_two_at_an_address_get_no_link(pracownia, ready, how_many):
    with ready.write() as db, db.begin():
        db.add_all(Person(first_name=name, last_name="Kowal", email="dom@example.org") for name in ("Maria", "Jan")[:how_many])
    code, said, complaint = pracownia("sign-in-link", "dom@example.org")

    assert (code, said) == (1, "")
    assert "dom@example.org" in complaint
    with ready.read() as db:
        assert db.scalar(select(func.count(Link.id))) == 0


def test_import_keeps_the_good_lines_and_says_what_is_wrong_with_the_others(pracownia, ready):
    code, said, _ = pracownia("import", "participants", "tests/data/register_bad.csv")
    with ready.read() as db:
        good = db.scalar(select(func.count(Person.id)))
    again, _, _ = pracownia("import", "participants", "tests/data/register_bad.csv")

    assert (code, again) == (1, 1)
    assert good > 0
    assert said
    with ready.read() as db:
        assert db.scalar(select(func.count(Person.id))) == good


def test_a_file_that_is_not_there_and_one_that_is_no_register_change_nothing(pracownia, ready, tmp_path):
    (tmp_path / "picture.csv").write_bytes(bytes(range(256)) * 20)
    for file in (tmp_path / "none.csv", tmp_path / "picture.csv"):
        code, _, complaint = pracownia("import", "participants", file)
        assert code == 1
        assert file.name in complaint
        assert "Traceback" not in complaint
    with ready.read() as db:
        assert db.scalar(select(func.count(Person.id))) == 0


def test_the_demo_is_filled_once_and_only_in_demo_mode(pracownia, ready, monkeypatch):
    monkeypatch.setenv("PRACOWNIA_DEMO", "0")
    for name, value in {
        "BASE_URL": "https://a.example",
        "SECRET_KEY": "k" * 40,
        "SMTP_URL": "smtp://a",
        "MAIL_FROM": "a@b.c",
    }.items():
        monkeypatch.setenv(f"PRACOWNIA_{name}", value)

    assert pracownia("demo")[0] == 1
    with ready.read() as db:
        assert db.scalar(select(func.count(StaffMember.id))) == 0


@pytest.mark.parametrize(
    "given", ["redis://127.0.0.1:1/0", "redis://:wrong@127.0.0.1:{port}/0", "postgresql://nobody@/nothing?host=/nowhere"]
)
def test_the_doctor_asks_the_queue_too(pracownia, ready, monkeypatch, redis_server, given):
    monkeypatch.setenv("PRACOWNIA_QUEUE_URL", redis_server.create_database())
    assert pracownia("doctor")[0] == 0

    monkeypatch.setenv("PRACOWNIA_QUEUE_URL", given.format(port=redis_server.port))
    code, said, _ = pracownia("doctor")

    assert code == 1
    assert said.count("\n") == 1
    assert "PRACOWNIA_QUEUE_URL" in said


def test_the_doctor_names_everything_at_once(pracownia, monkeypatch):
    monkeypatch.setenv("PRACOWNIA_SMTP_URL", "smtp://127.0.0.1:9")
    monkeypatch.setenv("PRACOWNIA_DATABASE_URL", "postgresql://nobody@/nothing?host=/nowhere/at/all")
    code, said, _ = pracownia("doctor")

    assert code == 1
    assert len(said.strip().splitlines()) >= 2


def test_a_worker_with_nothing_to_do_is_done(pracownia, ready):
    assert pracownia("worker", "--once")[0] == 0


def test_somebody_who_no_longer_works_here_is_out_at_once(pracownia, ready):
    assert pracownia("add-staff", "Ewa", "Lis", "ewa@example.org", "coordinator")[0] == 0
    assert pracownia("sign-in-link", "ewa@example.org")[0] == 0

    assert pracownia("end-staff", "ewa@example.org")[0] == 0

    code, _, complaint = pracownia("sign-in-link", "ewa@example.org")
    assert code == 1
    assert complaint.count("\n") == 1
    assert pracownia("end-staff", "ewa@example.org")[0] == 1
    with ready.read() as db:
        assert db.scalars(select(StaffMember.is_active)).all() == [False]


def test_a_lost_telephone_is_forgotten_and_written_down(pracownia, ready):
    pracownia("add-staff", "Ewa", "Lis", "ewa@example.org", "coordinator")
    with ready.write() as db, db.begin():
        factors.begin(db, db.scalars(select(StaffMember)).one())

    assert pracownia("reset-factor", "ewa@example.org")[0] == 0

    assert pracownia("reset-factor", "nobody@example.org")[0] == 1
    with ready.read() as db:
        assert db.scalars(select(SecondFactor)).all() == []
        newest = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (newest.actor, newest.act) == ("system", "staff:reset-factor")
