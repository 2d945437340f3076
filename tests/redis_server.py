"""A Redis of the tests' own: on a free port of this machine, behind a password, with nothing kept on disk."""

from __future__ import annotations

import itertools
import secrets
import shutil
import tempfile
from pathlib import Path

from tests.channels.smtp_servers import free_port
from tests.child import Child, ChildFailed

DATABASES = 200
TRIES = 5  # a free port may be somebody else's by the time that the server asks for it


class RedisMissing(Exception):
    """The server's program is not on this machine; `make test` installs it."""


class RedisServer:
    """`with RedisServer() as server: url = server.create_database()`. It never outlives the process that started it."""

    def __enter__(self) -> RedisServer:
        self._numbers = itertools.count()
        self._password = secrets.token_hex(16)
        self.folder = Path(tempfile.mkdtemp(prefix="pracownia-redis-"))
        try:
            for left in reversed(range(TRIES)):
                self.port = free_port()
                try:
                    self.start()
                    break
                except ChildFailed:
                    if not left:
                        raise
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._remove()

    def start(self) -> None:
        """Start the server, empty; returns when it takes connections."""
        program = shutil.which("redis-server")
        if program is None:
            raise RedisMissing("apt-get install -y --no-install-recommends redis-server")
        options = {
            "bind": "127.0.0.1", "port": self.port, "requirepass": self._password, "databases": DATABASES,
            "save": "", "appendonly": "no", "dir": self.folder, "daemonize": "no",
        }  # fmt: skip
        settings = self.folder / "redis.conf"  # not on the command line, which everybody on the machine may read
        settings.touch(mode=0o600)
        settings.write_text("".join(f'{name} "{value}"\n' for name, value in options.items()))
        self._server = Child([program, settings], ready="Ready to accept connections", cwd=self.folder)

    def stop(self) -> None:
        """End every connection and the server, with all that was in it."""
        self._server.stop()

    def create_database(self) -> str:
        """The address of one that is empty and that nobody else of this run was given."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/{next(self._numbers)}"

    def _remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
