"""The accessibility statement has what the ministry's validator looks for, and says what the tests have found."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from portal import statement
from portal.statement import GAPS, LAW, Results
from scripts import statement as writing

IDS = [
    "a11y-wstep",
    "a11y-podmiot",
    "a11y-zakres",
    "a11y-url",
    "a11y-data-publikacja",
    "a11y-data-aktualizacja",
    "a11y-status",
    "a11y-data-sporzadzenie",
    "a11y-kontakt",
    "a11y-email",
    "a11y-telefon",
    "a11y-procedura",
    "a11y-architektura",
    "a11y-komunikacja",
]
HEADINGS = [
    "h1 Deklaracja dostępności", "h2 Stan dostępności cyfrowej", "h2 Niedostępne treści", "h3 Niezgodność z załącznikiem",
    "h2 Przygotowanie deklaracji dostępności", "h2 Udogodnienia, ograniczenia i inne informacje",
    "h2 Informacje zwrotne i dane kontaktowe", "h2 Obsługa wniosków i skarg związanych z dostępnością",
    "h2 Pozostałe informacje", "h3 Dostępność architektoniczna", "h3 Dostępność komunikacyjno-informacyjna",
]  # fmt: skip
SPOTLESS = Results(on=date(2026, 12, 1), changed_on=date(2026, 11, 30), looked_at=1234, languages=("pl",), themes=("light",))


@pytest.fixture
def say(app, client, monkeypatch):
    """`say(results, **settings)`: the page as it is with these results and settings."""

    def say(results=SPOTLESS, *, is_whole=True, **settings):
        shown = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods} - {"static"}
        results = replace(results, routes=tuple(shown)) if is_whole else results
        monkeypatch.setitem(app.extensions, "accessibility-results", results)
        monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **settings))
        return client.get("/accessibility").text

    return say


def gaps_of(page: str) -> str:
    return page[page.index('id="a11y-status"') :]


@pytest.mark.parametrize("lang", ["pl", "uk", "en"])
def test_every_id_stands_once_in_each_language(client, lang):
    client.set_cookie("look", f"lang={lang}")
    page = client.get("/accessibility").text
    assert Counter(re.findall(r'id="(a11y-[a-z-]+)"', page)) == Counter(IDS)
    assert len(re.findall(r'<time id="a11y-data-[a-z]+" datetime="\d{4}-\d\d-\d\d">', page)) == 3


def test_the_headings_stand_in_the_order_of_the_conditions(client):
    page = client.get("/accessibility").text
    body = page[page.index("<main") : page.index("</main")]
    assert [f"{level} {words}" for level, words in re.findall(r"<(h[1-6])[^>]*>([^<]*)<", body)] == HEADINGS


@pytest.mark.parametrize("path", ["/sign-in", "/help", "/look", "/barrier", "/nowhere"])
def test_every_page_names_it_in_its_head_and_its_foot(client, path):
    page = client.get(path).text
    assert '<meta name="deklaracja-dostępności" content="/accessibility">' in page
    assert '<a class="quiet" href="/accessibility">' in page


def test_the_dates_are_those_of_the_tests_and_of_the_settings(say):
    page = say(published_on=date(2026, 10, 1), reviewed_on=date(2027, 3, 30))
    said = dict(re.findall(r'<time id="a11y-data-([a-z]+)" datetime="([\d-]+)">', page))
    assert said == {
        "publikacja": "2026-10-01", "aktualizacja": "2026-11-30", "sporzadzenie": "2026-12-01", "przeglad": "2027-03-30",
    }  # fmt: skip


def test_it_is_compliant_only_when_everything_was_tested_without_a_fault_and_reviewed(say):
    reviewed = {"reviewed_on": date(2027, 3, 30)}
    assert "Strona jest zgodna z załącznikiem" in say(**reviewed)
    assert "Niezgodność z załącznikiem" not in say(**reviewed)
    for results in (replace(SPOTLESS, violations=1), replace(SPOTLESS, faults=1), replace(SPOTLESS, open_bars=(5,))):
        assert "Strona jest częściowo zgodna" in say(results, **reviewed)
    assert "Nie wszystkie strony przeszły już testy" in gaps_of(say(is_whole=False, **reviewed))
    assert "Strona jest częściowo zgodna" in say(reviewed_on=None)
    assert "Testy obejrzały 1234" in say()


@pytest.mark.parametrize("lang", ["pl", "uk", "en"])
def test_every_gap_is_said_in_its_place(app, say, client, lang):
    client.set_cookie("look", f"lang={lang}")
    page = say(replace(SPOTLESS, open_bars=tuple(GAPS), violations=1), is_whole=False)
    with app.test_request_context(headers={"Cookie": f"look=lang={lang}"}):
        app.preprocess_request()
        words = app.jinja_env.get_template("help/_gaps.html").module.gap
        told = {code: str(words(code)).strip() for code in {*GAPS.values(), *LAW}}
    assert all(f"<li>{text}</li>" in page for text in told.values()), [code for code in told if told[code] not in page]
    behind = page.index("Udogodnienia" if lang == "pl" else 'id="a11y-data-sporzadzenie"')
    assert all((page.index(f"<li>{text}</li>") < behind) == (code in LAW) for code, text in told.items())


def test_what_this_edition_says_of_itself_is_what_is_known(app, client):
    """The committed results claim no page that is gone, and every bar that the table calls open is said on the page."""
    results = statement.read()
    shown = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert set(results.routes) | set(results.others) <= shown, "older than the pages: make statement"
    assert set(results.open_bars) == set(writing.open_bars()), "other bars are open: python -m scripts.statement"
    page = client.get("/accessibility").text
    said = statement.of(app).gaps
    for bar in results.open_bars:
        assert GAPS[bar] in said
    assert page.count("<li>") >= len(said)


def test_films_and_readers_are_gaps_until_they_are_there(app, say, monkeypatch):
    assert "filmów w polskim języku migowym" in say()
    monkeypatch.setitem(app.jinja_env.globals, "film_of", lambda screen: object())
    assert "filmów w polskim języku migowym" not in say(replace(SPOTLESS, open_bars=(43, 46)))
    assert "Prostego tekstu nie sprawdziły" not in say(etr_reviewed_by="Anna K.")


REPORT = """<testsuites><testsuite>
<testcase name="test_a_page[help.see-default-pl-standard-light-scripts]"/>
<testcase name="test_a_page[help.see-default-uk-standard-dark-no-scripts]"><failure>2 on /help:
  - axe violation: region (x)
  - axe violation: list (y)</failure></testcase>
