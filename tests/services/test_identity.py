"""Ways in: links, six digits, devices."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from services import identity
from services.errors import NotAllowed, NotFound, Refused
from services.models import Device, Link, Message, SignInCode

KEY = b"the key of this installation"


def ask(db, address, browser="browser"):
    identity.ask_for_code(db, address, browser)
    return db.scalars(select(SignInCode).order_by(SignInCode.id.desc())).first()


def enter(db, address, digits, browser="browser"):
    return identity.try_code(db, KEY, address, browser, digits)


def wrong(code):
    return f"{(int(identity.digits_of(KEY, code)) + 1) % 1_000_000:06d}"


def in_parallel(database, act, how_many):
    """What `act(db, number)` came to in each of so many sessions that begin together: the value, or the refusal's code."""
    together = Barrier(how_many)

    def one(number):
        with database.write() as db:
            together.wait()
            try:
                value = act(db, number)
            except Refused as no:
                value = no.code
            db.commit()  # a try counts whatever comes of it
            return value

    with ThreadPoolExecutor(how_many) as threads:
        return list(threads.map(one, range(how_many)))


def test_an_invitation_opens_the_door_once_and_for_a_phone_of_ones_own_for_long(db, make, at):
    maria = make.participant()
    token = identity.token_of(KEY, identity.invite(db, KEY, make.ewa, maria))

    cookie = identity.spend_link(db, token, is_shared=False)

    assert identity.device_of(db, cookie).person == maria
    with pytest.raises(Refused, match="link-spent"):
        identity.spend_link(db, token, is_shared=False)
    at("2027-02-20 09:00")
    assert identity.device_of(db, cookie).person == maria
    at("2027-02-22 09:00")
    assert identity.device_of(db, cookie) is None


def test_a_shared_phone_and_a_staff_members_desk_are_for_a_working_day(db, make, at):
    shared = identity.sign_in(db, make.participant(), is_shared=True)
    desk = identity.sign_in(db, make.ewa, is_shared=False)

    at("2026-11-23 17:01")
    assert identity.device_of(db, shared) is None
    assert identity.device_of(db, desk).staff == make.ewa
    at("2026-11-23 21:01")
    assert identity.device_of(db, desk) is None


def test_a_newer_invitation_ends_the_one_before(db, make):
    maria = make.participant()
    old, new = (identity.token_of(KEY, identity.invite(db, KEY, make.ewa, maria)) for _ in range(2))

    with pytest.raises(Refused, match="link-old"):
        identity.find_link(db, old, "invitation")
    assert identity.find_link(db, new, "invitation").person == maria


def test_an_invitation_by_mail_needs_an_address(db, make):
    with pytest.raises(Refused, match="no-email"):
        identity.invite(db, KEY, make.ewa, make.participant(email=None), by_email=True)


def test_specialists_and_participants_invite_nobody(db, make):
    maria = make.participant()
    for actor in (make.adviser, maria):
        with pytest.raises(NotAllowed):
            identity.invite(db, KEY, actor, maria)


def test_a_link_for_one_purpose_opens_nothing_else(db, make):
    token = identity.token_of(KEY, identity.visit_link(db, KEY, make.booking()))

    with pytest.raises(NotFound):
        identity.spend_link(db, token, is_shared=False)
    assert identity.find_link(db, token, "visit").purpose == "visit"


def test_a_visit_has_one_link_which_works_until_the_session_ends_also_after_a_move(db, make, at):
    made = make.booking(make.participant(), make.slot("2026-11-25 10:00"))
    link = identity.visit_link(db, KEY, made)

    assert identity.visit_link(db, KEY, made) is link
    made.starts_at, made.ends_at = at("2026-11-25 10:00"), at("2026-11-25 12:00")
    identity.visit_link(db, KEY, made)
    token = identity.token_of(KEY, link)
    at("2026-11-25 11:59")
    assert identity.find_link(db, token, "visit")
    at("2026-11-25 12:00")
    with pytest.raises(Refused, match="link-old"):
        identity.find_link(db, token, "visit")


def test_a_made_up_token_is_not_there(db):
    with pytest.raises(NotFound):
        identity.find_link(db, "A" * 22, "invitation", "sign-in", "visit")


def test_the_database_holds_no_secret_that_opens_anything(db, make):
    link = identity.invite(db, KEY, make.ewa, make.participant())
    cookie = identity.sign_in(db, make.ewa, is_shared=False)

    stored = {link.token_hash, db.scalars(select(Device.token_hash)).one()}

    assert stored.isdisjoint({identity.token_of(KEY, link), cookie})
    with pytest.raises(NotFound):
        identity.find_link(db, link.token_hash, "invitation")


def test_a_link_of_another_installation_opens_nothing_here(db, make):
    link = identity.invite(db, KEY, make.ewa, make.participant())

    with pytest.raises(NotFound):
        identity.find_link(db, identity.token_of(b"another key", link), "invitation")


def test_whoever_signed_out_or_left_is_not_signed_in(db, make):
    cookie = identity.sign_in(db, make.participant(), is_shared=False)
    desk = identity.sign_in(db, make.ewa, is_shared=False)

    identity.sign_out(db, identity.device_of(db, cookie))
    make.ewa.is_active = False
    db.flush()

    assert identity.device_of(db, cookie) is None
    assert identity.device_of(db, desk) is None


def test_the_right_digits_let_the_asker_in_whatever_they_are_typed_with(db, make):
    maria = make.participant(email="maria@example.org")
    digits = identity.digits_of(KEY, ask(db, " Maria@Example.org "))

    assert enter(db, "maria@example.org", f"{digits[:3]} {digits[3:]} ") == [maria]


