"""Ways in and out: an invitation link, a one-time code, a shared phone that keeps nothing."""

import re

CODE = re.compile(r"\b(\d{3}) ?(\d{3})\b")


def test_a_link_asks_whose_phone_it_is_and_opens_the_plan(walk, site, scripts):
    guest = walk(scripts=scripts)
    guest.open(site.sign_in_link_command("uczestniczka@example.org"))
    guest.sees("Wejdź do swojego planu", picture="enter")
    guest.says("To zaproszenie jest dla: Maria K.")
    assert "/w/" not in guest.page.url, "the secret stays in the address"
    guest.press("To ja, wchodzę")
    guest.sees("Wejdź do swojego planu", errors=("Powiedz, czyj to telefon",), picture="enter-error")
    guest.choose("Mój")
    guest.press("To ja, wchodzę")
    guest.sees("Mój plan", picture="plan")


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


def test_a_code_comes_by_mail_and_is_typed(walk, site, scripts):
    person = site.newcomer()
    guest = walk(scripts=scripts)
    guest.open("/plan")
    guest.sees("Wejdź do swojego planu", picture="sign-in")
    guest.press("Wyślij mi kod")
    guest.sees("Wejdź do swojego planu", errors=("Wpisz swój e-mail, telefon albo numer z karty",))
    guest.fill("Twój e-mail, telefon albo numer z karty", person.email)
    guest.press("Wyślij mi kod")
    guest.sees("Wpisz kod", picture="code")
    guest.press("Wejdź")
    guest.sees("Wpisz kod", errors=("Wpisz 6 cyfr",))
    digits = site.mail_to(person.email, CODE)
    wrong = "000000" if digits != "000000" else "111111"
    guest.fill("Wpisz kod", wrong)
    guest.press("Wejdź")
    guest.sees("Wpisz kod", errors=("Ten kod się nie zgadza. Sprawdź go jeszcze raz.",), picture="code-wrong")
    guest.fill("Wpisz kod", f" {digits[:3]} {digits[3:]} ")  # as it is pasted from the mail
    guest.press("Wejdź")
    guest.sees("Kod się zgadza", picture="who")
    guest.press("Wchodzę")
    guest.sees("Kod się zgadza", errors=("Powiedz, czyj to telefon",))
    guest.choose("Mój")
    guest.press("Wchodzę")
    guest.sees("Mój plan")


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


def test_a_shared_phone_keeps_nothing(walk, site, scripts):
    person = site.newcomer(steps=("Kurs komputerowy",))
    guest = walk(person.email, scripts=scripts, shared=True)
    guest.sees("Mój plan", picture="shared")
    cookies = {cookie["name"]: cookie["expires"] for cookie in guest.page.context.cookies()}
    assert set(cookies.values()) == {-1}, f"a cookie outlives the browser: {cookies}"
    guest.press("Wyloguj i wyczyść", within=".shared", whole=True)
    guest.sees("Do zobaczenia", picture="signed-out")
    assert "_user_id" not in str(guest.page.context.cookies())
    guest.page.go_back()
    guest.open("/plan")
    guest.sees("Wejdź do swojego planu")
    guest.is_silent_about("Kurs komputerowy", person.short_name)


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
