"""The second factor of staff: what opens a device, how often one may guess, and how one comes back without the telephone."""

from datetime import timedelta

import pytest
from pyotp import TOTP
from sqlalchemy import func, select

from services import clock, factors, identity
from services.errors import NotAllowed, Refused
from services.models import AuditEntry, Device, DeviceOpening, RecoveryCode, SecondFactor
from services.permissions import SYSTEM
from tests.services.crowd import in_parallel

KEY = b"the key of this installation"


def device(db, staff):
    return identity.device_of(db, identity.sign_in(db, staff, is_shared=False))


def code(db, staff, *, away=0):
    """What their authenticator shows now, or so many half-minutes away."""
    return TOTP(factors.secret_of(KEY, factors.factor_of(db, staff))).at(clock.now() + timedelta(seconds=30 * away))


def wrong(db, staff):
    near = {code(db, staff, away=away) for away in (-1, 0, 1)}
    return next(digits for digits in ("000000", "111111", "222222", "333333") if digits not in near)


@pytest.fixture
def ewa(db, make):
    """Who has set up her authenticator some minutes ago."""
    factors.begin(db, make.ewa)
    with clock.frozen(clock.now() - timedelta(minutes=10)):
        factors.confirm_app(db, KEY, device(db, make.ewa), code(db, make.ewa))
    return make.ewa


def is_half_open(db, staff_device, *, is_required=True):
    db.flush()
    return factors.is_half_open(db, staff_device, is_required=is_required)


def test_a_device_of_staff_is_half_open_until_the_second_factor_is_shown(db, ewa):
    new = device(db, ewa)
    assert is_half_open(db, new)

    token, by = factors.enter(db, KEY, new, code(db, ewa))

    assert by == "app"
    assert not is_half_open(db, new)
    assert identity.device_of(db, token) is new
    assert is_half_open(db, device(db, ewa)), "another device of hers is open, too"


def test_where_none_is_required_only_who_has_one_is_asked(db, make, ewa):
    assert is_half_open(db, device(db, ewa), is_required=False)
    assert not is_half_open(db, device(db, make.adviser), is_required=False)
    assert is_half_open(db, device(db, make.adviser), is_required=True)
    assert not is_half_open(db, device(db, make.participant()), is_required=True)


def test_the_token_of_the_half_open_time_opens_nothing_afterwards(db, ewa):
    before = identity.sign_in(db, ewa, is_shared=False)

    factors.enter(db, KEY, identity.device_of(db, before), code(db, ewa))

    assert identity.device_of(db, before) is None


