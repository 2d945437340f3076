"""A PostgreSQL of the tests' own: a fresh cluster in a temporary folder, reached through a socket in that folder."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.child import Child, bound_to_us

PREFIX = "pracownia-pg-"
# Durable against a crash of the machine is the one thing that a test's cluster need not be.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "80",
    "timezone": "UTC",
}


class PostgresMissing(Exception):
    """The server's programs are not on this machine; `make test` installs them."""


def programs() -> Path:
    """The folder with initdb and postgres: Debian keeps one per version beside the search path; the newest wins."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parent.parent.name))
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    raise PostgresMissing("apt-get install -y --no-install-recommends postgresql")


class Postgres:
    """`with Postgres() as server: url = server.create_database()`. One per test process is enough; it takes 1 to 2 s."""

    def __enter__(self) -> Postgres:
        sweep()
        self._numbers = itertools.count(1)
        self._one_at_a_time = threading.Lock()
        self._user = _somebody_else() if os.geteuid() == 0 else None
        # The owner's process number stands in the name, so that a later run knows a folder that nobody uses any more.
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        try:
            self._initialise()
            self.start()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._remove()

    def start(self) -> None:
        """Start the server on the folder as it is; returns when it takes connections."""
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        self._server = Child(
            [programs() / "postgres", "-D", self._data, "-k", self.folder, *options],
            ready="ready to accept connections",
            user=self._user,
            cwd=self.folder,
            stop_signal=signal.SIGINT,
        )
        self._admin = psycopg.connect(self._conninfo("postgres"), autocommit=True)

    def stop(self) -> None:
        """End every connection and the server; the data stays for another `start` until the block ends."""
        self._admin.close()
        self._server.stop()

    def create_database(self, template: str | None = None) -> str:
        """A new database, empty or a copy of `template` (an earlier URL, with nobody connected), as SQLAlchemy's URL."""
        with self._one_at_a_time:
            name = f"t{next(self._numbers)}"
            source = sql.Identifier(_name_in(template) if template else "template0")
            self._admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), source))
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def drop(self, url: str) -> None:
        """Remove a database of this server, whoever is still connected to it."""
        with self._one_at_a_time:
            name = sql.Identifier(_name_in(url))
            self._admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _conninfo(self, database: str) -> str:
        return f"host={self.folder} user=postgres dbname={database}"

    def _initialise(self) -> None:
        if self._user:
            shutil.chown(self.folder, self._user)
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        command = bound_to_us([programs() / "initdb", "-D", self._data, *options], self._user)
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"initdb: {done.stderr or done.stdout}")

    def _remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def sweep() -> None:
    """Remove the clusters of test runs that were killed, with their servers if one is still there."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if not owner.isdigit() or Path(f"/proc/{owner}").exists():
            continue
        with contextlib.suppress(OSError, ValueError, IndexError):
            server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
            # The number may belong to something else by now: only a process that names this folder is ours to end.
            if str(folder).encode() in Path(f"/proc/{server}/cmdline").read_bytes():
                os.kill(server, signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)


def _name_in(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _somebody_else() -> str:
    """PostgreSQL refuses to run as root."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
