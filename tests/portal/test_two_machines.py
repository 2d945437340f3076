"""More than one machine: two webs and two workers, each a process of its own, on one real PostgreSQL and one real queue."""

import signal

import pytest

from e2e import daytime
from services.models import Person
from tests.portal.machines import Machines
from tests.redis_server import RedisServer


@pytest.fixture(scope="module")
def by_day():
    """At night no reminder goes out."""
    seconds = daytime.seconds_ahead()
    with daytime.shifted(seconds):
        yield daytime.settings(seconds)


@pytest.fixture(params=["redis", "postgresql"])
def queue_url(request, postgres_url):
    return request.getfixturevalue("redis_server").create_database() if request.param == "redis" else postgres_url


@pytest.fixture
def machines(tmp_path, postgres_url, queue_url, by_day):
    machines = Machines(tmp_path, postgres_url, queue_url, by_day)
    yield machines
    machines.close()


def everybody(machines):
    """The addresses of those whom the outbox has a message for."""
    with machines.database.read() as db:
        return sorted(db.get(Person, message.person_id).email for message in machines.messages())


def are_begun(machines):
    return all(message.attempts for message in machines.messages())


def sent_by(machines):
    return [len(server.mails) for server in machines.mails]


def test_what_either_web_takes_in_is_sent_by_whichever_worker_and_once(machines):
    machines.webs()
    machines.worker(0)
    machines.worker(1)
    waiting = machines.people(12)
    done = 0
    # Whoever has a message is held at its mail server, so the next one is somebody else's, of this machine or of the other.
    while waiting and not all(mail.knocked.is_set() for mail in machines.mails):
        machines.book(waiting.pop(), web=done % 2)
        machines.until(lambda: are_begun(machines))
        done += 1
    machines.open()
    while waiting:
        machines.book(waiting.pop(), web=len(waiting) % 2)

    machines.until(lambda: machines.are_sent(12))

    assert set(machines.letters().values()) == {1}
    assert machines.addresses() == everybody(machines)
    assert all(sent_by(machines)), sent_by(machines)


def test_a_worker_that_is_stopped_finishes_what_it_has_begun_and_leaves_the_rest_to_the_other(machines):
    machines.webs()
    first = machines.worker(0)
    waiting = machines.people(6)
    machines.book(waiting.pop(), web=0)
    machines.until(machines.mails[0].knocked.is_set)

    first.process.send_signal(signal.SIGTERM)
    machines.open()
    assert first.stop(timeout=60) == 0, first.output
    assert machines.are_sent(1)
    for who in waiting:
        machines.book(who, web=1)
    assert not machines.are_sent(6)
    second = machines.worker(1)
    machines.until(lambda: machines.are_sent(6))
    assert sent_by(machines) == [1, 5]

    assert second.stop(timeout=60) == 0, second.output
    assert set(machines.letters().values()) == {1}
    assert machines.addresses() == everybody(machines)


@pytest.mark.parametrize("queue_url", ["redis"], indirect=True)
def test_reminders_planned_by_two_workers_in_one_minute_go_out_once(machines):
    machines.booked_before(8)
    machines.open()

    runs = [machines.once(0), machines.once(1)]
    said = [run.communicate(timeout=90)[0] for run in runs]

    assert [run.returncode for run in runs] == [0, 0], said
    assert [message.status for message in machines.messages("reminder")] == ["accepted"] * 8
    assert len({message.booking_id for message in machines.messages("reminder")}) == 8
    assert set(machines.letters().values()) == {1}


def test_while_redis_is_away_people_book_and_are_written_to(tmp_path, postgres_url, by_day):
    with RedisServer() as redis:
        machines = Machines(tmp_path, postgres_url, redis.create_database(), by_day)
        try:
            machines.open()
            machines.webs()
            one, other = machines.people(2)
            redis.stop()
            machines.book(one, web=0)
            machines.worker(0)
            machines.until(lambda: machines.are_sent(1))

            redis.start()
            machines.book(other, web=1)
            machines.until(lambda: machines.are_sent(2))
            assert set(machines.letters().values()) == {1}
        finally:
            machines.close()
