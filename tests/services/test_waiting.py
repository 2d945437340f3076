"""The waiting list: who hears of a place that became free, in which order, and what comes of it."""

import pytest
from sqlalchemy import select

from services import bookings, clock, waiting
from services.errors import NotFound, Refused
from services.models import Booking, Message, Offer, Wish
from tests.services.crowd import in_parallel


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowal")


@pytest.fixture
def taken(make):
    """Wednesday at 10, which Bruno has."""
    slot = make.slot("2026-11-25 10:00")
    make.booking(make.participant("Bruno Zych"), slot)
    return slot


def wait(db, *people, form_id):
    for person in people:
        waiting.wait_for(db, person, person, form_id)


def give_back(db, slot):
    booking = db.scalar(select(Booking).where(Booking.slot_id == slot.id, Booking.status == "booked"))
    return bookings.cancel(db, booking.person, booking)


def live(db):
    return {(o.wish.person.first_name, o.slot_id) for o in db.scalars(select(Offer).where(Offer.ended_at.is_(None)))}


def results(db):
    rows = select(Offer).order_by(Offer.id).execution_options(populate_existing=True)
    return [(offer.wish.person.first_name, offer.result) for offer in db.scalars(rows)]


def told(db):
    return [m.person.first_name for m in db.scalars(select(Message).where(Message.kind == "freed").order_by(Message.id))]


def offered(db, slot):
    return db.scalar(select(Offer).where(Offer.slot_id == slot.id, Offer.ended_at.is_(None)))


def test_a_place_that_is_given_back_is_offered_to_who_waits_and_planning_again_changes_nothing(db, make, maria, taken):
    wait(db, maria, form_id=taken.form_id)
    assert waiting.offer_free(db) == 0
    give_back(db, taken)

    assert waiting.offer_free(db) == 1
    assert waiting.offer_free(db) == 0
    assert live(db) == {("Maria", taken.id)}
    assert told(db) == ["Maria"]


def test_a_place_from_which_somebody_moved_away_is_free_too(db, make, maria, taken):
    wait(db, maria, form_id=taken.form_id)
    booking = db.scalar(select(Booking))
    new = make.slot("2026-11-26 10:00")
    bookings.move(db, booking.person, booking, new.id, key="m")

    waiting.offer_free(db)

    assert live(db) == {("Maria", taken.id)}


def test_a_newly_published_time_is_offered_and_what_was_free_when_they_asked_is_not(db, make, maria, taken):
    make.slot("2026-11-26 10:00")  # they saw it, and it did not suit them
    wait(db, maria, form_id=taken.form_id)
    assert waiting.offer_free(db) == 0
    new = make.slot("2026-11-27 10:00")

    waiting.offer_free(db)

    assert live(db) == {("Maria", new.id)}


def test_another_form_is_no_comfort(db, make, maria, taken):
    wait(db, maria, form_id=taken.form_id)
    make.slot("2026-11-27 10:00", form=make.form("psychology"))

    assert waiting.offer_free(db) == 0


def test_who_waits_longest_hears_first_and_one_place_is_offered_to_one_person(db, make, maria, taken, at):
    ola = make.participant("Ola Lis")
    wait(db, ola, form_id=taken.form_id)
    at("2026-11-23 09:05")
    wait(db, maria, form_id=taken.form_id)
    give_back(db, taken)

    waiting.offer_free(db)

    assert live(db) == {("Ola", taken.id)}


def test_two_places_go_to_two_people_not_both_to_one(db, make, maria, taken, at):
    wait(db, maria, form_id=taken.form_id)
    at("2026-11-23 09:05")
    wait(db, make.participant("Ola Lis"), form_id=taken.form_id)
    other = make.slot("2026-11-26 10:00")
    give_back(db, taken)

    waiting.offer_free(db)

    assert live(db) == {("Maria", taken.id), ("Ola", other.id)}


@pytest.mark.parametrize("how", ["declines", "says nothing"])
def test_the_next_in_line_hears_when_the_first_does_not_want_it(db, make, maria, taken, at, how):
    wait(db, maria, form_id=taken.form_id)
    at("2026-11-23 09:05")
    wait(db, make.participant("Ola Lis"), form_id=taken.form_id)
    give_back(db, taken)
    waiting.offer_free(db)
    if how == "declines":
        waiting.decline(db, offered(db, taken))
        waiting.decline(db, db.scalar(select(Offer)))  # twice is once
    else:
        at("2026-11-23 13:05")

    assert waiting.offer_free(db) == 1

    assert live(db) == {("Ola", taken.id)}
    assert results(db) == [("Maria", "declined" if how == "declines" else "expired"), ("Ola", None)]
    assert [wish.person.first_name for wish in db.scalars(select(Wish).where(Wish.ended_at.is_(None)))] == ["Maria", "Ola"]


def test_taking_it_books_once_and_ends_the_waiting(db, make, maria, taken):
    wait(db, maria, form_id=taken.form_id)
    give_back(db, taken)
    waiting.offer_free(db)
    offer = offered(db, taken)

    made = waiting.take(db, offer)

    assert waiting.take(db, offer) is made
    assert (made.person_id, made.slot_id) == (maria.id, taken.id)
    assert waiting.wishes(db, maria) == []
    assert waiting.offer_free(db) == 0
    assert db.scalar(select(Wish.ended_at)) is not None
    assert results(db) == [("Maria", "taken")]


