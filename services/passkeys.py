"""Passkeys: a key in somebody's phone signs a random value of ours, and no code has to be read or typed.

For participants who want one it is one more way in; for staff it is a second factor. What a browser says is checked by the
library `webauthn`; here stands whose key it is, and that each value is signed once.
"""

import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from services import audit, clock
from services.errors import NotFound, Refused
from services.identity import derive, name_of
from services.models import Passkey, PasskeyAsk, Person, StaffMember

ASK_MINUTES, MOST, LONGEST = 5, 10, 20_000
ENTER = "enter"


@dataclass(frozen=True)
class Site:
    """Where a passkey works: the name that it is tied to, and the address of the pages that may ask for it."""

    host: str
    origin: str
    key: bytes


def add_about(owner: Person | StaffMember) -> str:
    return f"add {name_of(owner)}"


def second_about(owner: StaffMember) -> str:
    return f"second {name_of(owner)}"


def of(db: Session, owner: Person | StaffMember) -> list[Passkey]:
    """Somebody's passkeys, oldest first."""
    return list(db.scalars(select(Passkey).where(_belongs(owner)).order_by(Passkey.id)))


def _belongs(owner: Person | StaffMember):
    return Passkey.person_id == owner.id if isinstance(owner, Person) else Passkey.staff_id == owner.id


def _ask(db: Session, about: str) -> PasskeyAsk:
    now = clock.now()
    db.execute(delete(PasskeyAsk).where(PasskeyAsk.expires_at < now))
    ask = PasskeyAsk(challenge=_text(secrets.token_bytes(32)), about=about, expires_at=now + timedelta(minutes=ASK_MINUTES))
    db.add(ask)
    db.flush()
    return ask


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def ask_to_add(db: Session, site: Site, owner: Person | StaffMember) -> tuple[int, dict]:
    """The number of a new question, and what the browser needs to make a key. Refused "too-many-passkeys"."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes as raw
    from webauthn.helpers import structs

    known = of(db, owner)
    if len(known) >= MOST:
        raise Refused("too-many-passkeys", most=MOST)
    ask = _ask(db, add_about(owner))
    is_staff = isinstance(owner, StaffMember)
    options = webauthn.generate_registration_options(
        rp_id=site.host, rp_name="Pracownia", user_name=owner.short_name, user_display_name=owner.short_name,
        user_id=derive(site.key, "passkey-staff" if is_staff else "passkey-person", owner.id), challenge=raw(ask.challenge),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=raw(one.credential_id)) for one in known],
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED, user_verification=_verification(is_staff)
        ),
    )  # fmt: skip
    return ask.id, json.loads(webauthn.options_to_json(options))


def _verification(is_needed: bool):
    from webauthn.helpers.structs import UserVerificationRequirement as Verification

    return Verification.REQUIRED if is_needed else Verification.PREFERRED


def ask_to_show(db: Session, site: Site, staff: StaffMember | None = None) -> tuple[int, dict]:
    """The number of a new question, and what the browser needs to show a key: anybody's, or one of a staff member's."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes as raw
    from webauthn.helpers import structs

    ask = _ask(db, second_about(staff) if staff else ENTER)
    known = of(db, staff) if staff else []
    options = webauthn.generate_authentication_options(
        rp_id=site.host, challenge=raw(ask.challenge), user_verification=_verification(staff is not None),
        allow_credentials=[structs.PublicKeyCredentialDescriptor(id=raw(one.credential_id)) for one in known],
    )  # fmt: skip
    return ask.id, json.loads(webauthn.options_to_json(options))


def _use(db: Session, number: int, about: str) -> PasskeyAsk:
    """The question that is answered now, once. A conditional UPDATE decides."""
    used = db.execute(
        update(PasskeyAsk)
        .where(
            PasskeyAsk.id == number,
            PasskeyAsk.about == about,
            PasskeyAsk.used_at.is_(None),
            PasskeyAsk.expires_at > clock.now(),
        )
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if used.rowcount == 0:
        raise Refused("passkey-late")
    return db.get(PasskeyAsk, number, populate_existing=True)


def add(db: Session, site: Site, owner: Person | StaffMember, number: int, said: str) -> Passkey:
    """Keep the public half of the key that the browser has just made. Refused "passkey-failed", "passkey-late"."""
    import webauthn

    ask = _use(db, number, add_about(owner))
    made = _checked(
        webauthn.verify_registration_response, said, site, ask, require_user_verification=isinstance(owner, StaffMember)
    )
    who = {"staff_id": owner.id} if isinstance(owner, StaffMember) else {"person_id": owner.id}
    known = select(Passkey.id).where(Passkey.credential_id == _text(made.credential_id))
    if db.scalar(known) is not None or len(of(db, owner)) >= MOST:
        raise Refused("passkey-failed")
    passkey = Passkey(
        credential_id=_text(made.credential_id), public_key=_text(made.credential_public_key), sign_count=made.sign_count,
        created_at=clock.now(), **who,
    )  # fmt: skip
    db.add(passkey)
    audit.record(db, owner, "passkey:add", passkey)
    return passkey


def show(db: Session, site: Site, number: int, said: str, *, staff: StaffMember | None = None) -> Person | StaffMember:
    """Whose key has signed our question; with `staff`, only theirs will do. Refused "passkey-failed", "passkey-late".

    Staff must have shown themselves to their key (a finger, a PIN), so that it is two factors in one.
    """
    import webauthn
    from webauthn.helpers import base64url_to_bytes as raw

    ask = _use(db, number, second_about(staff) if staff else ENTER)
    passkey = _named(db, said)
    owner = passkey.person or passkey.staff
    if (staff is not None and owner is not staff) or (isinstance(owner, StaffMember) and not owner.is_active):
        raise Refused("passkey-failed")
    shown = _checked(
        webauthn.verify_authentication_response, said, site, ask, credential_public_key=raw(passkey.public_key),
        credential_current_sign_count=passkey.sign_count, require_user_verification=isinstance(owner, StaffMember),
    )  # fmt: skip
    passkey.sign_count, passkey.used_at = shown.new_sign_count, clock.now()
    return owner


def _named(db: Session, said: str) -> Passkey:
    """The passkey that an answer says it comes from; nothing of the answer is believed yet."""
    try:
        name = str(json.loads(said[:LONGEST])["id"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused("passkey-failed") from None
    known = select(Passkey).where(Passkey.credential_id == name)
    found = db.scalar(known.options(joinedload(Passkey.person), joinedload(Passkey.staff)))
    if found is None:
        raise Refused("passkey-unknown")
    return found


def _checked(check, said: str, site: Site, ask: PasskeyAsk, **more):
    from webauthn.helpers import base64url_to_bytes as raw

    try:
        return check(
            credential=said[:LONGEST], expected_challenge=raw(ask.challenge), expected_rp_id=site.host,
            expected_origin=site.origin, **more,
        )  # fmt: skip
    except Exception:  # whatever the library comes up with: it reads what a stranger has made
        raise Refused("passkey-failed") from None


def remove(db: Session, owner: Person | StaffMember, number: int) -> None:
    """This key opens nothing any more. NotFound when it is not theirs."""
    gone = db.scalar(select(Passkey).where(Passkey.id == number, _belongs(owner)))
    if gone is None:
        raise NotFound
    audit.record(db, owner, "passkey:remove", gone)
    db.delete(gone)
