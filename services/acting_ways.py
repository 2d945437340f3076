"""How a trusted person comes in: a link that works once, then a browser that is theirs. No account, no password.

The tokens are derived like those of `services.identity`; the database holds only hashes.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from services import audit, clock, outbox, reach
from services.errors import NotFound, Refused
from services.identity import MINE_DAYS, SHARED_HOURS, as_phone, derive, hashed
from services.models import Enrolment, Mandate, MandateDevice, MandateLink, Message

LINK_DAYS = 7
ONCE_IN = timedelta(minutes=10)  # so often a link is sent again to whoever asks for one without being signed in


def token_of(key: bytes, link: MandateLink) -> str:
    """The secret part of a link's address: 22 characters, 132 bits."""
    return urlsafe_b64encode(derive(key, "link-acting", link.id)).decode()[:22]


def send_link(db: Session, key: bytes, mandate: Mandate, *, at_once: bool = False) -> MandateLink:
    """A new way in for somebody who was named, by mail or text message if they have an address; earlier links end.

    At night a text message waits until the morning, unless whoever gets it waits for it (`at_once`).
    """
    _end_links(db, mandate)
    now = clock.now()
    link = MandateLink(mandate_id=mandate.id, created_at=now, expires_at=now + timedelta(days=LINK_DAYS))
    db.add(link)
    db.flush()
    link.token_hash = hashed(token_of(key, link))
    for route in reach.to_contact(mandate)[:1]:
        outbox.post(
            db, "acting-link", route.channel, subject=f"link:{link.id}", useful_until=link.expires_at, provider=route.provider,
            due_at=None if at_once or route.channel == "email" else reach.morning_after(now),
            person_id=mandate.person_id, mandate_link_id=link.id,
        )  # fmt: skip
    return link


def _end_links(db: Session, mandate: Mandate) -> None:
    """What was not used so far leads nowhere any more, and what was not sent is not."""
    links = select(MandateLink.id).where(MandateLink.mandate_id == mandate.id)
    outbox.cancel(db, Message.mandate_link_id.in_(links))
    db.execute(
        update(MandateLink).where(MandateLink.mandate_id == mandate.id, MandateLink.expires_at > clock.now())
        .values(expires_at=clock.now()).execution_options(synchronize_session=False)
    )  # fmt: skip


def open_link(db: Session, mandate: Mandate) -> MandateLink | None:
    """The link that still works, if there is one."""
    query = select(MandateLink).where(
        MandateLink.mandate_id == mandate.id, MandateLink.spent_at.is_(None), MandateLink.expires_at > clock.now()
    )
    return db.scalars(query.order_by(MandateLink.id.desc()).limit(1)).first()


def how_it_went(db: Session, link: MandateLink) -> Message | None:
    """The message that carries a link; None when it was only shown."""
    return db.scalar(select(Message).where(Message.mandate_link_id == link.id))


def find_link(db: Session, token: str) -> MandateLink:
    """A link by its token. NotFound: there is none. Refused "link-spent" or "link-old" explain themselves."""
    link = _link(db, token)
    if link.spent_at is not None:
        raise Refused("link-spent")
    return link


def _link(db: Session, token: str) -> MandateLink:
    found = db.scalar(select(MandateLink).where(MandateLink.token_hash == hashed(token)).options(*_WITH_PERSON))
    if found is None:
        raise NotFound
    if not found.mandate.is_live or (found.spent_at is None and found.expires_at <= clock.now()):
        raise Refused("link-old")
    return found


_WITH_PERSON = (
    joinedload(MandateLink.mandate).options(
        joinedload(Mandate.person), joinedload(Mandate.enrolment), joinedload(Mandate.things)
    ),
)