def test_the_needs_of_the_person_go_with_what_is_booked(db, make, taken):
    maria = make.participant("Maria Kowal", needs=["companion"])
    wait(db, maria, form_id=taken.form_id)
    give_back(db, taken)
    waiting.offer_free(db)

    assert waiting.take(db, offered(db, taken)).needs == ["companion"]


def test_an_offer_holds_nothing_and_whoever_was_faster_has_it(db, make, maria, taken):
    wait(db, maria, form_id=taken.form_id)
    give_back(db, taken)
    waiting.offer_free(db)
    other = make.slot("2026-11-25 12:00")
    make.booking(make.participant("Ola Lis"), taken)

    with pytest.raises(Refused) as no:
        waiting.take(db, offered(db, taken))

    assert no.value.code == "slot-just-taken"
    assert no.value.facts["nearest"] == [other]
    waiting.offer_free(db)
    assert results(db)[0] == ("Maria", "gone")


def test_a_time_that_was_withdrawn_meanwhile_is_told_as_taken(db, make, maria, taken):
    wait(db, maria, form_id=taken.form_id)
    give_back(db, taken)
    waiting.offer_free(db)
    taken.status = "withdrawn"
    db.flush()

    with pytest.raises(Refused, match="slot-just-taken"):
        waiting.take(db, offered(db, taken))


@pytest.mark.parametrize("why", ["declined", "late"])
def test_what_is_over_cannot_be_taken(db, make, maria, taken, at, why):
    wait(db, maria, form_id=taken.form_id)
    give_back(db, taken)
    waiting.offer_free(db)
    offer = offered(db, taken)
    waiting.decline(db, offer) if why == "declined" else at("2026-11-23 13:00")

    with pytest.raises(Refused, match="offer-over"):
        waiting.take(db, offer)


def test_who_has_a_session_then_is_passed_over(db, make, maria, taken, at):
    wait(db, maria, form_id=taken.form_id)
    at("2026-11-23 09:05")
    ola = make.participant("Ola Lis")
    wait(db, ola, form_id=taken.form_id)
    own = make.slot("2026-11-25 09:30", form=make.form("psychology"), specialist=make.specialist(), room=make.room())
    make.booking(maria, own)
    give_back(db, taken)

    waiting.offer_free(db)

    assert live(db) == {("Ola", taken.id)}


def test_who_wants_no_messages_and_whom_nothing_reaches_are_passed_over(db, make, maria, taken, at):
    silent, nowhere = make.participant("Ola Lis"), make.participant("Jan Bez", email=None)
    make.choice(silent, [])
    wait(db, silent, nowhere, form_id=taken.form_id)
    at("2026-11-23 09:05")
    wait(db, maria, form_id=taken.form_id)
    give_back(db, taken)

    waiting.offer_free(db)

    assert live(db) == {("Maria", taken.id)}


def test_a_wish_is_one_however_often_it_is_made_and_ends_with_a_press(db, make, maria, taken):
    wait(db, maria, maria, form_id=taken.form_id)
    [wish] = waiting.wishes(db, maria)
    give_back(db, taken)
    waiting.offer_free(db)

    waiting.stop_waiting(db, maria, wish.id)
    waiting.stop_waiting(db, maria, wish.id)

    assert waiting.wishes(db, maria) == []
    assert live(db) == set()
    with pytest.raises(NotFound):
        waiting.stop_waiting(db, make.participant("Ola Lis"), wish.id)


@pytest.mark.parametrize("how", ["booked another", "sixty days"])
def test_a_wish_ends_by_itself(db, make, maria, taken, at, how):
    wait(db, maria, form_id=taken.form_id)
    at("2026-11-23 10:00")
    if how == "booked another":
        make.booking(maria, make.slot("2026-11-26 10:00"))
    else:
        at("2027-01-22 10:00")

    assert waiting.wishes(db, maria) == []
    waiting.offer_free(db)

    assert db.scalar(select(Wish.ended_at).execution_options(populate_existing=True)) == clock.now()


def test_a_booking_from_before_the_wish_does_not_end_it(db, make, maria, taken, at):
    make.booking(maria, make.slot("2026-11-26 10:00"))
    at("2026-11-23 10:00")
    wait(db, maria, form_id=taken.form_id)

    assert [wish.form_id for wish in waiting.wishes(db, maria)] == [taken.form_id]


@pytest.mark.parametrize(("places", "waiting_people"), [(1, 2), (2, 2), (2, 1)])
def test_workers_at_once_offer_each_place_once_and_nobody_two(database, db, make, taken, places, waiting_people):
    wait(db, *make.participants(waiting_people), form_id=taken.form_id)
    give_back(db, taken)
    if places == 2:
        make.slot("2026-11-26 10:00")
    db.commit()

    posted = in_parallel(database, lambda db, number: waiting.offer_free(db), 4)

    expected = min(places, waiting_people)
    assert sum(posted) == expected
    offers = list(db.scalars(select(Offer).where(Offer.ended_at.is_(None))))
    assert len({offer.slot_id for offer in offers}) == len({offer.wish_id for offer in offers}) == len(offers) == expected


def test_taken_by_two_presses_at_once_it_is_one_booking(database, db, make, maria, taken):
    wait(db, maria, form_id=taken.form_id)
    give_back(db, taken)
    waiting.offer_free(db)
    offer_id = offered(db, taken).id
    db.commit()

    made = in_parallel(database, lambda db, number: waiting.take(db, waiting.get_offer(db, offer_id)).id, 4)

    assert len(set(made)) == 1
    assert db.scalar(select(Offer.result).where(Offer.id == offer_id)) == "taken"
