"""Which free places suit somebody's access needs."""

import pytest

from services import waiting


@pytest.mark.parametrize(
    ("need", "there", "fits"),
    [
        ("step-free", {"access": ["step-free"]}, True), ("step-free", {}, False), ("step-free", {"mode": "phone"}, True),
        ("loop", {"provides": ["loop"]}, True), ("loop", {"mode": "phone"}, False), ("pjm", {"speaks": ["pl", "pjm"]}, True),
        ("pjm", {}, False), ("interpreter-uk", {"speaks": ["pl", "uk"]}, True), ("interpreter-uk", {}, False),
        ("companion", {}, True),
    ],
)  # fmt: skip
def test_only_a_place_that_the_person_can_use_is_offered(db, make, need, there, fits):
    maria = make.participant("Maria Kowal", needs=[need])
    waiting.wait_for(db, maria, maria, make.form().id)
    place = make.place(access=there.get("access"))
    by = make.specialist(speaks=there.get("speaks", ["pl"]))
    make.slot(room=make.room(place=place), mode=there.get("mode", "place"), provides=there.get("provides", []), specialist=by)

    assert waiting.offer_free(db) == fits
