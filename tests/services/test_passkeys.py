"""Passkeys: whose key has signed what, and what a stranger's answer comes to."""

import json

import pytest
from sqlalchemy import func, select

from services import passkeys
from services.errors import NotFound, Refused
from services.models import Passkey, PasskeyAsk
from tests.authenticator import Authenticator
from tests.services.crowd import in_parallel

SITE = passkeys.Site("localhost", "http://localhost", b"the key of this installation")


def add(db, owner, phone):
    number, options = passkeys.ask_to_add(db, SITE, owner)
    return passkeys.add(db, SITE, owner, number, phone.make(options))


def show(db, phone, *, staff=None):
    number, options = passkeys.ask_to_show(db, SITE, staff)
    return passkeys.show(db, SITE, number, phone.show(options), staff=staff)


def test_a_key_lets_in_whose_it_is(db, make):
    maria, bruno = make.participant(), make.participant("Bruno Zych")
    hers, his = Authenticator(), Authenticator()
    add(db, maria, hers)
    add(db, bruno, his)

    assert show(db, hers) is maria
    assert show(db, his) is bruno


def test_a_staff_members_key_needs_a_finger_or_a_pin(db, make):
    phone = Authenticator()
    add(db, make.ewa, phone)
    assert show(db, phone, staff=make.ewa) is make.ewa
    phone.is_verified = False

    for staff in (make.ewa, None):
        with pytest.raises(Refused, match="passkey-failed"):
            show(db, phone, staff=staff)
    with pytest.raises(Refused, match="passkey-failed"):
        add(db, make.ewa, Authenticator(is_verified=False))


def test_a_participants_key_does_without(db, make):
    maria, phone = make.participant(), Authenticator(is_verified=False)
    add(db, maria, phone)

    assert show(db, phone) is maria


def test_as_a_second_factor_nobody_elses_key_will_do(db, make):
    hers, jans = Authenticator(), Authenticator()
    add(db, make.ewa, hers)
    add(db, make.adviser, jans)

    with pytest.raises(Refused, match="passkey-failed"):
        show(db, jans, staff=make.ewa)


def test_who_works_here_no_more_has_no_key(db, make):
    phone = Authenticator()
    add(db, make.ewa, phone)
    make.ewa.is_active = False

    with pytest.raises(Refused, match="passkey-failed"):
        show(db, phone)


@pytest.mark.parametrize(("name", "value"), [("host", "elsewhere"), ("origin", "http://elsewhere"), ("counter", 0)])
def test_another_site_and_a_copied_key_are_refused(db, make, name, value):
    phone = Authenticator()
    add(db, make.participant(), phone)
    show(db, phone)
    setattr(phone, name, value)

    with pytest.raises(Refused, match="passkey-failed"):
        show(db, phone)


def test_another_key_by_the_same_name_is_refused(db, make):
    phone = Authenticator()
    add(db, make.participant(), phone)

    with pytest.raises(Refused, match="passkey-failed"):
        show(db, Authenticator(name=phone.name, counter=10))
    with pytest.raises(Refused, match="passkey-failed"):
        add(db, make.participant("Bruno Zych"), Authenticator(name=phone.name))


def test_an_answer_counts_once_for_its_own_question_and_for_five_minutes(db, make, at):
    maria, phone = make.participant(), Authenticator()
    add(db, maria, phone)
    number, options = passkeys.ask_to_show(db, SITE)
    said = phone.show(options)
    other, _ = passkeys.ask_to_show(db, SITE)
    with pytest.raises(Refused, match="passkey-failed"):
        passkeys.show(db, SITE, other, said)

    assert passkeys.show(db, SITE, number, said) is maria
    with pytest.raises(Refused, match="passkey-late"):
        passkeys.show(db, SITE, number, said)

    number, options = passkeys.ask_to_show(db, SITE)
    at("2026-11-23 09:05")
    with pytest.raises(Refused, match="passkey-late"):
        passkeys.show(db, SITE, number, phone.show(options))


def test_a_question_for_one_thing_is_no_question_for_another(db, make):
    hers = Authenticator()
    add(db, make.ewa, hers)
    number, options = passkeys.ask_to_show(db, SITE)
    with pytest.raises(Refused, match="passkey-late"):
        passkeys.show(db, SITE, number, hers.show(options), staff=make.ewa)

    number, options = passkeys.ask_to_add(db, SITE, make.ewa)
    with pytest.raises(Refused, match="passkey-late"):
        passkeys.add(db, SITE, make.adviser, number, Authenticator().make(options))


def test_an_answer_that_comes_twice_at_once_counts_once(db, make, database):
    maria, phone = make.participant(), Authenticator(counter=5)
    add(db, maria, phone)
    number, options = passkeys.ask_to_show(db, SITE)
    said = phone.show(options)
    db.commit()

    came = in_parallel(database, lambda db, _: passkeys.show(db, SITE, number, said).id, 4)

    assert sorted(came, key=str) == [maria.id] + ["passkey-late"] * 3


BROKEN = ["", "x", "[]", "{}", "null", '{"id": 1}', '{"id": {}}', "[" * 9_000, "\x00", '{"id": "' + "a" * 30_000 + '"}']


@pytest.mark.parametrize("said", BROKEN)
def test_whatever_is_said_is_refused_and_nothing_else_happens(db, make, said):
    maria, phone = make.participant(), Authenticator()
    add(db, maria, phone)
    with pytest.raises(Refused, match="passkey-"):
        passkeys.show(db, SITE, passkeys.ask_to_show(db, SITE)[0], said)
    with pytest.raises(Refused, match="passkey-"):
        passkeys.add(db, SITE, maria, passkeys.ask_to_add(db, SITE, maria)[0], said)


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
def test_a_known_keys_answer_with_broken_parts_is_refused(db, make, part):
    phone = Authenticator()
    add(db, make.participant(), phone)
    for rubbish in ("", "AAAA", 7, None, "\u0142"):
        number, options = passkeys.ask_to_show(db, SITE)
        said = json.loads(phone.show(options))
        said["response"][part] = rubbish
        with pytest.raises(Refused, match="passkey-failed"):
            passkeys.show(db, SITE, number, json.dumps(said))


def test_somebody_has_ten_at_most_and_removes_only_their_own(db, make):
    maria = make.participant()
    for _ in range(passkeys.MOST):
        add(db, maria, Authenticator())
    with pytest.raises(Refused, match="too-many-passkeys"):
        passkeys.ask_to_add(db, SITE, maria)
    first = passkeys.of(db, maria)[0]

    with pytest.raises(NotFound):
        passkeys.remove(db, make.participant("Bruno Zych"), first.id)
    passkeys.remove(db, maria, first.id)

    assert db.scalar(select(func.count()).select_from(Passkey)) == passkeys.MOST - 1


def test_old_questions_go(db, make, at):
    for _ in range(3):
        passkeys.ask_to_show(db, SITE)
    at("2026-11-23 10:00")
    passkeys.ask_to_show(db, SITE)

    assert db.scalar(select(func.count()).select_from(PasskeyAsk)) == 1
