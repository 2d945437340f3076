"""Sending for real: a mail server, a push service, and more than one worker."""

import json
import logging
import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import select, update

from portal import messages, worker
from services import bookings, deliveries, reminders
from services.db import Database
from services.models import MailboxItem, Message, PushSubscription, Task
from tests.channels.push_servers import Browser, PushServer
from tests.channels.smtp_servers import MailServer
from tests.portal.sending import make_app, post_trial


@pytest.fixture
def database(sqlite_url):
    database = Database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def mail():
    with MailServer() as server:
        yield server


@pytest.fixture
def push():
    with PushServer() as server:
        yield server


@pytest.fixture
def new_worker(tmp_path, sqlite_url, mail, push):
    """Makes apps on the same database, as processes of their own would be."""
    apps = []

    def make(url=sqlite_url, **settings):
        app = make_app(tmp_path, url, **{"smtp_url": mail.url, "push_hosts": (push.origin,), **settings})
        apps.append(app)
        return app

    yield make
    for app in apps:
        worker.close(app)
        app.extensions["database"].close()


@contextmanager
def committed(db):
    """What is made in the block is there for the workers."""
    yield
    db.commit()


def rows(db, what=Message):
    """As they are in the database now; holds no lock afterwards."""
    db.expire_all()
    found = list(db.scalars(select(what).order_by(what.id)))
    db.rollback()
    return found


def endings(db):
    return [(message.status, message.trouble) for message in rows(db)]


def phone(db, make, person, push, browser, path="/phone"):
    row = make.subscription(person)
    row.endpoint, row.p256dh, row.auth = push.origin + path, browser.p256dh, browser.auth
    return row


def test_a_booking_is_told_of_by_mail_or_on_the_phone(db, at, make, mail, push, new_worker):
    browser = Browser()
    with committed(db):
        maria = make.participant(email="maria@example.org")
        phone(db, make, maria, push, browser)
        make.booking(maria, make.slot("2026-11-25 10:00"))
        bruno = make.participant("Bruno Lis", email="bruno@example.org")
        make.booking(bruno, make.slot("2026-11-25 11:00"))
    assert worker.run_once(new_worker()) == {"accepted": 2}
    [letter] = mail.mails
    assert (letter["to"], letter["subject"]) == ("bruno@example.org", "Spotkanie umówione: środa, 25 listopada, 11:00")
    [(_, headers, body)] = push.posts
    shown = json.loads(browser.read(body))
    assert shown["title"] == "Spotkanie umówione"
    assert shown["tag"] == headers["topic"]
    assert letter["message-id"].strip("<>").split("@")[0] != headers["topic"]
    assert endings(db) == [("accepted", None)] * 2


def test_in_demo_mode_a_mail_lands_in_the_mailbox_once(db, at, make, new_worker, mail):
    with committed(db):
        post_trial(db, make.participant(email="maria@example.org"))
    app = new_worker(smtp_url=None)
    worker.drain(app)
    with committed(db):  # as if the worker had ended before it could mark the message
        db.execute(update(Message).values(status="waiting", lease=None, leased_until=None))
    worker.drain(app)
    [item] = rows(db, MailboxItem)
    assert (item.to, item.subject) == ("maria@example.org", "Próbna wiadomość z Pracowni")
    assert "https://pracownia.example/plan" in item.body
    assert mail.mails == []
    assert endings(db) == [("accepted", None)]


def test_a_reminder_goes_the_day_before_and_once(db, at, make, mail, new_worker):
    with committed(db):
        make.booking(make.participant(), make.slot("2026-11-25 12:00"))
    app = new_worker()
    worker.run_once(app)
    for when in ("2026-11-24 09:59", "2026-11-24 10:00", "2026-11-24 10:01", "2026-11-25 11:00"):
        at(when)
        worker.run_once(app)
    assert [letter["subject"] for letter in mail.mails] == [
        "Spotkanie umówione: środa, 25 listopada, 12:00",
        "Przyjdziesz? Spotkanie: środa, 25 listopada, 12:00",
    ]


def test_what_is_sent_is_what_holds_at_that_moment(db, at, make, mail, new_worker):
    with committed(db):
        booking = make.booking(slot=make.slot("2026-11-25 10:00"))
    with committed(db):
        booking.slot.room.name = "7"
    worker.drain(new_worker())
    assert "pokój 7" in mail.mails[0].get_body(("plain",)).get_content()


def test_nothing_is_sent_after_a_cancellation(db, at, make, mail, new_worker):
    with committed(db):
        maria = make.participant()
        booking = make.booking(maria, make.slot("2026-11-25 10:00"))
    with committed(db):
        bookings.cancel(db, maria, booking)
        db.execute(
            update(Message).where(Message.kind == "booked").values(status="waiting")
        )  # as if it had been posted a moment too late
    worker.drain(new_worker())
    assert [letter["subject"] for letter in mail.mails if "umówione" in letter["subject"]] == []
    assert endings(db)[0] == ("cancelled", "booking-changed")


