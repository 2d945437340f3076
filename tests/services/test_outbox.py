"""The table of messages: asked for once, claimed by one, ended by whoever holds the lease."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from services import clock, outbox
from services.models import Message

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def post(db, make):
    maria = make.participant()

    def post(subject="thing:1", channel="email", **more):
        more.setdefault("useful_until", clock.now() + timedelta(days=1))
        return outbox.post(db, "test", channel, subject=subject, person_id=maria.id, **more)

    return post


def claim_one(db):
    (message,) = outbox.claim(db)
    return message


def status(db):
    return db.scalars(select(Message.status)).one()


def test_the_same_asked_twice_is_one_message(db, post):
    assert [post(), post()] == [True, False]
    assert db.scalar(select(func.count(Message.id))) == 1


def test_another_version_another_channel_and_another_phone_are_other_messages(db, make, post):
    maria = make.participant()
    post()
    assert post("thing:2")
    assert post(channel="push", subscription_id=make.subscription(maria).id)
    assert post(channel="push", subscription_id=make.subscription(maria).id)


def test_a_message_is_claimed_when_it_is_due_and_not_before(db, post, at):
    post(due_at=clock.now() + A_MINUTE)
    assert outbox.claim(db) == []

    at("2026-11-23 09:01")
    assert claim_one(db).attempts == 1


def test_a_claimed_message_is_nobody_elses_until_the_lease_runs_out(db, post, at):
    post()
    first = claim_one(db).lease
    assert outbox.claim(db) == []

    at(clock.now() + outbox.LEASE + timedelta(seconds=1))
    again = claim_one(db)
    assert (again.attempts, again.lease == first) == (2, False)


def test_whose_lease_went_to_another_cannot_say_how_it_ended(db, post, at):
    post()
    late = claim_one(db).lease
    at(clock.now() + outbox.LEASE + timedelta(seconds=1))
    message = claim_one(db)

    assert outbox.end(db, message.id, late, "accepted") is False
    assert outbox.end(db, message.id, message.lease, "accepted") is True
    assert status(db) == "accepted"


def test_an_end_is_said_once(db, post):
    post()
    message = claim_one(db)

    assert outbox.end(db, message.id, message.lease, "accepted")
    assert outbox.end(db, message.id, message.lease, "undeliverable") is False


def test_the_longest_waiting_go_first_and_no_more_than_asked_for(db, post):
    for minutes in (1, 3, 2):
        post(f"thing:{minutes}", due_at=clock.now() - minutes * A_MINUTE)

    claimed = outbox.claim(db, limit=2)

    assert [message.dedup.split(":")[2] for message in claimed] == ["3", "2"]


def test_a_later_try_waits_longer_each_time(db, post, at):
    post(useful_until=clock.now() + timedelta(days=30))
    waits = []
    for _ in range(4):
        message = claim_one(db)
        assert outbox.try_later(db, message, message.lease, trouble="busy") == "waiting"
        db.refresh(message)
        waits.append(message.next_try_at - clock.now())
        at(message.next_try_at)

    assert waits == sorted(set(waits))


def test_a_provider_that_says_when_is_heeded(db, post):
    post()
    message = claim_one(db)

    outbox.try_later(db, message, message.lease, trouble="busy", after=timedelta(minutes=17))

    db.refresh(message)
    assert (message.next_try_at, message.lease, message.trouble) == (clock.now() + timedelta(minutes=17), None, "busy")


def test_no_try_comes_when_the_message_is_useless(db, post):
    post(useful_until=clock.now() + timedelta(seconds=20))
    message = claim_one(db)

    assert outbox.try_later(db, message, message.lease, trouble="busy") == "undeliverable"
    assert status(db) == "undeliverable"


def test_tries_end_some_day(db, post, at):
    post(useful_until=clock.now() + timedelta(days=365))
    tries = 0
    while found := outbox.claim(db):
        tries += 1
        if outbox.try_later(db, found[0], found[0].lease, trouble="busy") == "undeliverable":
            break
        db.refresh(found[0])
        at(found[0].next_try_at)

    assert 5 < tries < 20
    assert status(db) == "undeliverable"


def test_a_cancelled_message_is_not_claimed_and_what_was_sent_stays_sent(db, post):
    post()
    message = claim_one(db)
    outbox.end(db, message.id, message.lease, "accepted")
    post("thing:2")

    assert outbox.cancel(db, Message.kind == "test") == 1
    assert outbox.claim(db) == []


def test_two_workers_share_the_work_and_nothing_goes_twice(database, db, post):
    for number in range(60):
        post(f"thing:{number}")
    db.commit()
    together = Barrier(4)

    def work(_):
        mine = []
        together.wait()
        while True:
            with database.write() as db, db.begin():
                found = outbox.claim(db, limit=7)
            if not found:
                return mine
            with database.write() as db, db.begin():
                mine += [message.id for message in found if outbox.end(db, message.id, message.lease, "accepted")]

    with ThreadPoolExecutor(4) as workers:
        done = [message_id for mine in workers.map(work, range(4)) for message_id in mine]

    assert len(done) == len(set(done)) == 60
    assert db.scalars(select(Message.attempts).distinct()).all() == [1]
