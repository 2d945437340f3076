"""An answer is for the time that stood on the page, whether it was given in the plan or by a message's link."""

import pytest

from services import bookings, identity


@pytest.fixture
def visit(make):
    return make.booking(make.participant(), make.slot("2026-11-25 10:00"))


def moved(db, make, visit):
    """The version that an open page still shows, after the session went to another day."""
    shown = visit.version
    bookings.move(db, visit.person, visit, make.slot("2026-11-26 10:00").id, key="k")
    return shown


def test_an_answer_on_a_page_from_before_a_move_is_not_for_the_new_time(db, make, client, sign_in, visit):
    sign_in(client, visit.person)
    shown = moved(db, make, visit)

    answer = client.post(f"/booked/{visit.number}/answer", data={"said": "yes", "version": shown})

    assert answer.location == f"/booked/{visit.number}"
    assert visit.answer == "none"


def test_nor_is_one_by_a_messages_link(db, app, make, client, visit):
    key = app.config["SETTINGS"].secret_key
    token = identity.token_of(key, identity.visit_link(db, key, visit))
    shown = moved(db, make, visit)

    client.post(f"/s/{token}", data={"said": "yes", "version": shown})
    assert visit.answer == "none"

    client.post(f"/s/{token}", data={"said": "yes", "version": visit.version})
    assert visit.answer == "yes"


def test_an_answer_that_says_nothing_is_no_answer(db, make, client, sign_in, visit):
    sign_in(client, visit.person)
    client.post(f"/booked/{visit.number}/answer", data={"version": visit.version})
    assert visit.answer == "none"
