"""One sending to many people: send, stop, see what became of it. Nobody is written to twice for one purpose too soon."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from services import audiences, audit, catalogue, clock, outbox, reminders, tasks, telling
from services.audiences import EVERYBODY, Audience, Filters, Member, Selection
from services.db import IntegrityError, insert_into
from services.errors import NotFound, Refused
from services.models import Campaign, CampaignContact, Message, StaffMember, Task
from services.permissions import Permission, require

STOP_SECONDS = 60
USEFUL = timedelta(days=3)  # of words that are about no session
AT_ONCE = 200  # rows of one INSERT


def tomorrow_unanswered(db: Session, actor: StaffMember) -> Audience:
    """Everybody of the actor's with a session tomorrow who has said neither yes nor that they need help."""
    return audiences.find(db, actor, Filters("session-tomorrow"))


def send(
    db: Session, actor: StaffMember, filters: Filters = Filters(), *, key: str, selection: Selection = EVERYBODY,
    texts: dict[str, str] | None = None, purpose: str = "", wait: int = STOP_SECONDS,
) -> Campaign:  # fmt: skip
    """Write to an audience now (in `wait` seconds, until when it can be stopped). The same `key` twice is one sending.

    `texts`: language → own words, Polish always among them; without any it is the reminder of a session. Who was written to
    for the same purpose meanwhile is left out. Refused: "nobody-chosen", "text-missing".
    """
    require(actor, Permission.CAMPAIGN_SEND)
    if again := db.scalar(select(Campaign).where(Campaign.key == key, Campaign.staff_id == actor.id)):
        return again
    if not (texts or {}).get("pl") and (texts or not filters.has_session):
        raise Refused("text-missing")
    purpose = purpose or filters.purpose
    audience = audiences.find(db, actor, filters, purpose=purpose).only(selection)
    now = clock.now()
    campaign = Campaign(
        key=key, audience=filters.audience, purpose=purpose, filters=_noted(filters), texts=texts or {},
        staff_id=actor.id, created_at=now, starts_at=now + timedelta(seconds=wait),
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(campaign)
            db.flush()
            members = _not_told(db, campaign, audience.members)
            if not members:
                raise Refused("nobody-chosen")
    except IntegrityError:
        return db.scalar(select(Campaign).where(Campaign.key == key))
    _post(db, campaign, members)
    audit.record(db, actor, "campaign:send", campaign, people=len({member.person.id for member in members}))
    return campaign


def _noted(filters: Filters) -> dict:
    return {name: value for name, value in vars(filters).items() if value and name != "audience"}


def _not_told(db: Session, campaign: Campaign, members: list[Member]) -> list[Member]:
    """Those whom this sending is the first to write to. One conditional write of their rows decides between two that begin
    together: about a session once for each version of it, about anything else once in the edition's number of days."""
    limit = campaign.created_at - timedelta(days=catalogue.rules(db)["campaign_gap_days"])
    subjects = sorted({member.subject for member in members})  # in one order, so that two sendings wait and never block
    first = set()
    for start in range(0, len(subjects), AT_ONCE):
        first |= _take(db, campaign, subjects[start : start + AT_ONCE], limit)
    return [member for member in members if member.subject in first]


def _take(db: Session, campaign: Campaign, subjects: list[str], limit: datetime) -> set[str]:
    taken = insert_into(db, CampaignContact).values(
        [
            {"purpose": campaign.purpose, "subject": subject, "at": campaign.created_at, "campaign_id": campaign.id}
            for subject in subjects
        ]
    )
    anew = {"before_at": CampaignContact.at, "at": taken.excluded.at, "campaign_id": taken.excluded.campaign_id}
    is_long_ago = (CampaignContact.at <= limit) & CampaignContact.subject.not_like("booking:%")
    taken = taken.on_conflict_do_update(index_elements=["purpose", "subject"], set_=anew, where=is_long_ago)
    return set(db.scalars(taken.returning(CampaignContact.subject)))


def _post(db: Session, campaign: Campaign, members: list[Member]) -> None:
    kind = "note" if campaign.texts else "reminder"
    trusted = telling.contacts_of(db, {member.person.id for member in members}) if kind == "reminder" else {}
    rows, unreachable = [], []
    for member in members:
        about = _about(campaign, member)
        if not member.ways:
            unreachable.append({
                "person_id": member.person.id, "subject": f"{kind}:{about['subject']}", "campaign_id": campaign.id,
                "booking_id": about["booking_id"],
            })  # fmt: skip
            continue
        rows += telling.rows_to(db, member.person, member.reach, kind, **about)
        rows += telling.copies(trusted.get(member.person.id, []), kind, **about)
    outbox.post_all(db, rows)
    tasks.ask_many(db, "no-contact", unreachable)


def _about(campaign: Campaign, member: Member) -> dict:
    booking = member.booking
    subject = f"campaign:{campaign.id}:{member.subject.replace('person:', 'to:')}"
    return {
        "subject": reminders.subject_of(booking, f"asked-{campaign.id}") if booking and not campaign.texts else subject,
        "useful_until": booking.starts_at if booking else campaign.starts_at + USEFUL,
        "due_at": campaign.starts_at,
        "booking_id": booking and booking.id,
        "booking_version": booking and booking.version,
        "campaign_id": campaign.id,
    }


def was_sent(db: Session, actor: StaffMember, key: str) -> bool:
    """Whether a form with this key has been sent already."""
    return db.scalar(select(Campaign.id).where(Campaign.key == key, Campaign.staff_id == actor.id)) is not None


def get_campaign(db: Session, actor: StaffMember, campaign_id: int) -> Campaign:
    require(actor, Permission.CAMPAIGN_SEND)
    query = select(Campaign).where(Campaign.id == campaign_id).options(joinedload(Campaign.staff))
    found = db.scalar(query if "admin" in actor.role_codes else query.where(Campaign.staff_id == actor.id))
    if found is None:
        raise NotFound
    return found


def recent(db: Session, actor: StaffMember, *, limit: int = 10) -> list[Campaign]:
    require(actor, Permission.CAMPAIGN_SEND)
    query = select(Campaign).where(Campaign.staff_id == actor.id).order_by(Campaign.id.desc()).limit(limit)
    return list(db.scalars(query))


def stop(db: Session, actor: StaffMember, campaign: Campaign) -> int:
    """Stop a sending before it starts; returns how many messages will not go. Refused("sending-started") afterwards.

    Its people may be written to for the same purpose again, as if it had never been.
    """
    require(actor, Permission.CAMPAIGN_SEND)
    now = clock.now()
    in_time = update(Campaign).where(Campaign.id == campaign.id, Campaign.stopped_at.is_(None), Campaign.starts_at > now)
    is_first = db.execute(in_time.values(stopped_at=now)).rowcount == 1
    db.refresh(campaign)
    if not is_first:
        if campaign.stopped_at is not None:
            return 0
        raise Refused("sending-started")
    audit.record(db, actor, "campaign:stop", campaign)
    undone = update(Task).where(Task.campaign_id == campaign.id, Task.done_at.is_(None))
    db.execute(undone.values(done_at=now, done_by_id=actor.id))
    _give_back(db, campaign)
    return outbox.cancel(db, Message.campaign_id == campaign.id)


def _give_back(db: Session, campaign: Campaign) -> None:
    mine = CampaignContact.campaign_id == campaign.id
    db.execute(delete(CampaignContact).where(mine, CampaignContact.before_at.is_(None)))
    db.execute(update(CampaignContact).where(mine).values(at=CampaignContact.before_at, before_at=None))
