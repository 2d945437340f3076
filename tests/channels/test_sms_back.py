"""What the gateway calls back with, as it really does: over HTTP, several in one call, late and twice."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

from services.channels import smsapi
from services.channels.reports import Report
from services.channels.smsapi import SmsApi, read_reply, read_report
from tests.channels.sms_servers import (
    DELIVERED,
    EXPIRED,
    FIRST,
    NUMBER,
    SECOND,
    SENT,
    TOKEN,
    UNDELIVERED,
    SmsServer,
    send,
)


@pytest.fixture
def server():
    with SmsServer() as running:
        yield running


@pytest.fixture
def gateway(server, at):
    gateway = SmsApi(server.url, TOKEN, "2way")
    yield gateway
    gateway.close()


class Calls:
    """Our side of the gateway's calls: keeps each as the fields of it, and answers as `answers` says, then OK."""

    def __init__(self):
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.answers: list[int] = []

    def __enter__(self):
        ours = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.keep(urlsplit(self.path).query)

            def do_POST(self):
                self.keep(self.rfile.read(int(self.headers["content-length"])).decode())

            def keep(self, query):
                ours.seen.append((self.command, dict(parse_qsl(query, keep_blank_values=True))))
                self.send_response(ours.answers.pop(0) if ours.answers else 200)
                self.end_headers()
                self.wfile.write(b"OK")

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def test_reports_come_several_in_one_call_late_and_twice(gateway, server):
    first, second = send(gateway), send(gateway, reference=SECOND)
    with Calls() as calls:
        assert server.report(calls.url, (FIRST, DELIVERED), (SECOND, UNDELIVERED), times=2) == [(200, "OK")] * 2
        server.report(calls.url, (FIRST, SENT))
    assert [method for method, _ in calls.seen] == ["GET"] * 3
    assert [read_report(fields) for _, fields in calls.seen] == [
        [
            Report(first.provider_ref, FIRST, "reached", "sms-status-404"),
            Report(second.provider_ref, SECOND, "failed", "sms-status-405"),
        ],
        read_report(calls.seen[0][1]),
        [Report(first.provider_ref, FIRST, "pending", "sms-status-403")],
    ]


@pytest.mark.parametrize(
    ("status", "name", "state"),
    [
        (*DELIVERED, "reached"), (*EXPIRED, "failed"), (*UNDELIVERED, "failed"), (*SENT, "pending"), ("406", "FAILED", "failed"),
        ("407", "REJECTED", "failed"), ("412", "STOP", "failed"), ("408", "UNKNOWN", "pending"), ("409", "QUEUE", "pending"),
        ("401", "NOT_FOUND", "pending"), ("410", "ACCEPTED", "pending"), ("411", "RENEWAL", "pending"), ("999", "NEW", "pending"),
    ],
)  # fmt: skip
def test_each_state_of_a_message_is_told_apart_by_its_number_or_its_name(status, name, state):
    for fields in ({"status": status, "status_name": name}, {"status": status}, {"status_name": name}):
        [report] = read_report({"MsgId": "1", **fields})
        assert report.state == state


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"MsgId": "", "status": "404"}, []),
        ({"sms_from": "447700900123", "sms_text": "TAK", "MsgId": ""}, []),
        ({"MsgId": "1"}, [Report("1", None, "pending", "sms-status-unknown")]),
        ({"MsgId": " 1 , ,2", "status": "404,404"}, [
            Report("1", None, "reached", "sms-status-404"), Report("2", None, "pending", "sms-status-unknown"),
        ]),
        ({"MsgId": "1", "status": "404", "idx": "a b"}, [Report("1", None, "reached", "sms-status-404")]),
        ({"MsgId": "1", "status": "404", "idx": "x" * 256}, [Report("1", None, "reached", "sms-status-404")]),
    ],
)  # fmt: skip
def test_a_call_that_is_not_whole_gives_what_it_holds(fields, expected):
    assert read_report(fields) == expected


def test_a_reply_comes_with_the_message_that_it_answers(gateway, server):
    sent = send(gateway)
    with Calls() as calls:
        server.reply(calls.url, NUMBER, "Tak, przyjdę\n", to=FIRST)
    [(method, fields)] = calls.seen
    reply = read_reply(fields)
    assert method == "POST"
    assert (reply.number_e164, reply.text, reply.provider_ref) == (NUMBER, "Tak, przyjdę\n", sent.provider_ref)


def test_a_reply_delivered_twice_has_one_key_and_another_reply_has_its_own(gateway, server):
    send(gateway)
    with Calls() as calls:
        server.reply(calls.url, NUMBER, "TAK", to=FIRST, times=2)
        server.reply(calls.url, NUMBER, "NIE", to=FIRST)
        server.reply(calls.url, NUMBER, "TAK")
        server.reply(calls.url, "+447700900124", "TAK", to=FIRST)
    keys = [read_reply(fields).key for _, fields in calls.seen]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4
    assert {len(key) for key in keys} == {32}


def test_the_same_words_at_another_time_are_another_reply():
    fields = {"sms_from": "447700900123", "sms_text": "TAK", "sms_date": "1795424500", "MsgId": "1"}
    later = {**fields, "sms_date": "1795424501"}
    assert read_reply(fields).key != read_reply(later).key


def test_fields_do_not_run_together_into_one_key():
    one = read_reply({"sms_from": "447700900123", "sms_text": "23", "sms_date": "1"})
    two = read_reply({"sms_from": "447700900123", "sms_text": "3", "sms_date": "12"})
    assert one.key != two.key


@pytest.mark.parametrize(
    "fields",
    [{}, {"sms_text": "TAK"}, {"sms_from": "447700900123"}, {"sms_from": "InfoSMS", "sms_text": "x"}, {"sms_from": "2580", "sms_text": "x"},
     {"sms_from": "", "sms_text": "x"}, {"MsgId": "1", "status": "404"}],
)  # fmt: skip
def test_a_call_that_is_no_reply_of_a_telephone_is_none(fields):
    assert read_reply(fields) is None


def test_an_empty_reply_is_one():
    assert read_reply({"sms_from": "+447700900123", "sms_text": ""}).text == ""


def test_reading_what_comes_back_does_not_load_the_parts_that_send():
    code = f"import sys, {smsapi.__name__}; print([name for name in ('httpcore', 'anyio', 'h2', 'asyncio') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