<testcase name="test_a_page[look.see-default-en-standard-light-scripts]"><failure>narrow</failure></testcase>
<testcase name="test_a_page[plan.see-default-en-standard-light-scripts]"><skipped/></testcase>
<testcase name="test_something_else"/></testsuite></testsuites>"""


def test_the_results_are_read_from_the_matrix_and_written(tmp_path, at):
    report, file = tmp_path / "report.xml", tmp_path / "results.toml"
    report.write_text(REPORT, "utf-8")
    writing.write(writing.from_report(report), file)
    found = statement.read(file)

    assert (found.looked_at, found.violations, found.faults) == (3, 2, 1)
    assert (found.routes, found.languages, found.themes) == (("help.see", "look.see"), ("en", "pl", "uk"), ("dark", "light"))
    assert found.on == found.changed_on == date(2026, 11, 23)
    at("2026-12-24 09:00")
    writing.write(writing.from_report(report), file)
    assert (statement.read(file).on, statement.read(file).changed_on) == (date(2026, 12, 24), date(2026, 11, 23))
    report.write_text(REPORT.replace("look.see-default", "help.privacy-default"), "utf-8")
    writing.write(writing.from_report(report), file)
    assert statement.read(file).changed_on == date(2026, 12, 24)


def test_a_report_without_pages_writes_nothing(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text("<testsuites/>", "utf-8")
    with pytest.raises(SystemExit):
        writing.from_report(report)


def test_open_bars_are_read_from_the_table():
    rows = "| # | bar | how | state |\n| 40, 46 | easy | - | open |\n| 5 | x | y | open; later |\n| 1 | a | b | held; open |\n| 23 | t | - | open |\n"
    assert writing.open_bars(rows) == (5, 40, 46)
    with pytest.raises(SystemExit):
        writing.open_bars("| 99 | x | y | open |\n")
