"""The plan: help to come, what happened, steps that are done, a plan that waits for its answer. Its other journeys: journeys/."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from services import plans
from services.models import AttendanceStatement, Booking, PlanVersion, StepRecord, Task

STEPS = ("Napisać CV: career-counselling", "Zapisać się do urzędu pracy")


@pytest.fixture
def person(site):
    return site.newcomer(steps=STEPS)


def kinds_of_tasks(site, person) -> list[str]:
    with site.reading() as db:
        return [task.kind for task in db.query(Task).filter_by(person_id=person.id)]


def words_about(site, booking: Booking) -> list[tuple[str, str]]:
    with site.reading() as db:
        rows = db.query(AttendanceStatement).filter_by(booking_id=booking.id).order_by(AttendanceStatement.id)
        return [(row.side, row.said) for row in rows]


def test_help_to_come_reaches_a_coordinator(walk, site, person, scripts):
    booking = site.booking(person, site.tomorrow())
    guest = walk(person.email, scripts=scripts)
    guest.press("Potrzebuję pomocy, żeby przyjść")
    guest.sees("Dziękujemy. Pomożemy ci przyjść", picture="answered-help")
    guest.open("/plan")
    guest.sees("Mój plan", picture="plan-help")
    guest.says("Zadzwonimy w sprawie pomocy")
    assert site.again(booking).answer == "help"
    assert kinds_of_tasks(site, person) == ["needs-help"]


@pytest.mark.parametrize(("answer", "said"), [("Tak, było", "present"), ("Nie było mnie", "absent")])
def test_afterwards_was_it_so(walk, site, person, answer, said, scripts):
    booking = site.booking(person, -timedelta(days=2))
    guest = walk(person.email, scripts=scripts)
    guest.sees("Mój plan", picture="plan-after")
    guest.press(answer)
    guest.sees("Dziękujemy. Zapisaliśmy to", picture=f"after-{said}")
    assert words_about(site, booking) == [("participant", said)]
    guest.open("/plan")
    guest.is_silent_about("Czy to spotkanie się odbyło?")


def test_a_step_is_done_and_taken_back(walk, site, person, scripts):
    guest = walk(person.email, scripts=scripts)
    guest.press("Zrobione – Zapisać się do urzędu pracy")
    guest.sees("Mój plan", picture="step-done")
    guest.says("Kroki w twoim planie: zrobione 1 z 2", "zrobione przez ciebie")
    guest.press("Jednak nie zrobione – Zapisać się do urzędu pracy")
    guest.sees("Mój plan")
    guest.says("Kroki w twoim planie: zrobione 0 z 2")
    with site.reading() as db:
        states = [row.status for row in db.query(StepRecord).order_by(StepRecord.id.desc()).limit(2)]
    assert states == ["later", "done"]


@pytest.fixture
def proposal(site, person) -> PlanVersion:
    with site.writing() as db:
        return site.proposal(db, person, ("Kurs komputerowy: thematic-workshop",))


def test_a_proposed_plan_is_agreed_to(walk, site, person, proposal, scripts):
    guest = walk(person.email, scripts=scripts)
    guest.sees("Mój plan", picture="plan-proposed")
    guest.follow("Przeczytaj plan")
    guest.sees("Czy zgadzasz się na ten plan?", picture="proposed")
    guest.press("Wyślij odpowiedź")
    guest.sees("Czy zgadzasz się na ten plan?", errors=("Wybierz jedną odpowiedź",))
    guest.choose("Zgadzam się na ten plan")
    guest.press("Wyślij odpowiedź")
    guest.sees("Mamy twoją odpowiedź", picture="plan-agreed")
    guest.follow("Wróć do planu", within="main")
    guest.sees("Mój plan")
    guest.says("Kurs komputerowy")
    assert site.again(proposal).status == "agreed"


def test_a_change_is_asked_for_in_ones_own_words(walk, site, person, proposal, scripts):
    guest = walk(person.email, scripts=scripts)
    guest.follow("Przeczytaj plan")
    guest.choose("Chcę coś zmienić")
    guest.press("Wyślij odpowiedź")
    guest.sees("Czy zgadzasz się na ten plan?", errors=("Napisz, co chcesz zmienić",), picture="proposed-error")
    expect(guest.answer("Chcę coś zmienić").locator("input")).to_be_checked()
    guest.fill("Co chcesz zmienić?", "Wolę kurs wieczorem.")
    guest.press("Wyślij odpowiedź")
    guest.sees("Mamy twoją odpowiedź")
    assert site.again(proposal).answer_note == "Wolę kurs wieczorem."
    assert kinds_of_tasks(site, person) == ["plan-change"]
    with site.reading() as db:
        in_force = plans.view_for(db, person)
        assert [view.step.title for view in in_force.steps] == ["Napisać CV", "Zapisać się do urzędu pracy"]


def test_the_person_reads_who_looked(walk):
    guest = walk("uczestniczka")
    guest.follow("Kto oglądał moje dane")
    guest.sees("Kto oglądał moje dane", picture="files")
    guest.says("Ewa Lis")
