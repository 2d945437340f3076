"""Sending to many: once per purpose and time, stoppable for a minute, and posted in few questions."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services import attendance, bookings, campaigns, clock, deliveries, outbox, tasks
from services.audiences import Filters, only
from services.errors import NotAllowed, NotFound, Refused
from services.models import AuditEntry, Campaign, CampaignContact, Message, Task, TrustedContact
from tests.services.crowd import in_parallel

WORDS = {"pl": "Dzień dobry"}
ALL = Filters("everybody")


def tomorrow(make, person=None, hour="10:00", **slot):
    return make.booking(person or make.participant(), make.slot(f"2026-11-24 {hour}", **slot))


def asked(db):
    rows = db.scalars(
        select(Message.booking_id)
        .where(Message.campaign_id.is_not(None), Message.status == "waiting", Message.booking_id.is_not(None))
        .order_by(Message.booking_id)
    )
    return list(rows)


def noted(db):
    query = select(Message).where(Message.kind == "note", Message.status == "waiting").order_by(Message.person_id)
    return list(db.scalars(query))


def send_words(db, make, key="k", filters=ALL, **more):
    return campaigns.send(db, make.ewa, filters, key=key, texts=more.pop("texts", WORDS), **more)


def test_the_same_press_twice_is_one_sending(db, make):
    tomorrow(make)

    first = campaigns.send(db, make.ewa, key="k")
    assert campaigns.send(db, make.ewa, key="k") == first

    assert len(asked(db)) == 1


def test_nobody_is_asked_again_about_the_same_session(db, make, at):
    tomorrow(make)
    campaigns.send(db, make.ewa, key="k")
    refused = len(db.scalars(select(Campaign)).all())

    with pytest.raises(Refused, match="nobody-chosen"):
        campaigns.send(db, make.ewa, key="another")

    assert len(db.scalars(select(Campaign)).all()) == refused


def test_a_moved_session_may_be_asked_about_again(db, make):
    made = tomorrow(make)
    campaigns.send(db, make.ewa, key="k")
    bookings.move(db, made.person, made, make.slot("2026-11-24 15:00").id, key="m")

    campaigns.send(db, make.ewa, key="another")

    assert asked(db) == [made.id]


def test_nobody_hears_twice_for_one_purpose_within_the_editions_days(db, make, at):
    make.the_edition.rules = {"campaign_gap_days": 3}
    make.participant()
    send_words(db, make, "one")
    at("2026-11-26 08:59")
    with pytest.raises(Refused, match="nobody-chosen"):
        send_words(db, make, "two")

    at("2026-11-26 09:00")
    send_words(db, make, "three")

    assert len(noted(db)) == 2


def test_another_purpose_is_another_matter(db, make):
    make.participant()
    send_words(db, make, "one", purpose="event")
    send_words(db, make, "two", purpose="change")

    assert len(noted(db)) == 2


def test_a_stopped_sending_goes_to_nobody_and_can_be_sent_anew(db, make, at):
    made = tomorrow(make)
    campaign = campaigns.send(db, make.ewa, key="k")
    at("2026-11-23 09:00:59")

    assert campaigns.stop(db, make.ewa, campaign) == 1
    assert asked(db) == []

    campaigns.send(db, make.ewa, key="another")
    assert asked(db) == [made.id]


def test_stopping_gives_back_the_time_before(db, make, at):
    make.participant()
    send_words(db, make, "one")
    first = clock.now()
    at("2026-12-01 09:00")
    campaigns.stop(db, make.ewa, send_words(db, make, "two"))

    contact = db.scalars(select(CampaignContact).execution_options(populate_existing=True)).one()
    assert (contact.at, contact.before_at) == (first, None)
    send_words(db, make, "three")


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


@pytest.mark.parametrize("filters", [ALL, Filters()], ids=["words", "session"])
def test_two_coordinators_who_press_together_write_once_to_each(database, db, make, filters):
    make.the_edition.rules = {"campaign_gap_days": 0} if filters.has_session else {}  # of a session once, whatever the days
    people = make.participants(30)
    for number, person in enumerate(people):
        tomorrow(make, person, mode="phone", specialist=make.specialist(f"S{number}"))
    staff = [make.ewa.id, make.coordinator().id, make.staff(roles=["admin"]).id]
    db.commit()

    def press(session, number):
        actor = session.get(type(make.ewa), staff[number])
        return campaigns.send(session, actor, filters, key=f"k{number}", texts=WORDS).id

    came_to = in_parallel(database, press, 3)
    db.rollback()

    assert came_to.count("nobody-chosen") == 2
    assert [message.person_id for message in noted(db)] == [person.id for person in people]


def test_unticked_people_are_left_out(db, make):
    kept = tomorrow(make, make.participant("Anna"), hour="10:00")
    tomorrow(make, make.participant("Bruno"), hour="11:00")

    campaigns.send(db, make.ewa, key="k", selection=only(kept.person_id))

    assert asked(db) == [kept.id]


def test_somebody_elses_people_cannot_be_ticked_in(db, make):
    iza = make.coordinator("Iza Mróz", organisation=make.organisation("Brat Albert"))
    other = tomorrow(make)

    with pytest.raises(Refused, match="nobody-chosen"):
        campaigns.send(db, iza, key="k", selection=only(other.person_id))


def test_words_are_needed_where_there_is_no_session_to_remind_of(db, make):
    make.participant()
    for texts in (None, {}, {"en": "Hello"}):
        with pytest.raises(Refused, match="text-missing"):
            campaigns.send(db, make.ewa, ALL, key="k", texts=texts)


def test_own_words_about_a_session_go_to_nobody_who_has_answered_meanwhile(db, make, at):
    made = tomorrow(make)
    send_words(db, make, filters=Filters())
    attendance.answer(db, made.person, made, "yes", way="plan")
    at("2026-11-23 09:01")

    stop = deliveries.look(db, b"k" * 32, noted(db)[0])

    assert (stop.status, stop.trouble) == ("suppressed", "answered")


def test_unread_words_about_a_session_go_no_further_once_it_is_answered(db, make, at):
    person = make.participant(phone="+447700900301", contact="sms")
    made = tomorrow(make, person, hour="18:00")
    send_words(db, make, filters=Filters(), wait=0)
    message = noted(db)[0]
    message.status, message.escalate_at = "accepted", clock.now() + timedelta(hours=3)
    attendance.answer(db, person, made, "yes", way="plan")
    at("2026-11-23 13:00")

    assert deliveries.escalate(db) == 0


def test_who_is_reached_by_nothing_becomes_a_task_that_a_stop_takes_away(db, make):
    make.participant("Celina", email=None)
    campaign = send_words(db, make)
    assert [(task.kind, task.campaign_id) for task in tasks.open_tasks(db, make.ewa)] == [("no-contact", campaign.id)]

    campaigns.stop(db, make.ewa, campaign)

    assert db.scalars(select(Task).where(Task.done_at.is_(None))).all() == []


def test_a_trusted_person_gets_a_copy_of_a_reminder_and_never_of_other_words(db, make):
    made = tomorrow(make)
    contact = TrustedContact(person_id=made.person_id, name="Ala", email="ala@example.org", created_at=clock.now())
    db.add(contact)
    campaigns.send(db, make.ewa, key="k")
    send_words(db, make, "w")

    kinds = [message.kind for message in db.scalars(select(Message).where(Message.contact_id == contact.id))]
    assert kinds == ["copy"]


def test_seven_hundred_people_take_few_questions(db, make, statements):
    people = [make.participant(f"Osoba{n}", email=None if n % 10 == 0 else f"o{n}@example.org") for n in range(700)]
    for person in people[::7]:
        make.subscription(person), make.subscription(person)
    db.flush()

    with statements(db) as said:
        send_words(db, make)

    assert len(noted(db)) + len(tasks.open_tasks(db, make.ewa, limit=1000)) >= 700
    assert len(said) < 30, "\n".join(one[:90] for one in said)


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


def test_the_log_says_who_sent_to_how_many_and_no_names(db, make):
    make.participant("Celina")
    send_words(db, make)

    entry = db.scalars(select(AuditEntry).where(AuditEntry.act == "campaign:send")).one()
    assert entry.facts == {"people": 1}
