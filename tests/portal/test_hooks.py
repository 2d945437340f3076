"""What a gateway calls back with: over real HTTP, late, twice and together; and what no gateway of ours would say."""

import logging
import threading
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.serving import make_server

from portal import worker
from services import clock, identity, reminders
from services.channels import reference
from services.db import Database
from services.models import Booking, Call, Intention, Message, Task
from tests.channels.sms_servers import DELIVERED, EXPIRED, SENT, TOKEN, UNDELIVERED, SmsServer
from tests.channels.smtp_servers import free_port
from tests.factories import Factory
from tests.portal.sending import KEY, make_app
from tests.portal.test_today import words_of

HERS, HIS = "+447700900111", "+447700900222"


@pytest.fixture
def gateway():
    with SmsServer() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
def site(request, tmp_path, at, gateway):
    """A running portal of which the gateway knows the address, with somebody who wants text messages."""
    url, port = request.getfixturevalue(f"{request.param}_url"), free_port()
    app = make_app(
        tmp_path, url, base_url=f"http://127.0.0.1:{port}", sms_token=TOKEN, sms_url=gateway.url, sms_sender="2way"
    )  # fmt: skip
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(app, url, gateway)
    server.shutdown()
    thread.join()
    server.server_close()
    worker.close(app)
    app.extensions["database"].close()


class Site:
    """Maria and Bruno have a session each, of which text messages have reminded them."""

    def __init__(self, app, url, gateway):
        self.app, self.gateway, self.database = app, gateway, Database(url)
        self.hook = app.config["SETTINGS"].hook("sms")
        with self.database.write() as db, db.begin():
            make = Factory(db)
            self.tokens = {}
            maria = make.participant(phone=HERS, contact="sms", email=None)
            bruno = make.participant("Bruno Zych", phone=HIS, contact="sms", email=None)
            for name, person in {"maria": maria, "bruno": bruno}.items():
                booking = make.booking(person, make.slot(f"2026-11-24 1{len(self.tokens)}:00"))
                db.execute(update(Message).where(Message.kind == "booked").values(status="cancelled"))
                reminders.remind(db, booking, "day")
                self.tokens[name] = identity.sign_in(db, person, is_shared=False)
            self.tokens |= {
                name: identity.sign_in(db, who, is_shared=False) for name, who in (("ewa", make.ewa), ("jan", make.adviser))
            }
            self.maria_id = maria.id
        self.send()
        self.maria, self.bruno = (reference(KEY, message.dedup) for message in self.rows(Message) if message.kind == "reminder")

    def send(self):
        return worker.drain(self.app)

    def rows(self, what, *where):
        with self.database.read() as db:
            return list(db.scalars(select(what).where(*where).order_by(what.id)))

    def reminders(self):
        return [
            (one.channel, one.status)
            for one in self.rows(Message, Message.kind == "reminder", Message.person_id == self.maria_id)
        ]

    def page(self, who, path):
        browser = FlaskClient(self.app, self.app.response_class, use_cookies=True)
        with browser.session_transaction() as session:
            session.update(_user_id=self.tokens[who], _fresh=True, seen=int(clock.now().timestamp()))
        return words_of(browser.get(path))


def test_from_the_message_to_the_answer_in_the_plan_the_diary_and_the_coordinators_list(site):
    assert [form["notify_url"] for form in site.gateway.taken] == [site.hook] * 2

    assert site.gateway.report(site.hook, (site.maria, DELIVERED), (site.bruno, SENT), times=2) == [(200, "OK")] * 2
    assert [one.reached_at for one in site.rows(Message, Message.kind == "reminder")] == [clock.now(), None]
    assert site.gateway.reply(site.hook, HERS, "Tak, przyjdę. Dziękuję!", to=site.maria, times=2) == [(200, "OK")] * 2

    assert [(one.answer, one.way) for one in site.rows(Intention)] == [("yes", "sms")]
    assert "Wiemy, że przyjdziesz" in site.page("maria", "/plan")
    assert "Przyjdzie" in site.page("jan", "/today?day=2026-11-24")
    assert "Przyjdzie" in site.page("ewa", f"/people/{site.maria_id}")

    assert site.send() == {"accepted": 1}
    assert site.gateway.taken[-1]["message"].startswith("Zapisane. Do zobaczenia: wtorek, 24 listopada")
    assert site.send() == {}


def test_no_frees_the_place_and_the_person_is_told_what_was_done(site):
    site.gateway.reply(site.hook, HERS, "NIE", to=site.maria, times=3)

    assert [(one.status, one.cancelled_by) for one in site.rows(Booking)][0] == ("cancelled", "person")
    assert [one.answer for one in site.rows(Intention)] == ["no"]
    assert [one.kind for one in site.rows(Message, Message.status == "waiting")] == ["cancelled"]


