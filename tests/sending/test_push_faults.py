"""Whatever a push service does, through the whole worker: how the message stands, what follows, who hears of it."""

from datetime import timedelta

import pytest

from services import clock
from services.models import Message, PushSubscription
from tests.portal.sending import post_trial
from tests.sending.logs import Entry

SECONDS = {"first": 30, "asked": 600, "date": 900}
DATE = "Mon, 23 Nov 2026 08:15:00 GMT"  # a quarter of an hour after the clock of these tests


@pytest.fixture
def maria(office):
    """Who chose notifications, then mails, and has booked."""
    with office.work() as make:
        maria = office.person(make, "push", "email")
        make.booking(maria, make.slot("2026-11-25 12:00"))
        return maria


def fault(office, how):
    if isinstance(how, int):
        office.push.answer(how, **({"location": f"{office.push.origin}/elsewhere"} if how in (302, 307) else {}))
    elif how in ("asked", "date"):
        office.push.answer(429, retry_after="600" if how == "asked" else DATE)
    elif how == "hang":
        office.push.hangs = True
    elif how in ("head", "body"):
        office.push.trickle = how
    elif how == "cut":
        office.push.cut = True


def test_what_is_taken_is_done_with_and_the_provider_is_well(office, maria, alarms):
    assert office.run() == {"accepted": 1}
    assert office.rows() == [("push", "accepted", None)]
    provider = office.provider("push")
    assert (provider.failures, provider.last_success_at, alarms()) == (0, clock.now(), [])
    assert office.check() == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_phone_that_is_gone_is_forgotten_and_the_next_way_is_taken_at_once(office, maria, alarms, status):
    fault(office, status)
    assert office.run() == {"undeliverable": 1, "accepted": 1}
    assert office.rows() == [("push", "undeliverable", f"push-{status}"), ("email", "accepted", None)]
    assert [row.ended_at for row in office.all_of(PushSubscription)] == [clock.now()]
    assert (office.provider("push").failures, alarms()) == (0, [])
    assert office.check(faults=True) == []


@pytest.mark.parametrize("status", [302, 307, 400, 413])
def test_a_no_that_is_our_fault_keeps_the_phone_rings_an_alarm_and_goes_the_next_way(office, maria, alarms, status):
    fault(office, status)
    assert office.run() == {"undeliverable": 1, "accepted": 1}
    assert office.rows() == [("push", "undeliverable", f"push-{status}"), ("email", "accepted", None)]
    assert [row.ended_at for row in office.all_of(PushSubscription)] == [None]
    assert (len(office.push.posts), alarms()) == (1, [f"push-{status}"])
    assert office.check(faults=True) == []


@pytest.mark.parametrize(
    ("how", "reason", "seconds", "alarm"),
    [
        (401, "push-401", "first", True), (403, "push-403", "first", True), (500, "push-500", "first", False),
        (503, "push-503", "first", False), ("asked", "push-429", "asked", False), ("date", "push-429", "date", False),
    ],
)  # fmt: skip
def test_a_no_for_now_keeps_the_message_until_the_time_that_was_named(office, maria, alarms, at, how, reason, seconds, alarm):
    fault(office, how)
    assert office.run() == {"waiting": 1}
    [message] = office.all_of(Message)
    assert (message.trouble, message.next_try_at - clock.now()) == (reason, timedelta(seconds=SECONDS[seconds]))
    assert alarms() == ([reason] if alarm else [])
    assert (office.provider("push").failures, office.provider("push").trouble) == (1, reason)
    assert [row.ended_at for row in office.all_of(PushSubscription)] == [None]
    assert office.check(faults=True) == []

    at(message.next_try_at - timedelta(seconds=1))
    assert office.run() == {}
    at(message.next_try_at)
    assert office.run() == {"accepted": 1}
    assert [topic for _, topic in topics(office)] == [topics(office)[0][1]] * 2
    assert office.provider("push").failures == 0
    assert office.check(faults=True) == []


def topics(office):
    return [(path, headers["topic"]) for path, headers, _ in office.push.posts]


@pytest.mark.parametrize("how", ["hang", "head"])
def test_who_gives_no_answer_within_the_deadline_is_asked_again(office, maria, at, how):
    fault(office, how)
    assert office.run(office.hasty("push")) == {"waiting": 1}
    assert office.rows() == [("push", "waiting", "push-timeout")]
    assert office.provider("push").failures == 1
    office.push.hangs, office.push.trickle = False, None
    at(clock.now() + timedelta(seconds=30))
    assert office.run(office.worker()) == {"accepted": 1}
    assert office.check(faults=True) == []


@pytest.mark.parametrize("how", ["cut", "body"])
def test_who_said_yes_has_it_whatever_the_rest_of_the_answer_does(office, maria, how):
    fault(office, how)
    assert office.run(office.hasty("push")) == {"accepted": 1}
    assert office.check() == []


def test_a_service_that_is_away_is_let_alone_after_five_failures_and_tried_with_one(office, alarms, at):
    with office.work() as make:
        for _ in range(9):
            make.booking(office.person(make, "push"), make.slot())
    for _ in range(9):
        fault(office, 503)
    office.run()
    provider = office.provider("push")
    assert provider.failures >= 5
    assert provider.open_until > clock.now()
    assert {status for _, status, _ in office.rows()} == {"waiting"}

    asked = len(office.push.posts)
    at(provider.open_until - timedelta(seconds=1))
    assert office.run() == {}
    at(provider.open_until)
    office.push.next.clear()
    fault(office, 503)
    assert office.run() == {"waiting": 1}
    assert len(office.push.posts) == asked + 1
    assert office.check(faults=True) == []

    at(office.provider("push").open_until + timedelta(minutes=10))
    assert office.run() == {"accepted": 9}
    assert office.check(faults=True) == []


def test_one_malformed_subscription_among_a_thousand_spoils_its_own_message(office):
    many = 1000
    with office.work() as make:
        maria = office.person(make, "push", phones=many)
        phones = make.db.query(PushSubscription).all()
        phones[many // 2].p256dh = "nonsense"
        for phone in phones:
            post_trial(make.db, maria, "push", subscription_id=phone.id, provider="push 127.0.0.1")
    assert office.run() == {"accepted": many - 1, "undeliverable": 1}
    [bad] = [row for row in office.all_of(PushSubscription) if row.ended_at]
    assert bad.p256dh == "nonsense"
    assert office.check() == []


def test_a_message_that_no_try_can_save_in_time_ends_while_there_is_time_for_another_way(office, at):
    with office.work() as make:
        make.booking(office.person(make, "push", "email"), make.slot("2026-11-23 10:00"))
    at("2026-11-23 09:50")
    office.push.answer(429, retry_after="3600")
    assert office.run() == {"undeliverable": 1, "accepted": 1}
    assert office.check(faults=True) == []


def test_a_log_of_nothing_is_seen_through(office, maria):
    """The log is what these tests lean on: without it, nothing that was accepted is believed."""
    office.run()
    office.log.entries.clear()
    assert office.rules() == {"R3"}
    office.log.entries.append(Entry("push", "nobody", clock.now()))
    assert office.rules() == {"R3", "R4"}
