"""Six digits: for whom, where, how long, how often."""

from datetime import date

import pytest
from sqlalchemy import select

from services import codes, identity
from services.errors import Refused
from services.models import Message, SignInCode
from tests.services.crowd import in_parallel

KEY = b"the key of this installation"


def ask(db, address, browser="browser"):
    codes.ask_for_code(db, address, browser)
    return db.scalars(select(SignInCode).order_by(SignInCode.id.desc())).first()


def enter(db, address, digits, browser="browser"):
    return codes.try_code(db, KEY, address, browser, digits)


def wrong(code):
    return f"{(int(codes.digits_of(KEY, code)) + 1) % 1_000_000:06d}"


def test_the_right_digits_let_the_asker_in_whatever_they_are_typed_with(db, make):
    maria = make.participant(email="maria@example.org")
    digits = codes.digits_of(KEY, ask(db, " Maria@Example.org "))

    assert enter(db, "maria@example.org", f"{digits[:3]} {digits[3:]} ") == [maria]


def test_digits_work_once(db, make):
    make.participant(email="maria@example.org")
    digits = codes.digits_of(KEY, ask(db, "maria@example.org"))
    enter(db, "maria@example.org", digits)

    with pytest.raises(Refused, match="code-old"):
        enter(db, "maria@example.org", digits)


def test_digits_work_for_a_quarter_of_an_hour(db, make, at):
    make.participant(email="maria@example.org")
    code = ask(db, "maria@example.org")
    at("2026-11-23 09:15")

    with pytest.raises(Refused, match="code-old"):
        enter(db, "maria@example.org", codes.digits_of(KEY, code))


def test_digits_work_only_in_the_browser_that_asked(db, make):
    make.participant(email="maria@example.org")
    code = ask(db, "maria@example.org")

    with pytest.raises(Refused, match="code-old"):
        enter(db, "maria@example.org", codes.digits_of(KEY, code), browser="another")


def test_asking_again_ends_the_earlier_digits(db, make):
    make.participant(email="maria@example.org")
    earlier = ask(db, "maria@example.org")
    later = ask(db, "maria@example.org")

    with pytest.raises(Refused, match="code-wrong"):
        enter(db, "maria@example.org", codes.digits_of(KEY, earlier))
    assert enter(db, "maria@example.org", codes.digits_of(KEY, later))


def test_after_five_wrong_tries_even_the_right_digits_are_refused(db, make):
    make.participant(email="maria@example.org")
    code = ask(db, "maria@example.org")
    for _ in range(5):
        with pytest.raises(Refused, match="code-wrong"):
            enter(db, "maria@example.org", wrong(code))

    with pytest.raises(Refused, match="code-tries"):
        enter(db, "maria@example.org", codes.digits_of(KEY, code))


def test_of_forty_guesses_at_once_five_are_looked_at(database, db, make):
    make.participant(email="maria@example.org")
    guess = wrong(ask(db, "maria@example.org"))
    db.commit()

    came_to = in_parallel(database, lambda db, _: enter(db, "maria@example.org", guess), 40)

    assert sorted(set(came_to)) == ["code-tries", "code-wrong"]
    assert came_to.count("code-wrong") == 5


def test_the_right_digits_twice_at_once_let_in_once(database, db, make):
    make.participant(email="maria@example.org")
    digits = codes.digits_of(KEY, ask(db, "maria@example.org"))
    db.commit()

    came_to = in_parallel(database, lambda db, _: enter(db, "maria@example.org", digits), 4)

    assert sum(isinstance(value, list) for value in came_to) == 1


def test_two_people_at_one_address_get_one_mail_and_choose_who_they_are(db, make):
    maria = make.participant(email="dom@example.org")
    bruno = make.participant("Bruno", email="dom@example.org")

    digits = codes.digits_of(KEY, ask(db, "dom@example.org"))

    assert db.scalars(select(Message.kind)).all() == ["code"]
    assert enter(db, "dom@example.org", digits) == [maria, bruno]


def test_a_register_number_brings_the_code_to_the_address_behind_it(db, make):
    maria = make.participant(number="GD/0042", email="maria@example.org")

    digits = codes.digits_of(KEY, ask(db, "gd/0042"))

    assert db.scalars(select(Message.person_id)).all() == [maria.id]
    assert enter(db, "gd/0042", digits) == [maria]


