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