@pytest.mark.parametrize(("away", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_telephones_clock_may_be_half_a_minute_off(db, ewa, away, is_taken):
    if is_taken:
        factors.enter(db, KEY, device(db, ewa), code(db, ewa, away=away))
    else:
        with pytest.raises(Refused, match="factor-wrong"):
            factors.enter(db, KEY, device(db, ewa), code(db, ewa, away=away))


@pytest.mark.parametrize("typed", ["{0} ", "{1} {2}", "{1}-{2}", "{3}"])
def test_a_code_counts_however_it_is_typed(db, ewa, typed):
    digits = code(db, ewa)
    arabic = digits.translate({ord("0") + n: chr(0x660 + n) for n in range(10)})

    factors.enter(db, KEY, device(db, ewa), typed.format(digits, digits[:3], digits[3:], arabic))


def test_a_code_works_once_and_an_earlier_one_not_after_it(db, ewa):
    factors.enter(db, KEY, device(db, ewa), code(db, ewa))

    for away in (0, -1):
        with pytest.raises(Refused, match="factor-used"):
            factors.enter(db, KEY, device(db, ewa), code(db, ewa, away=away))


def test_five_wrong_ones_and_a_wait_in_which_the_right_one_is_not_heard(db, ewa, at):
    for _ in range(factors.TRIES):
        with pytest.raises(Refused, match="factor-wrong"):
            factors.enter(db, KEY, device(db, ewa), wrong(db, ewa))

    with pytest.raises(Refused, match="factor-wait") as refused:
        factors.enter(db, KEY, device(db, ewa), code(db, ewa))
    assert refused.value.facts == {"wait": 15}
    at("2026-11-23 09:15")
    factors.enter(db, KEY, device(db, ewa), code(db, ewa))


def test_after_the_wait_there_are_five_again_and_after_a_right_one(db, ewa, at):
    for until in ("2026-11-23 09:15", "2026-11-23 09:30"):
        for _ in range(factors.TRIES):
            with pytest.raises(Refused, match="factor-wrong"):
                factors.enter(db, KEY, device(db, ewa), wrong(db, ewa))
        with pytest.raises(Refused, match="factor-wait"):
            factors.enter(db, KEY, device(db, ewa), wrong(db, ewa))
        at(until)
    factors.enter(db, KEY, device(db, ewa), code(db, ewa))

    assert db.get(SecondFactor, ewa.id, populate_existing=True).tries == 0


def test_guesses_that_come_together_are_counted_one_by_one(db, ewa, database):
    bad, its_device = wrong(db, ewa), device(db, ewa)
    db.commit()

    said = in_parallel(database, lambda db, _: factors.enter(db, KEY, db.get(Device, its_device.id), bad), 12)

    assert sorted(said) == ["factor-wait"] * 7 + ["factor-wrong"] * 5


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_one_code_opens_one_of_many_devices_that_show_it_together(db, ewa, database, kind):
    digits = code(db, ewa) if kind == "app" else factors.codes_to_show(db, KEY, ewa)[0]
    devices = [device(db, ewa).id for _ in range(4)]
    db.commit()

    said = in_parallel(database, lambda db, n: factors.enter(db, KEY, db.get(Device, devices[n]), digits)[1], 4)

    assert sorted(said) == sorted([kind] + ["factor-used"] * 3)
    assert db.scalar(select(func.count()).select_from(DeviceOpening).where(DeviceOpening.device_id.in_(devices))) == 1


def test_recovery_codes_are_ten_each_works_once_and_none_is_stored(db, ewa):
    shown = factors.codes_to_show(db, KEY, ewa)
    assert len(set(shown)) == 10 and all(len(one) == 10 and one.isdigit() for one in shown)
    assert not set(shown) & set(db.scalars(select(RecoveryCode.code_hash)))
    lost = device(db, ewa)

    assert factors.enter(db, KEY, lost, f"{shown[3][:5]} {shown[3][5:]}")[1] == "recovery"

    assert factors.codes_left(db, ewa) == 9
    with pytest.raises(Refused, match="factor-used"):
        factors.enter(db, KEY, device(db, ewa), shown[3])
    with pytest.raises(Refused, match="factor-wrong"):
        factors.enter(db, KEY, device(db, ewa), "0123456789")


def test_recovery_codes_are_shown_until_they_are_written_down(db, ewa):
    assert factors.codes_to_show(db, KEY, ewa) == factors.codes_to_show(db, KEY, ewa)

    factors.put_away_codes(db, ewa)

    assert factors.codes_to_show(db, KEY, ewa) == []


def test_a_secret_is_nobody_elses_and_not_the_one_before(db, make, ewa):
    factors.begin(db, make.adviser)
    secret = factors.secret_of(KEY, factors.factor_of(db, ewa))
    assert secret != factors.secret_of(KEY, factors.factor_of(db, make.adviser))
    assert secret != factors.secret_of(b"another key", factors.factor_of(db, ewa))

    factors.reset(db, SYSTEM, ewa)

    assert factors.secret_of(KEY, factors.begin(db, ewa)) != secret


def test_who_has_a_factor_cannot_set_up_another_without_showing_it(db, ewa):
    for act in (lambda: factors.begin(db, ewa), lambda: factors.confirm_app(db, KEY, device(db, ewa), code(db, ewa))):
        with pytest.raises(Refused, match="factor-there"):
            act()


def test_an_authenticator_that_was_begun_and_never_confirmed_opens_nothing(db, make):
    factors.begin(db, make.ewa)

    with pytest.raises(Refused, match="factor-wrong"):
        factors.enter(db, KEY, device(db, make.ewa), code(db, make.ewa))


def test_begun_twice_it_is_the_same_secret(db, make):
    assert factors.secret_of(KEY, factors.begin(db, make.ewa)) == factors.secret_of(KEY, factors.begin(db, make.ewa))


def test_who_came_by_a_recovery_code_may_set_up_another_telephone_for_a_while(db, ewa, at):
    lost, whole = device(db, ewa), device(db, ewa)
    factors.enter(db, KEY, lost, factors.codes_to_show(db, KEY, ewa)[0])
    factors.enter(db, KEY, whole, code(db, ewa))
    with pytest.raises(NotAllowed):
        factors.start_over(db, whole)

    factors.start_over(db, lost)

    assert factors.ways_of(db, ewa) == []
    assert is_half_open(db, lost) and is_half_open(db, whole)


def test_a_quarter_of_an_hour_later_it_is_too_late_to_start_over(db, ewa, at):
    lost = device(db, ewa)
    factors.enter(db, KEY, lost, factors.codes_to_show(db, KEY, ewa)[0])
    at("2026-11-23 09:15")

    with pytest.raises(NotAllowed):
        factors.start_over(db, lost)


def test_a_reset_ends_every_device_and_is_written_down(db, make, ewa):
    token, _ = factors.enter(db, KEY, device(db, ewa), code(db, ewa))
    with pytest.raises(NotAllowed):
        factors.reset(db, make.adviser, ewa)

    factors.reset(db, SYSTEM, ewa)

    assert identity.device_of(db, token) is None
    assert factors.ways_of(db, ewa) == [] and factors.codes_left(db, ewa) == 0
    assert db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first().act == "staff:reset-factor"
