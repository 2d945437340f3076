"""Telling us of a barrier: no account, no scripts, an address to come back to, and an answer in time."""

import re

import pytest

from portal import worker
from services import barriers, barriers_desk
from services.models import BarrierReport, MailboxItem
from tests.portal.test_today import words_of

FORM = {
    "key": "k" * 20, "what": "Nie widzę, gdzie nacisnąć.", "where_at": "/plan", "way": "email", "address": "anna@example.org",
    "answer_in": "large-print", "other_access": "",
}  # fmt: skip


@pytest.fixture
def ewa(app, db, make, sign_in):
    client = app.test_client()
    client.db = db
    return sign_in(client, make.ewa)


@pytest.fixture
def report(db):
    made = barriers.report(
        db, barriers.Wish("Nie widać.", "/plan", way="email", address="anna@example.org"), key="r", sender="s"
    )
    db.commit()
    return made


@pytest.fixture
def send(app, db):
    """`send(to)`: let the worker do what is due, and return what `to` has got, oldest first."""

    def send(to):
        db.commit()
        try:
            worker.run_once(app)
        finally:
            worker.close(app)
        return list(db.query(MailboxItem).filter(MailboxItem.to == to).order_by(MailboxItem.at, MailboxItem.id))

    return send


def field(page: str, name: str) -> str:
    return re.search(rf'name="{name}" type="text" value="([^"]*)"', page)[1]


@pytest.mark.parametrize("address", ["/help", "/accessibility", "/sign-in", "/look"])
def test_each_page_leads_to_the_form_which_knows_where_one_was(client, address):
    link = re.search(r'href="(/barrier\?from=[^"]*)"', client.get(address).text)[1]

    assert field(client.get(link).text, "where_at") == address


def test_where_one_was_tells_no_secret_and_nothing_of_a_person(client, make, sign_in):
    booking = make.booking()
    sign_in(client, booking.person)

    link = re.search(r'href="(/barrier\?from=[^"]*)"', client.get(f"/booked/{booking.number}").text)[1]

    assert field(client.get(link).text, "where_at") == "/booked/..."
    over = client.get(f"/s/{'A' * 22}").text
    assert re.search(r'href="(/barrier[^"]*)"', over)[1] == "/barrier?from=/s/..."


@pytest.mark.parametrize("where", ["https://example.com", "javascript:x", "x"])
def test_the_form_takes_no_other_address(client, where):
    assert field(client.get("/barrier", query_string={"from": where}).text, "where_at") == ""


def test_who_is_signed_in_is_not_asked_for_their_address_again(client, make, sign_in):
    sign_in(client, make.participant(email="maria@example.org"))

    assert field(client.get("/barrier").text, "address") == "maria@example.org"


def test_a_report_has_a_page_with_its_number_and_days_and_a_copy(client, db, send):
    answer = client.post("/barrier", data=FORM)
    page = words_of(client.get(answer.location))
    made = db.query(BarrierReport).one()

    assert answer.status_code == 303
    for said in (f"Numer zgłoszenia: {made.id}", "30 listopada 2026", "23 stycznia 2027", FORM["what"], "anna@example.org"):
        assert said in page
    [copy] = send("anna@example.org")
    assert f"https://{answer.location}" not in copy.body
    assert answer.location in copy.body
    assert FORM["what"] not in copy.body  # anybody may type anybody's address


def test_pressed_twice_it_is_one_report(client, db):
    first, second = client.post("/barrier", data=FORM), client.post("/barrier", data=FORM)

    assert first.location == second.location
    assert db.query(BarrierReport).count() == 1


def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(client, db):
    answer = client.post("/barrier", data=FORM | {"what": "", "address": "anna", "where_at": "<moja>"})

    assert answer.status_code == 422
    assert "<title>Błąd: " in answer.text
    for said in ("Napisz, co ci przeszkadza", "To nie wygląda na e-mail"):
        assert answer.text.count(said) == 2
    assert field(answer.text, "where_at") == "&lt;moja&gt;"
    assert f'value="{FORM["key"]}"' in answer.text
    assert db.query(BarrierReport).count() == 0


def test_a_program_that_fills_in_everything_is_asked_again_and_loses_nothing(client, db):
    answer = client.post("/barrier", data=FORM | {"website": "https://buy.example"})

    assert (answer.status_code, db.query(BarrierReport).count()) == (422, 0)
    assert FORM["what"] in answer.text
    decoy = re.search(r"<div hidden>.*?</div>", answer.text)[0]
    assert 'name="website" value=""' in decoy  # neither eyes nor a screen reader meet it; pressing again works
    assert client.post("/barrier", data=FORM | {"website": ""}).status_code == 303


def test_a_flood_from_one_place_is_stopped_and_told_when_to_come_back(client):
    for number in range(10):
        assert client.post("/barrier", data=FORM | {"key": f"key-{number}"}).status_code == 303
    answer = client.post("/barrier", data=FORM | {"key": "key-10"})

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert FORM["what"] in answer.text


