"""Trusted people and the way out of mails: what each page does, and that opening a link changes nothing."""

import re

import pytest
from sqlalchemy import select

from portal import messages
from services import contacts, deliveries, identity, leaving, reach, reminders
from services.channels.email import compose
from services.models import Message, ReminderChoice, TrustedContact
from tests.portal.test_today import words_of

MOBILE = "+447700900001"


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowal", phone=MOBILE)


@pytest.fixture
def hers(client, maria, sign_in):
    return sign_in(client, maria)


def named(db):
    return [
        (one.name, one.email, one.phone, one.ended_by) for one in db.scalars(select(TrustedContact).order_by(TrustedContact.id))
    ]


def test_somebody_is_named_by_a_number_or_an_address_and_ended_in_two_presses(hers, db):
    assert hers.post("/reminders/trusted", data={"name": " Olena ", "address": "600 100 200"}).status_code == 303
    assert hers.post("/reminders/trusted", data={"name": "Jan", "address": "Jan@Example.org"}).status_code == 303
    assert named(db) == [("Olena", None, "+48600100200", None), ("Jan", "jan@example.org", None, None)]
    number = db.scalar(select(TrustedContact.id).where(TrustedContact.name == "Olena"))

    assert "Zakończyć kopie?" in hers.get(f"/reminders/trusted/{number}").text
    hers.post(f"/reminders/trusted/{number}/end")
    hers.post(f"/reminders/trusted/{number}/end")

    assert [row[3] for row in named(db)] == ["person", None]
    assert "Olena" not in words_of(hers.get("/reminders/trusted"))


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "", "address": "600 100 200"}, "Wpisz imię"),
        ({"name": "Jan", "address": "nie wiem"}, "Wpisz numer telefonu albo e-mail"),
        ({"name": "Jan", "address": ""}, "Wpisz numer telefonu albo e-mail"),
        ({"name": "J" * 81, "address": "600 100 200"}, "do 80 znaków"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(hers, db, form, said):
    answer = hers.post("/reminders/trusted", data=form)
    assert answer.status_code == 422
    assert said in words_of(answer)
    assert not form["name"] or form["name"] in answer.text
    assert named(db) == []


def test_the_same_address_twice_is_one_and_three_are_enough(hers, db):
    for number in (0, 0, 1, 2):
        assert hers.post("/reminders/trusted", data={"name": "Jan", "address": f"60010020{number}"}).status_code == 303
    answer = hers.post("/reminders/trusted", data={"name": "Jan", "address": "600100209"})
    assert (answer.status_code, len(named(db))) == (422, 3)


def test_a_copy_goes_with_the_reminder_and_tells_neither_what_nor_the_last_name(app, db, make, maria, at):
    contacts.add(db, maria, "Olena", "olena@example.org")
    booking = make.booking(maria, make.slot("2026-11-25 10:00", form=make.form("psychology")))
    at("2026-11-24 10:00")
    assert reminders.plan_due(db) == 2
    [copy] = db.scalars(select(Message).where(Message.kind == "copy"))
    found = deliveries.look(db, app.config["SETTINGS"].secret_key, copy)
    words = messages.words(app, found)

    assert found.to.email == "olena@example.org"
    everything = words.subject + words.text + words.html + words.sms
    assert "Maria" in words.text and "10:00" in words.text
    assert not re.search(r"Kowal|psych|spotkanie z", everything)
    assert (
        f"/s/{identity.token_of(app.config['SETTINGS'].secret_key, identity.visit_link(db, b'k', booking))}" not in everything
    )


def test_a_trusted_person_ends_it_by_the_link_and_only_by_the_button(client, app, db, maria):
    contact = contacts.add(db, maria, "Olena", "olena@example.org")
    link = identity.contact_link(db, app.config["SETTINGS"].secret_key, contact.id, maria.id)
    address = f"/c/{identity.token_of(app.config['SETTINGS'].secret_key, link)}"

    assert "Maria" in client.get(address).text
    assert named(db)[0][3] is None
    client.post(address)
    assert named(db)[0][3] == "contact"
    assert "Nie dostaniesz już kopii" in client.get(address).text
    assert client.get("/c/nonsense").status_code == 404


def test_a_copy_that_is_under_way_stops_with_it(app, db, make, maria, at):
    contact = contacts.add(db, maria, "Olena", "olena@example.org")
    make.booking(maria, make.slot("2026-11-25 10:00"))
    at("2026-11-24 10:00")
    reminders.plan_due(db)
    contacts.end(db, contact, by="person")
    [copy] = db.scalars(select(Message).where(Message.kind == "copy"))
    assert deliveries.look(db, b"k" * 32, copy) == deliveries.Stop("cancelled", "nobody")


def test_every_mail_that_can_be_turned_off_carries_a_way_out_that_needs_no_signing_in(client, app, db, make, maria):
    key = app.config["SETTINGS"].secret_key
    make.booking(maria, make.slot("2026-11-25 10:00"))
    [message] = db.scalars(select(Message).where(Message.kind == "booked"))
    mail = compose(messages.words(app, deliveries.look(db, key, message)).envelope)
    address = mail["List-Unsubscribe"].strip("<>").removeprefix(app.config["SETTINGS"].base_url)
    assert (mail["List-Unsubscribe-Post"], address) == ("List-Unsubscribe=One-Click", f"/u/{leaving.token_of(key, maria.id)}")

    assert client.get(address).status_code == 200
    assert db.get(ReminderChoice, maria.id) is None
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post(address, data="List-Unsubscribe=One-Click", headers=headers).status_code == 303
    assert list(reach.of(db, maria).ways) == ["call"]


@pytest.mark.parametrize("wrong", ["1-email-AAAAAAAAAAAAAAAAAAAAAA", "x", "1-sms-", "99999999999999-email-A", "²-email-A"])
def test_somebody_elses_way_out_is_no_way(client, db, maria, wrong):
    assert client.post(f"/u/{wrong}").status_code == 404
    assert db.get(ReminderChoice, maria.id) is None


def test_leaving_one_way_keeps_the_others_in_their_order(app, db, make, maria):
    key = app.config["SETTINGS"].secret_key
    make.choice(maria, ["email", "sms", "call"])
    for _ in range(2):
        leaving.leave(db, key, leaving.token_of(key, maria.id))
    assert db.get(ReminderChoice, maria.id).channels == ["sms", "call"]
