"""The day on which a plan is looked at again, and who hears of it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from services import clock, plans, reviews, subjects
from services.errors import NotAllowed, Refused
from services.models import Message, Plan, Task

KEY = b"the key of this installation, 32+"


@pytest.fixture
def plan(db, make):
    """Maria's plan, agreed today."""
    return make.plan(make.participant("Maria Kowal")).plan


def heard(db):
    db.flush()
    return list(db.scalars(select(Message.dedup).where(Message.kind == "plan-review").order_by(Message.id)))


def open_tasks(db):
    db.expire_all()
    return list(db.scalars(select(Task.kind).where(Task.done_at.is_(None))))


def test_agreeing_to_a_plan_sets_the_day_of_its_review(plan):
    assert plan.review_on == clock.today() + timedelta(days=90)


def test_the_edition_says_after_how_many_days(db, make):
    make.the_edition.rules = {"review_after_days": 30}
    db.flush()

    assert make.plan().plan.review_on == date(2026, 12, 23)


@pytest.mark.parametrize(("was", "becomes"), [(date(2026, 12, 1), date(2026, 12, 1)), (date(2026, 11, 23), date(2027, 2, 21))])
def test_the_next_version_keeps_a_day_that_is_still_ahead(db, make, plan, was, becomes):
    plan.review_on, maria = was, plan.enrolment.person
    version = plans.propose(db, make.ewa, plans.draft_for(db, make.ewa, plan.enrolment))

    plans.answer(db, maria, version.id, "agree")

    assert plan.review_on == becomes


def test_a_week_before_both_sides_hear_once(db, make, plan, at):
    at("2027-02-13 09:00")
    assert reviews.plan_due(db) == 0
    at("2027-02-14 09:00")

    assert reviews.plan_due(db) == 1
    assert reviews.plan_due(db) == 0
    assert heard(db) == [f"plan-review:enrolment:{plan.enrolment_id}:2027-02-21:person:{plan.enrolment.person_id}:email"]
    assert open_tasks(db) == ["plan-review"]


def test_a_changed_way_of_hearing_does_not_make_it_twice(db, make, plan, at):
    at("2027-02-14 09:00")
    reviews.plan_due(db)
    db.query(Task).filter_by(kind="plan-review").one().done_at = clock.now()
    make.subscription(plan.enrolment.person)
    make.choice(plan.enrolment.person, ["push"])

    assert reviews.plan_due(db) == 0


def test_who_has_left_or_has_no_plan_in_force_hears_nothing(db, make, plan, at):
    waiting_for_answer = make.plan(make.participant("Ola Lis"), answered=None).plan
    waiting_for_answer.review_on = plan.review_on
    plan.enrolment.left_on = date(2027, 1, 1)
    at("2027-02-14 09:00")

    assert reviews.plan_due(db) == 0


def test_another_day_stops_the_message_and_the_task_and_makes_new_ones(db, make, plan, at):
    at("2027-02-14 09:00")
    reviews.plan_due(db)
    [message] = db.scalars(select(Message).where(Message.kind == "plan-review"))
    assert subjects.read(db, KEY, message).stop is None

    reviews.set_day(db, make.ewa, plan, date(2027, 3, 10))
    db.flush()

    assert subjects.read(db, KEY, message).stop.trouble == "review-moved"
    assert open_tasks(db) == []
    at("2027-03-03 09:00")
    assert reviews.plan_due(db) == 1
    assert open_tasks(db) == ["plan-review"]


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 1, 1), date(2030, 1, 1)])
def test_the_day_lies_ahead_and_not_years_away(db, make, plan, day):
    with pytest.raises(Refused, match="review-day"):
        reviews.set_day(db, make.ewa, plan, day)


def test_only_who_writes_plans_sets_the_day(db, make, plan):
    with pytest.raises(NotAllowed):
        reviews.set_day(db, make.adviser, plan, date(2026, 12, 1))


def test_the_same_day_again_leaves_the_task(db, make, plan, at):
    at("2027-02-14 09:00")
    reviews.plan_due(db)

    reviews.set_day(db, make.ewa, plan, date(2027, 2, 21))

    assert open_tasks(db) == ["plan-review"]
    assert db.scalar(select(Plan.review_on)) == date(2027, 2, 21)
