"""What a person needs at every session."""

import pytest
from sqlalchemy import select

from services.models import AccessNeed, AuditEntry
from tests.portal.test_today import words_of


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowal", needs=["loop", "companion"])


@pytest.fixture
def hers(client, maria, sign_in):
    return sign_in(client, maria)


def kept(db, person):
    return sorted(db.scalars(select(AccessNeed.code).where(AccessNeed.person_id == person.id)))


def test_needs_are_shown_changed_and_carried_into_the_next_booking(hers, db, maria):
    page = hers.get("/needs").text
    assert page.count(" checked") == 2

    assert hers.post("/needs", data={"needs": ["loop", "step-free"]}).status_code == 303

    assert kept(db, maria) == ["loop", "step-free"]
    assert "Wejście bez schodów" in words_of(hers.get("/needs/saved"))


def test_nothing_is_needed_any_more_and_saving_it_again_writes_nothing(hers, db, maria):
    for _ in range(2):
        hers.post("/needs", data={})
    assert kept(db, maria) == []
    assert len(db.scalars(select(AuditEntry).where(AuditEntry.act == "person:needs")).all()) == 1


def test_a_need_that_is_none_of_those_asked_is_passed_over(hers, db, maria):
    hers.post("/needs", data={"needs": ["loop", "diagnosis", "loop"]})
    assert kept(db, maria) == ["loop"]


def test_somebody_elses_needs_stay(hers, db, make):
    bruno = make.participant("Bruno Zych", needs=["pjm"])
    hers.post("/needs", data={})
    assert kept(db, bruno) == ["pjm"]
