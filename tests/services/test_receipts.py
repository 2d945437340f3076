"""A receipt's token belongs to one message and to this installation, on both databases."""

from datetime import timedelta

import pytest

from services import clock, receipts
from services.models import Message

KEY = b"k" * 32


@pytest.fixture
def messages(db, make):
    person = make.participant("Maria Kowal")
    times = {"created_at": clock.now(), "due_at": clock.now(), "next_try_at": clock.now()}
    rows = [
        Message(kind="test", channel="push", dedup=f"test:{number}", person_id=person.id, useful_until=clock.now() + timedelta(hours=1), **times)
        for number in range(2)
    ]  # fmt: skip
    db.add_all(rows)
    db.flush()
    return rows


def reached(db, messages):
    db.expire_all()
    return [message.reached_at is not None for message in messages]


def test_it_notes_its_own_message_once(db, messages):
    token = receipts.token_of(KEY, messages[0].id)

    assert [receipts.seen(db, KEY, token) for _ in range(2)] == [True, False]
    assert reached(db, messages) == [True, False]


def test_it_is_22_characters_long_that_an_address_takes(messages):
    number, _, signature = receipts.token_of(KEY, messages[0].id).partition("-")

    assert number == str(messages[0].id)
    assert len(signature) == 22
    assert set(signature) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_no_other_token_notes_anything(db, messages):
    one, other = (receipts.token_of(KEY, message.id) for message in messages)
    swapped = f"{messages[1].id}-{one.partition('-')[2]}"
    for wrong in (
        swapped,
        receipts.token_of(b"x" * 32, messages[0].id),
        one[:-1],
        one + "A",
        " " + one,
        one.partition("-")[2],
        "",
    ):
        assert not receipts.seen(db, KEY, wrong), wrong

    assert reached(db, messages) == [False, False]
    assert receipts.seen(db, KEY, other)


def test_a_message_that_is_gone_is_no_error(db, messages):
    token = receipts.token_of(KEY, 999_999)

    assert not receipts.seen(db, KEY, token)
