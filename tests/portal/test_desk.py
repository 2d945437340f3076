"""What a coordinator's day begins with, and how few questions to the database its pages take."""

import pytest

from services import attendance, audiences, campaigns, tasks
from services.audiences import only
from services.models import Task
from tests.portal.test_today import counting, words_of

MOST_QUERIES = 10


@pytest.fixture
def ewa(client, make, sign_in):
    return sign_in(client, make.ewa)


def test_what_waits_stands_on_top_of_the_list_and_leads_there(ewa, db, make):
    maria = make.participant("Maria Kowal")
    make.booking(maria, make.slot("2026-11-24 10:00"))
    for subject in ("one", "two"):
        tasks.ask(db, "call-me", maria, subject=subject)

    answer = ewa.get("/people")

    assert "2 zadania" in words_of(answer)
    assert "Jutro bez odpowiedzi: 1 osoba" in words_of(answer)
    assert '<li><a href="/tasks">' in answer.text and '<li><a href="/sendings">' in answer.text


def test_the_number_of_tomorrow_is_the_number_of_the_sending(ewa, db, make):
    people = make.participants(6)
    for hour, person in enumerate(people, 9):
        make.booking(person, make.slot(f"2026-11-24 {hour:02d}:00"))
    make.choice(people[0], [])  # wants no reminders
    make.choice(people[1], ["email"])
    attendance.answer(db, people[2], db.query(attendance.Booking).filter_by(person_id=people[2].id).one(), "yes", way="plan")

    assert audiences.count_tomorrow(db, make.ewa) == campaigns.tomorrow_unanswered(db, make.ewa).size == 4
    stranger = make.coordinator("Iza Mróz", organisation=make.organisation())
    assert audiences.count_tomorrow(db, stranger) == 0


def test_when_nothing_waits_or_somebody_is_searched_for_the_list_comes_first(ewa, db, make):
    assert 'class="waits"' not in ewa.get("/people").text

    tasks.ask(db, "call-me", make.participant())
    assert 'class="waits"' in ewa.get("/people").text
    assert 'class="waits"' not in ewa.get("/people?q=kowal").text
    assert 'class="waits"' not in ewa.get("/people?slot=1").text


def test_a_specialist_looks_for_people_and_has_no_tasks_to_see(client, db, make, sign_in):
    tasks.ask(db, "call-me", make.booking().person)

    assert 'class="waits"' not in sign_in(client, make.adviser).get("/people").text


@pytest.fixture
def full(db, make, at):
    """Twenty people with a session tomorrow, a task, and one of yesterday on which the two sides differ; Maria has a plan."""
    at("2026-11-20 09:00")
    people = make.participants(20)
    past = [
        make.booking(person, make.slot(f"2026-11-{20 + number // 8} {10 + number % 8}:00"))
        for number, person in enumerate(people)
    ]
    at("2026-11-23 09:00")
    for number, (person, booking) in enumerate(zip(people, past, strict=True)):
        make.booking(person, make.slot("2026-11-24 10:00", specialist=make.specialist(f"Adam{number} Wilk"), mode="phone"))
        attendance.record(db, make.adviser, booking.id, "absent")
        attendance.confirm(db, person, booking, "present")
        tasks.ask(db, "none-suits", person, booking_id=booking.id, form_id=make.form().id)
    goals = {f"Cel {one}": [f"Krok {one}.{two}" for two in range(5)] for one in range(4)}
    make.plan(people[0], goals)
    campaigns.send(db, make.ewa, key="k" * 20, selection=only(*(person.id for person in people[:10])))
    return people[0]


@pytest.mark.parametrize(
    "path",
    ["/people", "/people?q=kowal", "/people/{}", "/people/{}/invitation", "/people/{}/plan", "/sendings", "/sendings?audience=everybody",
     "/sendings/preview", "/sendings/words?audience=everybody", "/sendings/1", "/sendings/texts", "/tasks",
     "/people/import", "/mailbox"],
)  # fmt: skip
def test_a_page_with_twenty_rows_takes_ten_questions(ewa, db, full, database, path):
    path = path.format(full.id)
    ewa.get(path)
    with counting(database.engine) as queries:
        assert ewa.get(path).status_code == 200

    assert len(queries) <= MOST_QUERIES, "\n\n".join(queries)


def test_a_refused_reason_reads_the_page_once(ewa, full, database, db):
    booking_id = db.query(Task).first().booking_id
    with counting(database.engine) as queries:
        answer = ewa.post(f"/tasks/sessions/{booking_id}", data={})

    assert answer.status_code == 422
    assert len(queries) <= MOST_QUERIES, "\n\n".join(queries)
