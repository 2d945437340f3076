"""The page of one sending: stopping it, its progress, and what became of each person. It is Monday, 9:00."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from services import clock
from services.models import Campaign, Message, Task
from tests.portal.test_sendings import PART, TOMORROW, numbers_in, send
from tests.portal.test_today import words_of


@pytest.fixture
def ewa(client, make, sign_in):
    return sign_in(client, make.ewa)


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowal")


@pytest.fixture
def sent(ewa, db, make, maria):
    """A sending to Maria and Jan, a moment ago."""
    jan = make.participant("Jan Lis", email=None, phone="+442079460100")
    make.booking(maria, make.slot(f"{TOMORROW} 10:00")), make.booking(jan, make.slot(f"{TOMORROW} 11:00"))
    send(ewa)
    return db.scalars(select(Campaign)).one()


ONCE = re.compile(r'name="key" value="[^"]*"')


def test_for_a_minute_it_can_be_stopped_and_then_nothing_goes(ewa, db, sent):
    assert "Możesz to jeszcze zatrzymać" in words_of(ewa.get(f"/sendings/{sent.id}"))

    answer = ewa.post(f"/sendings/{sent.id}/stop")
    page = ewa.get(answer.location)

    assert answer.status_code == 303
    assert "Wysyłka zatrzymana" in words_of(page)
    assert numbers_in(page) == {"Zatrzymane": "2"}
    assert db.scalars(select(Task)).all() == []
    assert "Maria" in words_of(ewa.get("/sendings")).partition("Wcześniejsze")[0]


def test_after_a_minute_it_cannot_be_stopped_and_the_page_says_so(ewa, sent, at):
    at(clock.now() + timedelta(seconds=61))

    answer = ewa.post(f"/sendings/{sent.id}/stop")

    assert answer.status_code == 422
    assert "Wysyłka już ruszyła." in words_of(answer)
    assert "Zatrzymaj</button>" not in ewa.get(f"/sendings/{sent.id}").text


@pytest.mark.parametrize(
    ("status", "words"),
    [("accepted", "Wysłane"), ("undeliverable", "Nie doszło"), ("suppressed", "Niepotrzebne"), ("expired", "Nie doszło")],
)
def test_the_result_tells_what_became_of_each_person(ewa, db, sent, at, status, words):
    for message in db.scalars(select(Message).where(Message.campaign_id == sent.id)):
        message.status = status
    at(clock.now() + timedelta(seconds=90))

    answer = ewa.get(f"/sendings/{sent.id}")

    assert "Wysyłka zakończona" in words_of(answer)
    assert answer.text.count(f"<span>{words}") == 2
    assert numbers_in(answer) == {words: "2"}
    assert 'data-hx-trigger="every' not in answer.text


def test_only_those_whom_it_did_not_reach_are_shown_on_wish(ewa, db, sent, maria):
    for message in db.scalars(select(Message).where(Message.campaign_id == sent.id)):
        message.status = "accepted" if message.person_id == maria.id else "undeliverable"

    everybody, missed = (words_of(ewa.get(f"/sendings/{sent.id}{tail}")) for tail in ("", "?state=missed"))

    assert "Nie doszło (1)" in everybody
    assert "Maria" in everybody
    assert "Jan Lis" in missed
    assert "Maria" not in missed


def test_an_answer_is_told_beside_the_person(ewa, db, sent, maria):
    message = db.scalars(select(Message).where(Message.campaign_id == sent.id, Message.person_id == maria.id)).one()
    message.status, message.booking.answer = "accepted", "yes"

    page = words_of(ewa.get(f"/sendings/{sent.id}"))

    assert "Doszło Przyjdzie" in page
    assert "Odpowiedzi: Przyjdzie: 1" in page


def test_while_something_is_on_its_way_the_part_asks_again_and_is_the_same_as_on_the_page(ewa, sent):
    whole, part = ewa.get(f"/sendings/{sent.id}").text, ewa.get(f"/sendings/{sent.id}", headers=PART).text

    assert 'data-hx-trigger="every 5s"' in part
    assert "data-in-silence" in part
    assert f'href="/sendings/{sent.id}"' in part
    assert "<html" not in part
    assert ONCE.sub("", part).strip() in ONCE.sub("", whole)


def test_what_waits_for_the_morning_says_when_and_asks_no_more(client, db, make, sign_in, sent, at):
    morning = at("2026-11-24 08:00")
    for message in db.scalars(select(Message).where(Message.campaign_id == sent.id)):
        message.trouble, message.next_try_at = "quiet-hours", morning
    at("2026-11-23 21:01")

    answer = sign_in(client, make.ewa).get(f"/sendings/{sent.id}")

    assert "Wyślemy rano" in words_of(answer)
    assert "Następna próba: wtorek, 24 listopada, godzina 8:00." in words_of(answer)
    assert 'data-hx-trigger="every' not in answer.text


def test_many_people_come_in_pages(ewa, db, make):
    make.participants(103)
    ewa.post("/sendings/words", data={"audience": "everybody", "text_pl": "Hej", "purpose": "other"})
    mark = re.search(r'name="mark" value="(\w+)"', ewa.get("/sendings/preview?audience=everybody").text)[1]
    path = ewa.post("/sendings", data={"key": "k", "mark": mark, "audience": "everybody"}).location

    first, second = ewa.get(path).text, ewa.get(f"{path}?page=2").text

    assert [page.count('<th scope="row">') for page in (first, second)] == [100, 3]
    assert f'href="{path}?page=2"' in first
    assert db.scalars(select(Campaign)).one().texts == {"pl": "Hej"}


def test_somebody_elses_sending_is_not_there(client, make, sign_in, sent):
    browser = sign_in(client, make.coordinator("Iza Mróz"))

    assert browser.get(f"/sendings/{sent.id}").status_code == 404
    assert browser.post(f"/sendings/{sent.id}/stop").status_code == 404
