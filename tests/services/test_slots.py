"""Publishing times, and which of them are free for whom."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from services import bookings, clock, publishing, slots, withdrawals
from services.errors import NotAllowed, NotFound, Refused
from services.models import Slot

WEDNESDAY = date(2026, 11, 25)
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)  # the clocks change


@pytest.fixture
def wish(make):
    def wish(*days, start="09:00", end="12:00", minutes=45, pause=15, **more):
        more = {"form_id": make.form().id, "room_id": make.the_room.id, **more}
        return publishing.Wish(days or (WEDNESDAY,), time.fromisoformat(start), time.fromisoformat(end), minutes, pause, **more)

    return wish


def hours(proposed):
    return [f"{time.hour:%H:%M}" for time in proposed]


def wall(slot):
    return f"{clock.local(slot.starts_at):%H:%M}"


def publish(db, make, wish, batch="batch"):
    return publishing.publish(
        db, make.adviser, wish, {time.code for time in publishing.propose(db, make.adviser, wish)}, batch=batch
    )


def test_a_wish_makes_times_with_breaks_between_that_end_in_time(db, make, wish):
    assert hours(publishing.propose(db, make.adviser, wish(end="11:30"))) == ["09:00", "10:00"]
    assert hours(publishing.propose(db, make.adviser, wish(end="11:45"))) == ["09:00", "10:00", "11:00"]


def test_a_day_named_twice_counts_once(db, make, wish):
    assert len(publishing.propose(db, make.adviser, wish(WEDNESDAY, WEDNESDAY))) == 3


def test_each_proposed_time_says_what_is_in_its_way(db, make, wish, at):
    make.slot("2026-11-25 10:00", mode="phone")
    make.slot("2026-11-25 11:00", specialist=make.specialist())
    at("2026-11-25 09:00")

    clashes = [time.clash for time in publishing.propose(db, make.adviser, wish(end="13:00"))]

    assert clashes == ["passed", "own", "room", None]


def test_a_telephone_call_needs_no_room(db, make, wish):
    make.slot("2026-11-25 09:00", specialist=make.specialist())

    proposed = publishing.propose(db, make.adviser, wish(mode="phone"))

    assert {time.clash for time in proposed} == {None}


def test_only_ticked_times_are_published(db, make, wish):
    made = publishing.publish(db, make.adviser, wish(), {"2026-11-25T09:00", "2026-11-25T11:00"}, batch="x")

    assert [wall(slot) for slot in made] == ["09:00", "11:00"]


def test_the_same_batch_twice_is_published_once(db, make, wish):
    assert publish(db, make, wish()) == publish(db, make, wish())
    assert len(db.scalars(select(Slot)).all()) == 3


def test_one_clash_keeps_the_whole_batch_back(db, make, wish):
    make.slot("2026-11-25 10:00")

    with pytest.raises(Refused, match="slot-clash") as no:
        publish(db, make, wish())

    assert no.value.facts["clashes"] == ["2026-11-25T10:00"]
    assert len(db.scalars(select(Slot)).all()) == 1


def test_a_clash_that_only_the_database_sees_is_the_same_refusal(db, make, wish, monkeypatch):
    make.slot("2026-11-25 10:00")
    monkeypatch.setattr(publishing, "_busy", lambda *_: [])

    with pytest.raises(Refused, match="slot-clash"):
        publish(db, make, wish())


def test_nothing_ticked_is_said_as_such(db, make, wish):
    with pytest.raises(Refused, match="no-slot-chosen"):
        publishing.publish(db, make.adviser, wish(), set(), batch="x")


def test_a_form_of_another_profession_is_not_there(db, make, wish):
    with pytest.raises(NotFound):
        publish(db, make, wish(form_id=make.form("psychology").id))


def test_coordinators_publish_no_times(db, make, wish):
    with pytest.raises(NotAllowed):
        publishing.propose(db, make.ewa, wish())


def test_more_than_two_hundred_times_at_once_are_refused(db, make, wish):
    month = [WEDNESDAY + timedelta(days=day) for day in range(60)]

    with pytest.raises(Refused, match="too-many-slots"):
        publishing.propose(db, make.adviser, wish(*month, end="13:00"))


@pytest.mark.parametrize(("minutes", "pause"), [(0, 0), (-30, 30), (30, -30)])
def test_a_wish_that_never_ends_is_refused(db, make, wish, minutes, pause):
    with pytest.raises(Refused, match="slot-length"):
        publishing.propose(db, make.adviser, wish(minutes=minutes, pause=pause))


def test_nine_is_nine_in_the_week_before_and_after_the_clocks_change(db, make, wish):
    for change in (SPRING, AUTUMN):
        made = publish(db, make, wish(change - timedelta(days=2), change + timedelta(days=5), end="09:45"), batch=f"{change}")
        assert [wall(slot) for slot in made] == ["09:00", "09:00"]
        assert made[1].starts_at - made[0].starts_at != timedelta(days=7)


def test_the_hour_that_spring_leaves_out_is_named_and_cannot_be_published(db, make, wish):
    proposed = publishing.propose(db, make.adviser, wish(SPRING, start="01:00", end="05:00", minutes=60, pause=0))

    assert [(time.hour.hour, time.clash) for time in proposed] == [(1, None), (2, "no-such-hour"), (3, None), (4, None)]
    with pytest.raises(Refused, match="slot-clash"):
        publishing.publish(
            db, make.adviser, wish(SPRING, start="02:00", end="03:00", minutes=60), {f"{SPRING}T02:00"}, batch="x"
        )


def test_the_hour_that_autumn_repeats_is_the_first_one(db, make, wish):
    proposed = publishing.propose(db, make.adviser, wish(AUTUMN, start="01:00", end="04:00", minutes=60, pause=0))

    assert [time.starts_at.isoformat() for time in proposed] == [
        "2027-10-30T23:00:00+00:00", "2027-10-31T00:00:00+00:00", "2027-10-31T02:00:00+00:00",
    ]  # fmt: skip
    assert len(publish(db, make, wish(AUTUMN, start="01:00", end="04:00", minutes=60, pause=0))) == 3


def test_a_time_just_after_midnight_belongs_to_its_own_day(db, make):
    slot = make.slot("2026-11-26 00:15")

    assert slots.free_hours(db, slot.form_id, date(2026, 11, 26)) == [slot]
    assert slots.free_hours(db, slot.form_id, WEDNESDAY) == []


def test_days_with_free_hours_come_in_order_with_how_many_and_the_first(db, make):
    for when in ("2026-11-27 14:00", "2026-11-25 12:00", "2026-11-25 10:00"):
        first = make.slot(when)

    found, is_more = slots.free_days(db, first.form_id)

    assert [(day.day.day, day.hours, day.first) for day in found][0] == (25, 2, first.starts_at)
    assert [day.day.day for day in found] == [25, 27]
    assert is_more is False


def test_further_days_are_announced_and_reached_by_a_date(db, make):
    for day in range(25, 31):
        form_id = make.slot(f"2026-11-{day} 10:00").form_id

    found, is_more = slots.free_days(db, form_id, limit=5)
    rest, is_end = slots.free_days(db, form_id, since=date(2026, 11, 30), limit=5)

    assert ([day.day.day for day in found], is_more) == ([25, 26, 27, 28, 29], True)
    assert ([day.day.day for day in rest], is_end) == ([30], False)


def test_taken_begun_withdrawn_and_other_forms_hours_are_not_offered(db, make, at):
    free = make.slot("2026-11-25 15:00")
    make.slot("2026-11-25 09:00")
    make.booking(make.participant(), make.slot("2026-11-25 11:00"))
    withdrawals.withdraw(db, make.adviser, [make.slot("2026-11-25 12:00").id])
    make.slot("2026-11-25 13:00", form=make.form("workshop"))
    at("2026-11-25 09:00")

    assert slots.free_hours(db, free.form_id, WEDNESDAY) == [free]
    assert slots.free_days(db, free.form_id)[0][0].hours == 1


def test_hours_in_which_the_person_is_busy_are_not_offered_to_them(db, make):
    maria = make.participant()
    make.booking(maria, make.slot("2026-11-25 10:00", form=make.form("workshop")))
    meets = make.slot("2026-11-25 10:30", specialist=make.specialist(), room=make.room())
    after = make.slot("2026-11-25 11:30", specialist=make.adviser)

    assert slots.free_hours(db, meets.form_id, WEDNESDAY, person=maria) == [after]
    assert slots.free_hours(db, meets.form_id, WEDNESDAY) == [meets, after]


def test_a_group_with_a_seat_left_is_still_offered(db, make):
    workshop = make.slot("2026-11-25 10:00", form=make.form("workshop"), capacity=2)
    make.booking(make.participant(), workshop)

    assert slots.free_hours(db, workshop.form_id, WEDNESDAY) == [workshop]
    make.booking(make.participant("Bruno"), workshop)
    assert slots.free_hours(db, workshop.form_id, WEDNESDAY) == []


def test_an_hour_that_two_specialists_have_is_shown_once_and_with_the_other_when_one_is_taken(db, make):
    first = make.slot("2026-11-25 10:00")
    second = make.slot("2026-11-25 10:00", specialist=make.specialist(), room=make.room())

    assert slots.free_hours(db, first.form_id, WEDNESDAY) == [first]
    make.booking(make.participant(), first)
    assert slots.free_hours(db, first.form_id, WEDNESDAY) == [second]


def test_a_chosen_specialist_narrows_days_and_hours(db, make):
    wilk = make.specialist()
    make.slot("2026-11-25 10:00")
    his = make.slot("2026-11-26 10:00", specialist=wilk)

    assert [day.day.day for day in slots.free_days(db, his.form_id, specialist_id=wilk.id)[0]] == [26]
    assert slots.first_free(db, his.form_id, specialist_id=wilk.id) == [his]


def test_specialists_are_listed_with_their_earliest_time_the_earliest_first(db, make):
    wilk = make.specialist()
    his = make.slot("2026-11-25 09:00", specialist=wilk)
    mine = make.slot("2026-11-25 10:00")
    make.slot("2026-11-25 12:00")
    make.specialist("Zofia Bez")

    found = slots.specialists_with_free_times(db, his.form_id)

    assert found == [(wilk, his.starts_at), (make.adviser, mine.starts_at)]


def test_a_specialist_sees_own_times_with_taken_seats(db, make):
    free, taken = make.slot("2026-11-25 10:00"), make.slot("2026-11-25 11:00")
    make.slot("2026-11-25 10:00", specialist=make.specialist(), room=make.room())
    made = make.booking(make.participant(), taken)

    assert slots.of_specialist(db, make.adviser, since=WEDNESDAY) == [(free, 0), (taken, 1)]
    bookings.cancel(db, make.ewa, made)
    assert slots.of_specialist(db, make.adviser, since=WEDNESDAY)[1] == (taken, 0)


def test_the_nearest_times_are_different_hours_however_many_specialists_are_free(db, make):
    wilk = make.specialist("Adam Wilk")
    first = make.slot("2026-11-25 10:00")
    make.slot("2026-11-25 10:00", specialist=wilk, room=make.room())
    others = [make.slot("2026-11-25 11:00"), make.slot("2026-11-25 12:00")]

    assert slots.first_free(db, first.form_id, limit=3) == [first, *others]
