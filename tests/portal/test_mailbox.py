"""The demo's mailbox, where everybody may look; outside the demo there is none."""

from dataclasses import replace

import pytest
from flask import Flask

from portal import views
from services import clock
from services.models import MailboxItem
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
