"""A session that ended while somebody typed: they sign in again, and stand at the same step with the same answers.

Two kinds of forms: those whose answers go on to the next step, and those with a button only. A form is what its page says it
is: the tests read it there, fill it in, and send it with a session that has ended.
"""

from datetime import timedelta

import pytest

from portal import taken_up
from services import barriers, clock, identity, plans
from services.models import Booking, Device, Draft, Intention, Message, PlanVersion, Task, TrustedContact
from tests.factories import instant
from tests.portal.forms import sent_by


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowal", email="maria@example.org", phone="+48600100200")


def booking_step(step, **known):
    def walk(client, make, maria):
        slot = make.slot("2026-11-26 12:00")
        make.slot("2026-11-26 14:00")
        answers = {"need": slot.form_id, "specialist": slot.specialist_id, "day": "2026-11-26", "slot": slot.id}
        for name, way in (("need", "need"), ("specialist", "person"), ("day", "day"), ("slot", "hour")):
            if way == step:
                return f"/book/{step}", f"/book/{step}", {name: str(answers[name])}
            client.post(f"/book/{way}", data={name: answers[name]})
        return "/book/check", "/book/check", {"needs": ["loop", "large-print"]}

    return walk


def cannot_come(client, make, maria):
    number = make.booking(maria, make.slot("2026-11-26 12:00")).number
    return (
        f"/booked/{number}/cancel",
        f"/booked/{number}/cancel",
        {"next": "call-me", "reason": 'Mam <gości> & "psa".\nW środę.'},
    )


def reminders(client, make, maria):
    return "/reminders", "/reminders", {"channels": ["sms"], "moments": ["two-hours"]}


def plan_answer(client, make, maria):
    make.plan(maria, answered=None)
    return "/plan/proposed", "/plan/proposed", {"said": "change", "note": "Wolę rano."}


def needs(client, make, maria):
    return "/needs", "/needs", {"needs": ["step-free", "quiet-place"]}


def trusted(client, make, maria):
    return "/reminders/trusted", "/reminders/trusted", {"name": "Olena", "address": "olena@example.org"}


JOURNEYS = {
    "need": booking_step("need"), "person": booking_step("person"), "day": booking_step("day"), "hour": booking_step("hour"),
    "check": booking_step("check"), "cannot come": cannot_come, "reminders": reminders, "plan": plan_answer, "needs": needs,
    "trusted person": trusted,
}  # fmt: skip


def end_elsewhere(db, who):
    db.query(Device).update({Device.ended_at: clock.now()})


def expire(db, who):
    db.query(Device).update({Device.expires_at: clock.now()})


def counted(db):
    """Everything that a form of these may make."""
    db.rollback()
    return [db.query(table).count() for table in (Booking, Task, TrustedContact, Intention, PlanVersion, Message)]


@pytest.fixture
def come_back(db, app):
    """`come_back(client, who)`: by a fresh link; returns where that leads."""

    def come_back(client, who):
        owner = {"staff_id": who.id} if hasattr(who, "roles") else {"person_id": who.id}
        link = identity.make_link(db, app.config["SETTINGS"].secret_key, "sign-in", lasts=timedelta(hours=1), **owner)
        client.get(f"/w/{identity.token_of(app.config['SETTINGS'].secret_key, link)}")
        return client.post("/enter", data={"phone": "mine"}).location

    return come_back


def stopped(client, db, make, maria, journey, end=expire):
    """Somebody fills in a step and sends it, and the session has ended meanwhile: (page, where it goes, what was sent)."""
    page, action, typed = journey(client, make, maria)
    data = sent_by(client.get(page).text, action, **typed)
    before = counted(db)
    end(db, maria)
    assert client.post(action, data=data).location == "/sign-in"
    assert counted(db) == before
    return page, action, data


