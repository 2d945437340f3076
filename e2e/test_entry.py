"""Ways in and out: an invitation link, a one-time code, a shared phone that keeps nothing."""

import re

HOUR_AGO = 3600
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
    second.open(link)  # before it is spent: opening spends nothing
    first.sign_in(link)
    first.sees("Mój plan")
    second.choose("Mój")
    second.press("To ja, wchodzę")
    second.sees("Ten link już nie działa", picture="link-over")
    second.follow("Wyślij mi kod do wejścia")
    second.sees("Wejdź do swojego planu")
