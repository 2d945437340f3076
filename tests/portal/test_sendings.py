"""Reminding everybody of tomorrow, as a coordinator's browser meets it. It is Monday, 9:00."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from services import attendance, clock
from services.models import Booking, Campaign, Link, Message, Task
from tests.portal.test_today import words_of

TOMORROW = "2026-11-24"
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def ewa(client, make, sign_in):
    return sign_in(client, make.ewa)


@pytest.fixture
def maria(make):
    """Maria at 10:00 tomorrow; she has an e-mail address."""
    return make.booking(make.participant("Maria Kowal"), make.slot(f"{TOMORROW} 10:00"))


@pytest.fixture
def jan(make):
    """Jan at 11:00 tomorrow; he has a telephone and nothing else."""
    jan = make.participant("Jan Lis", email=None, phone="+48600100200")
    return make.booking(jan, make.slot(f"{TOMORROW} 11:00"))


@pytest.fixture
def sent(ewa, db, maria, jan):
    """A sending to both, a moment ago."""
    send(ewa, maria, jan)
    return db.scalars(select(Campaign)).one()


def send(browser, *found, key="pressed"):
    return browser.post("/sendings", data={"key": key, "booking": [one.id for one in found]})


def reminders_in(db):
    return db.scalar(select(func.count()).select_from(Message).where(Message.kind == "reminder"))


def numbers_in(answer):
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", answer.text))


def test_everybody_of_tomorrow_without_an_answer_is_listed_by_how_they_are_reached(ewa, db, make, maria, jan):
    said = make.booking(make.participant("Zofia Kos"), make.slot(f"{TOMORROW} 12:00"))
    attendance.answer(db, said.person, said, "yes", way="plan")
    make.booking(make.participant("Piotr Żuk"), make.slot("2026-11-25 10:00"))

    answer = ewa.get("/sendings")
    page = words_of(answer)

    assert "2 osoby" in page
    assert numbers_in(answer) == {"e-mail": "1", "trzeba zadzwonić": "1"}
    assert answer.text.count(" checked") == 2
    assert "Maria Kowal" in page
    assert "Zofia" not in page
    assert "Piotr" not in page


def test_when_nobody_waits_the_page_says_so_kindly(ewa):
    page = words_of(ewa.get("/sendings"))

    assert "Nikt nie czeka na przypomnienie" in page
    assert "Sprawdź treść" not in page


def test_who_wants_no_reminders_is_left_out_and_counted(ewa, make, maria):
    make.choice(maria.person, [])

    page = words_of(ewa.get("/sendings"))

    assert "Pomijamy 1 osobę." in page
    assert "Maria" not in page


def test_the_preview_shows_the_words_and_writes_nothing(ewa, db, maria, jan):
    rows = [db.scalar(select(func.count()).select_from(table)) for table in (Message, Link, Task, Campaign)]

    page = words_of(ewa.get("/sendings/preview", query_string={"booking": [maria.id, jan.id]}))

    for words in ("Za chwilę wyślesz wiadomość do 2 osób.", "wtorek, 24 listopada", "Do 1 osoby trzeba zadzwonić.",
                  "Wyślij do 2 osób", "Powiadomienie w telefonie"):  # fmt: skip
        assert words in page
    assert rows == [db.scalar(select(func.count()).select_from(table)) for table in (Message, Link, Task, Campaign)]


def test_going_back_keeps_who_was_ticked(ewa, maria, jan):
    preview = ewa.get(f"/sendings/preview?booking={jan.id}").text
    back = re.search(r'class="back" href="([^"]+)"', preview)[1]

    page = ewa.get(back).text

    assert re.findall(r'value="(\d+)" checked', page) == [str(jan.id)]


@pytest.mark.parametrize("asked", ["", "?booking=99999", "?booking=%C2%B2", f"?booking={'9' * 5000}"])
def test_a_preview_for_nobody_asks_for_somebody(ewa, maria, asked):
    answer = ewa.get(f"/sendings/preview{asked}")

    assert answer.status_code == 422
    assert '<a href="#booking">Zaznacz co najmniej jedną osobę</a>' in answer.text
    assert "Maria Kowal" in answer.text


def test_at_night_the_preview_says_that_the_messages_wait_for_the_morning(client, make, sign_in, maria, at):
    at("2026-11-23 21:00")
    ewa = sign_in(client, make.ewa)

    assert "W nocy nie piszemy" in words_of(ewa.get(f"/sendings/preview?booking={maria.id}"))


def test_sending_goes_to_those_who_were_chosen_and_the_same_press_twice_is_one(ewa, db, maria, jan):
    answers = [send(ewa, maria) for _ in range(2)]

    campaign = db.scalars(select(Campaign)).one()
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, f"/sendings/{campaign.id}")] * 2
    assert reminders_in(db) == 1
    assert db.scalars(select(Task)).all() == []
    assert "Maria" not in words_of(ewa.get("/sendings")).partition("Wcześniejsze")[0]


def test_who_answers_while_the_text_is_read_is_not_asked(ewa, db, maria):
    ewa.get(f"/sendings/preview?booking={maria.id}")
    attendance.answer(db, maria.person, maria, "yes", way="plan")

    answer = send(ewa, maria)

    assert answer.status_code == 422
    assert "Zaznacz co najmniej jedną osobę" in words_of(answer)
    assert reminders_in(db) == 0


def test_for_a_minute_it_can_be_stopped_and_then_nothing_goes(ewa, db, sent):
    assert "Możesz to jeszcze zatrzymać" in words_of(ewa.get(f"/sendings/{sent.id}"))

    answer = ewa.post(f"/sendings/{sent.id}/stop")
    page = ewa.get(answer.location)

    assert answer.status_code == 303
    assert "<h1" in page.text
    assert "Wysyłka zatrzymana" in words_of(page)
    assert numbers_in(page) == {"wysłane": "0", "czekają": "0", "nie wysłane": "1", "trzeba zadzwonić": "0"}
    assert db.scalars(select(Task)).all() == []


def test_after_a_minute_it_cannot_be_stopped_and_the_page_says_so(ewa, db, sent, at):
    at(clock.now() + timedelta(seconds=61))

    answer = ewa.post(f"/sendings/{sent.id}/stop")

    assert answer.status_code == 422
    assert "Wysyłka już ruszyła." in words_of(answer)
    assert "Zatrzymaj</button>" not in ewa.get(f"/sendings/{sent.id}").text


@pytest.mark.parametrize(
    ("status", "words"),
    [("accepted", "Wysłane"), ("undeliverable", "Nie doszło"), ("suppressed", "Niepotrzebne"), ("expired", "Nie zdążyło")],
)
def test_the_result_tells_what_became_of_each_and_whom_to_call(ewa, db, sent, at, status, words):
    db.scalars(select(Message).where(Message.campaign_id == sent.id)).one().status = status
    at(clock.now() + timedelta(seconds=90))

    answer = ewa.get(f"/sendings/{sent.id}")
    page = words_of(answer)

    assert "Wysyłka zakończona" in page
    assert f"<span>{words}" in answer.text
    assert "Trzeba zadzwonić" in page
    assert 'href="tel:+48600100200"' in answer.text
    assert 'data-hx-trigger="every' not in answer.text


def test_while_something_is_on_its_way_the_part_asks_again_and_is_the_same_as_on_the_page(ewa, sent):
    whole, part = ewa.get(f"/sendings/{sent.id}").text, ewa.get(f"/sendings/{sent.id}", headers=PART).text

    assert 'data-hx-trigger="every 5s"' in part
    assert "data-in-silence" in part
    assert f'href="/sendings/{sent.id}"' in part
    assert "<html" not in part
    once = re.compile(r'name="key" value="[^"]*"')
    assert once.sub("", part).strip() in once.sub("", whole)


def test_what_waits_for_the_morning_says_when_and_asks_no_more(client, db, make, sign_in, sent, at):
    waiting = db.scalars(select(Message).where(Message.campaign_id == sent.id)).one()
    waiting.trouble, waiting.next_try_at = "quiet-hours", at("2026-11-24 08:00")
    at("2026-11-23 21:01")

    answer = sign_in(client, make.ewa).get(f"/sendings/{sent.id}")

    assert "Wyślemy rano" in words_of(answer)
    assert "Następna próba: wtorek, 24 listopada, godzina 8:00." in words_of(answer)
    assert 'data-hx-trigger="every' not in answer.text


def test_somebody_elses_sending_is_not_there(client, make, sign_in, sent):
    browser = sign_in(client, make.coordinator("Iza Mróz"))

    assert browser.get(f"/sendings/{sent.id}").status_code == 404
    assert browser.post(f"/sendings/{sent.id}/stop").status_code == 404


def test_a_partners_coordinator_cannot_send_to_somebody_elses_people(client, db, make, sign_in, maria):
    browser = sign_in(client, make.coordinator("Iza Mróz", organisation=make.organisation()))

    assert send(browser, maria).status_code == 422
    assert db.scalars(select(Campaign)).all() == []
    assert db.get(Booking, maria.id).answer == "none"
