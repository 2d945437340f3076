"""Whom a sending is for. It is Monday, 9:00; tomorrow is Tuesday, 24 November."""

from datetime import date, timedelta

import pytest

from services import attendance, audiences, bookings, campaigns, clock
from services.audiences import Filters, Selection, only
from services.errors import NotAllowed
from services.models import Plan, SupportPath


def tomorrow(make, person=None, hour="10:00", **slot):
    return make.booking(person or make.participant(), make.slot(f"2026-11-24 {hour}", **slot))


def found(db, make, code="session-tomorrow", actor=None, **narrowing):
    return audiences.find(db, actor or make.ewa, Filters(code, **narrowing))


def people_of(audience):
    return [member.person for member in audience.members]


def sessions_of(audience):
    return [member.booking for member in audience.members]


def test_only_tomorrows_people_who_said_nothing_are_meant(db, make):
    expected = tomorrow(make, hour="10:00")
    said_yes = tomorrow(make, make.participant("Anna"), hour="11:00")
    attendance.answer(db, said_yes.person, said_yes, "yes", way="plan")
    gone = tomorrow(make, make.participant("Bruno"), hour="12:00")
    bookings.cancel(db, gone.person, gone)
    make.booking(make.participant("Celina"), make.slot("2026-11-25 00:00"))
    make.booking(make.participant("Dorota"), make.slot("2026-11-23 23:00"))

    assert sessions_of(found(db, make)) == [expected]


def test_tomorrow_begins_and_ends_at_midnight_of_gdynia(db, make):
    first = make.booking(make.participant(), make.slot("2026-11-24 00:00"))
    last = make.booking(make.participant("Bruno"), make.slot("2026-11-24 23:00"))

    assert sessions_of(found(db, make)) == [first, last]


def test_somebody_with_two_sessions_is_one_person(db, make):
    maria = make.participant()
    tomorrow(make, maria, "10:00"), tomorrow(make, maria, "14:00")

    audience = found(db, make)

    assert (len(audience.members), audience.size, sum(audience.counts.values())) == (2, 1, 1)


def test_people_without_a_session_for_thirty_days_and_none_ahead(db, make, at):
    at("2026-09-01 09:00")
    long_ago = make.booking(make.participant("Anna"), make.slot("2026-10-20 09:00")).person
    make.booking(make.participant("Bruno"), make.slot("2026-11-02 09:00"))
    at("2026-11-23 09:00")
    make.booking(make.participant("Celina"), make.slot("2026-12-10 09:00"))
    never = make.participant("Zofia")
    newcomer = make.participant("Ewa", enrolled=False)
    make.enrolment(newcomer, joined_on=clock.today() - timedelta(days=10))

    assert people_of(found(db, make, "no-session")) == [long_ago, never]


def test_people_whose_plan_is_to_be_looked_at(db, make):
    due, later, without = (make.participant(name) for name in ("Anna", "Bruno", "Celina"))
    for person, on in ((due, date(2026, 11, 23)), (later, date(2026, 11, 24)), (without, None)):
        db.add(Plan(enrolment_id=person.enrolments[0].id, review_on=on))

    assert people_of(found(db, make, "plan-review")) == [due]


def test_everybody_is_who_is_in_the_programme_now(db, make):
    here, left = make.participant("Anna"), make.participant("Bruno")
    left.enrolments[0].left_on = clock.today()
    make.participant("Celina", enrolled=False)

    assert people_of(found(db, make, "everybody")) == [here]


@pytest.mark.parametrize("code", audiences.CODES)
def test_a_partners_coordinator_reaches_only_the_partners_people(db, make, code):
    partner = make.organisation("Brat Albert")
    theirs = make.participant("Anna", partner=partner)
    for person, hour in ((theirs, "10:00"), (make.participant("Bruno"), "11:00")):
        db.add(Plan(enrolment_id=person.enrolments[0].id, review_on=date(2026, 11, 1)))
        if code == "session-tomorrow":
            tomorrow(make, person, hour)
    iza = make.coordinator("Iza Mróz", organisation=partner)

    assert people_of(found(db, make, code, iza)) == [theirs]
    assert found(db, make, code).size == 2


