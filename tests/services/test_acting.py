"""Somebody acts for another while it is being ended: the database says which was first, on both kinds."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import func, select

from services import acting, acting_history, acting_ways, attendance, bookings, clock, outbox
from services.errors import NotAllowed, NotFound, Refused
from services.models import AuditEntry, Booking, Mandate, MandateDevice, MandateLink, Message, Person
from services.permissions import Permission, is_allowed, require

KEY = b"k" * 32
PATIENCE = 30


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowal")


@pytest.fixture
def mandate(db, maria):
    return acting.name(db, KEY, maria, "Anna K.", "anna@example.org", ["answer"], form_key="one")


def token(db, mandate):
    return acting_ways.token_of(KEY, acting_ways.open_link(db, mandate))


def come_in(db, mandate, form_key="f"):
    return acting_ways.accept(db, KEY, token(db, mandate), form_key=form_key, is_shared=False)


def test_an_act_that_began_first_is_done_and_the_end_waits_for_it(database, db, make, maria, mandate):
    booking = make.booking(maria)
    db.commit()
    has_ended = Event()

    def end():
        with database.write() as other, other.begin():
            acting.end(other, other.get(Mandate, mandate.id), by="person")
        has_ended.set()

    with database.write() as hers, hers.begin():
        held = acting_ways.hold(hers, mandate.id)
        ending = Thread(target=end)
        ending.start()
        attendance.answer(hers, held, hers.get(Booking, booking.id), "yes", way="plan")
        assert not has_ended.is_set()
    ending.join(PATIENCE)

    assert has_ended.is_set()
    db.expire_all()
    order = db.scalars(
        select(AuditEntry.act).where(AuditEntry.act.in_(("booking:answer", "mandate:end"))).order_by(AuditEntry.id)
    )
    assert order.all() == ["booking:answer", "mandate:end"]
    assert acting_ways.hold(db, mandate.id) is None


def test_an_act_that_comes_while_it_is_being_ended_is_refused(database, db, maria, mandate):
    db.commit()
    found = []

    def act():
        with database.write() as hers, hers.begin():
            found.append(acting_ways.hold(hers, mandate.id))

    with database.write() as other, other.begin():
        acting.end(other, other.get(Mandate, mandate.id), by="person")
        acts = Thread(target=act)
        acts.start()
        acts.join(0.05)  # it waits; had it not, it would find what is ended in a moment
        assert found == []
    acts.join(PATIENCE)
    assert found == [None]


def test_a_way_in_and_an_end_at_the_same_moment_leave_no_open_browser(database, db, mandate):
    way_in = token(db, mandate)
    db.commit()
    refused = []

    def enter():
        try:
            with database.write() as hers, hers.begin():
                acting_ways.accept(hers, KEY, way_in, form_key="f", is_shared=False)
        except Refused as no:
            refused.append(no.code)

    with database.write() as other, other.begin():
        acting.end(other, other.get(Mandate, mandate.id), by="person")
        entering = Thread(target=enter)
        entering.start()
        entering.join(0.05)
    entering.join(PATIENCE)
    assert refused == ["link-old"]
    assert db.scalar(select(func.count()).select_from(MandateDevice)) == 0


def test_two_presses_of_one_form_at_once_are_one_browser(database, db, mandate):
    way_in, secrets = token(db, mandate), []
    db.commit()

    def enter():
        with database.write() as hers, hers.begin():
            secrets.append(acting_ways.accept(hers, KEY, way_in, form_key="f", is_shared=False)[1])

    both = [Thread(target=enter) for _ in range(2)]
    [one.start() for one in both]
    [one.join(PATIENCE) for one in both]
    assert len(secrets) == 2 and len(set(secrets)) == 1
    assert db.scalar(select(func.count()).select_from(MandateDevice)) == 1
    with pytest.raises(Refused, match="link-spent"):
        acting_ways.accept(db, KEY, way_in, form_key="another", is_shared=False)


def test_naming_twice_with_one_form_at_once_is_one_person(database, db, maria):
    db.commit()
    made = []

    def name():
        with database.write() as hers, hers.begin():
            who = hers.get(Person, maria.id)
            made.append(acting.name(hers, KEY, who, "Olek", "600100200", ["steps"], form_key="same").id)

    both = [Thread(target=name) for _ in range(2)]
    [one.start() for one in both]
    [one.join(PATIENCE) for one in both]
    assert len(made) == 2 and len(set(made)) == 1
    assert db.scalar(select(func.count()).select_from(Mandate)) == 1


def test_an_end_closes_every_browser_link_and_message_and_is_said_once(db, maria, mandate):
    come_in(db, mandate)
    acting.send_again(db, KEY, maria, mandate)
    waiting = select(func.count()).where(Message.kind == "acting-link", Message.status == "waiting")
    assert db.scalar(waiting) == 1
    assert [acting.end(db, mandate, by="person") for _ in range(2)] == [True, False]
    assert db.scalar(waiting) == 0
    assert acting_ways.open_link(db, mandate) is None
    assert acting.of(db, maria) == []
    assert not any(is_allowed(mandate, permission) for permission in Permission)


def test_one_way_in_is_live_at_a_time_and_none_longer_than_a_week(db, maria, mandate):
    first = token(db, mandate)
    acting.send_again(db, KEY, maria, mandate)
    with pytest.raises(Refused, match="link-old"):
        acting_ways.find_link(db, first)
    link = acting_ways.open_link(db, mandate)
    assert link.expires_at - clock.now() == timedelta(days=7)
    assert db.scalar(select(func.count()).select_from(MandateLink)) == 2


def test_a_mandate_holds_its_things_and_no_right_of_any_role(mandate):
    assert {permission for permission in Permission if is_allowed(mandate, permission)} == {
        Permission.ACT_ANSWER, Permission.ACT_SESSIONS,
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        require(mandate, Permission.BOOKING_MAKE)


def test_it_is_about_one_person_only(db, make, mandate):
    others = make.booking(make.participant("Bruno Zych"))
    with pytest.raises(NotFound):
        attendance.answer(db, mandate, others, "yes", way="plan")
    with pytest.raises(NotFound):
        bookings.cancel(db, mandate, others)


def test_somebody_who_left_the_programme_can_name_nobody(db, make, maria):
    maria.enrolments[0].left_on = clock.today()
    for who in (maria, make.participant("Bruno Zych", enrolled=False)):
        with pytest.raises(Refused, match="not-enrolled"):
            acting.name(db, KEY, who, "Anna", "", ["steps"], form_key="k")


def test_nobody_is_told_of_what_they_did_themselves_and_each_act_of_others_is_told_once(db, make, maria, mandate):
    booking = make.booking(maria)
    assert acting_history.of_booking(db, booking) == []
    attendance.answer(db, mandate, booking, "yes", way="plan")
    attendance.answer(db, mandate, booking, "yes", way="plan")
    bookings.cancel(db, make.ewa, booking)
    told = [(one.act, one.by, one.name) for one in acting_history.of_booking(db, booking)]
    assert told == [("booking:cancel", "staff", "Ewa Nowak"), ("booking:answer", "trusted", "Anna K.")]
    assert acting_history.done_for(db, make.participant("Bruno Zych")) == []
    assert [one.act for one in acting_history.done_lately(db, maria)] == ["booking:cancel", "booking:answer"]


def test_what_is_told_costs_one_question(db, make, maria, mandate, statements):
    attendance.answer(db, mandate, make.booking(maria), "yes", way="plan")
    db.flush()
    with statements(db) as said:
        assert len(acting_history.done_lately(db, maria)) == 1
    assert len(said) == 1


def test_its_messages_are_known_as_one_kind(db, mandate):
    [message] = db.scalars(select(Message).where(Message.kind == "acting-link"))
    assert outbox.about_of(message) == f"link:{acting_ways.open_link(db, mandate).id}"


def test_no_address_is_kept_longer_than_it_is_used(db, make, maria, mandate):
    olek = acting.name(db, KEY, maria, "Olek", "600100200", ["steps"], form_key="two")
    acting.end(db, mandate, by="trusted")
    assert (mandate.name, mandate.email) == ("Anna K.", None)
    assert acting.drop_old(db) == 0
    maria.enrolments[0].left_on = clock.today()
    db.flush()
    assert acting.drop_old(db) == 1
    db.refresh(olek)
    assert (olek.name, olek.phone) == ("Olek", None)