def test_digits_work_once(db, make):
    make.participant(email="maria@example.org")
    digits = identity.digits_of(KEY, ask(db, "maria@example.org"))
    enter(db, "maria@example.org", digits)

    with pytest.raises(Refused, match="code-old"):
        enter(db, "maria@example.org", digits)


def test_digits_work_for_a_quarter_of_an_hour(db, make, at):
    make.participant(email="maria@example.org")
    code = ask(db, "maria@example.org")
    at("2026-11-23 09:15")

    with pytest.raises(Refused, match="code-old"):
        enter(db, "maria@example.org", identity.digits_of(KEY, code))


def test_digits_work_only_in_the_browser_that_asked(db, make):
    make.participant(email="maria@example.org")
    code = ask(db, "maria@example.org")

    with pytest.raises(Refused, match="code-old"):
        enter(db, "maria@example.org", identity.digits_of(KEY, code), browser="another")


def test_asking_again_ends_the_earlier_digits(db, make):
    make.participant(email="maria@example.org")
    earlier = ask(db, "maria@example.org")
    later = ask(db, "maria@example.org")

    with pytest.raises(Refused, match="code-wrong"):
        enter(db, "maria@example.org", identity.digits_of(KEY, earlier))
    assert enter(db, "maria@example.org", identity.digits_of(KEY, later))


def test_after_five_wrong_tries_even_the_right_digits_are_refused(db, make):
    make.participant(email="maria@example.org")
    code = ask(db, "maria@example.org")
    for _ in range(5):
        with pytest.raises(Refused, match="code-wrong"):
            enter(db, "maria@example.org", wrong(code))

    with pytest.raises(Refused, match="code-tries"):
        enter(db, "maria@example.org", identity.digits_of(KEY, code))


def test_of_forty_guesses_at_once_five_are_looked_at(database, db, make):
    make.participant(email="maria@example.org")
    guess = wrong(ask(db, "maria@example.org"))
    db.commit()

    came_to = in_parallel(database, lambda db, _: enter(db, "maria@example.org", guess), 40)

    assert sorted(set(came_to)) == ["code-tries", "code-wrong"]
    assert came_to.count("code-wrong") == 5


def test_the_right_digits_twice_at_once_let_in_once(database, db, make):
    make.participant(email="maria@example.org")
    digits = identity.digits_of(KEY, ask(db, "maria@example.org"))
    db.commit()

    came_to = in_parallel(database, lambda db, _: enter(db, "maria@example.org", digits), 4)

    assert sum(isinstance(value, list) for value in came_to) == 1


def test_a_link_opened_eight_times_at_once_signs_in_once(database, db, make):
    token = identity.token_of(KEY, identity.invite(db, KEY, make.ewa, make.participant()))
    db.commit()

    came_to = in_parallel(database, lambda db, _: identity.spend_link(db, token, is_shared=False), 8)

    assert came_to.count("link-spent") == 7
    assert len(db.scalars(select(Device)).all()) == 1


def test_two_people_at_one_address_get_one_mail_and_choose_who_they_are(db, make):
    maria = make.participant(email="dom@example.org")
    bruno = make.participant("Bruno", email="dom@example.org")

    digits = identity.digits_of(KEY, ask(db, "dom@example.org"))

    assert db.scalars(select(Message.kind)).all() == ["code"]
    assert enter(db, "dom@example.org", digits) == [maria, bruno]


def test_a_register_number_brings_the_code_to_the_address_behind_it(db, make):
    maria = make.participant(number="GD/0042", email="maria@example.org")

    digits = identity.digits_of(KEY, ask(db, "gd/0042"))

    assert db.scalars(select(Message.person_id)).all() == [maria.id]
    assert enter(db, "gd/0042", digits) == [maria]


def test_an_unknown_address_is_answered_like_any_other_but_opens_nothing(db):
    code = ask(db, "nobody@example.org")

    assert db.scalars(select(Message)).all() == []
    with pytest.raises(Refused, match="code-wrong"):
        enter(db, "nobody@example.org", identity.digits_of(KEY, code))


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
    digits = identity.digits_of(KEY, identity.code_to_read_out(db, make.ewa, maria, "GD/0042"))

    with pytest.raises(Refused):
        enter(db, "gd/0043", digits)
    assert enter(db, "gd/0042", digits, browser="any phone") == [maria]


def test_reading_out_new_digits_ends_the_ones_before(db, make):
    maria = make.participant(number="GD/0042")
    first, second = (identity.code_to_read_out(db, make.ewa, maria, "GD/0042") for _ in range(2))

    with pytest.raises(Refused, match="code-wrong"):
        enter(db, "gd/0042", identity.digits_of(KEY, first))
    assert enter(db, "gd/0042", identity.digits_of(KEY, second)) == [maria]


def test_somebody_without_an_address_is_in_nobodys_list_of_accounts(db, make):
    make.participant(email=None)

    assert identity.accounts_at(db, "") == []
    assert identity.accounts_at(db, "   ") == []


def test_staff_who_left_get_no_code(db, make):
    make.staff(roles=["coordinator"], email="gone@example.org", is_active=False)

    assert identity.accounts_at(db, "gone@example.org") == []


def test_a_device_and_a_link_belong_to_exactly_one(db, make, at):
    now = at("2026-11-23 09:00")
    db.add(Link(purpose="sign-in", created_at=now, expires_at=now + timedelta(days=1)))

    with pytest.raises(IntegrityError):
        db.flush()
