"""Publishing times and taking them back, as a browser meets it."""

import html
import re

import pytest
from sqlalchemy import func, select

from services.models import Booking, Message, Slot, Task

DAYS = ["2026-11-25", "2026-11-26"]


@pytest.fixture
def jan(client, make, sign_in):
    """The career adviser's browser; there is a form of support that he gives, and a room."""
    make.form(), make.form("psychology"), make.the_room
    return sign_in(client, make.adviser)


@pytest.fixture
def wish(make):
    def wish(**more):
        plain = {"days": DAYS, "start": "9:00", "end": "12:00", "minutes": "45", "pause": "15", "form_id": make.form().id}
        return {**plain, "where": make.the_room.id, "capacity": "", "provides": ["loop"], **more}

    return wish


def check(client, wish):
    return client.get("/slots/check", query_string=wish)


def publish(client, wish, times, key="a-key-of-one-form"):
    return client.post("/slots/publish", data={**wish, "time": times, "key": key})


def ticked(page):
    return re.findall(r'name="time" id="[^"]*" value="([^"]*)" checked', page)


def errors_in(page):
    box = page.partition('<div class="errors"')[2].partition("</ul>")[0]
    return [html.unescape(text) for text in re.findall(r'<a href="#[^"]*">(.*?)</a>', box)]


def count(db, *where):
    return db.scalar(select(func.count()).select_from(Slot).where(Slot.status == "published", *where))


def test_the_form_has_the_days_in_words_and_only_what_the_own_role_gives(jan, make):
    page = jan.get("/slots/new?days=2026-11-25").text

    assert page.count('name="days"') == 14
    assert "środa, 25 listopada" in page
    assert 'value="2026-11-25" checked' in page
    assert f'<input type="hidden" name="form_id" value="{make.form().id}">' in page
    assert 'name="capacity"' not in page
    assert f'<option value="{make.the_room.id}">' in page


def test_the_form_proposes_what_was_published_last(jan, make):
    make.slot(mode="phone", minutes=30, provides=["pjm"])

    page = jan.get("/slots/new").text

    assert 'value="30" checked' in page
    assert '<option value="phone" selected>' in page
    assert 'value="pjm" checked' in page


def test_the_list_ticks_what_is_free_and_says_what_is_in_the_way(jan, make, wish):
    make.slot("2026-11-25 10:00", mode="phone")
    make.slot("2026-11-26 11:00", specialist=make.specialist())

    page = check(jan, wish()).text

    assert ticked(page) == ["2026-11-25T09:00", "2026-11-25T11:00", "2026-11-26T09:00", "2026-11-26T10:00"]
    assert "masz wtedy inny termin" in page
    assert "pokój jest wtedy zajęty" in page
    assert page.count(" disabled>") == 2


def test_publishing_the_ticked_times_ends_on_a_page_of_its_own_with_an_undo(jan, db, wish):
    answer = publish(jan, wish(), ["2026-11-25T09:00", "2026-11-26T10:00"])

    assert (answer.status_code, answer.location) == (303, "/slots/published/a-key-of-one-form")
    page = jan.get(answer.location).text
    assert "<h1>Opublikowano 2 " in page
    assert "do 9:10" in page
    assert "/slots/published/a-key-of-one-form/undo" in page
    assert db.scalars(select(Slot.provides)).all() == [["loop"], ["loop"]]


def test_the_same_form_sent_twice_publishes_once(jan, db, wish):
    first, second = (publish(jan, wish(), ["2026-11-25T09:00"]) for _ in range(2))

    assert first.location == second.location
    assert count(db) == 1


