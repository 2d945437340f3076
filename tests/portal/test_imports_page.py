"""The register from a file on a coordinator's desk, as a browser brings it in."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services.models import Enrolment, Person
from tests.portal.test_today import words_of

DATA = Path(__file__).parent.parent / "data"


@pytest.fixture
def ewa(client, make, sign_in):
    return sign_in(client, make.ewa)


def bring_in(browser, data: bytes, name="uczestnicy.csv"):
    return browser.post("/people/import", data={"register": (BytesIO(data), name)}, content_type="multipart/form-data")


def people(db):
    return db.scalar(select(func.count()).select_from(Enrolment))


def counts(answer):
    """The numbers of the report: new, changed, as they were, refused."""
    return [int(number) for number in re.findall(r"<dd>(\d+)</dd>", answer.text)]


@pytest.fixture
def register():
    return (DATA / "register_cp1250.csv").read_bytes()


def test_a_spreadsheets_file_with_polish_letters_comes_in_and_its_people_can_be_found(ewa, db, register):
    answer = bring_in(ewa, register)

    assert answer.status_code == 200
    assert "Rejestr wczytany" in words_of(answer)
    assert counts(answer) == [people(db), 0, 0, 0]
    person = db.scalars(select(Person)).first()
    assert f">{person.last_name} {person.first_name}<" in ewa.get("/people", query_string={"q": person.last_name.upper()}).text


def test_the_same_file_twice_changes_nothing(ewa, db, register):
    bring_in(ewa, register)
    before = people(db)

    assert counts(bring_in(ewa, register)) == [0, 0, before, 0]
    assert people(db) == before


def test_bad_lines_are_told_by_number_column_and_reason_and_the_good_ones_come_in(ewa, db):
    answer = bring_in(ewa, (DATA / "register_bad.csv").read_bytes())
    page = words_of(answer)

    added, _, _, refused = counts(answer)
    assert added == people(db) >= 1 and refused >= 1
    assert "Popraw te wiersze w arkuszu" in page
    told = [tuple(re.findall(r">([^<]+)</t[hd]>", row)) for row in answer.text.split("<tr>")]
    assert ("3", "Imię", "puste pole") in told
    assert ("3", "Data urodzenia", "to nie jest data, wpisz DD.MM.RRRR") in told
    assert "31.02.1990" not in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Ten plik jest pusty."),
        (b"PK\x03\x04" + b"spreadsheet" * 9 + b"\0", "To nie jest plik CSV."),
        ("Numer;Imię\n1;Anna\n".encode(), "W pliku brakuje kolumn: Nazwisko"),
        ("Numer;Imię\n1;Anna\n".encode("utf-16"), "Zapisz arkusz jako CSV w kodowaniu UTF-8"),
    ],
    ids=["empty", "a spreadsheet's own file", "columns are missing", "another encoding"],
)
def test_a_file_that_is_no_register_is_refused_with_what_to_do(ewa, db, data, words):
    answer = bring_in(ewa, data)

    assert answer.status_code == 422
    assert words in words_of(answer)
    assert 'href="#register"' in answer.text and 'id="register"' in answer.text
    assert people(db) == 0


def test_without_a_file_the_page_asks_for_one(ewa):
    answer = ewa.post("/people/import", data={}, content_type="multipart/form-data")

    assert answer.status_code == 422
    assert "Wybierz plik z rejestrem" in words_of(answer)


def test_a_file_too_large_is_told_so(app, ewa, db, register):
    answer = bring_in(ewa, register + b"\n" * app.config["MAX_CONTENT_LENGTH"])

    assert answer.status_code == 413
    assert "<h1" in answer.text
    assert people(db) == 0


def test_only_the_leaders_coordinators_bring_a_register_in(client, db, make, sign_in, register):
    browser = sign_in(client, make.coordinator("Iza Mróz", organisation=make.partner))

    assert browser.get("/people/import").status_code == 403
    assert bring_in(browser, register).status_code == 403
    assert "/people/import" not in browser.get("/people").text
    assert people(db) == 0
