"""Words that coordinators keep for another sending. Everybody who sends may use them, change them, and end them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, clock
from services.errors import NotFound, Refused
from services.models import CampaignTemplate, StaffMember
from services.permissions import Permission, require

LONGEST_NAME = 80


def kept(db: Session, actor: StaffMember) -> list[CampaignTemplate]:
    """What may be chosen now, by name."""
    require(actor, Permission.CAMPAIGN_SEND)
    query = select(CampaignTemplate).where(CampaignTemplate.ended_at.is_(None)).order_by(CampaignTemplate.name)
    return list(db.scalars(query))


def get_text(db: Session, actor: StaffMember, text_id: int) -> CampaignTemplate:
    require(actor, Permission.CAMPAIGN_SEND)
    found = db.get(CampaignTemplate, text_id)
    if found is None or found.ended_at is not None:
        raise NotFound
    return found


def keep(
    db: Session, actor: StaffMember, name: str, purpose: str, texts: dict[str, str], *, text: CampaignTemplate | None = None
) -> CampaignTemplate:
    """Keep words under a name: new ones, or `text` changed. A name that was ended comes back with the new words.

    Refused: "text-name-missing", "text-name-long", "text-name-taken", "text-missing".
    """
    require(actor, Permission.CAMPAIGN_SEND)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Refused("text-name-long" if name else "text-name-missing")
    if not texts.get("pl"):
        raise Refused("text-missing")
    same = db.scalar(select(CampaignTemplate).where(CampaignTemplate.name == name).with_for_update())
    if same is not None and same is not text:
        if same.ended_at is None or text is not None:
            raise Refused("text-name-taken")
        text = same
    if text is None:
        db.add(text := CampaignTemplate())
    text.name, text.purpose, text.texts = name, purpose, dict(texts)
    text.changed_by_id, text.changed_at, text.ended_at = actor.id, clock.now(), None
    audit.record(db, actor, "text:keep", text)
    return text


def end(db: Session, actor: StaffMember, text: CampaignTemplate) -> None:
    """Take words away from the list. Sendings that used them keep their own copy."""
    require(actor, Permission.CAMPAIGN_SEND)
    text.ended_at = clock.now()
    audit.record(db, actor, "text:end", text)
