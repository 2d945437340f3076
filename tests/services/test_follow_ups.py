"""The question after the end: to whom, when, how often, and what becomes of the answer."""

from datetime import date

import pytest
from sqlalchemy import select

from services import follow_ups, subjects
from services.errors import NotFound, Refused
from services.models import FollowUp, Message, Task

KEY = b"the key of this installation, 32+"


@pytest.fixture
def maria(make):
    """She left four weeks ago: on Monday, 26 October."""
    maria = make.participant("Maria Kowal")
    maria.enrolments[0].left_on = date(2026, 10, 26)
    return maria


def asked(db):
    return list(db.scalars(select(Message.kind).order_by(Message.id)))


def test_who_left_four_weeks_ago_is_asked_once(db, maria):
    assert follow_ups.plan_due(db) == 1
    assert follow_ups.plan_due(db) == 0

    [row] = db.scalars(select(FollowUp))
    [message] = db.scalars(select(Message))
    assert (row.after_days, row.answer) == (28, None)
    assert (message.kind, subjects._number_of(message)) == ("follow-up", row.id)


def test_once_more_half_a_year_after_leaving(db, maria, at):
    follow_ups.plan_due(db)
    at("2027-04-24 09:00")

    assert follow_ups.plan_due(db) == 1
    assert sorted(db.scalars(select(FollowUp.after_days))) == [28, 180]


@pytest.mark.parametrize(
    ("left_on", "is_asked"),
    [
        (date(2026, 10, 27), False), (date(2026, 10, 26), True), (date(2026, 9, 27), True), (date(2026, 9, 26), False),
        (date(2024, 3, 1), False), (None, False),
    ],
)  # fmt: skip
def test_an_old_register_is_not_asked_all_at_once(db, maria, left_on, is_asked):
    maria.enrolments[0].left_on = left_on
    db.flush()

    assert follow_ups.plan_due(db) == is_asked


def test_who_came_back_is_not_asked_about_the_end(db, make, maria):
    make.enrolment(maria, joined_on=date(2026, 11, 1))

    assert follow_ups.plan_due(db) == 0


def test_an_edition_may_ask_on_other_days(db, make, maria):
    make.the_edition.rules = {"follow_up_days": [29]}
    db.flush()

    assert follow_ups.plan_due(db) == 0


def test_the_last_answer_counts_and_the_same_again_changes_nothing(db, maria):
    follow_ups.plan_due(db)
    row = follow_ups.get_follow_up(db, db.scalar(select(FollowUp.id)))

    assert follow_ups.answer(db, maria, row, "looking") is True
    assert follow_ups.answer(db, maria, row, "looking") is False
    assert follow_ups.answer(db, maria, row, "working") is True
    assert row.answer == "working"


def test_who_wants_a_call_becomes_one_task(db, maria):
    follow_ups.plan_due(db)
    row = follow_ups.get_follow_up(db, db.scalar(select(FollowUp.id)))

    for said in ("call-me", "not-now", "call-me"):
        follow_ups.answer(db, maria, row, said)

    assert [(task.kind, task.person_id) for task in db.scalars(select(Task))] == [("call-me", maria.id)]


def test_a_question_that_has_its_answer_is_not_sent(db, maria):
    follow_ups.plan_due(db)
    row = follow_ups.get_follow_up(db, db.scalar(select(FollowUp.id)))
    [message] = db.scalars(select(Message))
    assert subjects.read(db, KEY, message).stop is None

    follow_ups.answer(db, maria, row, "working")

    assert subjects.read(db, KEY, message).stop.trouble == "answered"


def test_only_the_person_answers_and_only_what_was_asked(db, make, maria):
    follow_ups.plan_due(db)
    row = follow_ups.get_follow_up(db, db.scalar(select(FollowUp.id)))

    with pytest.raises(NotFound):
        follow_ups.answer(db, make.participant("Ola Lis"), row, "working")
    with pytest.raises(Refused, match="choice-missing"):
        follow_ups.answer(db, maria, row, "rich")
    with pytest.raises(NotFound):
        follow_ups.get_follow_up(db, 999_999)
