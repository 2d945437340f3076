"""What waits for a coordinator."""

import pytest

from services import tasks
from services.models import Task
from tests.portal.test_today import words_of


@pytest.fixture
def ewa(client, make, sign_in):
    return sign_in(client, make.ewa)


@pytest.fixture
def task(db, make):
    """Maria, who cannot come to any of the hours, and says why."""
    maria = make.participant("Maria Kowal", phone="+48600100200")
    tasks.ask(db, "none-suits", maria, note="Mogę tylko po <17>.", form_id=make.form().id)
    return db.query(Task).one()


def test_a_task_shows_who_what_since_when_and_how_to_reach_them(ewa, task):
    answer = ewa.get("/tasks")
    page = words_of(answer)

    for words in (
        "Maria Kowal",
        "Żaden termin nie pasuje",
        "Mogę tylko po &lt;17&gt;.",
        "Od: 23 listopada",
        "600 100 200",
        "career",
    ):
        assert words in page
    assert f'href="/people/{task.person_id}"' in answer.text
    assert 'href="tel:+48600100200"' in answer.text


def test_a_task_about_a_session_names_the_session(ewa, db, make):
    booking = make.booking(slot=make.slot("2026-11-25 10:00"))
    tasks.ask(db, "needs-help", booking.person, subject=f"booking:{booking.id}", booking_id=booking.id)

    assert "spotkanie: 25 listopada, 10:00" in words_of(ewa.get("/tasks"))


def test_a_task_that_is_done_leaves_the_list_and_may_be_done_twice(ewa, db, make, task):
    answers = [ewa.post(f"/tasks/{task.id}/done") for _ in range(2)]

    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/tasks")] * 2
    assert "Nic nie czeka." in words_of(ewa.get("/tasks"))
    assert db.get(Task, task.id).done_by_id == make.ewa.id


def test_somebody_elses_task_is_not_there(client, db, make, sign_in, task):
    browser = sign_in(client, make.coordinator("Iza Mróz", organisation=make.organisation()))

    assert "Maria" not in browser.get("/tasks").text
    assert browser.post(f"/tasks/{task.id}/done").status_code == 404
    assert db.get(Task, task.id).done_at is None


def test_a_specialist_has_no_tasks(client, make, sign_in):
    assert sign_in(client, make.adviser).get("/tasks").status_code == 403
