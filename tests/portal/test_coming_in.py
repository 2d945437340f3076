"""After signing in: on from where one was stopped, as long as that is a page of one's own; and nobody else stays behind."""

from datetime import timedelta

import pytest

from services import choices, clock, codes, identity, staff
from services.models import Device, PushSubscription
from services.permissions import SYSTEM


@pytest.fixture
def come_in(db, app):
    """`come_in(client, who)`: open a fresh link of theirs and press the button; returns the answer."""

    def come_in(client, who, phone="mine"):
        owner = {"person_id": who.id} if hasattr(who, "enrolments") else {"staff_id": who.id}
        key = app.config["SETTINGS"].secret_key
        client.get(f"/w/{identity.token_of(key, identity.make_link(db, key, 'sign-in', lasts=timedelta(hours=1), **owner))}")
        return client.post("/enter", data={"phone": phone})

    return come_in


def test_one_comes_back_to_the_page_where_one_was_stopped(client, make, come_in):
    client.get("/reminders?x=1")

    assert come_in(client, make.participant()).location == "/reminders?x=1"


def test_a_button_pressed_after_the_session_ended_leads_to_the_page_where_it_stands(client, make, come_in):
    booking = make.booking()
    client.post(f"/booked/{booking.number}/answer", data={"said": "yes"})

    answer = come_in(client, booking.person)

    assert (answer.location, client.get(answer.location).status_code) == (f"/booked/{booking.number}", 200)


def test_a_step_of_booking_sent_after_the_session_ended_comes_back_to_that_step(client, make, come_in):
    client.post("/book/need", data={"need": make.slot().form_id})

    assert come_in(client, make.participant()).location == "/book/need"


def test_staff_are_not_led_to_the_plan_that_was_asked_for_before_they_came(client, make, come_in):
    client.get("/plan")

    answer = come_in(client, make.ewa)

    assert (answer.location, client.get(answer.location).status_code) == ("/people", 200)


@pytest.mark.parametrize("wanted", ["https://example.com/", "//example.com/plan", "/\\example.com", "/nowhere"])
def test_nobody_is_led_away(client, make, come_in, wanted):
    with client.session_transaction() as session:
        session["next"] = wanted

    assert come_in(client, make.participant()).location == "/plan"


def test_who_no_longer_works_here_finds_every_way_in_closed(client, make, db, come_in, app):
    jan = make.adviser
    client.post("/sign-in", data={"address": jan.email})
    code = db.query(codes.SignInCode).one()
    staff.end(db, SYSTEM, jan)

    assert come_in(client, jan).status_code == 404
    with client.session_transaction() as session:
        session["accounts"], session["proved"] = [f"staff:{jan.id}"], int(clock.now().timestamp())
    assert client.post("/sign-in/who", data={}).location == "/sign-in"
    answer = client.post("/sign-in/code", data={"code": codes.digits_of(app.config["SETTINGS"].secret_key, code)})
    assert client.post("/sign-in/who", data={}).location == "/sign-in"
    assert answer.status_code in (303, 422)


def test_who_comes_in_ends_the_one_before_on_this_phone_and_their_notifications(client, make, db, come_in):
    maria, bruno = make.participant(), make.participant("Bruno Zych")
    come_in(client, maria)
    device = db.query(Device).filter_by(person_id=maria.id).one()
    choices.subscribe(db, maria, device, endpoint="https://push.example.org/1", p256dh="key", auth="secret")

    come_in(client, bruno)

    assert device.ended_at is not None
    assert db.query(PushSubscription).one().ended_at is not None
    assert client.get("/plan").status_code == 200
