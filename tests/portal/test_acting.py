"""A trusted person is named with ticks, and ended at once: by either of the two, or with the enrolment."""

import re

import pytest
from sqlalchemy import func, select, update

from portal import acting as portal_acting
from portal import edge
from services import acting, clock
from services.models import Booking, Mandate, MandateDevice, Message
from services.models.acting import THINGS
from tests.portal.test_today import words_of
from tests.portal.trusted import ANNA, acts


def test_nothing_is_ticked_and_each_thing_is_a_tick_of_its_own(hers):
    page = hers.get("/trusted/new").text
    assert len(re.findall(r'type="checkbox" name="things"', page)) == len(THINGS)
    assert "checked" not in page


def test_somebody_is_named_once_however_often_the_form_is_sent(hers, db, maria):
    form = {"name": " Anna  K. ", "address": "Anna@Example.org", "things": ["answer"], "key": "k" * 20}
    first, second = hers.post("/trusted/new", data=form), hers.post("/trusted/new", data=form)
    assert (first.status_code, first.location) == (303, second.location)
    [mandate] = db.scalars(select(Mandate))
    assert (mandate.name, mandate.email, mandate.codes) == ("Anna K.", ANNA, {"answer", "sessions"})
    assert db.scalars(select(Message.channel).where(Message.kind == "acting-link")).all() == ["email"]
    page = words_of(hers.get("/trusted"))
    assert "Anna K." in page and "Odpowiada za ciebie" in page and "od: 23 listopada" in page
    assert "Umawia i przek" not in page


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"name": ""}, "name", "Wpisz imię tej osoby"),
        ({"name": "A" * 81}, "name", "do 80 znaków"),
        ({"address": "nie wiem"}, "address", "Wpisz numer telefonu albo e-mail"),
        ({"things": []}, "things", "Zaznacz co najmniej jedną rzecz"),
        ({"things": ["everything"]}, "things", "Zaznacz co najmniej jedną rzecz"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(hers, db, wrong, field, said):
    answer = hers.post("/trusted/new", data={"name": "Anna", "address": ANNA, "things": ["steps"], "key": "k"} | wrong)
    assert answer.status_code == 422
    assert "<title>Błąd:" in answer.text and f'href="#{field}' in answer.text
    assert words_of(answer).count(said) == 2
    assert "things" in wrong or re.search(r'value="steps" checked', answer.text)
    assert db.scalar(select(func.count()).select_from(Mandate)) == 0


def test_the_same_address_twice_and_a_sixth_person_are_refused_kindly(hers, db):
    def name(number):
        form = {"name": "Jan", "address": f"60010020{number}", "things": ["steps"], "key": f"k{number}"}
        return hers.post("/trusted/new", data=form)

    assert name(0).status_code == 303
    again = hers.post("/trusted/new", data={"name": "Jan", "address": "600100200", "things": ["book"], "key": "new"})
    assert again.status_code == 422 and "już jest na liście" in words_of(again)
    assert [name(number).status_code for number in (1, 2, 3, 4, 5)] == [303, 303, 303, 303, 422]


def test_without_an_address_the_link_is_shown_to_be_handed_over(hers, db, browser, way_in):
    answer = hers.post("/trusted/new", data={"name": "Olek", "address": "", "things": ["steps"], "key": "k"})
    [mandate] = db.scalars(select(Mandate))
    page = hers.get(answer.location).text
    assert way_in(mandate) in page and "<svg" in page
    assert db.scalar(select(func.count()).where(Message.kind == "acting-link")) == 0
    assert browser().get(way_in(mandate)).status_code == 303


def test_with_an_address_the_link_is_not_shown_until_its_message_is_lost(hers, db, named, way_in):
    mandate = named("sessions")
    assert way_in(mandate) not in hers.get(f"/trusted/{mandate.id}").text
    db.scalars(select(Message).where(Message.kind == "acting-link")).one().status = "undeliverable"
    page = hers.get(f"/trusted/{mandate.id}")
    assert way_in(mandate) in page.text and "Nie udało się wysłać linku" in words_of(page)


def test_at_night_a_text_message_waits_for_the_morning(hers, db, at):
    at("2026-11-23 22:30")
    hers.post("/trusted/new", data={"name": "Olek", "address": "600100200", "things": ["steps"], "key": "k"})
    [message] = db.scalars(select(Message).where(Message.kind == "acting-link"))
    assert clock.local(message.due_at).strftime("%d %H:%M") == "24 08:00"
    assert "Link wyślemy" in words_of(hers.get(f"/trusted/{db.scalar(select(Mandate.id))}"))


def test_what_is_no_longer_ticked_is_closed_at_once_and_what_stays_keeps_its_day(hers, named, come_in, at):
    mandate = named("sessions", "steps")
    anna = come_in(mandate)
    at("2026-11-25 09:00")
    hers.post(f"/trusted/{mandate.id}", data={"things": ["sessions", "answer"]})
    assert "Kroki w planie" not in words_of(anna.get(f"/for/{mandate.id}"))
    page = words_of(hers.get("/trusted"))
    assert "od: 23 listopada" in page and "od: 25 listopada" in page
    assert hers.post(f"/trusted/{mandate.id}", data={"things": []}).status_code == 422


def test_an_end_is_two_presses_from_the_plan_and_stops_pages_and_links_at_once(
    hers, db, maria, make, named, come_in, way_in, browser
):
    booking = make.booking(maria, make.slot("2026-11-25 10:00"))
    mandate = named("answer")
    anna = come_in(mandate)
    hers.post(f"/trusted/{mandate.id}/link")
    unused = way_in(mandate)
    open_page = anna.get(f"/for/{mandate.id}")
    assert open_page.status_code == 200

    assert 'href="/trusted"' in hers.get("/plan").text
    assert f'action="/trusted/{mandate.id}/end"' in hers.get("/trusted").text
    ended = hers.post(f"/trusted/{mandate.id}/end")
    assert hers.post(f"/trusted/{mandate.id}/end").location == ended.location
    assert "Zgoda zakończona" in words_of(hers.get(ended.location))

    pressed = anna.post(f"/for/{mandate.id}/booked/{booking.number}/answer", data={"said": "yes", "version": 1})
    assert pressed.status_code == 403 and "Ta zgoda już się skończyła" in words_of(pressed)
    assert "Maria" not in pressed.text
    assert db.get(Booking, booking.id).answer == "none"
    assert anna.get(f"/for/{mandate.id}").status_code == 403
    late = browser()
    late.get(unused)
    assert late.get("/for/enter").status_code == 404
    assert db.scalars(select(MandateDevice.ended_at.is_(None))).all() == [False]
    assert acts(db, maria).count(("person", "mandate:end")) == 1


def test_an_end_that_comes_between_the_look_and_the_act_is_seen(db, ahead, named, come_in, monkeypatch):
    mandate = named("answer")
    anna, check = come_in(mandate), portal_acting.check

    def ended_meanwhile(view):
        said = check(view)
        edge.open_session().execute(update(Mandate).values(ended_at=clock.now()))
        return said

    monkeypatch.setattr(portal_acting, "check", ended_meanwhile)
    at = f"/for/{mandate.id}/booked/{ahead.number}/answer"
    answer = anna.post(at, data={"said": "yes", "version": ahead.version})
    assert answer.status_code == 403 and "Ta zgoda już się skończyła" in words_of(answer)
    assert db.get(Booking, ahead.id).answer == "none"


def test_it_ends_with_the_enrolment(db, maria, named, come_in, way_in):
    mandate = named("sessions")
    anna = come_in(mandate)
    maria.enrolments[0].left_on = clock.today()
    assert anna.get(f"/for/{mandate.id}").status_code == 403
    assert acting.of(db, maria) == []