def test_what_did_not_arrive_goes_on_the_call_list_once_and_is_worked_through_there(site):
    for _ in range(2):
        site.gateway.report(site.hook, (site.maria, UNDELIVERED), times=2)
        site.send()

    assert site.reminders() == [("sms", "undeliverable"), ("call", "accepted")]
    [call] = site.rows(Call)
    assert "Maria Kowal" in site.page("ewa", f"/calls/{call.id}")


def test_the_worker_hears_at_once_of_what_goes_the_next_way(site, monkeypatch):
    woken = []
    monkeypatch.setattr("portal.queue.wake", lambda app, at=None: woken.append(at))
    site.gateway.report(site.hook, (site.maria, UNDELIVERED))

    assert len(woken) == 1


def test_reports_in_the_wrong_order_and_after_the_end_change_nothing(site, at):
    site.gateway.report(site.hook, (site.maria, DELIVERED))
    assert site.gateway.report(site.hook, (site.maria, EXPIRED), (site.maria, SENT)) == [(200, "OK")]
    at("2026-11-24 12:00")
    assert site.gateway.report(site.hook, (site.bruno, EXPIRED), times=2) == [(200, "OK")] * 2

    assert site.reminders() == [("sms", "accepted")]
    assert site.rows(Task) == site.rows(Call) == []


def test_a_report_that_overtakes_the_answer_is_asked_for_again_and_then_taken(site):
    with site.database.write() as db, db.begin():
        db.execute(update(Message).where(Message.kind == "reminder").values(status="waiting", provider_ref=None))

    assert site.gateway.report(site.hook, (site.maria, UNDELIVERED)) == [(409, "LATER")]
    with site.database.write() as db, db.begin():
        db.execute(update(Message).values(leased_until=None, lease=None))
    site.send()  # the gateway knows the repeat, and says no number again
    assert site.gateway.report(site.hook, (site.maria, UNDELIVERED)) == [(200, "OK")]
    assert site.reminders()[0] == ("sms", "undeliverable")


def test_a_null_character_costs_nobody_their_answer(site):
    assert site.gateway.reply(site.hook, HERS, "Mo\0ge o 12?", to=site.maria) == [(200, "OK")]

    assert [task.note for task in site.rows(Task)] == ["Moge o 12?"]


def test_many_calls_at_once_are_taken_once(site):
    together = threading.Barrier(8)

    def say():
        together.wait()
        site.gateway.report(site.hook, (site.bruno, UNDELIVERED))
        site.gateway.reply(site.hook, HERS, "NIE", to=site.maria)

    threads = [threading.Thread(target=say) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [one.answer for one in site.rows(Intention)] == ["no"]
    assert [one.channel for one in site.rows(Message, Message.kind == "reminder")] == ["sms", "sms", "call"]


@pytest.fixture
def path(app):
    return urlsplit(app.config["SETTINGS"].hook("sms")).path


@pytest.mark.parametrize("wrong", ["x", "0" * 32, "ł" * 32, "%ff", "%00"])
def test_without_the_secret_there_is_no_such_page(client, path, wrong):
    for address in (f"/hooks/sms/{wrong}", path.replace("/sms/", "/email/"), path.replace("/sms/", "/never/"), "/hooks/sms/"):
        assert client.get(address).status_code == client.post(address).status_code == 404


def test_the_secret_of_one_channel_opens_no_other(app, client):
    ours = urlsplit(app.config["SETTINGS"].hook("never")).path

    assert client.get(ours).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [{}, {"MsgId": ""}, {"MsgId": "1" * 500, "status": "404"}, {"MsgId": "1,2,3", "status": "x"}, {"sms_text": "TAK"},
     {"sms_from": "447700900111", "sms_text": "TA\0K"}, {"sms_from": "abc", "sms_text": "\U0001f600" * 400},
     {"MsgId": "\0", "status": "405", "idx": "\0"}],
)  # fmt: skip
def test_whatever_is_said_there_the_answer_is_calm(client, path, fields, db, make):
    make.participant(phone=HERS)
    for answer in (client.get(path, query_string=fields), client.post(path, data=fields)):
        assert (answer.status_code, answer.text, answer.mimetype) == (200, "OK", "text/plain")


def test_a_look_by_head_changes_nothing(client, path, db, make):
    make.participant(phone=HERS)
    client.head(path, query_string={"sms_from": HERS[1:], "sms_text": "?"})

    assert db.scalars(select(Task)).all() == []


def test_a_gateway_may_post_from_elsewhere_and_a_browser_may_not(client, path):
    assert client.post(path).status_code == 200
    assert client.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_neither_numbers_nor_words_get_into_the_log(client, path, make, caplog):
    make.participant(phone=HERS)
    with caplog.at_level(logging.DEBUG, "pracownia"):
        client.post(path, data={"sms_from": HERS[1:], "sms_text": "Jestem w szpitalu"})

    assert "unclear" in caplog.text
    assert "7700" not in caplog.text and "szpital" not in caplog.text


def test_what_is_too_large_is_not_read(client, path):
    assert client.post(path, data={"sms_from": HERS[1:], "sms_text": "x" * 2_000_000}).status_code == 413