def test_hours_may_be_typed_as_on_a_number_pad(jan, wish):
    assert len(ticked(check(jan, wish(start="900", end="12,00")).text)) == 6


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"days": []}, "Zaznacz co najmniej jeden dzień"),
        ({"days": ["tomorrow"]}, "Zaznacz co najmniej jeden dzień"),
        ({"start": "25:00"}, "Wpisz, od której godziny, na przykład 9:00"),
        ({"end": ""}, "Wpisz, do której godziny, na przykład 13:00"),
        ({"end": "8:00"}, "Koniec musi być później niż początek"),
        ({"end": "9:30"}, "Między tymi godzinami nie zmieści się ani jedno spotkanie. Wydłuż czas albo skróć spotkanie."),
        ({"minutes": "0"}, "Wybierz, jak długie jest spotkanie"),
        ({"pause": "-5"}, "Wybierz, jaka ma być przerwa"),
        ({"form_id": ""}, "Wybierz formę wsparcia"),
        ({"where": ""}, "Wybierz miejsce"),
        ({"where": "9999"}, "Wybierz miejsce"),
    ],
)
def test_a_wrong_answer_is_said_and_what_was_typed_is_kept(jan, wish, wrong, words):
    for answer in (check(jan, wish(**wrong)), publish(jan, wish(**wrong), ["2026-11-25T09:00"])):
        assert answer.status_code == 422
        assert errors_in(answer.text) == [words]
        assert "<title>Błąd:" in answer.text
        assert f'value="{wrong.get("start", "9:00")}"' in answer.text
        assert 'value="loop" checked' in answer.text


def test_a_form_of_another_role_cannot_be_published(jan, db, make, wish):
    assert publish(jan, wish(form_id=make.form("psychology").id), ["2026-11-25T09:00"]).status_code == 422
    assert count(db) == 0


def test_too_many_times_at_once_are_refused_with_the_number(jan, wish):
    days = [f"2026-11-{day}" for day in range(24, 31)] + [f"2026-12-0{day}" for day in range(1, 8)]

    answer = check(jan, wish(days=days, start="6:00", end="22:00", minutes="30", pause="0"))

    assert answer.status_code == 422
    assert "Największa liczba to 200." in errors_in(answer.text)[0]


def test_no_tick_at_all_shows_the_list_again(jan, wish):
    answer = publish(jan, wish(), [])

    assert answer.status_code == 422
    assert errors_in(answer.text) == ["Zaznacz co najmniej jeden termin"]
    assert 'name="key" value="a-key-of-one-form"' in answer.text


def test_a_clash_that_came_meanwhile_shows_the_list_again_with_the_rest_ticked(jan, db, make, wish):
    times = ticked(check(jan, wish(days=DAYS[:1])).text)
    make.slot("2026-11-25 10:10", minutes=30, mode="phone")

    answer = publish(jan, wish(days=DAYS[:1]), times)

    assert answer.status_code == 409
    assert ticked(answer.text) == ["2026-11-25T09:00", "2026-11-25T11:00"]
    assert count(db) == 1


def test_a_group_needs_its_size(client, db, make, sign_in, wish):
    group = make.form("workshop")
    olga = sign_in(client, make.specialist("Olga Lis", role="trainer"))
    assert 'name="capacity"' in olga.get("/slots/new").text

    wrong = check(olga, wish(form_id=group.id, capacity="0"))
    publish(olga, wish(form_id=group.id, capacity="12"), ["2026-11-25T09:00"])

    assert errors_in(wrong.text) == ["Wpisz, ile osób może przyjść: od 1 do 50"]
    assert db.scalar(select(Slot.capacity)) == 12


def test_what_was_published_can_be_undone_for_ten_minutes(jan, db, wish, at):
    page = publish(jan, wish(), ["2026-11-25T09:00"]).location
    at("2026-11-23 09:09")

    answer = jan.post(f"{page}/undo")

    assert (answer.status_code, answer.location) == (303, page)
    assert "<h1>Cofnięto 1 " in jan.get(page).text
    assert count(db) == 0


def test_after_ten_minutes_an_undo_says_what_to_do_instead(jan, db, wish, at):
    page = publish(jan, wish(), ["2026-11-25T09:00"]).location
    at("2026-11-23 09:11")
    assert "/undo" not in jan.get(page).text

    answer = jan.post(f"{page}/undo")

    assert answer.status_code == 422
    assert "Minęło 10 minut" in answer.text
    assert count(db) == 1


