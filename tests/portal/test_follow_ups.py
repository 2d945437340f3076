"""How are you doing? One question after the end, answered by its link; and the day of a plan's review."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from services import clock, identity
from services.models import Device, FollowUp, Plan, Task


@pytest.fixture
def link(app, db, make):
    key, maria = app.config["SETTINGS"].secret_key, make.participant("Maria Kowalewska")
    question = FollowUp(enrolment=maria.enrolments[0], after_days=28, asked_at=clock.now())
    db.add(question)
    db.flush()
    made = identity.follow_up_link(db, key, question, maria.id, until=clock.now() + timedelta(days=14))
    return f"/f/{identity.token_of(key, made)}"


def said(db):
    return db.scalar(select(FollowUp.answer))


def test_opening_it_asks_one_question_and_changes_nothing(client, db, link):
    for _ in range(5):
        page = client.get(link).text

    assert page.count('name="said"') == 5
    assert "Kowalewska" not in page
    assert "Nie musisz odpowiadać." in page
    assert said(db) is None
    assert db.scalar(select(func.count(Device.id))) == 0


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("working", "Pracuję"), ("learning", "Uczę się"), ("looking", "Szukam pracy"), ("call-me", "Zadzwonimy do ciebie"),
        ("not-now", "Teraz nie chcę odpowiadać"),
    ],
)  # fmt: skip
def test_one_press_is_the_answer(client, db, link, answer, words):
    for _ in range(2):
        page = client.post(link, data={"said": answer}, follow_redirects=True).text

    assert words in page
    assert said(db) == answer
    assert db.scalars(select(Task.kind)).all() == (["call-me"] if answer == "call-me" else [])


def test_an_answer_can_be_changed(client, db, link):
    client.post(link, data={"said": "looking"})
    assert "Dziękujemy za odpowiedź" in client.get(link).text
    assert 'name="said"' in client.get(f"{link}?again").text

    client.post(link, data={"said": "working"})

    assert said(db) == "working"


@pytest.mark.parametrize("wrong", [{}, {"said": "rich"}])
def test_anything_else_is_asked_again(client, db, link, wrong):
    page = client.post(link, data=wrong)

    assert page.status_code == 422
    assert "Wybierz jedną odpowiedź" in page.text
    assert said(db) is None


def test_a_link_that_is_over_says_so(client, at, link):
    assert client.get("/f/" + "A" * 22).status_code == 404
    at("2026-12-08 09:00")
    assert "Ten link już nie działa" in client.get(link).text
    assert client.post(link, data={"said": "working"}).status_code == 404


@pytest.fixture
def plan_page(client, db, make, sign_in):
    plan = make.plan(make.participant("Maria Kowal")).plan
    sign_in(client, make.ewa)
    return f"/people/{plan.enrolment.person_id}/plan"


def test_a_coordinator_sees_and_sets_the_day_of_the_review(client, db, plan_page):
    assert 'value="2027-02-21"' in client.get(plan_page).text

    done = client.post(f"{plan_page}/review", data={"review_on": "2027-01-15"})

    assert done.status_code == 303
    assert 'value="2027-01-15"' in client.get(plan_page).text
    assert db.scalar(select(Plan.review_on)) == date(2027, 1, 15)


@pytest.mark.parametrize(
    ("typed", "words"), [("", "Wpisz dzień"), ("jutro", "Wpisz dzień"), ("2026-11-23", "Wybierz dzień w przyszłości")]
)
def test_a_day_that_is_none_is_said_and_kept_on_the_page(client, db, plan_page, typed, words):
    page = client.post(f"{plan_page}/review", data={"review_on": typed})

    assert page.status_code == 422
    assert words in page.text
    assert f'value="{typed}"' in page.text
    assert db.scalar(select(Plan.review_on)) == date(2027, 2, 21)
