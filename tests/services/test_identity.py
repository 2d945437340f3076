"""Ways in: links and devices. Six digits have their own file."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from services import identity
from services.errors import NotAllowed, NotFound, Refused
from services.models import Device, Link
from tests.services.crowd import in_parallel

KEY = b"the key of this installation"


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
        identity.invite(db, KEY, make.ewa, make.participant(email=None), by="email")


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


def test_a_link_opened_eight_times_at_once_signs_in_once(database, db, make):
    token = identity.token_of(KEY, identity.invite(db, KEY, make.ewa, make.participant()))
    db.commit()

    came_to = in_parallel(database, lambda db, _: identity.spend_link(db, token, is_shared=False), 8)

    assert came_to.count("link-spent") == 7
    assert len(db.scalars(select(Device)).all()) == 1


def test_a_device_and_a_link_belong_to_exactly_one(db, make, at):
    now = at("2026-11-23 09:00")
    db.add(Link(purpose="sign-in", created_at=now, expires_at=now + timedelta(days=1)))

    with pytest.raises(IntegrityError):
        db.flush()