def test_the_list_says_what_is_free_and_what_is_taken(jan, make):
    make.booking(slot=make.slot("2026-11-25 10:00"))
    make.slot("2026-11-25 11:00")
    make.slot("2026-11-23 08:00")  # behind us

    page = jan.get("/slots").text

    assert page.count('type="checkbox" name="slot"') == 2
    assert "zajęty</span>" in page
    assert "wolny</span>" in page


def test_withdrawing_asks_first_and_names_who_is_affected(jan, db, make):
    booking = make.booking(slot=make.slot("2026-11-25 10:00"))
    free = make.slot("2026-11-25 11:00")
    wanted = {"slot": [booking.slot_id, free.id]}

    question = jan.get("/slots/withdraw", query_string=wanted).text
    assert "Maria K." in question
    assert "1 osoba straci spotkanie" in question
    assert count(db) == 2

    answer = jan.post("/slots/withdraw", data=wanted)
    assert answer.status_code == 303
    result = jan.get(answer.location).text
    assert "<h1>Wycofano 2 " in result
    assert "1 osoba dostanie przeprosiny" in result
    assert count(db) == 0
    assert db.get(Booking, booking.id).status == "cancelled"
    assert "cancelled-by-us" in db.scalars(select(Message.kind)).all()
    assert db.scalars(select(Task.kind)).all() == ["new-time"]


def test_withdrawing_twice_tells_the_person_once(jan, db, make):
    booking = make.booking(slot=make.slot())

    answers = [jan.post("/slots/withdraw", data={"slot": booking.slot_id}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(db.scalars(select(Message).where(Message.kind == "cancelled-by-us")).all()) == 1


def test_nothing_ticked_to_withdraw_is_said_on_the_list(jan, make):
    make.slot()

    answer = jan.get("/slots/withdraw")

    assert answer.status_code == 422
    assert errors_in(answer.text) == ["Zaznacz co najmniej jeden termin"]


def test_a_session_that_has_begun_cannot_be_withdrawn(jan, db, make, at):
    booking = make.booking(slot=make.slot("2026-11-23 10:00"))
    at("2026-11-23 10:05")

    jan.post("/slots/withdraw", data={"slot": booking.slot_id})

    assert count(db) == 1


def test_another_specialists_times_are_not_there(jan, db, make):
    booking = make.booking(slot=make.slot(specialist=make.specialist(), batch="a-batch-of-adam"))
    wanted = {"slot": booking.slot_id}

    assert "Maria" not in jan.get("/slots/withdraw", query_string=wanted).text
    assert jan.post("/slots/withdraw", data=wanted).status_code == 404
    assert jan.get("/slots/published/a-batch-of-adam").status_code == 404
    assert jan.post("/slots/published/a-batch-of-adam/undo").status_code == 404
    assert count(db) == 1


@pytest.mark.parametrize("path", ["", "/new", "/check", "/withdraw", "/withdrawn", "/published/any-batch"])
def test_participants_and_coordinators_publish_nothing(client, make, sign_in, path):
    assert sign_in(client, make.participant()).get(f"/slots{path}").status_code == 403
    assert sign_in(client, make.coordinator()).get(f"/slots{path}").status_code == 403


@pytest.mark.parametrize("address", ["/slots", "/slots?since=2026-11-30"])
def test_the_part_is_what_the_page_holds(jan, make, address):
    make.slot("2026-11-25 10:00")
    part = jan.get(address, headers={"HX-Request": "true", "HX-Request-Type": "partial"}).text

    assert part.startswith('<div id="times">')
    assert part.strip() in jan.get(address).text


def test_further_days_are_a_link(jan, make):
    make.slot("2026-12-01 10:00")

    assert "Nie masz terminów w tych dniach." in jan.get("/slots").text
    assert 'href="/slots?since=2026-11-30"' in jan.get("/slots").text
    assert "wtorek, 1 grudnia" in jan.get("/slots?since=2026-11-30").text
