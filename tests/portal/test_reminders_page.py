"""How and when to be reminded."""

import pytest
from sqlalchemy import func, select

from services.models import Message, PushSubscription, ReminderChoice

GOOD = {
    "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/abc", "auth": "AAAAAAAAAAAAAAAAAAAAAA",
    "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
}  # fmt: skip


@pytest.fixture
def maria(client, make, sign_in):
    return sign_in(client, make.participant())


def test_a_choice_is_kept_and_shown(maria, db):
    answer = maria.post("/reminders", data={"channels": "email", "moments": "day"})

    assert answer.location == "/reminders/saved"
    assert db.execute(select(ReminderChoice.channels, ReminderChoice.moments)).one() == (["email"], ["day"])


def test_no_reminders_is_a_choice(maria, db):
    assert maria.post("/reminders", data={"channels": "none"}).status_code == 303
    assert db.scalar(select(ReminderChoice.channels)) == []


@pytest.mark.parametrize(
    "form", [{}, {"channels": ["email", "none"]}, {"channels": "pigeon"}, {"channels": "email", "moments": "never"}]
)
def test_a_choice_that_cannot_be_is_refused(maria, db, form):
    assert maria.post("/reminders", data=form).status_code == 422
    assert db.scalar(select(func.count()).select_from(ReminderChoice)) == 0


def test_e_mail_without_an_address_is_refused(client, db, make, sign_in):
    sign_in(client, make.participant(email=None))

    assert client.post("/reminders", data={"channels": "email", "moments": "day"}).status_code == 422


def test_a_phone_is_subscribed_and_let_go(maria, db):
    assert maria.post("/reminders/phone", data=GOOD).location == "/reminders/saved"
    assert db.scalar(select(func.count()).where(PushSubscription.ended_at.is_(None))) == 1
    maria.post("/reminders/phone/off")

    assert db.scalar(select(func.count()).where(PushSubscription.ended_at.is_(None))) == 0


@pytest.mark.parametrize(
    "endpoint",
    ["http://fcm.googleapis.com/x", "https://127.0.0.1/x", "https://evil.example/x", "https://fcm.googleapis.com:8443/x", "x"],
)
def test_an_address_that_is_no_push_service_is_refused(maria, db, endpoint):
    assert maria.post("/reminders/phone", data=GOOD | {"endpoint": endpoint}).status_code == 422
    assert db.scalar(select(func.count(PushSubscription.id))) == 0


def test_a_shared_phone_gets_no_notifications(client, db, make, sign_in):
    sign_in(client, make.participant(), is_shared=True)

    assert client.post("/reminders/phone", data=GOOD).status_code == 422
    assert db.scalar(select(func.count(PushSubscription.id))) == 0


def test_a_test_message_is_asked_for_once_per_form(maria, db):
    maria.post("/reminders", data={"channels": "email", "moments": "day"})
    for _ in range(2):
        assert maria.post("/reminders/test", data={"key": "k" * 20}).status_code == 303

    assert db.scalar(select(func.count()).where(Message.kind == "test")) == 1
