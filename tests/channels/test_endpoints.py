import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.channels.endpoints import check_endpoint, origin_of
from services.channels.guarded import GuardedNetwork
from services.channels.webpush import PushSender
from tests.channels.push_servers import Browser, new_key
from tests.channels.test_webpush import note

ALLOWED = ("fcm.googleapis.com", "push.example.org", "http://127.0.0.1:4321")


@pytest.mark.parametrize(
    "url",
    [
        "https://fcm.googleapis.com/fcm/send/abc:APA91b-x_y",
        "https://fcm.googleapis.com:443/wp/x",
        "https://FCM.googleapis.com/x",
        "https://wns2-pl1p.push.example.org/w/?token=BQYAAAB%2bx",
        "http://127.0.0.1:4321/any",
    ],
)
def test_known_push_services_may_be_written_to(url):
    assert check_endpoint(url, ALLOWED) is None


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://fcm.googleapis.com/x", "endpoint-not-allowed"),
        ("https://fcm.googleapis.com:8443/x", "endpoint-not-allowed"),
        ("https://evilfcm.googleapis.com.example.com/x", "endpoint-not-allowed"),
        ("https://notfcm.googleapis.comx/x", "endpoint-not-allowed"),
        ("https://xfcm.googleapis.com/x", "endpoint-not-allowed"),
        ("https://127.0.0.1/x", "endpoint-not-allowed"),
        ("http://127.0.0.1:4322/x", "endpoint-not-allowed"),
        ("http://127.0.0.1/x", "endpoint-not-allowed"),
        ("https://2130706433/x", "endpoint-not-allowed"),
        ("https://fcm.googleapis.com@127.0.0.1/x", "endpoint-malformed"),
        ("https://me:secret@fcm.googleapis.com/x", "endpoint-malformed"),
        ("https://fcm.googleapis.com\\@127.0.0.1/x", "endpoint-malformed"),
        ("https://[::1]/x", "endpoint-malformed"),
        ("https://fcm.googleapis.com/a b", "endpoint-malformed"),
        ("https://fcm.googleapis.com/x\r\nHost: other", "endpoint-malformed"),
        ("https://fcm.googleapis.com/x#y", "endpoint-malformed"),
        ("https://fcm.googleapis.com:99999/x", "endpoint-malformed"),
        ("https://fcm.googleapis.com/" + "x" * 1000, "endpoint-malformed"),
        ("ftp://fcm.googleapis.com/x", "endpoint-malformed"),
        ("", "endpoint-malformed"),
    ],
)
def test_anything_else_may_not(url, code):
    assert check_endpoint(url, ALLOWED) == code


def test_an_endpoint_that_is_not_allowed_is_not_written_to_either(at):
    sender = PushSender(new_key(), "it@example.org", ALLOWED)
    browser = Browser()
    outcome = sender.send("https://127.0.0.1/x", browser.p256dh, browser.auth, note())
    assert (outcome.code, outcome.reason) == ("bad-subscription", "endpoint-not-allowed")
    sender.close()


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "192.168.1.1", "::1", "fd00::1", "0.0.0.0"])
def test_a_known_name_that_leads_to_a_private_address_is_not_followed(monkeypatch, at, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: [(family, socket.SOCK_STREAM, 6, "", (address, 443))])
    sender = PushSender(new_key(), "it@example.org", ALLOWED)
    browser = Browser()
    outcome = sender.send("https://push.example.org/x", browser.p256dh, browser.auth, note())
    assert (outcome.code, outcome.reason, outcome.is_alarm) == ("refused", "push-address-private", True)
    sender.close()


def test_an_exempt_origin_is_exempt_on_its_port_only():
    network = GuardedNetwork(ALLOWED)
    # In a thread of its own: another test's browser may have left a loop running in this one.
    with ThreadPoolExecutor(1) as apart, pytest.raises(PermissionError):
        apart.submit(asyncio.run, network.connect_tcp("127.0.0.1", 4322)).result()


def test_the_usual_port_is_no_part_of_an_origin():
    assert origin_of("https://push.example.org:443/x") == "https://push.example.org"
    assert origin_of("https://push.example.org:8443/x") == "https://push.example.org:8443"
