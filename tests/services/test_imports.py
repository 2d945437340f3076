"""The register of participants, as spreadsheets save it."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event, select

from services import frame, imports
from services.errors import Refused
from services.models import AuditEntry, Enrolment, Person, Qualification

DATA = Path(__file__).parent.parent / "data"
HEADINGS = "Numer;Imię;Nazwisko;Ścieżka;Partner;Data przystąpienia"
LINE = "1;Ola;Lis;integracja społeczna;LIS;01.02.2026"


@pytest.fixture
def edition(db, at):
    return frame.ensure_frame(db)


@pytest.fixture
def take(db, edition):
    def import_text(data: str | bytes) -> imports.Report:
        return imports.import_participants(db, data.encode() if isinstance(data, str) else data, edition=edition)

    return import_text


@pytest.fixture
def good() -> bytes:
    return (DATA / "register_cp1250.csv").read_bytes()


def person(db, number: str) -> Person:
    return db.scalar(select(Enrolment).where(Enrolment.number == number)).person


def counts(report: imports.Report) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.refused


def test_a_line_becomes_a_person_with_everything_it_says(db, take, good):
    report = take(good)

    assert counts(report) == (3, 0, 0, 0)
    assert report.problems == []
    enrolment = db.scalar(select(Enrolment).where(Enrolment.number == "PR/2026/0001"))
    who = enrolment.person
    assert (who.first_name, who.last_name, who.gender, who.disability) == ("Żaneta", "Gołąb", "female", "yes")
    assert (who.email, who.phone, who.language, who.contact) == ("zaneta.golab@example.org", "+447700900000", "pl", "email")
    assert who.need_codes == ["large-print", "loop"]
    assert enrolment.partner.name == "Bank Żywności"
    assert [path.code for path in enrolment.paths] == ["disability"]
    assert (enrolment.joined_on, enrolment.left_on, enrolment.work_started_on) == (
        date(2026, 2, 27), date(2026, 3, 17), date(2026, 4, 1),
    )  # fmt: skip
    assert [row.name for row in enrolment.qualifications] == ["kadry i płace"]


def test_empty_and_refused_are_two_different_things(db, take, good):
    take(good)

    assert person(db, "PR/2026/0003").gender == "refused"
    assert person(db, "PR/2026/0003").disability == "unknown"


def test_several_paths_other_names_iso_dates_and_broken_lines_are_understood(db, take, good):
    take(good)

    grzegorz = db.scalar(select(Enrolment).where(Enrolment.number == "PR/2026/0002"))
    assert [path.code for path in grzegorz.paths] == ["socio-vocational", "social-integration"]
    assert grzegorz.partner.name == "Miejski Ośrodek Pomocy Społecznej"
    assert grzegorz.person.born_on == date(1996, 12, 1)
    assert grzegorz.person.last_name == "O’Connor"
    assert person(db, "PR/2026/0003").first_name == "Oksana Maria"
    assert person(db, "PR/2026/0003").phone == "+48580000000"
    assert person(db, "PR/2026/0003").need_codes == ["assistant"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250"])
@pytest.mark.parametrize(("separator", "end"), [(";", "\r\n"), (",", "\n"), ("\t", "\r")])
def test_encoding_separator_and_line_ends_do_not_matter(db, take, encoding, separator, end):
    text = end.join((HEADINGS, LINE.replace("Ola", "Żaneta"))).replace(";", separator)

    assert counts(take(text.encode(encoding))) == (1, 0, 0, 0)
    assert person(db, "1").first_name == "Żaneta"


def test_headings_come_in_any_order_and_case_and_strange_ones_are_told_once(db, take):
    report = take(
        "data PRZYSTĄPIENIA; nazwisko;Uwagi;IMIĘ;numer;partner;ŚCIEŻKA\n01.02.2026;Lis;abc;Ola;1;bank żywności;Integracja Społeczna\n"
    )

    assert counts(report) == (1, 0, 0, 0)
    assert [(p.line, p.column, p.code) for p in report.problems] == [(1, "Uwagi", "column-unknown")]


def test_the_same_file_twice_changes_nothing(db, take, good):
    take(good)
    before = len(db.scalars(select(AuditEntry)).all())

    assert counts(take(good)) == (0, 0, 3, 0)
    assert len(db.scalars(select(AuditEntry)).all()) == before
    assert len(db.scalars(select(Person)).all()) == 3


def test_a_corrected_file_changes_only_what_differs(db, take, good):
    take(good)
    text = good.decode("cp1250").replace("pętla indukcyjna, duży druk", "duży druk, spokojne miejsce")
    text = text.replace("kadry i płace", "kurs komputerowy").replace("zaneta.golab@", "z.golab@")

    assert counts(take(text)) == (0, 1, 2, 0)
    zaneta = person(db, "PR/2026/0001")
    assert zaneta.email == "z.golab@example.org"
    assert zaneta.need_codes == ["large-print", "quiet-place"]
    assert db.scalars(select(Qualification.name)).all() == ["kurs komputerowy"]
    told = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (told.act, told.facts) == ("person:import", {"changed": ["email", "needs", "qualifications"]})


def test_columns_that_the_file_lacks_stay_as_they_are(db, take, good):
    take(good)
    report = take(
        f"{HEADINGS}\nPR/2026/0001;Żaneta;Gołąb-Lis;wsparcie dla osób z niepełnosprawnością;Bank Żywności;27.02.2026\n"
    )

    assert counts(report) == (0, 1, 0, 0)
    assert person(db, "PR/2026/0001").last_name == "Gołąb-Lis"
    assert person(db, "PR/2026/0001").email == "zaneta.golab@example.org"


def test_a_bad_line_is_refused_with_number_column_and_reason_and_the_good_ones_are_kept(db, take):
    report = take((DATA / "register_bad.csv").read_bytes())

    assert counts(report) == (2, 0, 0, 4)
    assert [(p.line, p.column, p.code) for p in report.problems] == [
        (3, "Imię", "value-missing"), (3, "Płeć", "value-unknown"), (3, "Data urodzenia", "date-wrong"),
        (3, "Niepełnosprawność", "value-unknown"), (3, "Ścieżka", "value-unknown"), (3, "Partner", "value-unknown"),
        (3, "E-mail", "email-wrong"), (3, "Telefon", "phone-wrong"), (3, "Potrzeby", "value-unknown"),
        (3, "Data zakończenia", "date-order"), (4, "Numer", "number-twice"), (5, "", "too-many-fields"), (6, "", "quote-wrong"),
    ]  # fmt: skip
    assert report.problems[10].facts == {"first_line": 2}
    assert report.problems[3].facts == {"known": ["tak", "nie", "odmowa", "nieznane"]}
    assert sorted(db.scalars(select(Enrolment.number))) == ["PR/2026/0001", "PR/2026/0002"]


def test_no_problem_repeats_what_stood_in_the_cell(take):
    report = take((DATA / "register_bad.csv").read_bytes())

    told = repr([problem.facts for problem in report.problems])
    assert not [word for word in ("skrzydła", "donikąd", "Nieznana", "nie adres", "31.02", "Lis") if word in told]


def test_two_people_who_are_alike_in_everything_but_the_number_are_two(db, take):
    assert counts(take("\n".join((HEADINGS, LINE, LINE.replace("1;", "2;", 1))))) == (2, 0, 0, 0)
    assert person(db, "1").id != person(db, "2").id


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "register-empty"),
        (b" \r\n \r\n", "register-empty"),
        (b"\xef\xbb\xbf", "register-empty"),
        (HEADINGS.encode("utf-16"), "register-utf16"),
        (HEADINGS.encode("utf-16-le"), "register-utf16"),
        (b"PK\x03\x04" + b"\0binary" * 20, "register-binary"),
        (b"\xef\xbb\xbfNumer;Imi\xea", "register-encoding"),
        (b"a\x81b", "register-encoding"),
        (b"nothing of the kind", "register-columns"),
        ((HEADINGS + ";imię\n").encode(), "register-columns-twice"),
    ],
)
def test_a_file_that_is_no_register_is_refused_whole(db, take, data, code):
    with pytest.raises(Refused, match=f"^{code}$"):
        take(data)

    assert db.scalars(select(Person)).all() == []


def test_missing_columns_are_named(take):
    with pytest.raises(Refused) as no:
        take("Numer;Imię\n1;Ola\n")

    assert no.value.facts == {"missing": ["Nazwisko", "Ścieżka", "Partner", "Data przystąpienia"]}


def test_a_register_of_many_people_takes_few_queries(db, take):
    lines = [LINE.replace("1;", f"{number};", 1) for number in range(800)]
    said = []
    event.listen(db.get_bind(), "before_cursor_execute", count := lambda *row: said.append(row[2]))

    report = take("\n".join((HEADINGS, *lines)))

    event.remove(db.get_bind(), "before_cursor_execute", count)
    assert report.added == 800
    assert len(said) < 60


def test_the_frame_is_made_once_and_an_edition_is_found_by_its_name(db, edition):
    assert frame.ensure_frame(db).id == edition.id
    assert frame.ensure_frame(db, edition=edition.name).id == edition.id
