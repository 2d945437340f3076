"""What a message is at the moment of sending, and what follows from how it ends. On both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services import bookings, channels, clock, codes, deliveries, identity, outbox, plans, reminders
from services.channels import Outcome
from services.deliveries import Delivery, Stop
from services.models import Link, Message, PushSubscription, ReminderChoice, Task

KEY = b"k" * 32


def messages(db, **wanted):
    return list(db.scalars(select(Message).filter_by(**wanted).order_by(Message.id)))


def statuses(db):
    return {message.channel: message.status for message in messages(db)}


def tasks(db):
    return [(task.kind, task.booking_id) for task in db.scalars(select(Task).order_by(Task.id))]


def look(db, message):
    return deliveries.look(db, KEY, message)


def take(db):
    """Everything that is due, with a lease."""
    return {message.channel: message for message in outbox.claim(db)}


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowal")


@pytest.fixture
def booking(make, maria):
    return make.booking(maria, make.slot("2026-11-25 10:00"))


def test_a_message_about_a_booking_brings_the_booking_and_the_link_to_answer_it(db, booking):
    [message] = messages(db, kind="booked")
    found = look(db, message)
    assert found.booking.slot.room.name == "12"
    assert identity.find_link(db, found.token, "visit").booking_id == booking.id


def test_every_message_about_a_booking_carries_the_same_link(db, booking):
    reminders.remind(db, booking, "day")
    tokens = {look(db, message).token for message in messages(db)}
    assert len(tokens) == 1
    assert len(db.scalars(select(Link)).all()) == 1


def test_the_reference_is_the_same_each_time_and_tells_nothing(db, booking):
    [message] = messages(db)
    one, two = look(db, message).reference, look(db, message).reference
    assert one == two
    assert str(booking.id) not in one or len(one) == 32
    assert channels.reference(b"another key", message.dedup) != one


def test_a_booking_that_was_moved_is_not_told_of_as_it_was(db, make, maria, booking):
    [old] = messages(db, kind="booked")
    bookings.move(db, maria, booking, make.slot("2026-11-26 10:00").id, key="move")
    assert look(db, old) == Stop("cancelled", "booking-changed")
    [new] = messages(db, kind="moved")
    assert isinstance(look(db, new), Delivery)


def test_nothing_is_said_of_a_booking_that_was_cancelled(db, maria, booking):
    [message] = messages(db)
    bookings.cancel(db, maria, booking)
    assert look(db, message) == Stop("cancelled", "booking-changed")


def test_an_apology_goes_while_the_booking_is_cancelled_and_not_once_it_is_back(db, make, booking):
    bookings.cancel(db, make.ewa, booking)
    [apology] = messages(db, kind="cancelled-by-us")
    found = look(db, apology)
    assert isinstance(found, Delivery)
    assert found.token is None
    bookings.restore(db, make.ewa, booking)
    assert look(db, apology) == Stop("cancelled", "booking-changed")


def test_nothing_is_sent_after_the_start(db, at, booking):
    [message] = messages(db)
    at("2026-11-25 10:00")
    assert look(db, message) == Stop("expired", "too-late")


def test_a_reminder_asks_nobody_who_has_answered(db, make, booking):
    reminders.remind(db, booking, "day")
    reminders.remind(db, booking, "two-hours")
    reminders.remind(db, booking, "asked-1", campaign_id=_campaign(db, make))
    day, hours, asked = messages(db, kind="reminder")
    booking.answer = "yes"
    assert look(db, day) == look(db, asked) == Stop("suppressed", "answered")
    assert isinstance(look(db, hours), Delivery)
    booking.answer = "help"
    assert isinstance(look(db, day), Delivery)
    assert look(db, asked) == Stop("suppressed", "answered")


def _campaign(db, make):
    from services.models import Campaign

    db.add(campaign := Campaign(key="k", audience="a", staff_id=make.ewa.id, created_at=clock.now(), starts_at=clock.now()))
    db.flush()
    return campaign.id


def test_a_reminder_heeds_a_choice_made_after_it_was_posted(db, make, maria, booking):
    reminders.remind(db, booking, "day")
    [message] = messages(db, kind="reminder")
    make.choice(maria, [])
    assert look(db, message) == Stop("suppressed", "not-chosen")


def test_what_must_be_heard_is_heard_also_by_who_wants_no_reminders(db, make, maria, booking):
    bookings.move(db, make.ewa, booking, make.slot("2026-11-26 10:00").id, key="move")
    [message] = messages(db, kind="moved")
    make.choice(maria, [])
    assert isinstance(look(db, message), Delivery)


@pytest.mark.parametrize(("when", "hours"), [("2026-11-24 20:00", 12), ("2026-11-25 07:30", 0.5)])
def test_at_night_a_reminder_waits_for_the_morning(db, at, booking, when, hours):
    reminders.remind(db, booking, "day")
    [message] = messages(db, kind="reminder")
    at(when)
    assert look(db, message) == Stop("waiting", "quiet-hours", timedelta(hours=hours))


def test_a_code_comes_at_any_hour_and_only_while_it_works(db, at, maria):
    at("2026-11-23 23:00")
    codes.ask_for_code(db, maria.email, "browser")
    [message] = messages(db)
    found = look(db, message)
    assert codes.try_code(db, KEY, maria.email, "browser", found.digits)
    db.expire_all()
    assert look(db, message) == Stop("cancelled", "code-ended")


def test_a_code_that_was_replaced_is_not_sent(db, maria):
    codes.ask_for_code(db, maria.email, "browser")
    codes.ask_for_code(db, maria.email, "browser")
    db.expire_all()
    first, second = messages(db)
    assert look(db, first) == Stop("cancelled", "code-ended")
    assert isinstance(look(db, second), Delivery)


def test_an_invitation_that_was_replaced_or_used_is_not_sent(db, make, maria):
    identity.invite(db, KEY, make.ewa, maria, by="email")
    link = identity.invite(db, KEY, make.ewa, maria, by="email")
    db.expire_all()
    first, second = messages(db)
    assert look(db, first) == Stop("cancelled", "link-replaced")
    token = look(db, second).token
    assert token == identity.token_of(KEY, link)
    identity.spend_link(db, token, is_shared=False)
    db.expire_all()
    assert look(db, second) == Stop("cancelled", "link-spent")


def test_a_plan_that_was_answered_waits_for_nobody(db, make, maria):
    version = make.plan(maria, answered=None)
    [message] = messages(db)
    assert isinstance(look(db, message), Delivery)
    plans.answer(db, maria, version.id, "agree")
    assert look(db, message) == Stop("cancelled", "plan-answered")


def test_a_staff_member_gets_a_code_too(db, make):
    codes.ask_for_code(db, make.ewa.email, "browser")
    assert look(db, messages(db)[0]).to is make.ewa


# How it ends


def test_what_was_accepted_is_over(db, booking):
    assert deliveries.conclude(db, take(db)["email"], Outcome("accepted")) == "accepted"
    db.expire_all()
    [message] = messages(db)
    assert (message.status, message.trouble, message.ended_at) == ("accepted", None, clock.now())
    assert tasks(db) == []


def test_what_comes_later_waits_as_long_as_the_provider_said(db, booking):
    message = take(db)["email"]
    assert deliveries.conclude(db, message, Outcome("later", "push-429", timedelta(minutes=7))) == "waiting"
    db.expire_all()
    assert (message.next_try_at, message.trouble) == (clock.now() + timedelta(minutes=7), "push-429")
    assert take(db) == {}


def test_what_can_come_only_too_late_is_given_up_and_somebody_calls(db, at, booking):
    at("2026-11-25 09:50")
    message = take(db)["email"]
    assert deliveries.conclude(db, message, Outcome("later", "smtp-451", timedelta(minutes=11))) == "undeliverable"
    assert tasks(db) == [("undeliverable", booking.id)]


def test_a_refused_mail_becomes_a_task_once(db, booking):
    reminders.remind(db, booking, "day")
    reminders.remind(db, booking, "day")
    for message in outbox.claim(db):
        deliveries.conclude(db, message, Outcome("refused", "smtp-recipient-550"))
    assert tasks(db) == [("undeliverable", booking.id)] * 2  # one for the booking's mail, one for the reminder


def test_when_one_way_fails_the_next_is_tried_and_then_somebody_must_act(db, make, maria):
    make.subscription(maria)
    make.booking(maria, make.slot("2026-11-25 10:00"))
    deliveries.conclude(db, take(db)["push"], Outcome("gone", "push-410"))
    assert tasks(db) == []
    deliveries.conclude(db, take(db)["email"], Outcome("refused", "smtp-550"))
    assert len(tasks(db)) == 1
    db.expire_all()
    assert statuses(db) == {"push": "undeliverable", "email": "undeliverable"}


def test_a_browser_that_is_gone_is_not_written_to_again_and_another_way_takes_over(db, make, maria):
    make.choice(maria, ["push"])
    subscription = make.subscription(maria)
    booking = make.booking(maria, make.slot("2026-11-25 10:00"))
    message = take(db)["push"]
    db.get(ReminderChoice, maria.id).channels = ["push", "email"]
    db.flush()
    assert deliveries.conclude(db, message, Outcome("gone", "push-410")) == "undeliverable"
    db.expire_all()
    assert db.get(PushSubscription, subscription.id).ended_at == clock.now()
    [mail] = messages(db, channel="email")
    assert (mail.kind, mail.booking_id, mail.status) == ("booked", booking.id, "waiting")
    assert tasks(db) == []


def test_a_browser_that_is_gone_and_was_the_only_way_becomes_a_task(db, make, maria):
    make.choice(maria, ["push"])
    make.subscription(maria)
    booking = make.booking(maria, make.slot("2026-11-25 10:00"))
    deliveries.conclude(db, take(db)["push"], Outcome("bad-subscription", "keys-malformed"))
    assert tasks(db) == [("undeliverable", booking.id)]
    assert len(messages(db)) == 1


def test_an_alarm_keeps_the_browser(db, make, maria):
    subscription = make.subscription(maria)
    make.booking(maria, make.slot("2026-11-25 10:00"))
    deliveries.conclude(db, take(db)["push"], Outcome("refused", "push-413", is_alarm=True))
    db.expire_all()
    assert db.get(PushSubscription, subscription.id).ended_at is None


def test_an_invitation_that_does_not_arrive_goes_to_a_coordinator_and_to_no_phone(db, make, maria):
    make.subscription(maria)
    identity.invite(db, KEY, make.ewa, maria, by="email")
    deliveries.conclude(db, take(db)["email"], Outcome("refused", "smtp-550"))
    assert tasks(db) == [("undeliverable", None)]
    assert len(messages(db)) == 1


def test_nobody_calls_because_of_a_code(db, maria):
    codes.ask_for_code(db, maria.email, "browser")
    deliveries.conclude(db, take(db)["email"], Outcome("refused", "smtp-550"))
    assert tasks(db) == []


def test_whose_lease_ran_out_says_nothing_any_more(db, at, booking):
    mine = take(db)["email"]
    lease = mine.lease
    at("2026-11-23 09:02")
    db.expunge_all()
    other = take(db)["email"]
    assert other.lease != lease
    mine.lease = lease
    assert deliveries.conclude(db, mine, Outcome("refused", "smtp-550")) == "lost"
    assert tasks(db) == []
    assert deliveries.conclude(db, other, Outcome("accepted")) == "accepted"


def test_a_message_without_an_address_left_becomes_a_task(db, maria, booking):
    maria.email = None
    message = take(db)["email"]
    stop = look(db, message)
    assert stop == Stop("undeliverable", "no-address")
    deliveries.conclude(db, message, stop)
    assert tasks(db) == [("undeliverable", booking.id)]
