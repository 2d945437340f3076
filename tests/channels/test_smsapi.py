import json
import logging
import threading
from collections import Counter
from datetime import timedelta

import pytest

from services import clock
from services.channels.http import ANSWER_LIMIT, Poster
from services.channels.smsapi import SmsApi
from tests.channels.sms_servers import FIRST, NUMBER, SECOND, TEXT, TOKEN, SmsServer, send


@pytest.fixture
def server():
    with SmsServer() as running:
        yield running


@pytest.fixture
def gateway(server, at):
    gateway = SmsApi(server.url, TOKEN, "2way", "https://pracownia.example/sms/secret", deadline=0.5)
    yield gateway
    gateway.close()


def test_an_sms_is_handed_over_as_the_gateway_wants_it(gateway, server):
    outcome = send(gateway)
    assert (outcome.code, outcome.provider_ref) == ("accepted", server.ids[FIRST])
    [(path, headers, form)] = server.requests
    assert path == "/sms.do"
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert form == {
        "from": "2way", "to": "447700900123", "message": TEXT, "format": "json", "encoding": "utf-8", "idx": FIRST,
        "check_idx": "1", "expiration_date": str(int((clock.now() + timedelta(hours=24)).timestamp())), "max_parts": "2",
        "details": "1", "notify_url": "https://pracownia.example/sms/secret",
    }  # fmt: skip


def test_without_an_address_for_reports_none_is_given(server, at):
    gateway = SmsApi(server.url + "/", TOKEN, "2way")
    assert send(gateway).code == "accepted"
    gateway.close()
    assert "notify_url" not in server.taken[0]


def test_a_gateway_may_be_below_a_path_of_its_server(server, at):
    gateway = SmsApi(server.url + "/below/", TOKEN, "2way")
    send(gateway)
    gateway.close()
    assert server.requests[0][0] == "/below/sms.do"


@pytest.mark.parametrize(
    ("lasts", "kept"),
    [
        (timedelta(minutes=-5), timedelta(hours=1, minutes=2)),
        (timedelta(minutes=30), timedelta(hours=1, minutes=2)),
        (timedelta(hours=71), timedelta(hours=71)),
        (timedelta(days=30), timedelta(hours=71, minutes=55)),
    ],
)
def test_a_message_is_kept_no_shorter_and_no_longer_than_the_gateway_allows(gateway, server, lasts, kept):
    send(gateway, lasts=lasts)
    assert int(server.taken[0]["expiration_date"]) == (clock.now() + kept).timestamp()


def test_a_message_sent_again_is_known_as_one(gateway, server):
    assert send(gateway).code == "accepted"
    again = send(gateway)
    assert (again.code, again.reason, again.is_alarm, again.provider_ref) == ("accepted", None, False, None)
    assert send(gateway, reference=SECOND).code == "accepted"
    assert [form["idx"] for form in server.taken] == [FIRST, SECOND]


def test_a_message_whose_answer_was_lost_is_not_sent_twice(gateway, server):
    server.fault = "late"
    assert send(gateway).code == "later"
    server.fault = None
    assert send(gateway).code == "accepted"
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    ("number", "code", "is_alarm"),
    [
        (13, "refused", False), (57, "refused", False), (59, "refused", False), (112, "refused", False),
        (103, "later", True), (101, "later", True), (102, "later", True), (401, "later", True), (14, "later", True),
        (105, "later", True), (110, "later", True), (98, "later", True), (74, "later", True), (94, "later", True),
        (997, "later", True), (70, "later", True), (8, "later", True), (1000, "later", True),
        (200, "later", False), (201, "later", False), (202, "later", False), (203, "later", False), (999, "later", False),
        (52, "later", False),
        (11, "refused", True), (12, "refused", True), (18, "refused", True), (54, "refused", True), (56, "refused", True),
        ("103", "later", True), (4242, "refused", True),
    ],
)  # fmt: skip
def test_what_the_gateway_answers_is_told_apart(gateway, server, number, code, is_alarm):
    server.error(number, f"Something about {NUMBER}")
    outcome = send(gateway)
    assert (outcome.code, outcome.is_alarm, outcome.reason) == (code, is_alarm, f"sms-{number}")


@pytest.mark.parametrize(("number", "wait"), [(52, 60), (202, 60), (203, 60), (999, None), (101, None)])
def test_too_many_messages_wait_a_minute(gateway, server, number, wait):
    server.error(number)
    assert send(gateway).after == (timedelta(seconds=wait) if wait else None)


@pytest.mark.parametrize(
    ("status", "is_alarm"), [(401, True), (403, True), (404, True), (302, True), (429, False), (408, False), (500, False), (502, False)]
)  # fmt: skip
def test_a_status_without_a_number_is_never_about_the_message(gateway, server, status, is_alarm):
    server.raw(status, b"<html>", location=server.url)
    outcome = send(gateway)
    assert (outcome.code, outcome.is_alarm, outcome.reason) == ("later", is_alarm, f"sms-http-{status}")
    assert len(server.requests) == 1  # a redirect is not followed