def test_an_unknown_address_is_answered_like_any_other_but_opens_nothing(db):
    code = ask(db, "nobody@example.org")

    assert db.scalars(select(Message)).all() == []
    with pytest.raises(Refused, match="code-wrong"):
        enter(db, "nobody@example.org", codes.digits_of(KEY, code))


@pytest.mark.parametrize("other", [{"browser": "another"}, {"address": "else@example.org"}])
def test_a_sixth_code_in_an_hour_is_refused_for_the_address_and_for_the_browser(db, at, other):
    asked = {"address": "maria@example.org", "browser": "browser"}
    for minute in range(5):
        at(f"2026-11-23 09:0{minute}")
        ask(db, **asked)

    with pytest.raises(Refused, match="too-many-codes") as no:
        ask(db, **(asked | other))

    assert no.value.facts["wait"] == 56
    at("2026-11-23 10:01")
    assert ask(db, **(asked | other))


def test_digits_read_out_by_a_coordinator_need_the_number_and_no_browser(db, make):
    maria = make.participant(email=None, number="GD/0042")
    digits = codes.digits_of(KEY, codes.code_to_read_out(db, make.ewa, maria, "GD/0042"))

    with pytest.raises(Refused):
        enter(db, "gd/0043", digits)
    assert enter(db, "gd/0042", digits, browser="any phone") == [maria]


def test_reading_out_new_digits_ends_the_ones_before(db, make):
    maria = make.participant(number="GD/0042")
    first, second = (codes.code_to_read_out(db, make.ewa, maria, "GD/0042") for _ in range(2))

    with pytest.raises(Refused, match="code-wrong"):
        enter(db, "gd/0042", codes.digits_of(KEY, first))
    assert enter(db, "gd/0042", codes.digits_of(KEY, second)) == [maria]


def test_somebody_without_an_address_is_in_nobodys_list_of_accounts(db, make):
    make.participant(email=None)

    assert identity.accounts_at(db, "") == []
    assert identity.accounts_at(db, "   ") == []


def test_staff_who_left_get_no_code(db, make):
    make.staff(roles=["coordinator"], email="gone@example.org", is_active=False)

    assert identity.accounts_at(db, "gone@example.org") == []


def test_a_number_that_two_editions_gave_out_lets_in_only_the_newer_ones_person(db, make):
    old = make.participant("Ola Zych", enrolled=False)
    make.enrolment(old, number="GD/7", edition=make.edition("Pracownia 2023"), joined_on=date(2023, 1, 1))
    new = make.participant("Maria Kowal", number="GD/7")

    assert identity.accounts_at(db, "gd/7") == [new]
    assert identity.accounts_at(db, old.email) == [old]


MOBILE, LANDLINE = "+447700900001", "+442079460001"  # both kept for fiction


@pytest.mark.parametrize(
    ("typed", "email", "phone", "channel"),
    [
        ("m@example.org", "m@example.org", MOBILE, "email"),
        ("+44 7700 900-001", "m@example.org", MOBILE, "sms"),
        ("GD/0001", "m@example.org", MOBILE, "email"),
        ("gd/0001", None, MOBILE, "sms"),
        ("+44 20 7946 0001", "m@example.org", LANDLINE, "email"),
        ("GD/0001", None, LANDLINE, None),
    ],
)
def test_a_code_goes_to_the_address_that_was_typed_or_to_one_that_is_there(db, make, typed, email, phone, channel):
    make.participant(email=email, phone=phone, number="GD/0001")
    codes.ask_for_code(db, typed, "browser")

    assert list(db.scalars(select(Message.channel))) == ([channel] if channel else [])


def test_two_people_with_one_telephone_get_one_text_message_and_choose_who_enters(db, make):
    people = [make.participant(name, email=None, phone=MOBILE) for name in ("Maria Kowal", "Adam Kowal")]
    codes.ask_for_code(db, "+447700900001", "browser")

    [message] = db.scalars(select(Message))
    assert (message.channel, db.get(SignInCode, message.code_id).accounts) == ("sms", [f"person:{one.id}" for one in people])


@pytest.mark.parametrize(
    ("typed", "number"),
    [("600 100 200", "+48600100200"), ("+48 600-100-200", "+48600100200"), ("12345", None), ("600 100 200 ext 5", None),
     ("1" * 30, None), ("m@example.org", None)],
)  # fmt: skip
def test_a_telephone_number_is_known_however_it_is_typed(typed, number):
    from services.identity import as_phone

    assert as_phone(typed) == number
