"""J9: colours, letters, words and language to one's own liking; and leaving a phone behind empty."""

from playwright.sync_api import expect

from e2e.journeys.way import STEPS, Way, journey
from e2e.journeys.words import Words
from e2e.offline import NOTHING, Phone

HEADING = "Wygląd i czytanie"
TONGUES = {"pl": "Polski", "uk": "Українська", "en": "English"}
COLOURS = {"light": "Jasny", "dark": "Ciemny", "contrast": "Żółty na czarnym"}


def other(known: dict[str, str], present: str) -> str:
    """The next one of a row, the first after the last."""
    row = list(known)
    return row[(row.index(present) + 1) % len(row)]


@journey("J9")
def another_look(way: Way) -> None:
    guest = way.guest(way.somebody(steps=STEPS))
    guest.follow("Wygląd", within="header")
    guest.sees(HEADING)
    theme, lang = other(COLOURS, way.theme), other(TONGUES, way.lang)
    guest.choose(COLOURS[theme], "Bardzo duży", TONGUES[lang])
    guest.press("Zapisz wygląd", whole=True)
    guest.words = Words(lang)
    guest.sees(HEADING)
    guest.says("Tak wygląda teraz każda strona.")
    html = guest.page.locator("html")
    for name, value in (("data-theme", theme), ("data-text", "largest"), ("lang", lang)):
        expect(html).to_have_attribute(name, value)
    guest.follow("Wróć")
    guest.sees("Mój plan")
    expect(html).to_have_attribute("data-theme", theme)


@journey("J9")
def easy_words(way: Way) -> None:
    guest = way.guest(way.somebody(steps=STEPS))
    guest.follow("Wygląd", within="header")
    guest.choose("Prosty tekst")
    guest.press("Zapisz wygląd", whole=True)
    guest.words = Words(way.lang, is_easy=True)
    guest.sees(HEADING)
    guest.follow("Wróć")
    guest.sees("Mój plan")
    guest.follow("Umów", within=".menu")
    guest.sees("W czym mamy pomóc?")
    guest.follow("Wygląd", within="header")
    guest.sees(HEADING)
    guest.choose("Zwykły tekst")
    guest.press("Zapisz wygląd", whole=True)
    guest.words = Words(way.lang)
    guest.sees(HEADING)


@journey("J9")
def leaving_a_shared_phone(way: Way) -> None:
    guest = way.guest(way.somebody(steps=STEPS), shared=True)
    guest.sees("Mój plan")
    guest.press("Wyloguj i wyczyść", within=".shared", whole=True)
    gone(guest)


@journey("J9")
def leaving_ones_own_phone(way: Way) -> None:
    guest = way.guest(way.somebody(steps=STEPS))
    if way.scripts:
        Phone(guest).until_kept()
    guest.press("Wyloguj", within="footer", whole=True)
    gone(guest)


def gone(guest) -> None:
    guest.sees("Do zobaczenia")
    assert "_user_id" not in str(guest.page.context.cookies())
    if guest.scripts:
        assert Phone(guest).traces() == NOTHING
    guest.page.go_back()
    guest.is_silent_about(STEPS[1])
    guest.open("/plan")
    guest.sees("Wejdź do swojego planu")
    guest.is_silent_about(STEPS[1])
