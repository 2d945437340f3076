"""STOP, and what trusted people write back."""

import pytest
from sqlalchemy import select

from services import choices, clock
from services.models import AuditEntry, Message, TrustedContact
from tests.services.texts import HERS, HIS, gone, open_tasks, reminded, take


@pytest.fixture
def maria(make):
    return make.participant(phone=HERS, contact="sms", email=None)


@pytest.fixture
def booking(maria, make):
    return make.booking(maria, make.slot("2026-11-25 10:00"))


def test_stop_takes_text_messages_out_of_what_was_agreed_or_chosen(db, booking, maria):
    reminded(db, booking)

    assert take(db, "STOP") == "stop"
    assert choices.choice_of(db, maria).channels == []
    assert take(db, "stop") == "stop"
    assert db.scalars(select(AuditEntry.act).where(AuditEntry.act == "choice:reminders")).all() == ["choice:reminders"]


def test_stop_leaves_the_other_ways_and_everything_else_that_was_chosen(db, booking, maria, make):
    maria.email = "maria@example.org"
    row = make.choice(maria, ["sms", "call", "email"], ["three-days", "two-hours"])
    row.hour, row.is_discreet = 12, False
    reminded(db, booking)
    take(db, "STOP")

    kept = choices.choice_of(db, maria)
    assert (kept.channels, kept.moments, kept.hour, kept.is_discreet) == (
        ["call", "email"],
        ["three-days", "two-hours"],
        12,
        False,
    )


@pytest.fixture
def copied(db, maria, booking):
    contact = TrustedContact(person_id=maria.id, name="Anna", phone=HIS, created_at=clock.now())
    db.add(contact)
    db.flush()
    reminded(db, booking)
    copy = db.scalars(select(Message).where(Message.kind == "copy")).first()
    return (contact, gone(db, copy)) if copy else (contact, None)


def test_a_trusted_person_who_writes_stop_gets_no_more_copies(db, copied, maria):
    contact, _ = copied

    assert [take(db, "STOP", HIS), take(db, "STOP", HIS)] == ["stop", "unknown"]
    assert (contact.ended_at, contact.ended_by) == (clock.now(), "contact")
    assert choices.choice_of(db, maria).channels == ["sms"]


def test_a_trusted_person_does_not_answer_for_the_person(db, copied, booking, maria):
    assert take(db, "NIE", HIS) == "unclear"
    assert booking.is_live
    assert open_tasks(db) == [("reply-unclear", maria.id, "NIE")]