def test_filters_narrow_by_path_partner_form_and_place(db, make):
    path = SupportPath(code="p", names={"pl": "p"}, position=1)
    partner = make.organisation("Brat Albert")
    anna, bruno = make.participant("Anna", partner=partner), make.participant("Bruno")
    anna.enrolments[0].paths = [path]
    room = make.room("7")
    one = tomorrow(make, anna, "10:00", form=make.form("psychology"), room=room)
    tomorrow(make, bruno, "11:00")
    db.flush()
    wanted = {"path": path.id, "partner": partner.id, "form": one.slot.form_id, "place": room.place_id}

    for name, value in wanted.items():
        for code in ("session-tomorrow", "everybody"):
            assert people_of(found(db, make, code, **{name: value})) == [anna], (name, code)
    assert people_of(found(db, make, "everybody", partner=make.partner.id, path=path.id)) == []


def test_the_first_way_of_each_is_counted_and_the_counts_add_up(db, make):
    mobile = "+447700900"
    make.participant("Anna", phone=f"{mobile}301", contact="sms")
    make.participant("Bruno")
    both = make.participant("Celina")
    make.choice(both, ["push", "email"])
    make.subscription(both), make.subscription(both)
    make.participant("Dorota", email=None, phone="+442079460301", contact="call")
    make.participant("Edward", email=None)

    audience = found(db, make, "everybody")

    assert audience.counts == {"sms": 1, "email": 1, "push": 1, "call": 1, "none": 1}
    assert [member.person.first_name for member in audience.unreachable] == ["Edward"]


def test_who_wants_no_reminders_and_who_was_written_to_are_left_out_and_counted(db, make):
    silent = make.participant("Anna")
    make.choice(silent, [])
    heard, kept = make.participant("Bruno"), make.participant("Celina")
    campaigns.send(db, make.ewa, Filters("everybody"), key="k", selection=only(heard.id), texts={"pl": "A"})

    audience = found(db, make, "everybody")

    assert (people_of(audience), audience.silent, audience.heard) == ([kept], 1, 1)


def test_the_number_of_tomorrow_is_the_size_of_its_audience(db, make):
    people = make.participants(4)
    for hour, person in enumerate(people, 9):
        tomorrow(make, person, f"{hour:02d}:00")
    tomorrow(make, people[0], "18:00")
    make.choice(people[1], [])
    campaigns.send(db, make.ewa, key="k", selection=only(people[2].id))

    assert audiences.count_tomorrow(db, make.ewa) == found(db, make).size == 2


def test_a_selection_is_everybody_but_some_or_only_some(db, make):
    people = make.participants(3)
    audience = found(db, make, "everybody")

    assert people_of(audience.only(Selection(True, frozenset({people[0].id})))) == people[1:]
    assert people_of(audience.only(only(people[1].id, 999))) == [people[1]]


@pytest.mark.parametrize("code", audiences.CODES)
def test_seven_hundred_people_take_as_many_questions_as_seven(db, make, statements, code):
    def questions(people):
        for number, person in enumerate(people):
            db.add(Plan(enrolment_id=person.enrolments[0].id, review_on=date(2026, 11, 1)))
            if code == "session-tomorrow":
                tomorrow(make, person, specialist=make.specialist(f"S{number}"), mode="phone")
        db.flush()
        with statements(db) as said:
            audience = found(db, make, code)
            assert [member.ways for member in audience.members]
        return len(said)

    few = questions(make.participants(7))

    assert questions(make.participants(80)) == few <= 6


def test_specialists_have_no_audience(db, make):
    for ask in (lambda: found(db, make, actor=make.adviser), lambda: audiences.count_tomorrow(db, make.adviser)):
        with pytest.raises(NotAllowed):
            ask()
