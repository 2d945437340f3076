"""My plan: the next session, the steps as a thread, and the answer to what was proposed."""

import re

import pytest
from sqlalchemy import select

from services.models import PlanVersion, StepRecord, Task


@pytest.fixture
def person(make):
    return make.participant()


@pytest.fixture
def maria(client, sign_in, person):
    return sign_in(client, person)


def test_without_a_plan_or_a_session_the_page_says_what_to_do(maria):
    page = maria.get("/plan").text

    assert "Nie masz teraz żadnych spotkań" in page
    assert "Nie masz jeszcze planu" in page
    assert "Ewa Nowak" in page


def test_the_next_session_has_its_two_answers_and_the_steps_their_states(maria, make, person):
    make.plan(person)
    make.booking(person, make.slot("2026-11-25 10:00"))
    page = maria.get("/plan").text

    assert "Tak, przyjdę" in page
    assert "Nie mogę przyjść" in page
    assert page.count('aria-current="step"') == 1
    assert "zrobione 0 z 2" in page


def test_a_step_leads_to_booking_for_it(maria, make, person):
    line = make.plan(person).goals[0].steps[0].line

    assert f'name="step" value="{line}"' in maria.get("/plan").text
    assert maria.post("/book", data={"step": line}).location == "/book/person"


@pytest.mark.parametrize(
    ("said", "note", "status", "kinds"),
    [
        ("agree", "", "agreed", []),
        ("change", "Za szybko", "change-asked", ["plan-change"]),
        ("refuse", "", "refused", ["plan-refused"]),
    ],
)
def test_a_proposed_plan_is_answered_once(maria, db, make, person, said, note, status, kinds):
    version = make.plan(person, answered=None)
    assert "Masz nową wersję planu" in maria.get("/plan").text
    for _ in range(2):
        answer = maria.post("/plan/proposed", data={"said": said, "note": note, "version": version.id}, follow_redirects=True)
        assert "Mamy twoją odpowiedź" in answer.text

    assert db.scalar(select(PlanVersion.status)) == status
    assert db.scalars(select(Task.kind)).all() == kinds


@pytest.mark.parametrize(
    ("form", "field"), [({}, "said"), ({"said": "change"}, "note"), ({"said": "change", "note": "ż" * 1001}, "note")]
)
def test_an_answer_that_is_not_complete_comes_back_with_what_was_typed(maria, make, person, form, field):
    version = make.plan(person, answered=None)
    answer = maria.post("/plan/proposed", data=form | {"version": version.id})

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert form.get("note", "") in answer.text
    assert not form.get("said") or re.search(rf'value="{form["said"]}" checked', answer.text)


def test_the_person_says_that_a_step_is_done_and_takes_it_back(maria, db, make, person):
    line = make.plan(person).goals[0].steps[1].line
    for state in ("done", "later"):
        answer = maria.post(f"/plan/steps/{line}", data={"state": state})
        assert answer.location == f"/plan#step-{line}"

    assert db.scalars(select(StepRecord.status)).all() == ["done", "later"]


def test_on_the_day_one_says_that_one_is_here_and_afterwards_that_one_was(maria, make, person, at):
    booking = make.booking(person, make.slot("2026-11-25 10:00"))
    assert maria.post(f"/here/{booking.number}").status_code == 422
    at("2026-11-25 09:30")
    assert "Jestem na miejscu" in maria.get("/plan").text
    assert "Dobrze, że jesteś" in maria.post(f"/here/{booking.number}", follow_redirects=True).text
    at("2026-11-25 12:00")
    assert "Tak, było" not in maria.post(f"/here/{booking.number}/after", data={"said": "present"}, follow_redirects=True).text


def test_of_several_sessions_the_next_one_is_asked_about_and_its_button_is_filled(maria, make, person, at):
    for day in (25, 26):
        make.booking(person, make.slot(f"2026-11-{day} 10:00"))
    kept = maria.get("/plan/offline").text

    assert kept.count("Czeka na twoją odpowiedź") == 1
    buttons = re.findall(r'class="button (\w+)"[^>]*>(Tak, przyjdę|Jestem na miejscu)', kept)
    assert buttons == [
        ("first", "Tak, przyjdę"),
        ("first", "Jestem na miejscu"),
        ("second", "Tak, przyjdę"),
        ("first", "Jestem na miejscu"),
    ]
    # What is asked ends when one may say that one is here.
    until = re.findall(
        r'<template data-from="([^"]+)" data-until="([^"]+)">(?:\s*<p>.*?</p>)?\s*<form[^>]*>.*?(Tak, przyjdę|Jestem na miejscu)',
        kept,
        re.S,
    )
    assert until[0][1] == until[1][0]


def test_a_plan_that_is_not_there_is_not_offered_to_be_printed(maria, make, person):
    assert "/plan.pdf" not in maria.get("/plan").text
    make.plan(person)
    assert "/plan.pdf" in maria.get("/plan").text
