"""The trouble of one provider is its own: the others' messages go meanwhile, by the order of things and not by seconds."""

import threading

import pytest

from portal import worker
from tests.channels.push_servers import wait_for
from tests.portal.sending import post_trial

MANY = 40


@pytest.fixture
def crowd(office):
    """Forty notifications, and then as many mails."""
    with office.work() as make:
        maria = office.person(make, "push", "email", phones=MANY)
        from services.models import PushSubscription

        for phone in make.db.query(PushSubscription).all():
            post_trial(make.db, maria, "push", subscription_id=phone.id, provider="push 127.0.0.1")
    with office.work() as make:
        for person in make.participants(MANY):
            post_trial(make.db, person, provider="smtp")


def test_mails_go_while_the_push_service_hangs(office, crowd):
    office.push.before.shut()
    app = office.worker()
    sending = threading.Thread(target=worker.drain, args=(app,))
    sending.start()
    wait_for(lambda: office.push.before.knocked.is_set())
    wait_for(lambda: len(office.mail.mails) == MANY, 60)
    office.push.before.opened.set()
    sending.join()
    order = [entry.channel for entry in office.log.taken()]
    assert order == ["email"] * MANY + ["push"] * MANY
    assert office.check() == []
