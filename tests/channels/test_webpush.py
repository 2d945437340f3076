import json
import threading
from base64 import urlsafe_b64encode
from datetime import timedelta
from email.utils import format_datetime

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from services import clock
from services.channels.webpush import PLAINTEXT, Notification, PushSender, check_keys
from tests.channels.push_servers import Browser, PushServer, new_key

KEY = new_key()
TOPIC = "t" * 32


@pytest.fixture
def server():
    with PushServer() as running:
        yield running


@pytest.fixture
def sender(server, at):
    sender = PushSender(KEY, "mailto:it@example.org", (server.origin,), deadline=0.5)
    yield sender
    sender.close()


def note(body="Masz spotkanie", *, lasts=timedelta(hours=2), **more):
    return Notification({"title": "Pracownia", "body": body}, TOPIC, clock.now() + lasts, **more)


def send(sender, server, what=None, *, browser=None, path="/one"):
    browser = browser or Browser()
    return sender.send(server.origin + path, browser.p256dh, browser.auth, what or note())


def test_the_browser_reads_what_was_sent(sender, server):
    browser = Browser()
    assert send(sender, server, note("Zażółć gęślą jaźń", urgency="high"), browser=browser).code == "accepted"
    [(path, headers, body)] = server.posts
    assert path == "/one"
    assert json.loads(browser.read(body)) == {"title": "Pracownia", "body": "Zażółć gęślą jaźń"}
    assert (headers["ttl"], headers["topic"], headers["urgency"]) == ("7200", TOPIC, "high")
    assert headers["content-encoding"] == "aes128gcm"


@pytest.mark.parametrize("padding", [("", ""), ("=", "==")], ids=["bare", "padded"])
def test_a_message_is_built_without_a_network_and_the_browser_reads_it(sender, server, padding):
    browser = Browser()
    payload = {
        "title": 'Za\u017c\u00f3\u0142\u0107 "\u2014" \U0001f600\n',
        "actions": [{"fields": {"version": "1"}, "done": None, "n": 2}],
    }
    note = Notification(payload, TOPIC, clock.now() + timedelta(hours=1))
    headers, body = sender.build(server.origin + "/one", browser.p256dh + padding[0], browser.auth + padding[1], note)
    assert json.loads(browser.read(body)) == payload
    assert headers.keys() == {"authorization", "content-encoding", "content-type", "ttl", "topic", "urgency"}
    assert server.posts == []


def test_no_two_messages_share_salt_or_key(sender, server):
    browser = Browser()
    bodies = [sender.build(server.origin + "/one", browser.p256dh, browser.auth, note())[1] for _ in range(3)]
    assert len({body[:16] for body in bodies}) == len({body[21:86] for body in bodies}) == 3


def test_every_message_has_the_same_size(sender, server):
    for text in ("x", "Dużo dłuższe słowa. " * 20):
        send(sender, server, note(text))
    sizes = {len(body) for _, _, body in server.posts}
    assert sizes == {PLAINTEXT + 1 + 16 + 86}
    assert max(sizes) < 4096


def test_a_text_that_does_not_fit_is_refused_and_an_alarm(sender, server):
    outcome = send(sender, server, note("x" * PLAINTEXT))
    assert (outcome.code, outcome.reason, outcome.is_alarm, server.posts) == ("refused", "push-too-long", True, [])


def test_the_signature_names_the_whole_origin_and_is_made_once_until_it_is_old(sender, server, at):
    for when in ("2026-11-23 09:00", "2026-11-23 19:00", "2026-11-23 20:30"):
        at(when)
        send(sender, server)
    signed = [headers["authorization"] for _, headers, _ in server.posts]
    assert signed[0] == signed[1] != signed[2]
    token, key = signed[0].removeprefix("vapid t=").split(", k=")
    public = load_pem_private_key(KEY.encode(), None).public_key()
    claims = jwt.decode(token, public, ["ES256"], audience=server.origin, options={"verify_exp": False})
    assert claims["aud"] == server.origin
    assert claims["sub"] == "mailto:it@example.org"
    assert len(key) == 87


