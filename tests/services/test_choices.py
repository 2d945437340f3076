"""How somebody chooses to be reminded, and on which phones. On both databases."""

import pytest
from sqlalchemy import select

from services import choices, clock
from services.choices import Choice
from services.errors import Refused
from services.models import PushSubscription


def test_a_choice_is_kept_in_the_order_of_the_person(db, make):
    maria = make.participant()

    choices.choose(
        db, maria, ["push", "email", "push"], ["two-hours", "three-days"], hour=16, quiet_from=21, quiet_to=9, is_discreet=False
    )

    assert choices.choice_of(db, maria) == Choice(
        ["push", "email"], ["three-days", "two-hours"], 16, 21, 9, is_discreet=False, is_own=True
    )


def test_until_then_the_first_way_that_works_is_shown(db, make):
    assert choices.choice_of(db, make.participant()) == Choice(["email"], ["day"])
    assert choices.choice_of(db, make.participant(email=None)).channels == ["call"]


@pytest.mark.parametrize("wrong", [{"hour": 3}, {"quiet_from": 3}, {"quiet_to": 23}])
def test_an_hour_that_was_not_offered_is_refused(db, make, wrong):
    with pytest.raises(Refused, match="hour-wrong"):
        choices.choose(db, make.participant(), ["email"], ["day"], **wrong)


def test_none_at_all_is_a_choice_and_choosing_nothing_is_not(db, make):
    maria = make.participant()
    choices.choose(db, maria, ["none"], [])
    assert choices.choice_of(db, maria).channels == []
    with pytest.raises(Refused, match="channel-both"):
        choices.choose(db, maria, ["none", "email"], ["day"])

    with pytest.raises(Refused, match="channel-missing"):
        choices.choose(db, maria, [], ["day"])
    with pytest.raises(Refused, match="moment-missing"):
        choices.choose(db, maria, ["email"], [])


def test_the_same_browser_subscribed_twice_is_one_and_follows_who_is_signed_in(db, make):
    maria, bruno = make.participant(), make.participant("Bruno")
    for person in (maria, maria, bruno):
        device = make.device(person)
        choices.subscribe(db, person, device, endpoint="https://push.example.org/1", p256dh="k", auth="a")

    assert db.scalars(select(PushSubscription.person_id)).all() == [bruno.id]


def test_a_shared_phone_gets_no_notifications(db, make):
    maria = make.participant()

    with pytest.raises(Refused, match="phone-shared"):
        choices.subscribe(db, maria, make.device(maria, is_shared=True), endpoint="e", p256dh="k", auth="a")


def test_turning_notifications_off_is_for_this_phone_only(db, make):
    maria = make.participant()
    here, there = make.device(maria), make.device(maria)
    make.subscription(maria, device=here)
    other = make.subscription(maria, device=there)

    choices.unsubscribe(db, maria, here)

    assert choices.subscription_of(db, here) is None
    assert choices.subscription_of(db, there) == other


KEYS = {"p256dh": "k", "auth": "a"}


@pytest.fixture
def changed(db, make):
    """`changed(person, device)`: what stands there once that phone's browser has changed `make.subscription`'s endpoint by itself."""

    def change(old, person, device):
        choices.renew(db, person, device, old_endpoint=old.endpoint, endpoint="https://push.example.org/new", **KEYS)
        return choices.subscription_of(db, device)

    return change


@pytest.mark.parametrize("ended_at", [None, clock.now()], ids=["in use", "ended by the push service"])
def test_a_browser_that_changes_its_subscription_keeps_notifications_on(db, make, changed, ended_at):
    maria = make.participant()
    here = make.device(maria)
    old = make.subscription(maria, device=here)
    old.ended_at = ended_at

    assert changed(old, maria, here).endpoint == "https://push.example.org/new"
    assert old.ended_at is not None


def test_a_change_by_the_browser_turns_nothing_on_for_who_signed_in_after(db, make, changed):
    maria, bruno = make.participant(), make.participant("Bruno")
    old = make.subscription(maria, device=make.device(maria))

    assert changed(old, bruno, make.device(bruno)) is None
    assert changed(old, maria, make.device(maria)) is None  # her other phone


def test_a_change_by_the_browser_turns_nothing_on_that_was_turned_off(db, make, changed):
    maria = make.participant()
    here = make.device(maria)
    old = make.subscription(maria, device=here)
    choices.unsubscribe(db, maria, here)

    assert changed(old, maria, here) is None
