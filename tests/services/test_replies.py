"""TAK, NIE, POMOC and STOP by text message, and everything that is none of them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from services import bookings, clock, replies, slots, tasks, telling, waiting
from services.models import Booking, Incoming, Intention, Message, Offer, Task, Wish
from tests.services.crowd import in_parallel
from tests.services.texts import HERS, HIS, open_tasks, reminded, reply, sent, take


@pytest.fixture
def maria(make):
    return make.participant(phone=HERS, contact="sms", email=None)


@pytest.fixture
def booking(maria, make):
    return make.booking(maria, make.slot("2026-11-25 10:00"))


def said_to(db, booking):
    return [(one.answer, one.way) for one in db.scalars(select(Intention).where(Intention.booking_id == booking.id))]


@pytest.mark.parametrize(("text", "answer"), [("TAK", "yes"), ("tak, przyjdę!", "yes"), ("Pomocy", "help")])
def test_a_plain_answer_is_the_persons_own(db, booking, text, answer):
    message = reminded(db, booking)

    assert take(db, text) == answer
    assert booking.answer == answer
    assert said_to(db, booking) == [(answer, "sms")]
    assert message.reached_at == clock.now()


def test_who_needs_help_becomes_a_task(db, booking, maria):
    reminded(db, booking)
    take(db, "POMOC")

    assert open_tasks(db) == [("needs-help", maria.id, None)]


def test_no_gives_the_place_back_as_the_link_does_and_it_can_be_undone(db, booking, maria, make):
    reminded(db, booking)

    assert take(db, "NIE") == "no"
    assert (booking.status, booking.cancelled_by) == ("cancelled", "person")
    assert booking.slot_id in {slot.id for slot in slots.first_free(db, booking.slot.form_id, person=maria, near=clock.now())}
    assert bookings.restore(db, maria, booking).is_live


def test_the_same_reply_twice_is_one(db, booking):
    reminded(db, booking)

    assert [take(db, "NIE", key="one") for _ in range(2)] == ["no", "known"]
    assert said_to(db, booking) == [("no", "sms")]


@pytest.mark.parametrize(
    ("first", "second", "answers"), [("TAK", "TAK", ["yes"]), ("NIE", "nie", ["no"]), ("TAK", "NIE", ["yes", "no"])]
)
def test_the_same_words_again_change_nothing_and_a_change_of_mind_does(db, booking, first, second, answers):
    reminded(db, booking)
    take(db, first)
    sends = select(func.count(Message.id))
    before = db.scalar(sends)
    take(db, second)

    assert [answer for answer, _ in said_to(db, booking)] == answers
    assert first != second.upper() or db.scalar(sends) == before
    assert open_tasks(db) == []


def test_yes_is_confirmed_once_by_a_short_message(db, booking):
    reminded(db, booking)
    take(db, "TAK")
    take(db, "tak")

    assert [(one.kind, one.channel) for one in db.scalars(select(Message).where(Message.kind == "answered"))] == [
        ("answered", "sms")
    ]


def test_no_after_the_confirmation_still_means_that_session(db, booking, maria):
    reminded(db, booking)
    take(db, "TAK")
    sent(db, maria, "answered")

    assert take(db, "NIE") == "no"
    assert not booking.is_live


def test_yes_after_no_is_left_to_a_person(db, booking, maria):
    reminded(db, booking)
    take(db, "NIE")

    assert take(db, "TAK") == "unclear"
    assert not booking.is_live
    assert open_tasks(db) == [("reply-unclear", maria.id, "TAK")]


@pytest.mark.parametrize("text", ["", "Spóźnię się", "TAK albo NIE", "Mogę o 12?", "x" * 3000])
def test_what_is_not_plain_is_left_to_a_person_with_its_words(db, booking, maria, text):
    message = reminded(db, booking)

    assert take(db, text) == "unclear"
    assert booking.answer == "none"
    [(kind, person_id, note)] = open_tasks(db)
    assert (kind, person_id, note) == ("reply-unclear", maria.id, text[:1000] or None)
    assert message.reached_at is not None


@pytest.mark.parametrize("text", ["TAK", "NIE"])
def test_after_the_start_a_person_reads_it(db, booking, at, text):
    reminded(db, booking)
    at("2026-11-25 10:00")

    assert take(db, text) == "unclear"
    assert booking.is_live
    assert said_to(db, booking) == []
    assert [kind for kind, _, _ in open_tasks(db)] == ["reply-unclear"]


@pytest.mark.parametrize("text", ["TAK", "NIE", "POMOC"])
def test_after_the_start_it_makes_no_difference_that_the_gateway_knows_the_message(db, booking, at, text):
    message = reminded(db, booking)
    at("2026-11-25 10:00")

    assert take(db, text, ref=message.provider_ref) == "unclear"
    assert said_to(db, booking) == []


def test_an_answer_to_the_confirmation_is_about_what_it_confirmed(db, booking, maria):
    reminded(db, booking)
    take(db, "TAK")

    assert take(db, "NIE", ref=sent(db, maria, "answered").provider_ref) == "no"


def test_a_moved_session_is_not_confirmed_by_an_answer_about_the_old_time(db, booking, maria, make):
    message = reminded(db, booking)
    bookings.move(db, maria, booking, make.slot("2026-11-26 12:00").id, key="m")

    assert take(db, "TAK", ref=message.provider_ref) == "unclear"
    assert booking.answer == "none"


def test_of_two_sessions_the_last_message_decides_unless_the_gateway_knows_better(db, maria, make, at):
    first, second = (make.booking(maria, make.slot(f"2026-11-25 1{hour}:00")) for hour in (0, 4))
    older = reminded(db, first)
    at("2026-11-23 09:05")
    reminded(db, second)

    take(db, "TAK")
    assert (first.answer, second.answer) == ("none", "yes")
    take(db, "TAK", ref=older.provider_ref)
    assert (first.answer, second.answer) == ("yes", "yes")


def test_a_message_that_asked_nothing_came_last_so_no_is_not_guessed(db, booking, maria, make, at):
    reminded(db, booking)
    at("2026-11-23 09:05")
    make.booking(maria, make.slot("2026-11-27 10:00"))
    sent(db, maria, "booked")

    assert take(db, "NIE") == "unclear"
    assert booking.is_live
    assert take(db, "TAK") == "yes"  # agrees with what it was told
    assert said_to(db, booking) == []


def test_two_people_with_one_telephone_and_open_questions_are_not_guessed_at(db, booking, maria, make):
    bruno = make.participant("Bruno", phone=HERS, contact="sms", email=None)
    his = make.booking(bruno, make.slot("2026-11-25 12:00"))
    message = reminded(db, booking)
    reminded(db, his)

    assert take(db, "NIE") == "unclear"
    assert booking.is_live and his.is_live
    assert {person_id for _, person_id, _ in open_tasks(db)} == {maria.id, bruno.id}
    assert take(db, "NIE", ref=message.provider_ref) == "no"
    assert not booking.is_live and his.is_live


def test_with_one_telephone_and_one_open_question_there_is_no_doubt(db, booking, make):
    make.participant("Bruno", phone=HERS, contact="sms", email=None)
    reminded(db, booking)

    assert take(db, "TAK") == "yes"


def test_a_question_whose_time_is_over_makes_no_doubt(db, booking, make, at):
    bruno = make.participant("Bruno", phone=HERS, contact="sms", email=None)
    reminded(db, make.booking(bruno, make.slot("2026-11-24 12:00")))
    reminded(db, booking)
    at("2026-11-24 12:00")

    assert take(db, "TAK") == "yes"
    assert booking.answer == "yes"


def test_a_message_to_another_number_is_not_answered_from_this_one(db, booking, make):
    make.participant("Bruno", phone=HIS)
    message = reminded(db, booking)

    assert take(db, "NIE", HIS, ref=message.provider_ref) == "unclear"
    assert booking.is_live


def test_a_number_that_nobody_has_changes_nothing(db, booking):
    reminded(db, booking)

    assert take(db, "NIE", "+447700900999") == "unknown"
    assert open_tasks(db) == []


@pytest.fixture
def offer(db, maria, make):
    """A place that became free and was offered to Maria by text message."""
    slot = make.slot("2026-11-27 10:00")
    wish = Wish(person_id=maria.id, form_id=slot.form_id, since=clock.now())
    db.add(wish)
    db.flush()
    offer = Offer(wish_id=wish.id, slot_id=slot.id, made_at=clock.now(), until=clock.now() + timedelta(hours=4))
    db.add(offer)
    db.flush()
    telling.tell(db, maria, "freed", subject=f"offer:{offer.id}", useful_until=offer.until, offer_id=offer.id)
    sent(db, maria, "freed")
    return waiting.get_offer(db, offer.id)


def test_yes_takes_the_place_that_was_offered(db, offer, maria):
    assert take(db, "TAK") == "yes"
    assert (offer.result, db.scalars(select(Booking.slot_id)).all()) == ("taken", [offer.slot_id])


def test_no_leaves_the_place_to_the_next(db, offer):
    assert take(db, "NIE") == "no"
    assert offer.result == "declined"


def test_a_place_that_somebody_else_has_meanwhile_is_a_task_with_its_form(db, offer, maria, make):
    make.booking(make.participant("Bruno"), offer.slot)

    assert take(db, "TAK") == "unclear"
    [task] = db.scalars(select(Task)).all()
    assert (task.kind, task.person_id, task.form_id) == ("reply-unclear", maria.id, offer.slot.form_id)


def test_the_same_reply_by_eight_callers_at_once_is_taken_once(database, db, booking):
    reminded(db, booking)
    db.commit()

    became = in_parallel(database, lambda db, _: replies.take(db, "sms", reply("NIE", key="same")), 8)

    assert sorted(became) == ["known"] * 7 + ["no"]
    db.expire_all()
    assert said_to(db, booking) == [("no", "sms")]
    assert db.scalar(select(func.count()).select_from(Incoming)) == 1


def test_without_the_memory_of_replies_the_same_one_is_taken_again(database, db, booking, monkeypatch):
    monkeypatch.setattr(replies, "_is_new", lambda db, channel, reply: True)
    reminded(db, booking)

    assert [take(db, "???", key="same") for _ in range(2)] == ["unclear"] * 2


def test_yes_and_no_at_once_end_in_one_of_them(database, db, booking):
    reminded(db, booking)
    db.commit()

    became = in_parallel(database, lambda db, number: replies.take(db, "sms", reply(("TAK", "NIE")[number % 2])), 4)

    db.expire_all()
    assert not booking.is_live  # whoever was first: "no" works after "yes", and "yes" after "no" is read by a person
    assert became.count("no") == 2
    assert [answer for answer, _ in said_to(db, booking)].count("no") == 1


def test_a_reply_is_kept_without_its_number_and_words(db, booking):
    reminded(db, booking)
    take(db, "TAK", key="abc")

    assert db.scalars(select(Incoming.key)).all() == ["sms:abc"]


def test_the_task_is_on_the_coordinators_list(db, booking, make):
    reminded(db, booking)
    take(db, "Mogę o 12?")

    [task] = tasks.open_tasks(db, make.ewa)
    assert (task.kind, task.booking_id) == ("reply-unclear", booking.id)
