import os
import select
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests import postgres
from tests.postgres import Postgres


@pytest.fixture(scope="module")
def server():
    with Postgres() as server:
        yield server


def rows(url, question):
    engine = create_engine(url)
    with engine.begin() as connection:
        found = connection.execute(text(question))
        answer = found.all() if found.returns_rows else None
    engine.dispose()
    return answer


def test_a_new_database_is_empty_and_answers_through_sqlalchemy(server):
    url = server.create_database()

    assert rows(url, "select count(*) from pg_tables where schemaname = 'public'") == [(0,)]
    assert rows(url, "show server_encoding") == [("UTF8",)]


def test_a_copy_holds_what_its_template_held_and_leaves_the_template_alone(server):
    template = server.create_database()
    rows(template, "create table words (word text)")
    copy = server.create_database(template=template)
    rows(copy, "insert into words values ('próba')")

    assert rows(copy, "select word from words") == [("próba",)]
    assert rows(template, "select word from words") == []


def test_overlapping_times_can_be_excluded(server):
    url = server.create_database()
    rows(url, "create extension btree_gist")
    rows(url, "create table held (who int, at tstzrange, exclude using gist (who with =, at with &&))")


def test_a_dropped_database_is_gone_even_while_somebody_is_connected(server):
    url = server.create_database()
    engine = create_engine(url)
    connection = engine.connect()

    server.drop(url)

    connection.invalidate()
    with pytest.raises(Exception, match="does not exist"):
        rows(url, "select 1")


def test_the_server_runs_as_somebody_who_is_not_root(server):
    pid = (server.folder / "data" / "postmaster.pid").read_text().split()[0]
    assert os.stat(f"/proc/{pid}").st_uid != 0


def test_data_stays_over_a_restart(server):
    url = server.create_database()
    rows(url, "create table kept (x int)")

    server.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"host={server.folder} user=postgres dbname=postgres")
    server.start()

    assert rows(url, "select count(*) from kept") == [(0,)]


KILLED_RUN = """
import os, signal
from tests.postgres import Postgres
server = Postgres().__enter__()
print(server.folder, server._server.process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_run_leaves_no_server_and_the_next_one_removes_its_folder():
    top = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", KILLED_RUN], cwd=top, capture_output=True, text=True)
    folder, pid = killed.stdout.split()
    assert Path(folder).exists(), killed.stderr
    ended = os.pidfd_open(int(pid)) if Path(f"/proc/{pid}").exists() else None
    if ended is not None:
        assert select.select([ended], [], [], 15)[0], "the server outlived the run that started it"
        os.close(ended)

    postgres.sweep()

    assert not Path(folder).exists()
