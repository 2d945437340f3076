"""Trusted people for tests: how somebody is named, and how they come in with a browser of their own."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from services import acting, acting_ways
from services.models import AuditEntry

ANNA = "anna@example.org"


@pytest.fixture
def key(app):
    return app.config["SETTINGS"].secret_key


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowal", phone="+48600100299", needs=["loop"])


@pytest.fixture
def browser(app, db):
    """A browser of its own each time."""

    def browser():
        client = app.test_client()
        client.db = db
        return client

    return browser


@pytest.fixture
def hers(client, maria, sign_in):
    return sign_in(client, maria)


@pytest.fixture
def named(db, key, maria):
    """`named("sessions", …)`: Maria lets Anna do these things."""

    def named(*things, who="Anna K.", address=ANNA, whose=maria):
        return acting.name(db, key, whose, who, address, list(things), form_key=f"{who}-{whose.id}")

    return named


@pytest.fixture
def way_in(db, key):
    return lambda mandate: f"/t/{acting_ways.token_of(key, acting_ways.open_link(db, mandate))}"


@pytest.fixture
def come_in(browser, way_in):
    """`come_in(mandate)`: whoever was named, in a browser of theirs."""

    def come_in(*mandates, phone="mine") -> FlaskClient:
        guest = browser()
        for mandate in mandates:
            assert guest.get(way_in(mandate)).status_code == 303
            assert guest.post("/for/enter", data={"phone": phone}).status_code == 303
        return guest

    return come_in


@pytest.fixture
def ahead(make, maria):
    return make.booking(maria, make.slot("2026-11-25 10:00", form=make.form("psychology")))


def acts(db, maria):
    rows = db.execute(select(AuditEntry.actor, AuditEntry.act).where(AuditEntry.person_id == maria.id).order_by(AuditEntry.id))
    return [(actor.partition(":")[0], act) for actor, act in rows]


def row(term, value):
    """A row of the facts of a page, as far as it is said."""
    return f"<dt>{term}</dt><dd>{value}"
