"""What people do while a message is under way."""

from datetime import timedelta

from services import attendance, choices, clock
from services.models import Booking, Person


def choose(office, person, *ways, at_home=("day",)):
    with office.work() as make:
        choices.choose(make.db, make.db.get(Person, person), list(ways), list(at_home))


def waiting_reminder(office, at, *ways):
    """A reminder that the first way could not take: it waits for another try. Its person."""
    with office.work() as make:
        person = office.person(make, *ways, phone="+447700900999").id
        make.booking(make.db.get(Person, person), make.slot("2026-11-25 12:00"))
    office.run()
    at("2026-11-24 10:00")
    office.mail.at_rcpts.append("451 4.7.1 try again later")
    assert office.run() == {"waiting": 1}
    at(clock.now() + timedelta(seconds=30))
    return person


def test_who_chooses_another_way_meanwhile_gets_it_that_way(office, at):
    person = waiting_reminder(office, at, "email")
    choose(office, person, "sms")
    office.run()
    assert office.rows("reminder") == [("email", "suppressed", "not-chosen"), ("sms", "accepted", None)]
    assert office.check(faults=True) == []


def test_who_wants_no_reminders_any_more_gets_none_and_is_nobodys_task(office, at):
    person = waiting_reminder(office, at, "email")
    choose(office, person, "none")
    office.run()
    assert office.rows("reminder") == [("email", "suppressed", "not-chosen")]
    assert (office.tasks(), office.calls()) == ([], 0)
    assert office.check(faults=True) == []


def test_who_answers_meanwhile_is_not_asked_again(office, at):
    person = waiting_reminder(office, at, "email")
    with office.work() as make:
        booking = make.db.query(Booking).filter_by(person_id=person).one()
        attendance.answer(make.db, booking.person, booking, "yes", way="plan")
    office.run()
    assert office.rows("reminder") == [("email", "suppressed", "answered")]
    assert office.check(faults=True) == []


def test_of_two_phones_that_are_not_wanted_any_more_one_other_way_is_taken(office, at):
    with office.work() as make:
        person = office.person(make, "push", phones=2).id
        make.booking(make.db.get(Person, person), make.slot("2026-11-25 12:00"))
    office.run()
    at("2026-11-24 10:00")
    for _ in range(2):
        office.push.answer(503)
    assert office.run() == {"waiting": 2}
    choose(office, person, "email")
    at(clock.now() + timedelta(seconds=30))
    assert office.run() == {"suppressed": 2, "accepted": 1}
    assert office.check(faults=True) == []


def test_who_has_no_chosen_way_left_is_rung_up(office, at):
    """Text messages failed, mails came next, and mails are not wanted any more."""
    with office.work() as make:
        person = office.person(make, "sms", "email").id
        make.booking(make.db.get(Person, person), make.slot("2026-11-25 12:00"))
    office.run()
    at("2026-11-24 10:00")
    office.sms.error(13)
    office.mail.at_rcpts.append("451 4.7.1 try again later")
    assert office.run() == {"undeliverable": 1, "waiting": 1}
    choose(office, person, "sms")
    at(clock.now() + timedelta(seconds=30))
    assert office.run() == {"suppressed": 1, "accepted": 1}
    assert (office.tasks(), office.calls()) == ([], 1)
    assert office.check(faults=True) == []
