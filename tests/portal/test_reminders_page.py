"""How and when to be reminded."""

import pytest
from sqlalchemy import func, select

from services.models import Message, Person, PushSubscription, ReminderChoice

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


def test_a_phone_that_the_browser_subscribed_anew_stays_on_and_no_other_comes_on(maria, db):
    new = GOOD | {"endpoint": f"{GOOD['endpoint']}-new", "old_endpoint": GOOD["endpoint"]}
    assert maria.post("/reminders/phone/renew", data=new).status_code == 404
    maria.post("/reminders/phone", data=GOOD)
    assert maria.post("/reminders/phone/renew", data=new).status_code == 204

    assert db.scalars(select(PushSubscription.endpoint).where(PushSubscription.ended_at.is_(None))).all() == [new["endpoint"]]


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


def test_the_order_of_ways_is_the_persons(maria, db, make):
    person = db.query(Person).one()
    person.phone = "+447700900001"
    maria.post("/reminders", data={"channels": ["push", "sms", "email"], "moments": "day"})
    maria.post("/reminders/first", data={"channel": "email"})
    maria.post("/reminders/first", data={"channel": "pigeon"})
    assert db.scalar(select(ReminderChoice.channels)) == ["email", "push", "sms"]
    maria.post("/reminders", data={"channels": ["push", "sms", "email"], "moments": "day"})  # saved again: the order stays

    assert db.scalar(select(ReminderChoice.channels)) == ["email", "push", "sms"]
    assert "w tej kolejności" in maria.get("/reminders/saved").text


def test_the_hour_the_quiet_and_the_screen_are_kept_and_shown_again(maria, db):
    form = {"channels": "email", "moments": "day", "hour": "16", "quiet_from": "21", "quiet_to": "9"}
    maria.post("/reminders", data=form)

    row = db.query(ReminderChoice).one()
    assert (row.hour, row.quiet_from, row.quiet_to, row.is_discreet) == (16, 21, 9, False)
    page = maria.get("/reminders").text
    assert '<option value="16" selected>' in page and '<option value="21" selected>' in page


@pytest.mark.parametrize("wrong", [{"hour": "3"}, {"hour": "x"}, {"quiet_from": "3"}, {"quiet_to": "noon"}])
def test_an_hour_that_was_not_offered_is_refused_and_the_rest_stays(maria, db, wrong):
    form = {"channels": "email", "moments": "three-days", "quiet_from": "20", "quiet_to": "8"} | wrong
    answer = maria.post("/reminders", data=form)

    assert (answer.status_code, db.query(ReminderChoice).count()) == (422, 0)
    assert 'value="three-days" checked' in answer.text


def test_a_text_message_without_a_mobile_is_refused_with_the_number_to_call(client, db, make, sign_in):
    sign_in(client, make.participant(phone=None))
    answer = client.post("/reminders", data={"channels": "sms", "moments": "day"})

    assert answer.status_code == 422
    assert "Nie mamy numeru twojej komórki. Zadzwoń, dopiszemy go." in answer.text


@pytest.mark.parametrize(
    ("known", "ways", "can_try", "says"),
    [
        ({"phone": None}, ["call"], False, "Nie mamy twojego numeru telefonu."),
        ({"phone": None}, ["call", "email"], True, "Nie mamy twojego numeru telefonu."),
        ({"email": None}, ["email"], False, "Nie mamy twojego adresu e-mail."),
        ({"phone": "+48600000021"}, ["call"], False, ""),
    ],
)
def test_a_way_for_which_we_have_no_address_is_not_promised(client, db, make, sign_in, known, ways, can_try, says):
    person = make.participant(**({"email": "maria@example.org", "phone": "+48600000021"} | known))
    make.choice(person, ways, ["day"])
    page = sign_in(client, person).get("/reminders/saved").text

    assert ("Nie mamy" in page) == bool(says) and says in page
    assert ("Wyślij próbną wiadomość" in page) == can_try
    assert page.count('class="button first"') == 1
