"""What somebody has, besides a link or a code: a telephone with an authenticator, a passkey, a sheet of recovery codes.

Of the staff's second factor the database holds nothing that lets anybody in: an authenticator's secret and the recovery codes
are derived with the key of the installation, and a passkey's public key opens nothing.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.db import Base, coded
from services.models.identity import ONE_OWNER
from services.models.people import Person, StaffMember


class SecondFactor(Base):
    """How a staff member is asked a second time. `tries` and `wait_until` count guesses at whatever can be typed."""

    __tablename__ = "second_factor"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))  # a new one is a new secret
    app_since: Mapped[datetime | None]  # none: the authenticator has not shown a right code yet
    last_step: Mapped[int] = mapped_column(default=0)  # the half-minute whose code was taken last
    tries: Mapped[int] = mapped_column(default=0)
    wait_until: Mapped[datetime | None]
    codes_salt: Mapped[str | None] = mapped_column(String(32))
    codes_seen_at: Mapped[datetime | None]  # from then on the recovery codes are never shown again


class RecoveryCode(Base):
    """One of ten codes on paper, for the day when the telephone is lost. Works once."""

    __tablename__ = "recovery_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A key that stays in somebody's phone, computer or stick. Only its public half is here."""

    __tablename__ = "passkey"
    __table_args__ = (CheckConstraint(ONE_OWNER, name="one_owner"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)  # base64url; the standard allows 1023 bytes
    public_key: Mapped[str] = mapped_column(String(3000))  # base64url; an RSA key is the longest
    sign_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    person: Mapped[Person | None] = relationship()
    staff: Mapped[StaffMember | None] = relationship()


class PasskeyAsk(Base):
    """A random value that a passkey has to sign, once, within some minutes."""

    __tablename__ = "passkey_ask"
    id: Mapped[int] = mapped_column(primary_key=True)
    challenge: Mapped[str] = mapped_column(String(64), unique=True)
    about: Mapped[str] = mapped_column(String(40))  # "enter", "add person:12", "second staff:3"
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class DeviceOpening(Base):
    """That the second factor was shown on a staff member's device. Without this row the device opens nothing."""

    __tablename__ = "device_opening"
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"), primary_key=True)
    by: Mapped[str] = mapped_column(coded("by", "app", "passkey", "recovery"))
    at: Mapped[datetime]
