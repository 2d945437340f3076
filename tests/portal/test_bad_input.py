"""What nobody types by hand still gets a page, on both databases: never "something broke"."""

import logging
from urllib.parse import urlencode

import pytest

from services import codes, plans

HUGE = "9" * 30
WISH = {"days": "2026-12-01", "start": "9:00", "end": "12:00", "minutes": "45", "pause": "15"}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    return request.getfixturevalue(f"{request.param}_database")


@pytest.fixture
def maria(client, make, sign_in):
    return sign_in(client, make.participant())


@pytest.fixture
def jan(client, make, sign_in):
    return sign_in(client, make.adviser)


@pytest.mark.parametrize("number", ["²", HUGE, "-1", "1.0"])
@pytest.mark.parametrize(("step", "field"), [("need", "need"), ("person", "specialist"), ("hour", "slot"), ("first", "slot")])
def test_a_choice_that_no_page_offers_is_refused(maria, make, step, field, number):
    maria.post("/book/need", data={"need": make.slot().form_id})
    maria.post("/book/day", data={"day": "2026-11-25"})

    assert maria.post(f"/book/{step}", data={field: number}).status_code in (404, 422)
    assert maria.get("/book/day").status_code == 200


@pytest.mark.parametrize("path", ["/plan/answered/{}", "/booked/{}"])
def test_an_address_with_a_number_beyond_all_is_not_there(maria, path):
    assert maria.get(path.format(HUGE)).status_code == 404


@pytest.mark.parametrize("path", ["/people/{}", "/people/{}/book/need", "/slots/withdraw?slot={}"])
def test_nor_is_it_there_for_staff(jan, path):
    assert jan.get(path.format(HUGE)).status_code in (404, 422)


@pytest.mark.parametrize("path", ["/today?day={}", "/slots?since={}"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "9999-12-28", "2026-02-30", "tomorrow"])
def test_a_day_at_the_end_of_the_calendar_has_a_page(jan, path, day):
    assert jan.get(path.format(day)).status_code in (200, 404)


def test_times_on_the_first_day_of_the_calendar_cannot_be_published(client, make, sign_in):
    sent = WISH | {"days": "0001-01-01", "start": "0:00", "form_id": make.form().id, "where": make.the_room.id}

    assert sign_in(client, make.adviser).get(f"/slots/check?{urlencode(sent)}").status_code == 404


def test_a_group_without_a_size_is_asked_for_it(client, make, sign_in):
    trainer = make.specialist(role="trainer")
    sent = WISH | {"form_id": make.form("workshop").id, "where": make.the_room.id}

    assert sign_in(client, trainer).get(f"/slots/check?{urlencode(sent)}").status_code == 422


@pytest.mark.parametrize("path", ["/plan/steps/%00", "/people?q=%00", "/s/%00", "/w/%00"])
def test_a_null_in_an_address_is_refused(maria, path):
    send = maria.post if "steps" in path else maria.get

    assert send(path).status_code == 400


def test_a_null_in_a_form_is_refused_and_nothing_is_kept(maria, make, db):
    booking = make.booking(make.participant("Ola Zych"))

    assert maria.post(f"/booked/{booking.number}/cancel", data={"next": "call-me", "reason": "a\0b"}).status_code == 400
    assert maria.post("/sign-in", data={"address": "a\0b@example.org"}).status_code == 400


def test_a_language_that_we_do_not_speak_changes_nothing(maria):
    assert maria.post("/look", data={"lang": "tlh"}).status_code == 303


def test_an_address_that_grows_beyond_its_column_is_refused(client):
    assert client.post("/sign-in", data={"address": "İ" * 200}).status_code in (303, 404)


@pytest.mark.parametrize("digits", ["²²²²²²", "12345", "", "abc"])
def test_a_code_of_other_signs_is_a_wrong_code(client, make, digits):
    client.post("/sign-in", data={"address": make.participant().email})

    assert client.post("/sign-in/code", data={"code": digits}).status_code == 422


def test_a_code_typed_on_an_arabic_keyboard_is_right(client, make, db, app):
    maria = make.participant()
    code = codes.code_to_read_out(db, make.ewa, maria, maria.enrolments[0].number)
    digits = codes.digits_of(app.config["SETTINGS"].secret_key, code)
    client.post("/sign-in", data={"address": maria.enrolments[0].number})

    typed = "".join(chr(0x660 + int(digit)) for digit in digits)

    assert client.post("/sign-in/code", data={"code": typed}).status_code == 303


@pytest.mark.parametrize("support", ["²", HUGE])
def test_a_form_of_support_that_is_not_there_spoils_no_plan(client, make, db, sign_in, support):
    maria = make.participant()
    draft = plans.draft_for(db, make.ewa, maria.enrolments[0])
    goal = plans.add_goal(db, make.ewa, draft, "Praca")
    path = f"/people/{maria.id}/plan/draft/goals/{goal.id}/steps"

    answer = sign_in(client, make.ewa).post(path, data={"title": "Napisać CV", "support": support})

    assert answer.status_code < 500


def test_what_was_typed_is_in_no_log(database, caplog):
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    with database.write() as db, caplog.at_level(logging.ERROR):
        try:
            db.execute(text("INSERT INTO person (id, first_name) VALUES (1, :name)"), {"name": "Łucja"})
        except DBAPIError as error:
            logging.getLogger("pracownia").error("unexpected: %s", str(error).split("DETAIL")[0])

    assert caplog.records
    assert "Łucja" not in caplog.text
