"""What became of each person of a sending. Whatever happens to the messages, a person is one row."""

import pytest

from services import attendance, bookings, campaigns, clock, outbox, sending_results, telling
from services.audiences import Filters
from services.models import Call, Message

ALL = Filters("everybody")


@pytest.fixture
def maria(make):
    return make.participant(phone="+447700900301", contact="sms")


@pytest.fixture
def booking(make, maria):
    return make.booking(maria, make.slot("2026-11-24 10:00"))


@pytest.fixture
def sent(db, make, booking):
    return campaigns.send(db, make.ewa, key="k")


def message_of(db, sent):
    return db.query(Message).filter_by(campaign_id=sent.id).order_by(Message.id.desc()).first()


def row_of(db, sent):
    (row,) = sending_results.of(db, sent)
    return row


def accept(db, sent, **more):
    message = message_of(db, sent)
    message.status = "accepted"
    for name, value in more.items():
        setattr(message, name, value)
    db.flush()
    return message


def called(db, sent, outcome=None):
    message = message_of(db, sent)
    message.status, message.channel = "accepted", "call"
    now = clock.now()
    call = Call(message_id=message.id, person_id=message.person_id, created_at=now, next_try_at=now, useful_until=now)
    call.outcome, call.done_at = outcome, now if outcome else None
    db.add(call)
    db.flush()


@pytest.mark.parametrize(
    ("status", "state"),
    [("waiting", "waiting"), ("accepted", "sent"), ("undeliverable", "not-reached"), ("expired", "not-reached"),
     ("suppressed", "not-needed"), ("cancelled", "not-needed")],
)  # fmt: skip
def test_how_the_message_ended_is_what_became_of_the_person(db, sent, status, state):
    message_of(db, sent).status = status
    db.flush()

    assert row_of(db, sent).state == state


def test_a_report_says_that_it_reached_them(db, sent):
    accept(db, sent, reached_at=clock.now())

    assert (row_of(db, sent).state, row_of(db, sent).answer) == ("reached", None)


@pytest.mark.parametrize("said", ["yes", "help", "no"])
def test_an_answer_says_that_it_reached_them_and_what_they_said(db, sent, booking, said):
    accept(db, sent)
    attendance.answer(db, booking.person, booking, said, way="link")
    db.expire_all()

    assert (row_of(db, sent).state, row_of(db, sent).answer) == ("reached", said)


def test_a_session_that_was_moved_meanwhile_is_an_answer_too(db, make, sent, booking):
    accept(db, sent)
    bookings.move(db, booking.person, booking, make.slot("2026-11-26 10:00").id, key="m")
    db.expire_all()

    assert row_of(db, sent).answer == "moved"


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(None, "to-call"), ("told", "called"), ("yes", "called"), ("no-answer", "not-reached"), ("wrong-number", "not-reached"),
     ("settled", "not-needed")],
)  # fmt: skip
def test_a_call_says_what_came_of_it(db, sent, outcome, state):
    called(db, sent, outcome)

    assert row_of(db, sent).state == state


def test_two_phones_are_one_person(db, make):
    both = make.participant("Bruno")
    make.choice(both, ["push"])
    make.subscription(both), make.subscription(both)
    sent = campaigns.send(db, make.ewa, ALL, key="k", texts={"pl": "A"})

    row = row_of(db, sent)

    assert (row.person, row.way, len(row.messages)) == (both, "push", 2)


def test_the_next_way_is_the_same_person(db, sent):
    first = message_of(db, sent)
    first.status = "undeliverable"
    db.flush()
    assert telling.try_next_way(db, first, why="undeliverable")

    row = row_of(db, sent)

    assert (row.state, row.way, len(row.messages)) == ("waiting", "email", 2)


def test_of_two_sessions_the_less_settled_one_counts(db, make, maria, booking):
    other = make.booking(maria, make.slot("2026-11-24 15:00"))
    sent = campaigns.send(db, make.ewa, key="k")
    for message in db.query(Message).filter_by(campaign_id=sent.id):
        message.status = "undeliverable" if message.booking_id == other.id else "accepted"
    db.flush()

    assert row_of(db, sent).state == "not-reached"


def test_who_is_reached_by_nothing_is_in_the_list(db, make):
    make.participant("Celina", email=None)
    sent = campaigns.send(db, make.ewa, ALL, key="k", texts={"pl": "A"})

    assert row_of(db, sent).state == "no-way"
    assert row_of(db, sent).is_missed


def test_the_counts_add_up_to_the_people_also_of_a_stopped_sending(db, make):
    for number in range(6):
        make.participant(f"Osoba{number}", email=None if number % 2 else f"o{number}@example.org")
    sent = campaigns.send(db, make.ewa, ALL, key="k", texts={"pl": "A"})
    assert sending_results.counts(sending_results.of(db, sent)) == {"waiting": 3, "no-way": 3}

    campaigns.stop(db, make.ewa, sent)
    db.expire_all()

    assert sending_results.counts(sending_results.of(db, sent)) == {"stopped": 6}


def test_what_waits_for_the_morning_says_until_when(db, sent, at):
    message = message_of(db, sent)
    message.trouble, message.next_try_at = "quiet-hours", at("2026-11-24 08:00")
    db.flush()

    assert sending_results.morning(sending_results.of(db, sent)) == clock.now()
    outbox.cancel(db, Message.id == message.id)
    db.expire_all()
    assert sending_results.morning(sending_results.of(db, sent)) is None


def test_a_hundred_people_take_as_many_questions_as_one(db, make, statements):
    for number in range(100):
        make.booking(
            make.participant(f"O{number}"),
            make.slot("2026-11-24 10:00", specialist=make.specialist(f"S{number}"), mode="phone"),
        )
    sent = campaigns.send(db, make.ewa, key="k")
    db.flush()
    db.expire_all()
    sent_id = sent.id

    with statements(db) as said:
        assert len([row.person.full_name for row in sending_results.of(db, sent)]) == 100

    assert len(said) <= 4, sent_id
