"""J1 and J2: the two ways in that need no memory."""

import re

from e2e.journeys.way import STEPS, Way, journey

CODE = re.compile(r"\b(\d{3}) ?(\d{3})\b")
ENTER = "Wejdź do swojego planu"


@journey("J1")
def by_link(way: Way) -> None:
    person = way.somebody(steps=STEPS)
    guest = way.stranger()
    guest.open(way.site.link(person.email))
    guest.sees(ENTER)
    guest.says("To zaproszenie jest dla: %(name)s", name=person.short_name)
    assert "/w/" not in guest.page.url, "the secret stays in the address"
    guest.press("To ja, wchodzę")
    guest.sees(ENTER, errors=("Powiedz, czyj to telefon",))
    guest.mend("Powiedz, czyj to telefon")
    guest.choose("Mój")
    guest.press("To ja, wchodzę")
    guest.sees("Mój plan")
    guest.says("Kroki w twoim planie: zrobione %(done)s z %(all)s", done=0, all=2)


@journey("J2")
def by_code_on_a_shared_phone(way: Way) -> None:
    person = way.somebody(steps=STEPS)
    guest = way.stranger()
    guest.open("/plan")
    guest.sees(ENTER)
    guest.press("Wyślij mi kod")
    guest.sees(ENTER, errors=("Wpisz swój e-mail, telefon albo numer z karty",))
    guest.mend("Wpisz swój e-mail, telefon albo numer z karty")
    guest.fill("Twój e-mail, telefon albo numer z karty", person.email)
    guest.press("Wyślij mi kod")
    guest.sees("Wpisz kod")
    guest.press("Wejdź")
    guest.sees("Wpisz kod", errors=("Wpisz 6 cyfr",))
    digits = way.site.mail_to(person.email, CODE)
    guest.fill("Wpisz kod", "000000" if digits != "000000" else "111111")
    guest.press("Wejdź")
    guest.sees("Wpisz kod", errors=("Ten kod się nie zgadza. Sprawdź go jeszcze raz.",))
    guest.mend("Ten kod się nie zgadza. Sprawdź go jeszcze raz.")
    guest.fill("Wpisz kod", f" {digits[:3]} {digits[3:]} ")  # as it is pasted from the mail
    guest.press("Wejdź")
    guest.sees("Kod się zgadza")
    guest.press("Wchodzę")
    guest.sees("Kod się zgadza", errors=("Powiedz, czyj to telefon",))
    guest.choose("Pożyczony albo wspólny")
    guest.press("Wchodzę")
    guest.sees("Mój plan")
    guest.says("Wspólny telefon")
    assert {cookie["expires"] for cookie in guest.page.context.cookies() if cookie["name"] != "look"} == {-1}
