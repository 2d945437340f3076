"""Colours, size of text and language: a page of their own, kept on the phone, signed in or not, with scripts or without."""

import pytest
from playwright.sync_api import expect

HEADING = "Wygląd i czytanie"


def colours(page) -> tuple[str, str]:
    return tuple(page.evaluate("(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))"))


@pytest.mark.parametrize(("words", "code"), [("Jasny", "light"), ("Ciemny", "dark"), ("Żółty na czarnym", "contrast")])
def test_colours(walk, words, code, scripts):
    guest = walk(scripts=scripts, color_scheme="light" if code == "dark" else "dark")
    guest.open("/help")
    before = colours(guest.page)
    guest.follow("Wygląd", within="header")
    guest.sees(HEADING)
    guest.choose(words)
    guest.press("Zapisz", whole=True)
    guest.sees(HEADING, picture=f"look-{code}")
    guest.says("Tak wygląda teraz każda strona.")
    expect(guest.page.locator("html")).to_have_attribute("data-theme", code)
    assert colours(guest.page) != before
    guest.open("/sign-in")
    guest.sees("Wejdź do swojego planu", picture=f"sign-in-{code}")


def test_the_largest_text_is_larger_and_stays_after_signing_in(walk, site, scripts):
    guest = walk(scripts=scripts)
    guest.open("/look")
    size = "parseFloat(getComputedStyle(document.querySelector('main p, main label')).fontSize)"
    before = guest.page.evaluate(size)
    guest.choose("Bardzo duży")
    guest.press("Zapisz", whole=True)
    guest.sees(HEADING, picture="look-largest")
    assert guest.page.evaluate(size) >= 1.25 * before
    guest.sign_in(site.link("uczestniczka"))
    guest.sees("Mój plan", picture="plan-largest")
    assert guest.page.evaluate(size) >= 1.25 * before


def test_easy_words_are_larger_lead_to_the_same_places_and_stay(walk, site, scripts):
    person = site.newcomer(steps=("Kurs komputerowy",))
    guest = walk(person.email, scripts=scripts)
    guest.open("/look")
    guest.choose("Prosty tekst")
    guest.press("Zapisz", whole=True)
    guest.sees(HEADING, picture="look-easy")
    expect(guest.page.locator("html")).to_have_attribute("data-easy", "yes")
    for url, heading in (("/plan", "Mój plan"), ("/book/need", "Jakiej pomocy potrzebujesz?")):
        guest.open(url)
        guest.sees(heading, picture=f"easy{url.replace('/', '-')}")
        of = "(name) => (({fontSize, lineHeight}) => [fontSize, lineHeight])(getComputedStyle(document.querySelector(name)))"
        assert guest.page.evaluate(of, "body") == ["20px", "35px"]
        assert guest.page.evaluate(of, "h1")[0] == "31px"
    assert guest.page.locator("main input[name=need], main input[type=radio]").count() > 1


@pytest.mark.parametrize("code", ["en", "uk"])
def test_another_language_everywhere(walk, site, code):
    person = site.newcomer(steps=("Kurs komputerowy",))
    guest = walk(person.email)
    guest.open("/look")
    polish = guest.page.locator("h1").inner_text()
    guest.choose({"en": "English", "uk": "Українська"}[code])
    guest.page.locator("main button[type=submit]").click()
    expect(guest.page.locator("html")).to_have_attribute("lang", code)
    assert guest.page.locator("h1").inner_text() != polish
    guest.open("/plan")
    expect(guest.page.locator("html")).to_have_attribute("lang", code)
    guest.sees({"en": "My plan", "uk": "Мій план"}[code], picture=f"plan-{code}")


def test_it_leads_back_to_where_one_was(walk):
    guest = walk()
    guest.open("/help")
    guest.follow("Wygląd", within="header")
    guest.choose("Duży")
    guest.press("Zapisz", whole=True)
    guest.follow("Wróć", within="main")
    guest.sees("Pomoc", picture="help-large")
