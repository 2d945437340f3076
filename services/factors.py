"""The second factor of staff: an authenticator's codes, recovery codes, and which devices are open because of them.

Passkeys: `services.passkeys`. An authenticator's secret is derived from a random salt with the key of the installation, like
links and codes: a copy of the database opens nothing, and no second key has to be kept. Another key of the installation means
another secret, so whoever changes it resets the factors of staff, too.
"""

import hmac
import secrets
from base64 import b32encode
from datetime import timedelta

from sqlalchemy import bindparam, case, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from services import audit, clock
from services.errors import NotAllowed, Refused
from services.identity import derive, hashed
from services.models import Device, DeviceOpening, Passkey, RecoveryCode, SecondFactor, StaffMember
from services.permissions import Actor, Permission, require

TRIES, WAIT = 5, timedelta(minutes=15)
STEP_SECONDS, DRIFT = 30, 1  # RFC 6238; a telephone's clock may be half a minute off
HOW_MANY_CODES, CODE_DIGITS = 10, 10
FRESH = timedelta(minutes=15)

_HAS_APP = exists().where(SecondFactor.staff_id == bindparam("staff"), SecondFactor.app_since.is_not(None))
_HAS_PASSKEY = exists().where(Passkey.staff_id == bindparam("staff"))
# On a request of staff `identity.device_of` has asked the same already, together with who it is.
_STANDING = select(exists().where(DeviceOpening.device_id == bindparam("device")), or_(_HAS_APP, _HAS_PASSKEY))


def is_half_open(db: Session, device: Device, *, is_required: bool) -> bool:
    """Whether a device of staff still waits for the second factor. Where none is required, only who has one is asked."""
    if device.staff_id is None:
        return False
    ask = {"device": device.id, "staff": device.staff_id}
    was_opened, has_factor = device.standing or db.execute(_STANDING, ask).one()
    return not was_opened and (is_required or has_factor)


def was_opened(db: Session, device: Device) -> bool:
    """Whether a second factor was shown on this device."""
    return db.get(DeviceOpening, device.id) is not None


def ways_of(db: Session, staff: StaffMember) -> list[str]:
    """What a staff member can be asked for: "app", "passkey"; with neither they have yet to set one up."""
    has_app, has_passkey = db.execute(select(_HAS_APP, _HAS_PASSKEY), {"staff": staff.id}).one()
    return [*(["app"] if has_app else []), *(["passkey"] if has_passkey else [])]


def factor_of(db: Session, staff: StaffMember) -> SecondFactor | None:
    return db.get(SecondFactor, staff.id)


def begin(db: Session, staff: StaffMember) -> SecondFactor:
    """A secret for an authenticator that has yet to show a code. Refused "factor-there": whoever has a factor shows it first."""
    if ways_of(db, staff):
        raise Refused("factor-there")
    factor = factor_of(db, staff)
    if factor is None:
        factor = SecondFactor(staff_id=staff.id, salt=secrets.token_hex(16))
        db.add(factor)
        db.flush()
    return factor


def secret_of(key: bytes, factor: SecondFactor) -> str:
    """What the authenticator and we both know: 32 letters, 160 bits."""
    return b32encode(derive(key, f"totp-{factor.salt}", factor.staff_id)[:20]).decode()


def address_for_app(key: bytes, factor: SecondFactor, staff: StaffMember) -> str:
    """The secret as an authenticator reads it from a picture or a link."""
    from pyotp import TOTP

    return TOTP(secret_of(key, factor)).provisioning_uri(name=staff.email or staff.short_name, issuer_name="Pracownia")


def confirm_app(db: Session, key: bytes, device: Device, digits: str) -> str:
    """The authenticator's first code: from now on it is asked for. Opens the device, as `enter` does."""
    if ways_of(db, device.staff):
        raise Refused("factor-there")
    _count_try(db, device.staff)
    _take_app_code(db, key, device.staff, _digits(digits), is_new=True)
    audit.record(db, device.staff, "staff:set-up-app", device.staff)
    make_codes(db, key, device.staff)
    return open_fully(db, device, by="app")


def enter(db: Session, key: bytes, device: Device, digits: str) -> tuple[str, str]:
    """Open a device by what was typed: six digits of the authenticator, or a recovery code. Returns its new token, and by which.

    The try counts whatever comes of it, so the caller commits even after a refusal. Refused: "factor-wrong", "factor-used",
    "factor-wait" (wait=minutes) after five wrong ones.
    """
    digits = _digits(digits)
    _count_try(db, device.staff)
    by = "recovery" if len(digits) == CODE_DIGITS else "app"
    if by == "app":
        _take_app_code(db, key, device.staff, digits)
    else:
        _take_recovery_code(db, key, device.staff, digits)
    return open_fully(db, device, by=by), by


def _digits(typed: str) -> str:
    return "".join(str(int(sign)) for sign in typed if sign.isdecimal())  # an Arabic keyboard types digits too


def _count_try(db: Session, staff: StaffMember) -> None:
    """One conditional UPDATE, so that guesses that come together are counted one by one. The fifth begins the wait."""
    now, column = clock.now(), SecondFactor
    counted = db.execute(
        update(SecondFactor)
        .where(column.staff_id == staff.id, or_(column.tries < TRIES, column.wait_until <= now))
        .values(
            tries=case((column.tries < TRIES, column.tries + 1), else_=1),
            wait_until=case((column.tries == TRIES - 1, now + WAIT), else_=None),
        )
        .execution_options(synchronize_session=False)
    )
    if counted.rowcount == 0:
        factor = db.get(SecondFactor, staff.id, populate_existing=True)
        if factor is None:
            raise Refused("factor-wrong")
        raise Refused("factor-wait", wait=max(1, round((factor.wait_until - now).total_seconds() / 60)))


