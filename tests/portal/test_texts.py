"""The pages on which coordinators keep words for another sending."""

import pytest

from services import texts
from tests.portal.test_today import words_of

WORDS = {"name": "Warsztat", "purpose": "event", "text_pl": "Hej {imię}", "text_en": "Hi {imie}"}


@pytest.fixture
def ewa(client, make, sign_in):
    return sign_in(client, make.ewa)


@pytest.fixture
def kept(db, make):
    return texts.keep(db, make.ewa, "Warsztat", "event", {"pl": "Hej {imię}"})


def test_words_are_added_and_listed(ewa, db, make):
    answer = ewa.post("/sendings/texts/new", data=WORDS)

    assert (answer.status_code, answer.location) == (303, "/sendings/texts")
    assert texts.kept(db, make.ewa)[0].texts == {"pl": "Hej {imię}", "en": "Hi {imie}"}
    assert "Warsztat" in words_of(ewa.get("/sendings/texts"))


def test_words_are_changed_where_they_stand(ewa, db, make, kept):
    assert "Hej {imię}</textarea>" in ewa.get(f"/sendings/texts/{kept.id}").text

    ewa.post(f"/sendings/texts/{kept.id}", data=WORDS | {"name": "Inna nazwa", "text_en": ""})

    assert [(one.id, one.name, one.texts) for one in texts.kept(db, make.ewa)] == [
        (kept.id, "Inna nazwa", {"pl": "Hej {imię}"})
    ]


def test_words_are_taken_off_the_list_and_the_press_may_come_twice(ewa, db, make, kept):
    assert ewa.post(f"/sendings/texts/{kept.id}/end").status_code == 303
    assert texts.kept(db, make.ewa) == []
    assert ewa.post(f"/sendings/texts/{kept.id}/end").status_code == 404


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [({"name": ""}, "name", "Wpisz nazwę"), ({"text_pl": ""}, "text_pl", "Napisz treść po polsku"),
     ({"text_en": "See the doctor"}, "text_en", "mówi o zdrowiu"), ({"text_pl": "{dzień}"}, "text_pl", "nie ma spotkania")],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_the_text_is_kept(ewa, change, field, words):
    answer = ewa.post("/sendings/texts/new", data=WORDS | change)

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert words in words_of(answer)
    assert 'value="event" selected' in answer.text


def test_words_for_a_session_may_name_its_day(ewa):
    assert (
        ewa.post("/sendings/texts/new", data=WORDS | {"purpose": "session-tomorrow", "text_pl": "{dzień}"}).status_code == 303
    )
