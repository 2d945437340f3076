"""Plans of the demo: agreed ones, and one that waits for its answer."""

from datetime import timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from services import clock
from services.demo.cast import Cast
from services.demo.content import content
from services.models import Enrolment, Goal, Plan, PlanVersion, Step, StepRecord

OTHERS = 40
TO_REVIEW = 6  # of them, whose plan should have been looked at yesterday


def write(db: Session, rng: Random, cast: Cast, maria: Enrolment, answering: Enrolment) -> dict[int, tuple[str, int]]:
    """Write them all; returns person → the step that is on and can be booked, as its line and its form."""
    made = [_draft(rng, cast, maria, content("plans")["main"]), _draft(rng, cast, answering, content("plans")["answering"])]
    active = db.scalars(
        select(Enrolment)
        .where(
            Enrolment.left_on.is_(None), Enrolment.id.not_in((maria.id, answering.id)), Enrolment.coordinator_id.is_not(None)
        )
        .options(selectinload(Enrolment.paths))
        .order_by(Enrolment.id)
    ).all()
    drafts = {row["path"]: row for row in content("plans")["others"]}
    made += [_draft(rng, cast, enrolment, drafts[enrolment.paths[0].code]) for enrolment in active[: OTHERS * 3 : 3]]
    for version, _ in made[-TO_REVIEW:]:
        version.plan.review_on = clock.today() - timedelta(days=1)
    db.add_all(version for version, _ in made)
    db.flush()
    lines = {}
    for number, (version, steps) in enumerate(made):
        _settle(version, is_answered=number != 1)
        if number == 1:
            continue
        db.add_all(_records(version, steps))
        now = next((step for step, row in steps if row.get("now") and step.form_id), None)
        if now is not None:
            lines[version.plan.enrolment.person_id] = (now.line, now.form_id)
    db.flush()
    return lines


def _draft(rng: Random, cast: Cast, enrolment: Enrolment, about: dict) -> tuple[PlanVersion, list[tuple[Step, dict]]]:
    """A draft first: the database lets nobody add a goal to a version that is agreed."""
    review_on = clock.today() + timedelta(days=about.get("review_in_days", 75))
    plan = Plan(enrolment=enrolment, review_on=review_on)
    version = PlanVersion(plan=plan, number=1, status="draft", written_by_id=enrolment.coordinator_id)
    together = []
    for place, goal_row in enumerate(about["goals"], start=1):
        goal = Goal(position=place, text=goal_row["text"])
        version.goals.append(goal)
        for position, row in enumerate(goal_row["steps"], start=1):
            step = Step(
                line=UUID(int=rng.getrandbits(128)).hex, position=position, title=row["title"],
                doer=row.get("doer", "participant"), form_id=cast.forms[row["form"]].id if "form" in row else None,
            )  # fmt: skip
            goal.steps.append(step)
            together.append((step, row))
    return version, together


def _settle(version: PlanVersion, *, is_answered: bool) -> None:
    version.status = "agreed" if is_answered else "proposed"
    version.proposed_at = clock.now() - timedelta(days=43 if is_answered else 1)
    if is_answered:
        version.answered_at = version.agreed_at = clock.now() - timedelta(days=41)


def _records(version: PlanVersion, steps: list[tuple[Step, dict]]) -> list[StepRecord]:
    return [
        StepRecord(
            plan_id=version.plan_id, line=step.line, status="done", at=clock.now() - timedelta(days=row["days_ago"]),
            by_staff_id=version.written_by_id if row["done"] == "staff" else None,
        )
        for step, row in steps
        if "done" in row
    ]  # fmt: skip
