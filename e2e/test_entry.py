"""Ways in and out: a link that works once, one address for two people, signing out at home. By link and by code: journeys/."""

import re

CODE = re.compile(r"\b(\d{3}) ?(\d{3})\b")


def test_a_link_works_once_and_explains_itself_then(walk, site):
    link = site.link("uczestniczka")
    first, second = walk(), walk()
    first.open(link)
    second.open(link)  # opening spends nothing
    first.choose("Mój")
    first.press("To ja, wchodzę")
    first.sees("Mój plan")
    second.choose("Mój")
    second.press("To ja, wchodzę")
    second.sees("Ten link już nie działa", picture="link-over")
    second.follow("Wyślij mi kod do wejścia")
    second.sees("Wejdź do swojego planu")


def test_two_people_share_an_address_and_each_gets_their_own_plan(walk, site):
    mother = site.newcomer(email="dom@example.org", steps=("Kurs komputerowy",))
    daughter = site.newcomer(email="dom@example.org", steps=("Napisać CV",))
    guest = walk()
    guest.open("/sign-in")
    guest.fill("Twój e-mail, telefon albo numer z karty", "dom@example.org")
    guest.press("Wyślij mi kod")
    guest.fill("Wpisz kod", site.mail_to("dom@example.org", CODE))
    guest.press("Wejdź")
    guest.sees("Kod się zgadza", picture="who-of-two")
    guest.choose("Mój")
    guest.press("Wchodzę")
    guest.sees("Kod się zgadza", errors=("Wybierz, kto wchodzi",))
    guest.choose(daughter.short_name, "Mój")
    guest.press("Wchodzę")
    guest.sees("Mój plan")
    guest.says("Napisać CV")
    guest.is_silent_about("Kurs komputerowy", mother.short_name)


def test_signing_out_at_home(walk, site):
    guest = walk(site.newcomer().email)
    guest.sees("Mój plan", picture="plan-empty")
    guest.press("Wyloguj", within="footer", whole=True)
    guest.sees("Do zobaczenia")
    guest.follow("Wejdź jeszcze raz")
    guest.sees("Wejdź do swojego planu")
    guest.follow("Mam kod od pracownika albo kartę z kodem QR")
    guest.sees("Inne sposoby wejścia", picture="how")


def test_pages_for_everybody(walk):
    guest = walk()
    for path, heading in (("/help", re.compile(".+")), ("/accessibility", re.compile(".+")), ("/privacy", re.compile(".+"))):
        guest.open(path)
        guest.sees(heading, picture=path[1:])
    guest.open("/nie-ma")
    guest.sees("Nie ma takiej strony", picture="not-found")
    guest.open("/w/nie-ma-takiego-linku")
    guest.sees("Ten link już nie działa")
