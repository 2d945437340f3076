"""Processes that tests start: they say when they are ready, keep their last lines, and never outlive the tests."""

from __future__ import annotations

import collections
import os
import pwd
import re
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path


class ChildFailed(Exception):
    """The process ended, or kept silent, before it was ready. The message holds its last lines."""


def bound_to_us(command: Sequence[str], user: str | None = None) -> list[str]:
    """`command`, run as `user` if given, and told to end when this process does, even by kill -9."""
    identity = [f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--init-groups"] if user else []
    return ["setpriv", "--pdeathsig=TERM", *identity, "--", *map(str, command)]


class Child:
    """`command`, started; returns once a line of its output matches `ready`, or raises ChildFailed.

    `match` is what `ready` found. The output is read all the time, so that a full pipe never stops the process.
    """

    def __init__(
        self,
        command: Sequence[str],
        ready: str,
        *,
        user: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        timeout: float = 90,
    ):
        self.match: re.Match[str] | None = None
        self._ready = re.compile(ready)
        self._stop_signal = stop_signal
        self._settled = threading.Event()
        self._last_lines: collections.deque[str] = collections.deque(maxlen=60)
        self.process = subprocess.Popen(
            bound_to_us(command, user),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=dict(os.environ, **(env or {})),
            cwd=cwd,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._settled.wait(timeout)
        if self.match is None:
            state = "ended with" if self.process.poll() is not None else f"said nothing like {ready!r} in {timeout} s,"
            self.stop()
            raise ChildFailed(f"{command[0]} {state} {self.process.returncode}:\n{self.output}")

    @property
    def output(self) -> str:
        """The last 60 lines that the process printed."""
        return "".join(self._last_lines)

    def stop(self, timeout: float = 10) -> int:
        """Ask the process to end, make it end if it does not, and give back its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(self._stop_signal)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(timeout)
        return self.process.returncode

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._last_lines.append(line)
                if self.match is None and (found := self._ready.search(line)):
                    self.match = found
                    self._settled.set()
        self._settled.set()
