"""One sending to everybody with a session tomorrow who has not answered."""

import pytest
from sqlalchemy import select

from services import attendance, bookings, campaigns, outbox
from services.errors import NotAllowed, NotFound, Refused
from services.models import Campaign, Message


def tomorrow(make, person=None, hour="10:00", **slot):
    return make.booking(person or make.participant(), make.slot(f"2026-11-24 {hour}", **slot))


def asked(db):
    rows = db.scalars(
        select(Message.booking_id)
        .where(Message.campaign_id.is_not(None), Message.status == "waiting")
        .order_by(Message.booking_id)
    )
    return list(rows)


def test_only_tomorrows_people_who_said_nothing_are_counted(db, make):
    expected = tomorrow(make, hour="10:00")
    said_yes = tomorrow(make, make.participant("Anna"), hour="11:00")
    attendance.answer(db, said_yes.person, said_yes, "yes", way="plan")
    gone = tomorrow(make, make.participant("Bruno"), hour="12:00")
    bookings.cancel(db, gone.person, gone)
    make.booking(make.participant("Celina"), make.slot("2026-11-25 00:00"))
    make.booking(make.participant("Dorota"), make.slot("2026-11-23 23:00"))

    assert campaigns.tomorrow_unanswered(db, make.ewa).bookings == [expected]


def test_tomorrow_begins_and_ends_at_midnight_of_gdynia(db, make):
    first = make.booking(make.participant(), make.slot("2026-11-24 00:00"))
    last = make.booking(make.participant("Bruno"), make.slot("2026-11-24 23:00"))

    assert campaigns.tomorrow_unanswered(db, make.ewa).bookings == [first, last]


def test_the_preview_counts_people_per_way_and_those_to_call(db, make):
    tomorrow(make, make.participant("Anna"), hour="09:00")
    both = make.participant("Bruno")
    make.choice(both, ["email", "push"])
    make.subscription(both), make.subscription(both)
    tomorrow(make, both, hour="10:00")
    tomorrow(make, make.participant("Celina", contact="call"), hour="11:00")

    audience = campaigns.tomorrow_unanswered(db, make.ewa)

    assert audience.size == 3
    assert dict(audience.counts) == {"email": 2, "push": 1, "call": 1}


def test_a_partners_coordinator_asks_only_the_partners_people(db, make):
    partner = make.organisation("Brat Albert")
    theirs = tomorrow(make, make.participant("Anna", partner=partner), hour="10:00")
    tomorrow(make, make.participant("Bruno"), hour="11:00")
    iza = make.coordinator("Iza Mróz", organisation=partner)

    assert campaigns.tomorrow_unanswered(db, iza).bookings == [theirs]


def test_the_same_press_twice_is_one_sending(db, make):
    tomorrow(make)

    first = campaigns.send(db, make.ewa, key="k")
    assert campaigns.send(db, make.ewa, key="k") == first

    assert len(asked(db)) == 1


def test_nobody_is_asked_again_by_a_second_sending(db, make):
    tomorrow(make)
    campaigns.send(db, make.ewa, key="k")

    with pytest.raises(Refused, match="nobody-chosen"):
        campaigns.send(db, make.ewa, key="another")


def test_a_stopped_sending_goes_to_nobody_and_can_be_sent_anew(db, make, at):
    made = tomorrow(make)
    campaign = campaigns.send(db, make.ewa, key="k")
    at("2026-11-23 09:00:59")

    assert campaigns.stop(db, make.ewa, campaign) == 1
    assert asked(db) == []

    campaigns.send(db, make.ewa, key="another")
    assert asked(db) == [made.id]


def test_stopping_twice_is_stopping_once(db, make):
    tomorrow(make)
    campaign = campaigns.send(db, make.ewa, key="k")

    assert [campaigns.stop(db, make.ewa, campaign) for _ in range(2)] == [1, 0]


def test_after_a_minute_it_is_on_its_way_and_not_stopped(db, make, at):
    tomorrow(make)
    campaign = campaigns.send(db, make.ewa, key="k")
    assert [message.kind for message in outbox.claim(db)] == ["booked"]

    at("2026-11-23 09:01")
    assert [message.kind for message in outbox.claim(db)] == ["reminder"]
    with pytest.raises(Refused, match="sending-started"):
        campaigns.stop(db, make.ewa, campaign)


