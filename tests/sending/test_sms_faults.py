"""Whatever the gateway of text messages does, through the whole worker; and what it reports, late and twice."""

import threading
from datetime import timedelta

import pytest
from werkzeug.serving import make_server

from portal import worker
from services import clock
from services.models import Message
from tests.channels.sms_servers import DELIVERED, SENT, UNDELIVERED


@pytest.fixture
def maria(office, at):
    """Who likes text messages, then mails, and has booked; her reminder is due now."""
    with office.work() as make:
        maria = office.person(make, "sms", "email")
        make.booking(maria, make.slot("2026-11-25 12:00"))
    office.run(office.worker())
    at("2026-11-24 10:00")
    return maria


@pytest.fixture
def hook(office):
    """Our own server, as the gateway reaches it; the address to call."""
    app = office.worker(base_url="http://127.0.0.1")
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    path = app.config["SETTINGS"].hook("sms").split("127.0.0.1", 1)[1]
    yield f"http://127.0.0.1:{server.port}{path}"
    server.shutdown()
    thread.join()
    server.server_close()


def reminder(office) -> Message:
    return [row for row in office.all_of(Message) if row.kind == "reminder"][0]


def idx(office) -> str:
    return office.sms.taken[-1]["idx"]


def test_a_number_that_is_refused_goes_the_next_way(office, maria, alarms):
    office.sms.error(13)
    assert office.run() == {"undeliverable": 1, "accepted": 1}
    assert office.rows("reminder") == [("sms", "undeliverable", "sms-13"), ("email", "accepted", None)]
    assert (office.provider("sms").failures, alarms()) == (0, [])
    assert office.check(faults=True) == []


def test_without_credit_the_message_waits_and_an_alarm_rings(office, maria, alarms, at):
    office.sms.error(103)
    assert office.run() == {"waiting": 1}
    assert office.rows("reminder") == [("sms", "waiting", "sms-103")]
    assert (office.provider("sms").failures, alarms()) == (1, ["sms-103"])
    assert office.check(faults=True) == []
    at(clock.now() + timedelta(seconds=30))
    assert office.run() == {"accepted": 1}
    assert office.check(faults=True) == []


@pytest.mark.parametrize("fault", ["hang", "late", "trickle-head"])
def test_who_gives_no_answer_in_time_is_asked_again_and_knows_the_repeat(office, maria, at, fault):
    office.sms.fault = fault
    assert office.run(office.hasty("sms")) == {"waiting": 1}
    assert office.rows("reminder") == [("sms", "waiting", "sms-timeout")]
    assert office.provider("sms").failures == 1
    office.sms.fault = None
    at(clock.now() + timedelta(seconds=30))
    assert office.run(office.worker()) == {"accepted": 1}
    assert len([form for _, _, form in office.sms.requests if form["idx"] == idx(office)]) == 2
    assert office.check() == []


def test_a_report_that_it_did_not_arrive_takes_the_next_way_once_however_often_it_comes(office, maria, hook):
    assert office.run(office.apps[0]) == {"accepted": 1}
    assert office.sms.report(hook, (idx(office), UNDELIVERED), times=2) == [(200, "OK")] * 2
    assert office.run(office.apps[0]) == {"accepted": 1}
    assert office.rows("reminder") == [("sms", "undeliverable", "sms-status-405"), ("email", "accepted", None)]
    assert office.sms.report(hook, (idx(office), UNDELIVERED), (idx(office), SENT)) == [(200, "OK")]
    assert office.run(office.apps[0]) == {}
    assert office.check(faults=True) == []


def test_a_report_that_it_arrived_ends_the_waiting_also_late_and_twice(office, maria, hook, at):
    office.run(office.apps[0])
    at("2026-11-24 12:59")
    office.sms.report(hook, (idx(office), DELIVERED), times=2)
    office.sms.report(hook, (idx(office), UNDELIVERED))
    assert reminder(office).reached_at == clock.now()
    at("2026-11-24 13:00")
    assert office.run(office.apps[0]) == {}
    assert office.rows("reminder") == [("sms", "accepted", None)]
    assert office.check() == []


def test_without_a_report_it_goes_the_next_way_after_three_hours(office, maria, at):
    office.run()
    at("2026-11-24 13:00")
    assert office.run() == {"accepted": 1}
    assert office.rows("reminder") == [("sms", "accepted", None), ("email", "accepted", None)]
    assert office.check() == []


def test_a_report_that_is_faster_than_our_own_note_is_asked_for_again(office, maria, hook):
    office.sms.after.shut()
    sending = threading.Thread(target=worker.run_once, args=(office.apps[0],))
    office.planned.append(clock.now())
    sending.start()
    assert office.sms.after.knocked.wait(30)
    name = idx(office)
    assert office.sms.report(hook, (name, UNDELIVERED)) == [(409, "LATER")]
    office.sms.after.opened.set()
    sending.join()
    assert office.sms.report(hook, (name, UNDELIVERED)) == [(200, "OK")]
    assert office.run(office.apps[0]) == {"accepted": 1}
    assert office.check(faults=True) == []
