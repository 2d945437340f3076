"""The breaker of each provider: after some failures in a row it is let alone, then tried by one message. On both databases."""

from datetime import timedelta

import pytest

from services import clock, outbox, providers
from services.channels import Outcome

DOWN, UP, NO = Outcome("later", "push-503"), Outcome("accepted"), Outcome("refused", "push-400", is_alarm=True)


@pytest.fixture
def post(db, make, at):
    maria = make.participant()

    def post(number, provider):
        outbox.post(
            db, "test", "email", subject=f"n:{number}", useful_until=clock.now() + timedelta(days=1), person_id=maria.id,
            provider=provider,
        )  # fmt: skip

    return post


def note(db, name, *outcomes):
    for outcome in outcomes:
        providers.note(db, name, outcome)


def claimed(db, **more):
    return [message.provider for message in outbox.claim(db, **more)]


def test_five_failures_in_a_row_and_its_messages_stay_while_others_go(db, post):
    for number, name in enumerate(("down", "down", "well")):
        post(number, name)
    note(db, "down", *[DOWN] * 4)
    assert providers.in_trouble(db) == (set(), set())

    note(db, "down", DOWN)

    assert providers.in_trouble(db) == ({"down"}, set())
    assert claimed(db) == ["well"]


@pytest.mark.parametrize("not_theirs", [NO, Outcome("later", "smtp-recipient-451"), Outcome("later", "error-KeyError"), UP])
def test_a_no_to_one_message_and_a_fault_of_ours_are_not_their_trouble(db, post, not_theirs):
    note(db, "p", *[DOWN] * 4, not_theirs, *[not_theirs] * 9)
    assert providers.in_trouble(db) == (set(), set())


def test_when_the_time_is_over_one_message_tries_and_only_one(db, post, at):
    for number in range(3):
        post(number, "down")
    note(db, "down", *[DOWN] * 5)
    at(clock.now() + timedelta(seconds=31))

    assert claimed(db) == ["down"]
    assert claimed(db) == []  # another worker, while the first one tries


def test_a_success_ends_the_trouble_at_once(db, post, at):
    post(1, "down"), post(2, "down")
    note(db, "down", *[DOWN] * 7)
    at(clock.now() + timedelta(minutes=3))
    [probe] = outbox.claim(db)
    outbox.end(db, probe.id, probe.lease, "accepted")
    note(db, "down", UP)

    assert claimed(db) == ["down"]
    [row] = providers.overview(db)
    assert (row.failures, row.open_until, row.trouble, row.last_success_at) == (0, None, None, clock.now())


def test_each_failure_more_makes_the_pause_longer_up_to_ten_minutes(db, at):
    pauses = []
    for _ in range(12):
        note(db, "down", DOWN)
        [row] = providers.overview(db)
        db.refresh(row)
        pauses.append(row.open_until and (row.open_until - clock.now()).total_seconds())
    assert pauses == [None] * 4 + [30, 60, 120, 300, 600, 600, 600, 600]


def test_who_has_enough_of_a_provider_is_given_others(db, post):
    post(1, "slow"), post(2, "well")
    assert claimed(db, busy=("slow",)) == ["well"]
