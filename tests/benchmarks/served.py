"""The real thing: `pracownia serve` as a process of its own, asked over HTTP; its CPU and memory as the kernel counts them."""

import http.client
import os
import socket
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select

from portal import config
from services import demo, identity, slots
from services.db import Database
from services.models import Person, SupportForm
from tests.child import Child

TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Served:
    milliseconds: float
    megabytes: float  # of the process that answers
    megabytes_beside: float  # of the one that watches over it


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def family(pid: int) -> list[int]:
    """The process and those that it started."""
    found = [pid]
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def cpu_of_all(pids: list[int]) -> float:
    """Seconds, in user and kernel mode."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(one[11]) + int(one[12]) for one in fields) / TICK


def kilobytes(path: str, name: str) -> int:
    return int(next(line for line in Path(path).read_text().splitlines() if line.startswith(name)).split()[1])


def _megabytes(pid: int) -> float:
    return kilobytes(f"/proc/{pid}/status", "VmRSS:") / 1024


@contextmanager
def serving(url: str, folder: Path):
    port = free_port()
    settings = {
        "PRACOWNIA_DEMO": "1", "PRACOWNIA_VAR": str(folder), "PRACOWNIA_DATABASE_URL": url,
        "PRACOWNIA_BIND": f"127.0.0.1:{port}", "PRACOWNIA_BASE_URL": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    child = Child([Path(sys.executable).parent / "pracownia", "serve"], ready="127", env=settings)
    try:
        yield child.process.pid, port, config.read(settings).secret_key
    finally:
        child.stop()


def measure(url: str, folder: Path, *, requests: int = 500) -> Served:
    """`requests` for the plan from one kept connection, after somebody has come in by a link and booked a few times."""
    with serving(url, folder) as (pid, port, key):
        database = Database(url)
        with database.write() as db, db.begin():
            person = db.scalar(select(Person).where(Person.email == demo.ACCOUNTS[0]))
            link = identity.make_link(db, key, "sign-in", person_id=person.id, lasts=timedelta(hours=1))
            token = identity.token_of(key, link)
            free = [slot.id for slot in slots.first_free(db, _form_of(db), person=person, limit=200)]
        database.close()
        ask = Browser(port)
        ask("GET", f"/w/{token}")
        ask("POST", "/enter", urlencode({"phone": "mine"}))
        assert ask("GET", "/plan") == 200
        for number, slot_id in enumerate(free[::20]):  # the first of them opens what booking needs
            ask("POST", "/book", urlencode({"slot": slot_id}))
            ask("POST", "/book/check", urlencode({"slot": slot_id, "key": f"served-{number}"}))
        assert ask("GET", "/readyz") == 200
        pids = family(pid)
        for _ in range(50):
            ask("GET", "/plan")
        before = cpu_of_all(pids)
        for _ in range(requests):
            assert ask("GET", "/plan") == 200
        spent = (cpu_of_all(pids) - before) / requests * 1000
        web = max(pids, key=_megabytes)
        return Served(spent, _megabytes(web), sum(_megabytes(one) for one in pids if one != web))


def _form_of(db) -> int:
    return db.scalar(select(SupportForm.id).where(SupportForm.given_by == "career-adviser"))


class Browser:
    """One person's: it keeps each cookie that it is given, and one connection."""

    def __init__(self, port: int):
        self.port, self.cookies, self.connection = port, SimpleCookie(), None

    def __call__(self, method: str, path: str, body: str | None = None) -> int:
        kept = "; ".join(f"{name}={one.value}" for name, one in self.cookies.items())
        headers = {"Cookie": kept, "Sec-Fetch-Site": "same-origin"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self._ask(method, path, body, headers)
        for said in answer.headers.get_all("Set-Cookie", ()):
            self.cookies.load(said)
        answer.read()
        return answer.status

    def _ask(self, method: str, path: str, body: str | None, headers: dict, tries: int = 600):
        for attempt in range(tries):
            try:
                self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                self.connection.request(method, path, body, headers)
                return self.connection.getresponse()
            except ConnectionRefusedError:  # it has said where it will listen, and is about to
                self.connection = None
                if attempt == tries - 1:
                    raise
                time.sleep(0.05)
        raise AssertionError("unreachable")