@pytest.mark.parametrize("end", [expire, end_elsewhere])
@pytest.mark.parametrize("name", JOURNEYS)
def test_one_comes_back_to_the_same_step_with_the_same_answers(client, db, make, maria, sign_in, come_back, name, end):
    sign_in(client, maria)
    page, action, data = stopped(client, db, make, maria, JOURNEYS[name], end)

    assert come_back(client, maria) == page
    answer = client.get(page)
    again = sent_by(answer.text, action)

    assert answer.status_code == 200
    assert again == data  # the key too: what was sent before all this is not made twice
    assert "Twoje odpowiedzi są tutaj" in answer.text
    before = counted(db)
    first, second = client.post(action, data=again), client.post(action, data=again)
    assert first.status_code == second.status_code == 303 or name in ("plan", "cannot come", "trusted person")
    once = counted(db)
    client.post(action, data=again)
    assert counted(db) == once
    assert first.status_code == 303
    assert once != before or name in ("need", "person", "day", "hour", "reminders", "needs")
    assert "Twoje odpowiedzi są tutaj" not in client.get(page, follow_redirects=True).text
    assert [draft for draft in db.query(Draft) if draft.kind.startswith("form:")] == []


@pytest.mark.parametrize(
    ("later", "is_kept"), [({"hours": 20}, True), ({"days": 29}, True), ({"days": 30, "seconds": 1}, False)]
)
def test_answers_wait_for_thirty_days_on_whichever_phone(client, app, db, make, maria, sign_in, come_back, at, later, is_kept):
    make.slot("2027-01-20 12:00")
    sign_in(client, maria)
    _, action, data = stopped(client, db, make, maria, needs)
    at(clock.now() + timedelta(**later))
    other_phone = app.test_client()
    other_phone.db = db

    assert come_back(other_phone, maria) == ("/needs" if is_kept else "/plan")
    page = other_phone.get("/needs").text

    assert (sent_by(page, action) == data) == is_kept
    assert ("Twoje odpowiedzi są tutaj" in page) == is_kept


def test_a_booking_half_way_waits_as_long(client, db, make, maria, sign_in, come_back, at):
    slot = make.slot("2027-01-20 12:00")
    sign_in(client, maria)
    client.post("/book/need", data={"need": slot.form_id})
    client.post("/book/person", data={"specialist": 0})
    for days, where in ((29, 200), (31, 303)):
        at(instant("2026-11-23 09:00") + timedelta(days=days))
        sign_in(client, maria)
        assert client.get("/book/day").status_code == where


def test_a_shared_phone_gives_what_was_typed_only_to_whose_it_is(client, db, make, maria, sign_in, come_back, at):
    sign_in(client, maria, is_shared=True)
    page, action, typed = cannot_come(client, make, maria)
    data = sent_by(client.get(page).text, action, **typed)
    at("2026-11-23 09:11")
    assert client.post(action, data=data).location == "/sign-in"

    bruno = make.participant("Bruno Zych")
    assert come_back(client, bruno) == "/plan"
    assert client.get(page).status_code == 404
    assert come_back(client, maria) == page
    assert sent_by(client.get(page).text, action) == data


def test_who_signs_out_leaves_nothing(client, db, make, maria, sign_in):
    sign_in(client, maria)
    page, action, typed = needs(client, make, maria)
    data = sent_by(client.get(page).text, action, **typed)
    client.post("/sign-out")

    assert client.post(action, data=data).location == "/sign-in"
    assert db.query(Draft).count() == 0


def test_what_is_not_wanted_any_more_goes_at_a_press(client, db, make, maria, sign_in, come_back):
    sign_in(client, maria)
    page, action, data = stopped(client, db, make, maria, needs)
    come_back(client, maria)

    assert client.post("/start-again", data={"to": action}).location == page
    assert sent_by(client.get(page).text, action) != data
    assert db.query(Draft).count() == 0


