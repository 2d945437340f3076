"""The queue on a server of its own: real ones, slow ones, and none."""

import logging
import socket
import threading

import pytest
from huey.consumer import Consumer

from portal import queue
from tests.portal.sending import make_app


@pytest.fixture(params=["redis", "postgresql"])
def queue_url(request):
    """An empty queue on a real server."""
    if request.param == "redis":
        return request.getfixturevalue("redis_server").create_database()
    return request.getfixturevalue("postgres_url")


def test_a_wake_up_is_seen_by_another_process_and_taken_by_one(queue_url, tmp_path, sqlite_url):
    web, one, other = (make_app(tmp_path, sqlite_url, queue_url=queue_url) for _ in range(3))
    queue.wake(web)
    queue.wake(web)

    assert queue.queue_of(one).dequeue().name == "drain"
    assert queue.queue_of(other).dequeue() is None


def test_four_that_begin_at_once_on_a_new_server_all_have_a_queue(queue_url):
    together, queues = threading.Barrier(4), []

    def begin():
        together.wait()
        queues.append(queue.make_queue(queue_url))

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.storage.queue_size() for one in queues] == [0] * 4


def test_of_a_server_that_says_nothing_one_booking_waits_and_not_each(tmp_path, sqlite_url, caplog):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"127.0.0.1:{mute.getsockname()[1]}"
        app = make_app(tmp_path, sqlite_url, queue_url=f"redis://{address}/0?socket_timeout=0.1")
        for _ in range(3):
            queue.wake(app)
        mute.settimeout(5)
        mute.accept()[0].close()
        mute.setblocking(False)
        with pytest.raises(BlockingIOError):
            mute.accept()
    assert caplog.text.count("no wake-up") == 1


def test_a_servers_own_limits_stand_in_its_address():
    ours, theirs = (queue.make_queue(f"redis://127.0.0.1:1/0{more}") for more in ("", "?socket_timeout=9"))

    assert ours.storage.pool.connection_kwargs["socket_timeout"] == 2
    assert theirs.storage.pool.connection_kwargs["socket_timeout"] == 9
    assert theirs.storage.pool.connection_kwargs["socket_connect_timeout"] == 2


def test_each_minutes_work_is_done_without_the_queue_when_it_is_away(tmp_path, sqlite_url, monkeypatch):
    done = []
    monkeypatch.setattr("portal.worker.tick", lambda app: done.append("tick"))
    monkeypatch.setattr("portal.worker.drain", lambda app: done.append("drain"))
    app = make_app(tmp_path, sqlite_url, queue_url="redis://127.0.0.1:1/0")
    consumer = queue.queue_of(app).create_consumer(workers=1)

    consumer._create_scheduler().enqueue_periodic_tasks(None)

    assert done[:2] == ["tick", "drain"]


def test_a_server_that_is_away_fills_no_disk_with_tracebacks(caplog, monkeypatch):
    logger = logging.getLogger("huey.consumer.Worker")
    monkeypatch.setattr(logger, "filters", [type(one)() for one in logger.filters])  # a minute that nobody has spoken in
    away = queue.make_queue("redis://127.0.0.1:1/0")
    worker = Consumer(away, workers=1, max_delay=0)._create_worker()
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            worker.loop()

    assert caplog.text.count("Error reading from queue (ConnectionError)") == 1
    assert "Traceback" not in caplog.text
