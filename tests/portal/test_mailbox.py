"""The demo's mailbox, where everybody may look; outside the demo there is none."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import update

from portal import views, worker
from services import clock, reminders
from services.models import Incoming, Intention, MailboxItem, Message, Task
from tests.portal.test_today import words_of


@pytest.fixture
def mail(db):
    for number in (1, 2):
        body = f"Wejdź: https://pracownia.example/w/abc{number}. Pytania? <b>"
        db.add(MailboxItem(at=clock.now(), reference=str(number), to="m@example.org", subject=f"List {number}", body=body))
    db.flush()
    return db.query(MailboxItem).order_by(MailboxItem.id).all()


def test_the_demos_mailbox_is_open_and_the_newest_mail_is_first(client, mail):
    page = words_of(client.get("/mailbox"))

    assert page.index("List 2") < page.index("List 1")


def test_an_address_in_a_mail_can_be_followed_and_its_markup_is_only_text(client, mail):
    page = client.get(f"/mailbox/{mail[0].id}").text

    assert 'href="https://pracownia.example/w/abc1">' in page
    assert "Pytania? &lt;b&gt;" in page
    assert client.get("/mailbox/99999").status_code == 404


def test_an_empty_mailbox_says_so(client):
    assert "Nie ma jeszcze żadnych wiadomości." in words_of(client.get("/mailbox"))


@pytest.mark.parametrize("is_demo", [True, False])
def test_outside_the_demo_there_is_no_mailbox(app, is_demo):
    other = Flask("another")
    other.config["SETTINGS"] = replace(app.config["SETTINGS"], is_demo=is_demo)
    views.init(other)

    paths = {rule.rule for rule in other.url_map.iter_rules()}
    assert ("/mailbox" in paths) == ("/mailbox/<int:item_id>" in paths) == is_demo
    assert "/plan" in paths


@pytest.fixture
def text(app, db, make):
    """A reminder by text message that has gone to the mailbox."""
    booking = make.booking(make.participant(phone="+447700900111", contact="sms", email=None), make.slot("2026-11-25 10:00"))
    db.execute(update(Message).values(status="cancelled"))
    reminders.remind(db, booking, "day")
    db.commit()
    assert worker.drain(app) == {"accepted": 1}
    worker.close(app)
    return db.query(MailboxItem).one()


def test_a_text_message_is_shown_as_one_with_its_length(client, text):
    page = words_of(client.get(f"/mailbox/{text.id}"))

    assert "SMS do: +447700900111" in page
    assert f"{len(text.body)} zna" in page and "części" in page or "część" in page
    assert "SMS:" in words_of(client.get("/mailbox"))


def test_it_can_be_answered_as_by_the_telephone_and_twice_is_once(client, text, db):
    data = {"text": " Tak ", "key": "k1"}
    answers = [client.post(f"/mailbox/{text.id}/reply", data=data) for _ in range(2)]

    assert [answer.location.partition("became=")[2] for answer in answers] == ["yes", "known"]
    assert [(one.answer, one.way) for one in db.query(Intention)] == [("yes", "sms")]
    assert "Zapisane: przyjdę." in words_of(client.get(answers[0].location))
    assert db.query(Incoming).count() == 1


def test_what_is_not_understood_waits_for_a_coordinator(client, text, db):
    client.post(f"/mailbox/{text.id}/reply", data={"text": "Mogę o 12?", "key": "k1"})

    assert [(task.kind, task.note) for task in db.query(Task)] == [("reply-unclear", "Mogę o 12?")]


def test_an_empty_answer_is_asked_for_again(client, text, db):
    answer = client.post(f"/mailbox/{text.id}/reply", data={"text": " "})

    assert answer.status_code == 422
    assert "Napisz odpowiedź" in words_of(answer)
    assert db.query(Intention).count() == 0


def test_a_mail_is_not_answered(client, mail):
    assert client.post(f"/mailbox/{mail[0].id}/reply", data={"text": "TAK"}).status_code == 404
    assert "Odpowiedz jak z telefonu" not in client.get(f"/mailbox/{mail[0].id}").text


def test_our_own_address_in_a_text_message_can_be_followed(app, client, db):
    host = app.config["SETTINGS"].host
    db.add(MailboxItem(at=clock.now(), channel="sms", reference="s", to="+447700900111", subject="", body=f"Tu: {host}/s/abc."))
    db.flush()

    assert f'href="http://{host}/s/abc">{host}/s/abc</a>.' in client.get(f"/mailbox/{db.query(MailboxItem).one().id}").text