def test_a_mistake_that_was_sent_too_is_shown_and_the_rest_stays(client, db, make, maria, sign_in, come_back):
    sign_in(client, maria)
    page, action, typed = cannot_come(client, make, maria)
    data = sent_by(client.get(page).text, action, **typed) | {"next": [""]}
    expire(db, maria)
    client.post(action, data=data)
    come_back(client, maria)

    wrong = client.post(action, data=sent_by(client.get(page).text, action))
    assert (wrong.status_code, sent_by(wrong.text, action)["reason"]) == (422, data["reason"])
    assert sent_by(client.get(page).text, action)["reason"] == data["reason"]  # kept until it went well


def test_a_button_comes_back_to_its_page_and_is_pressed_again(client, db, make, maria, sign_in, come_back):
    number = make.booking(maria, make.slot("2026-11-26 12:00")).number
    sign_in(client, maria)
    expire(db, maria)
    client.post(f"/booked/{number}/answer", data={"said": "yes", "version": 1})

    assert come_back(client, maria) == f"/booked/{number}"
    assert "Naciśnij jeszcze raz" in client.get(f"/booked/{number}").text


def test_what_is_hidden_in_a_page_is_of_today(client, db, make, maria, sign_in, come_back):
    """Only the key of a form comes back: an answer to a plan is never given to another version than the one on the page."""
    version = make.plan(maria, answered=None)
    sign_in(client, maria)
    expire(db, maria)
    client.post("/plan/proposed", data={"said": "agree", "note": "", "version": version.id + 1})

    come_back(client, maria)
    assert sent_by(client.get("/plan/proposed").text, "/plan/proposed")["version"] == [str(version.id)]


def test_long_text_of_staff_comes_back(client, db, make, maria, sign_in, come_back):
    draft = plans.draft_for(db, make.ewa, maria.enrolments[0])
    report = barriers.report(db, barriers.Wish("Nie widać."), key="k", sender="s")
    text = "Długi tekst.\n" * 100
    about = f"/people/{maria.id}/plan/draft"
    cases = [
        (f"/barriers/{report.id}", f"/barriers/{report.id}/answer", {"answered-text": text}),
        (about, f"{about}/goals", {"goal": "Znaleźć pracę blisko domu"}),
    ]
    assert draft
    for page, action, typed in cases:
        sign_in(client, make.ewa)
        data = sent_by(client.get(page).text, action, **typed)
        expire(db, make.ewa)
        client.post(action, data=data)
        assert come_back(client, make.ewa) == page
        assert sent_by(client.get(page).text, action) == data
        assert client.post(action, data=data).status_code == 303


def test_too_much_and_too_many_are_not_kept(client, db, make, maria, sign_in, come_back):
    sign_in(client, maria)
    expire(db, maria)
    client.post("/needs", data={"needs": "x" * 20_001})
    assert db.query(Draft).count() == 0
    for number in range(7):
        client.post(f"/booked/A2A-22{number}/cancel", data={"reason": "x"})
    assert db.query(Draft).count() == 5


def test_a_cookie_that_ended_long_ago_keeps_nothing(client, db, make, maria, sign_in, at):
    sign_in(client, maria)
    expire(db, maria)
    at(clock.now() + timedelta(days=31))
    client.post("/needs", data={"needs": "loop"})
    client.set_cookie("session", "forged")
    client.post("/needs", data={"needs": "loop"})

    assert db.query(Draft).count() == 0


def test_every_form_for_somebody_signed_in_has_a_page_to_come_back_to(app):
    by_path = {rule.rule: rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    arguments = {rule.endpoint: rule.arguments for rule in app.url_map.iter_rules()}
    homeless = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        is_second = getattr(view, "is_second", False)
        if "POST" not in rule.methods or view.needs is None or is_second or rule.endpoint in NOWHERE | taken_up.PROGRAMS:
            continue
        page = taken_up.PAGES.get(rule.endpoint) or by_path.get(rule.rule)
        if page not in arguments or not arguments[page] <= rule.arguments:
            homeless.append(rule.endpoint)
    assert homeless == []
    assert set(taken_up.PAGES) <= set(arguments)


NOWHERE = {"entry.start_anew"}
