"""The phone's receipt at its address: noted once, and the answer tells a stranger nothing."""

from datetime import timedelta

import pytest

from services import clock, receipts
from services.models import Message


@pytest.fixture
def message(db, make):
    in_an_hour = clock.now() + timedelta(hours=1)
    about = {"kind": "test", "channel": "push", "dedup": "test:1", "person_id": make.participant("Maria Kowal").id}
    times = {"created_at": clock.now(), "due_at": clock.now(), "next_try_at": clock.now(), "useful_until": in_an_hour}
    db.add(message := Message(**about, **times))
    db.flush()
    return message


@pytest.fixture
def address(app, message):
    return f"/m/{receipts.token_of(app.config['SETTINGS'].secret_key, message.id)}"


def test_the_first_time_is_kept(client, message, address, at):
    at("2026-11-23 09:05")
    first = client.post(address)
    at("2026-11-23 09:10")
    second = client.post(address)

    assert (first.status_code, first.data) == (second.status_code, second.data) == (204, b"")
    assert clock.local(message.reached_at).strftime("%H:%M") == "09:05"


def test_looking_notes_nothing(client, message, address):
    assert client.get(address).status_code == 405
    assert message.reached_at is None


@pytest.mark.parametrize("wrong", ["1", "1-", "-", "x-y", "1-" + "A" * 22, "9" * 40 + "-" + "A" * 22, "1-é", "ą"])
def test_a_wrong_token_is_answered_like_a_true_one(client, message, wrong):
    answer = client.post(f"/m/{wrong}")

    assert (answer.status_code, answer.data) == (204, b"")
    assert message.reached_at is None


def test_another_site_cannot_send_it(client, message, address):
    assert client.post(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert message.reached_at is None