def accept(db: Session, key: bytes, token: str, *, form_key: str, is_shared: bool) -> tuple[MandateDevice, str]:
    """Come in by a link, once: the device, and the token for its cookie. Pressed twice, the same form has the same device.

    Refused: "link-spent", "link-old". The mandate is held, so that an end at the same moment comes before or after.
    """
    link = _link(db, token)
    if hold(db, link.mandate_id, to_change=True) is None:
        raise Refused("link-old")
    secret = urlsafe_b64encode(derive(key, f"acting-device-{hashed(form_key)}", link.id)).decode()[:32]
    done = db.execute(
        update(MandateLink).where(MandateLink.id == link.id, MandateLink.spent_at.is_(None))
        .values(spent_at=clock.now(), spent_by=hashed(form_key)).execution_options(synchronize_session=False)
    )  # fmt: skip
    if done.rowcount == 0:
        device = next(iter(devices(db, [secret])), None)
        if device is None:
            raise Refused("link-spent")
        return device, secret
    now = clock.now()
    lasts = timedelta(hours=SHARED_HOURS) if is_shared else timedelta(days=MINE_DAYS)
    device = MandateDevice(
        mandate_id=link.mandate_id, mandate=link.mandate, token_hash=hashed(secret), is_shared=is_shared, created_at=now,
        expires_at=now + lasts,
    )  # fmt: skip
    link.mandate.accepted_at = link.mandate.accepted_at or now
    db.add(device)
    audit.record(db, link.mandate, "mandate:come-in", device, person_id=link.mandate.person_id, shared=is_shared)
    return device, secret


_DEVICE = select(MandateDevice).options(
    joinedload(MandateDevice.mandate).options(
        joinedload(Mandate.person), joinedload(Mandate.enrolment), joinedload(Mandate.things)
    )
)


def devices(db: Session, tokens: Iterable[str]) -> list[MandateDevice]:
    """The live devices of a cookie's tokens, of mandates that hold, by the name of whom they are for."""
    known = [device for device in devices_ever(db, tokens) if device.ended_at is None and device.expires_at > clock.now()]
    return [device for device in known if device.mandate.is_live]


def devices_ever(db: Session, tokens: Iterable[str]) -> list[MandateDevice]:
    """The devices of a cookie's tokens, ended ones too: to be able to say what has ended."""
    hashes = [hashed(token) for token in tokens]
    if not hashes:
        return []
    found = db.scalars(_DEVICE.where(MandateDevice.token_hash.in_(hashes))).unique()
    return sorted(found, key=lambda device: (device.mandate.person.short_name, device.id))


def hold(db: Session, mandate_id: int, *, to_change: bool = False) -> Mandate | None:
    """The mandate as it is now, and so it stays until the transaction ends; None when it has ended.

    Whoever ends it or changes what it holds waits for us, or we for them: the database decides which was first.
    """
    held = db.scalar(
        select(Mandate).where(Mandate.id == mandate_id, Mandate.ended_at.is_(None)).with_for_update(read=not to_change)
        .execution_options(populate_existing=True)
    )  # fmt: skip
    if held is None:
        return None
    db.refresh(held, ["things"])
    return held if held.is_live else None


def close(db: Session, mandate: Mandate) -> None:
    """No link and no browser leads in by this mandate any more."""
    _end_links(db, mandate)
    end_devices(db, MandateDevice.mandate_id == mandate.id)


def end_devices(db: Session, *which) -> None:
    db.execute(
        update(MandateDevice).where(MandateDevice.ended_at.is_(None), *which).values(ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def sign_out(db: Session, tokens: Iterable[str]) -> None:
    """This browser acts for nobody any more; what the people allow stays as it is."""
    if hashes := [hashed(token) for token in tokens]:
        end_devices(db, MandateDevice.token_hash.in_(hashes))


def ask_again(db: Session, key: bytes, address: str) -> None:
    """A fresh link for each person for whom whoever has this address acts. Says nothing about whether there is one.

    To an address goes one link for a person in `ONCE_IN`, however often somebody asks.
    """
    wanted, phone = address.strip().lower(), as_phone(address)
    ways = [Mandate.email == wanted] + ([Mandate.phone == phone] if phone else [])
    recent = select(MandateLink.id).where(
        MandateLink.mandate_id == Mandate.id, MandateLink.created_at > clock.now() - ONCE_IN, MandateLink.spent_at.is_(None)
    )
    live = (Mandate.ended_at.is_(None), or_(Enrolment.left_on.is_(None), Enrolment.left_on > clock.today()))
    query = select(Mandate).join(Enrolment).where(or_(*ways), *live, ~recent.exists())
    for mandate in db.scalars(query.order_by(Mandate.id)):
        send_link(db, key, mandate, at_once=True)
