"""One question to people who have left: how are you doing? Asked on the rule's days after leaving, answered with one press."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased, joinedload

from services import audit, catalogue, clock, tasks, telling
from services.db import insert_into
from services.errors import NotFound, Refused
from services.models import Enrolment, FollowUp, Person

ANSWERS = ("working", "learning", "looking", "call-me", "not-now")
USEFUL = timedelta(days=14)
LATE = timedelta(days=30)  # whose day passed longer ago is left alone: the first run over an old register asks nobody


def plan_due(db: Session) -> int:
    """Ask everybody whose day has come and who was not asked before. Returns new messages; run it as often as you like."""
    return sum(_ask_after(db, days) for days in catalogue.rules(db)["follow_up_days"])


def _ask_after(db: Session, days: int) -> int:
    due_on = clock.today() - timedelta(days=days)
    asked = select(FollowUp.id).where(FollowUp.enrolment_id == Enrolment.id, FollowUp.after_days == days)
    again = aliased(Enrolment)  # who came back is asked nothing about the end
    back = select(again.id).where(again.person_id == Enrolment.person_id, again.left_on.is_(None))
    left = select(Enrolment).where(
        Enrolment.left_on <= due_on, Enrolment.left_on > due_on - LATE, ~asked.exists(), ~back.exists()
    )
    posted = 0
    for enrolment in db.scalars(left.options(joinedload(Enrolment.person)).order_by(Enrolment.id)).all():
        posted += _ask(db, enrolment, days)
    return posted


def _ask(db: Session, enrolment: Enrolment, days: int) -> int:
    row = dict(enrolment_id=enrolment.id, after_days=days, asked_at=clock.now())
    made = db.scalar(insert_into(db, FollowUp).values(row).on_conflict_do_nothing().returning(FollowUp.id))
    if made is None:
        return 0  # another worker asks
    return telling.tell(
        db, enrolment.person, "follow-up", subject=f"follow-up:{made}", useful_until=clock.now() + USEFUL,
        enrolment_id=enrolment.id,
    )  # fmt: skip


def get_follow_up(db: Session, follow_up_id: int) -> FollowUp:
    """For the question's link."""
    found = db.scalar(
        select(FollowUp).where(FollowUp.id == follow_up_id)
        .options(joinedload(FollowUp.enrolment).joinedload(Enrolment.person))
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


def answer(db: Session, actor: Person, follow_up: FollowUp, said: str) -> bool:
    """Keep the answer. The last one counts; the same again changes nothing, False then. "call-me" becomes a task.

    Refused("choice-missing") for anything else. NotFound: it is somebody else's question.
    """
    if follow_up.enrolment.person_id != actor.id:
        raise NotFound
    if said not in ANSWERS:
        raise Refused("choice-missing")
    is_new = FollowUp.answer.is_(None) | (FollowUp.answer != said)
    done = db.execute(
        update(FollowUp).where(FollowUp.id == follow_up.id, is_new).values(answer=said, answered_at=clock.now())
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    db.refresh(follow_up, ["answer", "answered_at"])
    if not done.rowcount:
        return False
    audit.record(db, actor, "follow-up:answer", follow_up, person_id=actor.id, said=said)
    if said == "call-me":
        tasks.ask(db, "call-me", actor, subject=f"follow-up:{follow_up.id}")
    return True
