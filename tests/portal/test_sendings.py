"""Sending to many, as a coordinator's browser meets it. It is Monday, 9:00."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from services import attendance, campaigns, texts
from services.models import Campaign, Link, Message, Task
from tests.portal.test_today import words_of

TOMORROW = "2026-11-24"
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
NONE = {"all": "no"}


@pytest.fixture
def ewa(client, make, sign_in):
    return sign_in(client, make.ewa)


@pytest.fixture
def maria(make):
    """Maria at 10:00 tomorrow; she has an e-mail address."""
    return make.booking(make.participant("Maria Kowal"), make.slot(f"{TOMORROW} 10:00"))


@pytest.fixture
def jan(make):
    """Jan at 11:00 tomorrow; he has a telephone at home and nothing else."""
    jan = make.participant("Jan Lis", email=None, phone="+442079460100")
    return make.booking(jan, make.slot(f"{TOMORROW} 11:00"))


def mark_of(browser, query="") -> str:
    return re.search(r'name="mark" value="(\w+)"', browser.get(f"/sendings/preview?{query}").text)[1]


def send(browser, *, key="pressed", **more):
    mark = mark_of(browser, "&".join(f"{name}={value}" for name, value in more.items()))
    return browser.post("/sendings", data={"key": key, "mark": mark, **more})


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
    assert numbers_in(answer) == {"e-mail": "1", "telefon": "1"}
    assert answer.text.count(" checked") == 2
    assert "Maria Kowal" in page
    assert "Zofia" not in page
    assert "Piotr" not in page


def test_filters_narrow_the_list_and_stand_in_the_address(ewa, make, maria):
    other = make.organisation("Brat Albert")
    make.participant("Zofia Kos", partner=other)

    answer = ewa.get(f"/sendings?audience=everybody&partner={other.id}")

    assert "Zofia Kos" in words_of(answer)
    assert "Maria" not in words_of(answer)
    assert f'<option value="{other.id}" selected>' in answer.text


def test_the_list_is_refined_in_place_and_is_the_same_as_on_the_page(ewa, make, maria):
    path = "/sendings?audience=everybody"
    whole, part = ewa.get(path).text, ewa.get(path, headers=PART).text

    assert "<html" not in part
    assert part.strip() in whole


def test_when_nobody_waits_the_page_says_so_kindly(ewa):
    page = words_of(ewa.get("/sendings"))

    assert "Nikt nie czeka na przypomnienie" in page
    assert "Sprawdź treść" not in page


def test_who_wants_no_reminders_is_left_out_and_counted(ewa, make, maria):
    make.choice(maria.person, [])

    page = words_of(ewa.get("/sendings"))

    assert "Pomijamy 1 osobę." in page
    assert "Maria" not in page


def test_two_hundred_people_come_in_pages_and_ticks_of_other_pages_stay(ewa, make):
    people = [make.participant(f"Osoba Nr{number:03d}") for number in range(120)]
    ids = [person.id for person in people]
    shown = ".".join(map(str, ids[:50]))
    ticked = ids[1:50]  # all of the first page but one

    second = ewa.get("/sendings", query_string={"audience": "everybody", "shown": shown, "person": ticked, "page": 2})

    assert "zaznaczone: 119" in words_of(second)
    assert second.text.count('type="checkbox"') == 50
    assert f'name="other" value="{ids[0]}"' in second.text
    third = ewa.get("/sendings", query_string={"audience": "everybody", "other": ids[0], "page": 3})
    assert third.text.count('type="checkbox"') == 20


def test_everybody_and_nobody_are_ticked_by_one_press(ewa, make):
    ids = [person.id for person in make.participants(3)]
    all_of = {"audience": "everybody", "shown": ".".join(map(str, ids)), "person": ids[:1]}

    nobody = ewa.get("/sendings", query_string=all_of | {"tick": "none"})
    everybody = ewa.get("/sendings", query_string=all_of | {"tick": "all"})

    assert "zaznaczone: 0" in words_of(nobody)
    assert nobody.text.count(" checked") == 0
    assert everybody.text.count(" checked") == 3
    one = ewa.get("/sendings", query_string=all_of | NONE)
    assert "zaznaczone: 1" in words_of(one)


def test_the_preview_shows_the_words_and_writes_nothing(ewa, db, maria, jan):
    rows = [db.scalar(select(func.count()).select_from(table)) for table in (Message, Link, Task, Campaign)]

    mail, call = (words_of(ewa.get(f"/sendings/preview?way={way}")) for way in ("email", "call"))

    for words in (
        "Za chwilę wyślesz wiadomość do 2 osób.",
        "wtorek, 24 listopada",
        "Dodamy ją do listy telefonów.",
        "Wyślij do 2 osób",
    ):
        assert words in mail
    assert "tak to powiesz" in call
    assert rows == [db.scalar(select(func.count()).select_from(table)) for table in (Message, Link, Task, Campaign)]


def test_the_preview_has_each_way_and_each_language_behind_a_link(ewa, make, maria):
    make.booking(make.participant("Olena", language="uk", phone="+447700900305", contact="sms"), make.slot(f"{TOMORROW} 12:00"))

    answer = ewa.get("/sendings/preview?way=sms&lang=uk")

    assert re.search(r'href="/sendings/preview\?way=email&amp;lang=uk[^"]*"', answer.text)
    assert re.search(r'href="/sendings/preview\?way=sms&amp;lang=pl[^"]*"', answer.text)
    assert '<div lang="uk">' in answer.text
    assert re.search(r"\d+ z 134 znaków", words_of(answer))


def test_the_preview_names_those_whom_nothing_reaches_and_what_to_do(ewa, make, maria):
    nobody = make.booking(make.participant("Celina Mak", email=None), make.slot(f"{TOMORROW} 12:00")).person

    answer = ewa.get("/sendings/preview")

    assert "Do 1 osoby nic nie dojdzie" in words_of(answer)
    assert f'href="/people/{nobody.id}"' in answer.text


def test_going_back_keeps_who_was_ticked(ewa, maria, jan):
    preview = ewa.get("/sendings/preview", query_string=NONE | {"other": jan.person_id}).text
    back = re.search(r'class="back" href="([^"]+)"', preview)[1].replace("&amp;", "&")

    page = ewa.get(back).text

    assert re.findall(r'value="(\d+)" checked', page) == [str(jan.person_id)]


@pytest.mark.parametrize("other", ["", "99999", "%C2%B2", "9" * 5000])
def test_a_preview_for_nobody_asks_for_somebody(ewa, maria, other):
    answer = ewa.get(f"/sendings/preview?all=no&other={other}")

    assert answer.status_code == 422
    assert '<a href="#person">Zaznacz co najmniej jedną osobę</a>' in answer.text
    assert "Maria Kowal" in answer.text


def test_at_night_the_preview_says_that_the_messages_wait_for_the_morning(client, make, sign_in, maria, at):
    at("2026-11-23 21:00")
    ewa = sign_in(client, make.ewa)

    assert "W nocy nie piszemy" in words_of(ewa.get("/sendings/preview"))


def test_sending_goes_to_those_who_were_chosen_and_the_same_press_twice_is_one(ewa, db, maria, jan):
    chosen = NONE | {"other": maria.person_id}
    data = {"key": "k", "mark": mark_of(ewa), **chosen}
    answers = [ewa.post("/sendings", data=data) for _ in range(2)]

    campaign = db.scalars(select(Campaign)).one()
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, f"/sendings/{campaign.id}")] * 2
    assert reminders_in(db) == 1
    assert db.scalars(select(Task)).all() == []
    assert "Maria" not in words_of(ewa.get("/sendings")).partition("Wcześniejsze")[0]


def test_who_answers_while_the_text_is_read_is_not_asked(ewa, db, maria):
    mark = mark_of(ewa)
    attendance.answer(db, maria.person, maria, "yes", way="plan")

    answer = ewa.post("/sendings", data={"key": "k", "mark": mark})

    assert answer.status_code == 422
    assert "Zaznacz co najmniej jedną osobę" in words_of(answer)
    assert reminders_in(db) == 0


def write(browser, text="Hej {imię}, zapraszamy: {link}", audience="everybody", **more):
    return browser.post("/sendings/words", data={"audience": audience, "text_pl": text, "purpose": "event", **more})


def test_an_audience_without_sessions_goes_by_its_words(ewa, db, make, maria):
    assert ewa.get("/sendings/preview?audience=everybody").location == "/sendings/words?audience=everybody&own=yes"

    on = write(ewa)
    page = ewa.get(on.location)
    answer = send(ewa, **{name: found[0] for name, found in parse_qs(urlsplit(on.location).query).items()})

    assert "Hej Maria, zapraszamy" in words_of(page)
    campaign = db.scalars(select(Campaign)).one()
    assert answer.location == f"/sendings/{campaign.id}"
    assert (campaign.purpose, campaign.texts) == ("event", {"pl": "Hej {imię}, zapraszamy: {link}"})
    assert "Hej" not in ewa.get("/sendings/words?audience=everybody").text  # what was sent is no draft any more


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "Napisz treść po polsku"), ("Hej {nazwisko}", "Nie znamy słowa w nawiasie: nazwisko"), ("Hej {imię", "Brakuje nawiasu"),
     ("Dnia {dzień}", "Ta grupa nie ma spotkania"), ("Wizyta u psychologa", "mówi o zdrowiu"), ("x" * 135, "135 z 134 znaków")],
)  # fmt: skip
def test_wrong_words_are_shown_again_with_what_to_do(ewa, make, maria, text, words):
    answer = write(ewa, text)

    assert answer.status_code == 422
    assert '<a href="#text_pl">' in answer.text
    assert words in words_of(answer)
    assert f"\n{text}</textarea>" in answer.text


def test_what_is_sent_is_what_was_looked_at(ewa, db, maria):
    ewa.get(write(ewa).location)
    mark = mark_of(ewa, "audience=everybody")
    write(ewa, "W drugiej karcie")

    answer = ewa.post("/sendings", data={"key": "k", "mark": mark, "audience": "everybody"})

    assert answer.status_code == 422
    assert "Treść zmieniła się w innym oknie" in words_of(answer)
    assert "W drugiej karcie" in words_of(answer)
    assert db.scalars(select(Campaign)).all() == []


def test_words_are_kept_under_a_name_and_chosen_again(ewa, db, make, maria):
    write(ewa, name="Zaproszenie")
    kept = texts.kept(db, make.ewa)[0]

    page = ewa.get(f"/sendings/words?audience=everybody&text={kept.id}")

    assert kept.name == "Zaproszenie"
    assert "Hej {imię}, zapraszamy: {link}</textarea>" in page.text
    assert '<option value="event" selected>' in page.text
    again = write(ewa, name="Zaproszenie")
    assert again.status_code == 422
    assert '<a href="#name">' in again.text


def test_words_of_the_audiences_own_purpose_are_there_at_once(ewa, db, make):
    texts.keep(db, make.ewa, "Dawno", "no-session", {"pl": "Dawno cię nie było"})

    assert "Dawno cię nie było</textarea>" in ewa.get("/sendings/words?audience=no-session").text


def test_a_partners_coordinator_cannot_send_to_somebody_elses_people(client, db, make, sign_in, maria):
    browser = sign_in(client, make.coordinator("Iza Mróz", organisation=make.organisation()))

    answer = browser.post("/sendings", data={"key": "k", "mark": "x", "all": "no", "other": maria.person_id})
    assert answer.status_code == 422
    assert db.scalars(select(Campaign)).all() == []
    assert campaigns.tomorrow_unanswered(db, make.ewa).size == 1
