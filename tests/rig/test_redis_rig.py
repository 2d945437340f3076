import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, ConnectionError

from tests.redis_server import RedisServer


@pytest.fixture(scope="module")
def server():
    with RedisServer() as server:
        yield server


def test_two_databases_know_nothing_of_each_other(server):
    one, other = (Redis.from_url(server.create_database()) for _ in range(2))
    one.set("word", "próba")

    assert one.get("word").decode() == "próba"
    assert other.get("word") is None


def test_nobody_comes_in_without_the_password(server):
    with pytest.raises(AuthenticationError):
        Redis(port=server.port).ping()


def test_a_stopped_server_is_away_and_comes_back_at_the_same_address(server):
    url = server.create_database()
    Redis.from_url(url).set("word", 1)

    server.stop()
    with pytest.raises(ConnectionError):
        Redis.from_url(url, retry=None).ping()
    server.start()

    assert Redis.from_url(url).get("word") is None


KILLED_RUN = """
import os, signal
from tests.redis_server import RedisServer
server = RedisServer().__enter__()
print(server.folder, server._server.process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_run_leaves_no_server():
    top = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", KILLED_RUN], cwd=top, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    folder, pid = killed.stdout.split()
    if Path(f"/proc/{pid}").exists():
        ended = os.pidfd_open(int(pid))
        assert select.select([ended], [], [], 15)[0], "the server outlived the run that started it"
        os.close(ended)
    for left in Path(folder).iterdir():
        left.unlink()
    Path(folder).rmdir()