def test_the_gateways_word_for_how_long_to_wait_is_kept(gateway, server):
    server.raw(429, b"", retry_after="120")
    server.raw(503, json.dumps({"error": 203}).encode(), retry_after="300")
    assert [send(gateway).after for _ in range(2)] == [timedelta(minutes=2), timedelta(minutes=5)]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"OK:1234", b"<html>", b"[]", b"null", b"7", b'"x"', b"{}", b'{"list": []}', b'{"list": [{}]}', b'{"list": [null]}',
        b'{"list": "x"}', b'{"list": [{"id": null}]}', b'{"list": [{"id": ""}]}', b'{"list": [{"id": {}}]}',
        b'{"list": [{"id": "1", "error": "strange"}]}', b'{"error": "strange"}', b'{"count": 1, "list": [{"id": "1"', b"[" * 15_000,
        b'{"error": ' + b"9" * 6000 + b"}", b'{"error": ' + b"9" * 3000 + b"}", b"\xff\xfe{}",
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_read_is_asked_for_again(gateway, server, body):
    server.raw(200, body)
    outcome = send(gateway)
    assert (outcome.code, outcome.reason, outcome.is_alarm, outcome.provider_ref) == ("later", "sms-unreadable", False, None)


def test_an_error_of_the_one_recipient_counts_as_one(gateway, server):
    server.raw(200, b'{"count": 1, "list": [{"id": "1", "error": 13}]}')
    assert send(gateway).reason == "sms-13"


def test_an_acceptance_with_a_bad_status_is_none(gateway, server):
    server.raw(500, b'{"count": 1, "list": [{"id": "1"}]}')
    assert send(gateway).reason == "sms-http-500"


@pytest.mark.parametrize(
    ("fault", "code", "reason"),
    [
        ("hang", "later", "sms-timeout"), ("late", "later", "sms-timeout"), ("trickle-head", "later", "sms-timeout"),
        ("cut", "later", "sms-unreadable"), ("trickle-body", "accepted", None),
    ],
)  # fmt: skip
def test_a_gateway_that_does_not_come_to_the_point_is_left_at_the_deadline(gateway, server, fault, code, reason):
    server.fault = fault
    outcome = send(gateway)
    assert (outcome.code, outcome.reason) == (code, reason)


def test_a_gateway_that_is_away_is_tried_later(at):
    with SmsServer() as gone:
        pass
    gateway = SmsApi(gone.url, TOKEN, "2way", deadline=2)
    assert send(gateway).reason == "sms-away"
    gateway.close()


@pytest.mark.parametrize(
    "number", ["", "600700800", "447700900123", "+0447700900123", "+44 7700 900123", "+44770090012345678", "+44a"]
)
def test_a_number_that_is_none_is_refused_before_any_connection(gateway, server, number):
    outcome = send(gateway, number=number)
    assert (outcome.code, outcome.reason, server.requests) == ("refused", "number-malformed", [])


def test_a_text_of_three_parts_is_refused_before_any_connection_and_an_alarm(gateway, server):
    outcome = send(gateway, text="ł" * 135)
    assert (outcome.code, outcome.reason, outcome.is_alarm, server.requests) == ("refused", "sms-too-long", True, [])


@pytest.mark.parametrize(
    ("url", "token", "mistake"),
    [("", TOKEN, "sms-url"), ("api.smsapi.pl", TOKEN, "sms-url"), ("ftp://a", TOKEN, "sms-url"), ("https://", TOKEN, "sms-url"), ("https://a", "", "sms-token"),
     ("https://a", "żeton", "sms-token"), ("https://a", "a\r\nb: c", "sms-token")],
)  # fmt: skip
def test_settings_that_name_no_gateway_are_a_mistake_at_the_start(url, token, mistake):
    with pytest.raises(ValueError, match=mistake):
        SmsApi(url, token, "2way")


def test_neither_number_nor_text_nor_token_come_to_a_reason_or_a_log(gateway, server, caplog):
    caplog.set_level(logging.DEBUG)
    outcomes = [send(gateway)]
    for number in (13, 53, 101, 4242):
        server.error(number, f"{NUMBER} {TEXT}")
        outcomes.append(send(gateway))
    server.raw(200, f"{NUMBER} {TEXT}".encode())
    server.raw(500, f"{NUMBER} {TEXT}".encode())
    outcomes += [send(gateway), send(gateway), send(gateway, number="+48 secret"), send(gateway, text="secret " * 60)]
    server.fault = "cut"
    outcomes.append(send(gateway, reference=SECOND))
    said = repr(outcomes) + caplog.text
    for secret in (NUMBER, NUMBER[1:], TEXT, "Odpisz", "secret", TOKEN):
        assert secret not in said


def test_many_threads_share_one_gateway_and_its_connections_serve_again(gateway, server):
    for number in range(3):
        send(gateway, reference=f"{number}" * 32)
    assert server.connections == 1
    codes = Counter()
    threads = [
        threading.Thread(target=lambda number=number: codes.update([send(gateway, reference=f"t{number}").code])) for number in range(12)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == {"accepted": 12}


def test_no_more_of_an_answer_is_read_than_we_care_for(server):
    server.raw(200, b"x" * 1_000_000)
    poster = Poster(deadline=5)
    answer = poster.post(server.url, {"content-type": "text/plain"}, b"a=b")
    poster.close()
    assert (answer.status, len(answer.body), answer.headers["content-length"]) == (200, ANSWER_LIMIT, "1000000")