def test_unticked_people_are_left_out(db, make):
    kept = tomorrow(make, make.participant("Anna"), hour="10:00")
    tomorrow(make, make.participant("Bruno"), hour="11:00")

    campaigns.send(db, make.ewa, key="k", chosen={kept.id})

    assert asked(db) == [kept.id]


def test_somebody_elses_booking_cannot_be_ticked_in(db, make):
    partner = make.organisation("Brat Albert")
    iza = make.coordinator("Iza Mróz", organisation=partner)
    other = tomorrow(make)

    with pytest.raises(Refused, match="nobody-chosen"):
        campaigns.send(db, iza, key="k", chosen={other.id})


def test_a_moved_session_may_be_asked_about_again(db, make):
    made = tomorrow(make)
    campaigns.send(db, make.ewa, key="k")
    bookings.move(db, made.person, made, make.slot("2026-11-24 15:00").id, key="m")

    campaigns.send(db, make.ewa, key="another")

    assert asked(db) == [made.id]


def test_results_name_each_person_and_what_became_of_the_message(db, make, at):
    for name, hour in (("Zofia Wrona", "10:00"), ("Anna Bąk", "11:00")):
        tomorrow(make, make.participant(name), hour=hour)
    campaign = campaigns.send(db, make.ewa, key="k")
    at("2026-11-23 09:02")
    first = next(message for message in outbox.claim(db) if message.campaign_id and message.person.first_name == "Anna")
    outbox.end(db, first.id, first.lease, "accepted")
    db.expire_all()

    assert [(row.person.first_name, row.status) for row in campaigns.results(db, campaign)] == [
        ("Anna", "accepted"),
        ("Zofia", "waiting"),
    ]


def test_those_to_call_are_on_the_sendings_list_and_nobody_elses_people_are(db, make):
    partner = make.organisation("Brat Albert")
    iza = make.coordinator("Iza Mróz", organisation=partner)
    tomorrow(make, make.participant("Anna", contact="call", partner=partner, coordinator=iza), hour="10:00")
    tomorrow(make, make.participant("Bruno", contact="call"), hour="11:00")
    theirs = campaigns.send(db, iza, key="k")
    campaigns.send(db, make.ewa, key="another")

    assert [task.person.first_name for task in campaigns.to_call(db, theirs)] == ["Anna"]


def test_a_sending_is_its_senders_and_the_administrators_to_see(db, make):
    tomorrow(make)
    campaign = campaigns.send(db, make.ewa, key="k")

    with pytest.raises(NotFound):
        campaigns.get_campaign(db, make.coordinator(), campaign.id)
    assert campaigns.get_campaign(db, make.staff(roles=["admin"]), campaign.id) == campaign
    assert campaigns.recent(db, make.ewa) == [campaign]


def test_specialists_send_nothing(db, make):
    with pytest.raises(NotAllowed):
        campaigns.send(db, make.adviser, key="k")
    assert db.scalars(select(Campaign)).all() == []


def test_somebody_who_wants_no_reminders_is_left_out_and_counted(db, make):
    silent = make.participant("Anna")
    make.choice(silent, [])
    tomorrow(make, silent, hour="09:00")
    heard = tomorrow(make, make.participant("Bruno"), hour="10:00")

    audience = campaigns.tomorrow_unanswered(db, make.ewa)

    assert audience.bookings == [heard]
    assert audience.silent == 1


def test_a_call_that_one_sending_left_is_not_left_by_the_next(db, make):
    tomorrow(make, make.participant("Celina", contact="call"), hour="09:00")
    first = campaigns.send(db, make.ewa, key="one")

    assert [task.person.first_name for task in campaigns.to_call(db, first)] == ["Celina"]
    assert campaigns.tomorrow_unanswered(db, make.ewa).size == 0


def test_stopping_takes_the_calls_back_too(db, make):
    tomorrow(make, make.participant("Celina", contact="call"), hour="09:00")
    sent = campaigns.send(db, make.ewa, key="one")

    campaigns.stop(db, make.ewa, sent)

    assert campaigns.to_call(db, sent) == []
    assert campaigns.tomorrow_unanswered(db, make.ewa).size == 1