def test_two_push_services_get_two_signatures(at):
    with PushServer() as one, PushServer() as two:
        sender = PushSender(KEY, "it@example.org", (one.origin, two.origin))
        for server in (one, two, one):
            assert send(sender, server).code == "accepted"
        sender.close()
        tokens = [posts[1]["authorization"].split("t=")[1].split(",")[0] for posts in (*one.posts, *two.posts)]
        audiences = [jwt.decode(token, options={"verify_signature": False})["aud"] for token in tokens]
    assert audiences == [one.origin, one.origin, two.origin]


def test_connections_serve_again(sender, server):
    for _ in range(3):
        send(sender, server)
    assert server.connections == 1


@pytest.mark.parametrize(("lasts", "ttl"), [(timedelta(seconds=1), "60"), (timedelta(days=90), str(28 * 86400))])
def test_the_time_to_live_is_never_nothing_and_never_longer_than_services_allow(sender, server, lasts, ttl):
    send(sender, server, note(lasts=lasts))
    assert server.posts[0][1]["ttl"] == ttl


@pytest.mark.parametrize(
    ("status", "code", "is_alarm"),
    [
        (200, "accepted", False), (404, "gone", False), (410, "gone", False), (400, "refused", True), (413, "refused", True),
        (401, "later", True), (403, "later", True), (500, "later", False), (503, "later", False), (307, "refused", True),
    ],
)  # fmt: skip
def test_what_a_push_service_answers_is_told_apart(sender, server, status, code, is_alarm):
    server.answer(status, location=f"{server.origin}/elsewhere")
    outcome = send(sender, server)
    assert (outcome.code, outcome.is_alarm) == (code, is_alarm)
    assert [path for path, _, _ in server.posts] == ["/one"]  # a redirect is not followed


def test_both_forms_of_retry_after_are_understood(sender, server):
    in_an_hour = format_datetime(clock.now() + timedelta(hours=1), usegmt=True)
    for said in ("120", in_an_hour, "0", "99999999999", "soon", ""):
        server.answer(429, retry_after=said)
    waits = [send(sender, server).after for _ in range(6)]
    assert waits == [timedelta(minutes=2), timedelta(hours=1), timedelta(seconds=5), timedelta(days=1), None, None]


def test_a_service_that_trickles_its_answer_is_left_at_the_deadline(sender, server):
    server.trickle = "head"
    outcome = send(sender, server)
    assert (outcome.code, outcome.reason) == ("later", "push-timeout")


@pytest.mark.parametrize("fault", ["trickle", "cut"])
def test_once_the_service_has_said_that_it_took_it_the_rest_does_not_matter(sender, server, fault):
    if fault == "trickle":
        server.trickle = "body"
    else:
        server.cut = True
    assert send(sender, server).code == "accepted"


def test_a_service_that_is_away_is_tried_later(at):
    with PushServer() as gone:
        pass
    sender = PushSender(KEY, "it@example.org", (gone.origin,), deadline=2)
    assert send(sender, gone).reason == "push-away"
    sender.close()


POINT_OFF_THE_CURVE = urlsafe_b64encode(b"\x04" + b"\x01" * 64).decode()


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", "MDEyMzQ1Njc4OWFiY2RlZg"), ("key", "secret"), (Browser().p256dh, "abc"), (Browser().p256dh, "!" * 22),
        (Browser().p256dh[:-4], "MDEyMzQ1Njc4OWFiY2RlZg"), (POINT_OFF_THE_CURVE, "MDEyMzQ1Njc4OWFiY2RlZg"),
        ("ąęć", "MDEyMzQ1Njc4OWFiY2RlZg"),
    ],
    ids=["empty", "a-word", "short-secret", "signs", "short-point", "off-the-curve", "letters"],
)  # fmt: skip
def test_a_malformed_key_spoils_its_own_message_only(sender, server, p256dh, auth):
    outcome = sender.send(server.origin + "/bad", p256dh, auth, note())
    assert (outcome.code, outcome.reason, server.posts) == ("bad-subscription", "keys-malformed", [])
    assert send(sender, server).code == "accepted"


def test_good_keys_are_good_with_and_without_padding():
    browser = Browser()
    assert check_keys(browser.p256dh, browser.auth) is None
    assert check_keys(browser.p256dh + "=", browser.auth + "==") is None


def test_many_threads_share_one_sender(sender, server):
    outcomes = []
    threads = [threading.Thread(target=lambda: outcomes.append(send(sender, server).code)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["accepted"] * 12