def test_no_script_is_needed_and_no_riddle_asked(client):
    form = re.search(r'<form method="post" action="/barrier".*?</form>', client.get("/barrier").text, re.S)[0]

    assert "captcha" not in form.lower()
    assert "required" not in form
    assert 'type="submit"' in form


def test_whoever_reported_reads_the_answer_at_the_same_address(client, db, make, app, report):
    address = f"/barrier/{barriers.token_of(app.config['SETTINGS'].secret_key, report.id)}"
    barriers_desk.refuse(db, make.ewa, report.id, "Nie da się.\nPrzeczytamy to przez telefon.")
    page = client.get(address).text

    assert "<p>Nie da się.</p><p>Przeczytamy to przez telefon.</p>" in page
    assert "Możesz złożyć skargę: Gmina Miasta Gdyni" in page
    assert 'href="https://www.rpo.gov.pl"' in page
    assert client.get(address[:-3] + "xxx").status_code == 404


def test_a_report_can_be_taken_back(client, db, app, report):
    address = f"/barrier/{barriers.token_of(app.config['SETTINGS'].secret_key, report.id)}"

    page = words_of(client.get(client.post(address).location))

    assert "Zgłoszenie jest wycofane" in page
    assert db.get(BarrierReport, report.id).state == "withdrawn"


def test_the_desk_says_how_long_there_is(ewa, make, sign_in, at, report):
    assert "zostało 7 dni" in words_of(ewa.get("/barriers"))
    at("2026-11-30 22:00")
    sign_in(ewa, make.ewa)
    assert "dziś ostatni dzień" in words_of(ewa.get("/barriers"))
    assert "1: termin za chwilę" in words_of(ewa.get("/tasks"))
    at("2026-12-02 09:00")
    sign_in(ewa, make.ewa)
    assert "2 dni po terminie" in words_of(ewa.get(f"/barriers/{report.id}"))
    assert "1 po terminie" in words_of(ewa.get("/tasks"))


def test_who_does_not_answer_reports_hears_nothing_of_them(client, make, sign_in, report):
    sign_in(client, make.coordinator("Iza Mróz", organisation=make.organisation("Bank")))

    assert "/barriers" not in client.get("/tasks").text
    assert client.get("/barriers").status_code == 403


def test_an_answer_is_given_and_sent(ewa, send, report):
    answer = ewa.post(f"/barriers/{report.id}/answer", data={"answered-text": "Ramka jest grubsza."})
    page = words_of(ewa.get(answer.location))
    assert "Odpowiedź zapisana" in page
    assert "Wysyłamy wiadomość" in page
    assert sum("Ramka jest grubsza." in letter.body for letter in send("anna@example.org")) == 1
    closed = ewa.post(f"/barriers/{report.id}/close")
    assert "Sprawa zamknięta" in words_of(ewa.get(closed.location))


@pytest.mark.parametrize(
    ("act", "data", "wrong"),
    [
        ("answer", {"answered-text": " "}, "Napisz odpowiedź"),
        ("refuse", {"refused-text": ""}, "Napisz odpowiedź"),
        ("extend", {"until": "kiedyś", "why": "Film."}, "Wpisz dzień, na przykład 21.02.2027"),
        ("extend", {"until": "2027-01-24", "why": "Film."}, "To za późno. Najpóźniej może być dwa miesiące od zgłoszenia."),
        ("extend", {"until": "2027-01-23", "why": ""}, "Napisz powód"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said_at_its_field(ewa, db, report, act, data, wrong):
    answer = ewa.post(f"/barriers/{report.id}/{act}", data=data)

    assert (answer.status_code, answer.text.count(wrong)) == (422, 2)
    [target] = set(re.findall(r'<li><a href="#([^"]+)">', answer.text))
    assert f'id="{target}"' in answer.text
    assert db.get(BarrierReport, report.id).state == "open"
    for typed in data.values():
        assert typed.strip() in answer.text


def test_a_second_answer_meets_the_first(ewa, db, make, report):
    barriers_desk.refuse(db, make.ewa, report.id, "Nie da się.")

    answer = ewa.post(f"/barriers/{report.id}/answer", data={"answered-text": "Gotowe."})

    assert answer.status_code == 422
    assert "To zgłoszenie nie czeka już na odpowiedź." in answer.text


def test_the_worker_tells_who_answers_and_forgets_in_time(app, db, make, report, at, send):
    make.ewa.email = "ewa@example.org"
    db.commit()
    at("2026-12-01 09:00")
    assert [letter.subject for letter in send("ewa@example.org")] == [f"Zgłoszenie {report.id}: po terminie"]
    barriers.withdraw(db, report)
    db.commit()
    at("2027-03-02 09:00")
    assert worker.tidy(app) == 1
