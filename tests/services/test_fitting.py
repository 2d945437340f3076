"""Which times suit somebody's needs: the same answer from the database and from one time at hand."""

from datetime import date
from itertools import product

import pytest
from sqlalchemy import select

from services import fitting, slots
from services.models import Slot

TODAY = date(2026, 11, 23)  # a Monday: an interpreter can be promised from Thursday, the 26th
SOON, LATER = "2026-11-25 10:00", "2026-11-26 09:00"


def fits(db, slot, *needs, **how):
    """Whether this time suits, said by both halves of the rule."""
    wants = fitting.wants(needs, **how)
    asked = select(Slot.id).where(Slot.id == slot.id, fitting.condition(wants))
    by_database = db.scalar(asked, {"ready_on": fitting.ready_on(TODAY)} if wants.interpreters else {}) is not None
    assert fitting.fits(wants, slot, TODAY) is by_database
    return by_database


@pytest.mark.parametrize("need", fitting.INTERPRETED)
def test_an_interpreter_is_promised_from_the_third_working_day_on(db, make, need):
    assert not fits(db, make.slot(SOON), need)
    assert fits(db, make.slot(LATER), need)
    assert fits(db, make.slot("2026-11-25 12:00"), need, any_day=True)


@pytest.mark.parametrize(("need", "tongue"), fitting.TONGUES.items())
def test_who_speaks_or_signs_so_needs_no_interpreter(db, make, need, tongue):
    slot = make.slot(SOON, specialist=make.specialist(speaks=["pl", tongue]))

    assert fits(db, slot, need)
    assert fitting.to_order([need, "loop"], slot) == []
    assert fits(db, make.slot("2026-11-25 11:00", provides=[need]), need)
    other = make.slot(SOON, specialist=make.specialist("Ewa Kos", speaks=["pl"]), mode="video")
    assert fitting.to_order([need, "loop"], other) == [need]


def test_two_interpreters_are_two_wants(db, make):
    slot = make.slot(SOON, specialist=make.specialist(speaks=["pl", "pjm"]))

    assert not fits(db, slot, "pjm", "interpreter-uk")
    assert fitting.to_order(["pjm", "interpreter-uk"], slot) == ["interpreter-uk"]


@pytest.mark.parametrize(("need", "is_offered"), [("pjm", False), ("sjm", False), ("skogn", False), ("interpreter-uk", True)])
def test_nobody_signs_over_the_telephone(db, make, need, is_offered):
    by = make.specialist(speaks=["pl", "uk", "pjm", "sjm", "skogn"])

    assert fits(db, make.slot(LATER, mode="phone", specialist=by), need) is is_offered


@pytest.mark.parametrize(
    ("access", "floor", "need", "can"),
    [
        (["step-free"], 0, "step-free", True), ([], 0, "step-free", False), (["step-free"], 2, "step-free", False),
        (["step-free"], -1, "step-free", False), (["step-free", "lift"], 2, "step-free", True), (["lift"], 0, "step-free", False),
        (["loop"], 3, "loop", True), (["toilet"], 0, "loop", False), (["quiet-place"], 1, "quiet-place", True), ([], 0, "toilet", False),
    ],
)  # fmt: skip
def test_a_place_is_one_that_can_be_entered_up_to_the_room(db, make, access, floor, need, can):
    room = make.room(place=make.place(access=access))
    room.floor = floor
    db.flush()
    slot = make.slot(room=room)

    assert fits(db, slot, need) is can
    assert fitting.lacking([need], slot) == ([] if can else [need])
    assert fits(db, slot, need, anywhere=True)


@pytest.mark.parametrize(
    ("mode", "need", "suits"),
    [("phone", "step-free", True), ("phone", "loop", False), ("video", "loop", True), ("video", "quiet-place", True)],
)
def test_at_home_one_has_what_one_needs_of_a_place(db, make, mode, need, suits):
    assert fits(db, make.slot(mode=mode), need) is suits


def test_both_halves_of_the_rule_say_the_same_of_everything(db, make):
    people = [make.specialist(speaks=speaks) for speaks in (["pl"], ["pl", "pjm", "uk"])]
    rooms = []
    for access, floor in product(([], ["step-free"], ["step-free", "lift", "loop"], ["quiet-place", "toilet"]), (0, 1)):
        rooms.append(make.room(place=make.place(access=access)))
        rooms[-1].floor = floor
    ways = [("place", room) for room in rooms] + [("phone", None), ("video", None)]
    made = [
        make.slot(
            f"2026-11-{25 + later} {8 + number:02}:{30 * which:02}",
            minutes=30,
            specialist=by,
            mode=mode,
            room=room,
            provides=gives,
        )
        for later, (which, by) in product((0, 1), enumerate(people))
        for number, ((mode, room), gives) in enumerate(zip(ways, [[], ["pjm"], ["loop", "step-free"]] * 4, strict=False))
    ]
    db.flush()
    asked = [[], ["pjm"], ["interpreter-uk"], ["interpreter-other"], ["sjm", "loop"], ["step-free"], ["step-free", "toilet"],
             ["quiet-place", "interpreter-uk"], ["large-print", "companion"]]  # fmt: skip

    suited = sum(fits(db, slot, *needs) for slot, needs in product(made, asked))

    assert len(made) * len(asked) > suited > len(made)


def test_days_hours_people_and_the_first_time_all_keep_to_the_rule(db, make):
    maria = make.participant(needs=["pjm"])
    soon, later = make.slot(SOON), make.slot(LATER)
    signs = make.slot("2026-11-25 15:00", specialist=make.specialist(speaks=["pl", "pjm"]))
    how = {"person": maria, "wants": fitting.wants(maria.need_codes)}

    days, _ = slots.free_days(db, soon.form_id, **how)
    assert [(one.day, one.hours) for one in days] == [(soon.day, 1), (later.day, 1)]
    assert slots.free_hours(db, soon.form_id, soon.day, **how) == [signs]
    assert slots.first_free(db, soon.form_id, **how) == [signs]
    assert slots.first_free(db, soon.form_id, specialist_id=soon.specialist_id, **how) == [later]
    assert [first for _, first in slots.specialists_with_free_times(db, soon.form_id, maria, how["wants"])] == [
        signs.starts_at,
        later.starts_at,
    ]


def test_whoever_meets_somebody_hears_what_concerns_the_meeting():
    needs = ["pjm", "step-free", "large-print", "transport", "toilet"]

    assert fitting.of_session(needs, Slot(mode="place")) == {"pjm", "step-free", "large-print", "toilet"}
    assert fitting.of_session(needs, Slot(mode="phone")) == {"pjm", "large-print"}