def test_at_night_reminders_wait_and_go_in_the_morning(db, at, make, mail, new_worker):
    app = new_worker()
    with committed(db):
        reminders.remind(db, make.booking(slot=make.slot("2026-11-25 10:00")), "day")
        db.execute(update(Message).where(Message.kind == "booked").values(status="cancelled"))
    at("2026-11-24 22:00")
    assert worker.drain(app) == {"waiting": 1}
    at("2026-11-25 08:00")
    assert worker.drain(app) == {"accepted": 1}
    assert len(mail.mails) == 1


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_workers_at_once_send_everything_exactly_once(kind, request, at, mail, new_worker):
    url = request.getfixturevalue(f"{kind}_url")
    database = Database(url)
    from tests.factories import Factory

    with database.write() as db, db.begin():
        for person in Factory(db).participants(60):
            post_trial(db, person)
    apps = [new_worker(url), new_worker(url)]
    together = threading.Barrier(2)

    def work(app):
        together.wait()
        worker.drain(app)

    threads = [threading.Thread(target=work, args=(app,)) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    receivers = [receiver for [receiver] in mail.recipients]
    assert len(receivers) == len(set(receivers)) == 60
    with database.read() as db:
        assert {message.status for message in db.scalars(select(Message))} == {"accepted"}
    database.close()


def test_a_worker_that_ends_between_sending_and_marking_sends_again_under_the_same_name(
    db, at, make, mail, push, new_worker, monkeypatch
):
    with committed(db):
        maria = make.participant()
        phone(db, make, maria, push, Browser())
        make.booking(maria, make.slot("2026-11-25 10:00"))
        make.booking(make.participant("Bruno Lis"), make.slot("2026-11-25 11:00"))
    with monkeypatch.context() as patch:
        patch.setattr(worker, "_conclude", lambda app, message, ending: "killed")
        assert worker.drain(new_worker()) == {"killed": 2}
    assert worker.drain(new_worker()) == {}  # the lease still holds
    at("2026-11-23 09:01:01")
    assert worker.drain(new_worker()) == {"accepted": 2}
    assert len(mail.mails) == len(push.posts) == 2
    assert len({letter["message-id"] for letter in mail.mails}) == 1
    assert len({headers["topic"] for _, headers, _ in push.posts}) == 1


def test_one_bad_message_does_not_hold_up_the_others_and_the_log_names_nobody(
    db, at, make, mail, new_worker, monkeypatch, caplog
):
    with committed(db):
        people = [make.participant(f"Osoba{n} Kowal", email=f"osoba{n}@example.org") for n in range(5)]
        for person in people:
            post_trial(db, person)
    whole = messages.words

    def breaking(app, delivery):
        if delivery.to.email == "osoba2@example.org":
            raise KeyError("Osoba2 Kowal")
        return whole(app, delivery)

    monkeypatch.setattr(messages, "words", breaking)
    with caplog.at_level(logging.DEBUG, "pracownia"):
        assert worker.drain(new_worker()) == {"accepted": 4, "waiting": 1}
    assert endings(db)[2] == ("waiting", "error-KeyError")
    assert "KeyError" in caplog.text
    assert "Osoba2" not in caplog.text
    assert "example.org" not in caplog.text


def test_a_malformed_subscription_spoils_its_own_message_only(db, at, make, push, new_worker):
    with committed(db):
        maria = make.participant(email=None)
        rows_made = [phone(db, make, maria, push, Browser(), f"/{n}") for n in range(4)]
        rows_made[1].p256dh = "nonsense"
        for row in rows_made:
            post_trial(db, maria, "push", subscription_id=row.id)
    assert worker.drain(new_worker()) == {"accepted": 3, "undeliverable": 1}
    assert [row.ended_at is None for row in rows(db, PushSubscription)] == [True, False, True, True]


def test_a_phone_that_is_gone_is_forgotten_and_a_coordinator_calls(db, at, make, push, new_worker):
    push.answer(410)
    with committed(db):
        maria = make.participant(email=None)
        phone(db, make, maria, push, Browser())
        booking = make.booking(maria, make.slot("2026-11-25 10:00"))
    assert worker.drain(new_worker()) == {"undeliverable": 1}
    assert [row.ended_at is None for row in rows(db, PushSubscription)] == [False]
    assert [(task.kind, task.booking_id) for task in rows(db, Task)] == [("undeliverable", booking.id)]


def test_without_a_key_for_notifications_somebody_hears_of_it(db, at, make, push, new_worker, caplog):
    with committed(db):
        maria = make.participant(email=None)
        phone(db, make, maria, push, Browser())
        make.booking(maria, make.slot("2026-11-25 10:00"))
    worker.drain(new_worker(vapid_private_key=None))
    assert endings(db) == [("undeliverable", "push-not-set-up")]
    assert "alarm push-not-set-up" in caplog.text
    assert len(rows(db, Task)) == 1


def test_a_planning_that_fails_does_not_keep_the_rest_from_going(db, at, make, mail, new_worker, monkeypatch):
    with committed(db):
        post_trial(db, make.participant())
    monkeypatch.setattr(reminders, "plan_some", lambda db, after: 1 / 0)
    assert worker.run_once(new_worker()) == {"accepted": 1}


def test_how_a_message_ended_is_written_at_the_second_try_too(db, at, make, mail, new_worker, monkeypatch):
    from sqlalchemy.exc import OperationalError

    with committed(db):
        post_trial(db, make.participant())
    whole, calls = deliveries.conclude, []

    def busy_once(db, message, ending):
        calls.append(1)
        if len(calls) == 1:
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        return whole(db, message, ending)

    monkeypatch.setattr(deliveries, "conclude", busy_once)
    assert worker.drain(new_worker()) == {"accepted": 1}
