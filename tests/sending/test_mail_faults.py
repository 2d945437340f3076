"""Whatever a mail server does, through the whole worker; and who is left when no message arrives."""

from datetime import timedelta

import pytest

from services import clock
from services.models import Message
from tests.channels.smtp_servers import free_port


@pytest.fixture
def maria(office, at):
    """Who likes mails, then text messages, and has booked; her reminder is due now."""
    with office.work() as make:
        maria = office.person(make, "email", "sms")
        make.booking(maria, make.slot("2026-11-25 12:00"))
    office.run(office.worker())
    at("2026-11-24 10:00")
    return maria


def names(office):
    return [entry.name for entry in office.log.taken("email")]


def test_a_server_that_nobody_answers_at_is_tried_again_half_a_minute_later(office, maria, alarms, at):
    assert office.run(office.worker(smtp_url=f"smtp://127.0.0.1:{free_port()}")) == {"waiting": 1}
    [message] = [row for row in office.all_of(Message) if row.kind == "reminder"]
    assert (message.trouble, message.next_try_at - clock.now()) == ("smtp-away", timedelta(seconds=30))
    assert (office.provider("smtp").failures, alarms()) == (1, [])
    assert office.check(faults=True) == []
    at(message.next_try_at)
    assert office.run(office.worker()) == {"accepted": 1}
    assert office.provider("smtp").failures == 0
    assert office.check(faults=True) == []


def test_an_address_that_is_refused_goes_the_next_way_and_says_nothing_against_the_server(office, maria, alarms):
    office.mail.at_rcpts.append("550 5.1.1 no such user")
    assert office.run() == {"undeliverable": 1, "accepted": 1}
    assert office.rows("reminder") == [("email", "undeliverable", "smtp-recipient-550"), ("sms", "accepted", None)]
    assert (office.provider("smtp").failures, alarms(), office.tasks(), office.calls()) == (0, [], [], 0)
    assert office.check(faults=True) == []


def test_greylisting_costs_half_a_minute_and_says_nothing_against_the_server(office, maria, at):
    office.mail.at_rcpts.append("451 4.7.1 try again later")
    assert office.run() == {"waiting": 1}
    assert office.rows("reminder") == [("email", "waiting", "smtp-recipient-451")]
    assert office.provider("smtp").failures == 0
    at(clock.now() + timedelta(seconds=30))
    assert office.run() == {"accepted": 1}
    assert office.check(faults=True) == []


def test_a_mail_whose_answer_was_lost_goes_again_under_the_same_name(office, maria, at):
    office.mail.hang_up_after_data = True
    assert office.run() == {"waiting": 1}
    assert office.rows("reminder") == [("email", "waiting", "smtp-away")]
    office.mail.hang_up_after_data = False
    at(clock.now() + timedelta(seconds=30))
    assert office.run() == {"accepted": 1}
    assert len(names(office)) == 3
    assert len(set(names(office)[1:])) == 1
    assert office.check(faults=True) == []
    assert office.rules() == {"R4"}


def test_a_server_that_hangs_after_the_text_is_given_up_at_the_deadline(office, maria, at):
    office.mail.hangs = True
    assert office.run(office.hasty("email")) == {"waiting": 1}
    assert office.rows("reminder") == [("email", "waiting", "smtp-timeout")]
    assert office.provider("smtp").failures == 1
    office.mail.hangs = False
    at(clock.now() + timedelta(seconds=30))
    assert office.run(office.worker()) == {"accepted": 1}
    assert office.check(faults=True) == []


def test_a_text_that_is_refused_for_good_goes_the_next_way(office, maria):
    office.mail.at_data = "554 5.6.0 not like this"
    assert office.run() == {"undeliverable": 1, "accepted": 1}
    assert office.rows("reminder")[0] == ("email", "undeliverable", "smtp-554")
    assert office.check(faults=True) == []


def test_when_no_message_arrives_somebody_rings(office, at):
    with office.work() as make:
        make.booking(office.person(make, "email", phone="+48580000001"), make.slot("2026-11-25 12:00"))
    office.run()
    at("2026-11-24 10:00")
    office.mail.at_rcpts.append("550 5.1.1 no such user")
    assert office.run() == {"undeliverable": 1, "accepted": 1}
    assert office.rows("reminder")[1] == ("call", "accepted", None)
    assert (office.calls(), office.tasks()) == (1, [])
    assert office.check(faults=True) == []


def test_when_nobody_can_ring_either_it_is_a_coordinators_task(office, at):
    with office.work() as make:
        make.booking(office.person(make, "email"), make.slot("2026-11-25 12:00"))
    office.run()
    at("2026-11-24 10:00")
    office.mail.at_rcpts.append("550 5.1.1 no such user")
    assert office.run() == {"undeliverable": 1}
    assert (office.calls(), office.tasks()) == (0, ["undeliverable"])
    assert office.check(faults=True) == []


def test_a_server_that_stays_away_too_long_costs_the_way_and_not_the_reminder(office, maria, at):
    """The tries of a mail end while there is time for another way."""
    away = office.worker(smtp_url=f"smtp://127.0.0.1:{free_port()}")
    while not (found := [row for row in office.rows("reminder") if row[1] == "accepted"]):
        office.run(away)
        assert office.check(faults=True) == []
        waiting = [row.next_try_at for row in office.all_of(Message) if row.status == "waiting"]
        if waiting:
            at(max(min(waiting), clock.now() + timedelta(minutes=1)))
    assert found == [("sms", "accepted", None)]