def _take_app_code(db: Session, key: bytes, staff: StaffMember, digits: str, *, is_new: bool = False) -> None:
    """Each code is taken once: the half-minute that it stands for must be later than the last one."""
    factor = db.get(SecondFactor, staff.id, populate_existing=True)
    step = _step_of(secret_of(key, factor), digits)
    if step is None or (factor.app_since is None) != is_new:
        raise Refused("factor-wrong")
    taken = db.execute(
        update(SecondFactor)
        .where(SecondFactor.staff_id == staff.id, SecondFactor.salt == factor.salt, SecondFactor.last_step < step)
        .values(last_step=step, app_since=func.coalesce(SecondFactor.app_since, clock.now()))
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount == 0:
        raise Refused("factor-used")


def _step_of(secret: str, digits: str) -> int | None:
    """Which half-minute near now these digits stand for."""
    from pyotp import HOTP

    code, now = HOTP(secret), int(clock.now().timestamp()) // STEP_SECONDS
    fitting = [step for step in range(now - DRIFT, now + DRIFT + 1) if hmac.compare_digest(code.at(step), digits)]
    return fitting[-1] if fitting else None


def _take_recovery_code(db: Session, key: bytes, staff: StaffMember, digits: str) -> None:
    which = [RecoveryCode.staff_id == staff.id, RecoveryCode.code_hash == _hash_of(key, staff, digits)]
    taken = db.execute(
        update(RecoveryCode).where(*which, RecoveryCode.used_at.is_(None)).values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if taken.rowcount == 0:
        raise Refused("factor-used" if db.scalar(select(exists().where(*which))) else "factor-wrong")


def _hash_of(key: bytes, staff: StaffMember, digits: str) -> str:
    """With the key: ten digits alone could be found by trying all of them."""
    return derive(key, f"recovery-hash-{digits}", staff.id).hex()


def make_codes(db: Session, key: bytes, staff: StaffMember) -> None:
    """Ten new recovery codes; earlier ones end."""
    factor = factor_of(db, staff) or SecondFactor(staff_id=staff.id, salt=secrets.token_hex(16))
    db.add(factor)
    factor.codes_salt, factor.codes_seen_at = secrets.token_hex(16), None
    db.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff.id))
    db.add_all(RecoveryCode(staff_id=staff.id, code_hash=_hash_of(key, staff, code)) for code in _codes(key, factor))
    db.flush()


def _codes(key: bytes, factor: SecondFactor) -> list[str]:
    drawn = (derive(key, f"recovery-{factor.codes_salt}-{number}", factor.staff_id) for number in range(HOW_MANY_CODES))
    return [f"{int.from_bytes(one[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}d}" for one in drawn]


def codes_to_show(db: Session, key: bytes, staff: StaffMember) -> list[str]:
    """The recovery codes, until their owner says that they are written down; never again after that."""
    factor = factor_of(db, staff)
    return _codes(key, factor) if factor and factor.codes_salt and factor.codes_seen_at is None else []


def put_away_codes(db: Session, staff: StaffMember) -> None:
    """They are written down."""
    db.execute(
        update(SecondFactor).where(SecondFactor.staff_id == staff.id, SecondFactor.codes_seen_at.is_(None))
        .values(codes_seen_at=clock.now())
    )  # fmt: skip


def codes_left(db: Session, staff: StaffMember) -> int:
    unused = select(func.count()).where(RecoveryCode.staff_id == staff.id, RecoveryCode.used_at.is_(None))
    return db.scalar(unused.select_from(RecoveryCode))


def open_fully(db: Session, device: Device, *, by: str) -> str:
    """The second factor was shown here. The device gets another token, so that the one of the half-open time opens nothing."""
    token = secrets.token_urlsafe(24)
    device.token_hash = hashed(token)
    db.merge(DeviceOpening(device_id=device.id, by=by, at=clock.now()))
    db.execute(
        update(SecondFactor).where(SecondFactor.staff_id == device.staff_id).values(tries=0, wait_until=None)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    audit.record(db, device.staff, "device:second-factor", device, by=by)
    db.flush()
    device.standing = None  # what was found before is no longer so
    return token


def may_start_over(db: Session, device: Device) -> bool:
    """Whoever has just come in by a recovery code has lost the telephone, and may set up another."""
    opening = db.get(DeviceOpening, device.id)
    return opening is not None and opening.by == "recovery" and opening.at > clock.now() - FRESH


def start_over(db: Session, device: Device) -> None:
    """Give up one's own factor and set up another; the device is half-open until then. NotAllowed without a recovery code."""
    if not may_start_over(db, device):
        raise NotAllowed("no recovery code")
    _forget(db, device.staff)
    audit.record(db, device.staff, "staff:start-over", device.staff)


def reset(db: Session, actor: Actor, staff: StaffMember) -> None:
    """Somebody's factor is lost: they set up another one on their next sign-in, and every device of theirs ends now."""
    require(actor, Permission.STAFF_MANAGE)
    _forget(db, staff)
    db.execute(update(Device).where(Device.staff_id == staff.id, Device.ended_at.is_(None)).values(ended_at=clock.now()))
    audit.record(db, actor, "staff:reset-factor", staff)


def _forget(db: Session, staff: StaffMember) -> None:
    db.execute(delete(DeviceOpening).where(DeviceOpening.device_id.in_(select(Device.id).where(Device.staff_id == staff.id))))
    for table in (RecoveryCode, Passkey, SecondFactor):
        db.execute(delete(table).where(table.staff_id == staff.id))
