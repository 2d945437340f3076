"""A trusted person: named, come in by a link, booking for somebody, told to that person, ended with the page still open."""

import re
from datetime import timedelta

import pytest

LINK = re.compile(r"(/t/[\w-]{22})")


@pytest.fixture
def maria(site):
    """She needs more time, which is nobody's business but hers."""
    return site.newcomer(steps=("Napisać CV", "Rozmowa o pracy: career-counselling"), needs=("more-time",))


def anna_of(maria):
    return f"anna-{maria.id}@example.org"


def named(hers, maria, *things):
    """From the plan to a consent that is written down."""
    hers.follow("Kto działa w moim imieniu")
    hers.sees("Kto działa w moim imieniu", picture="trusted-none")
    hers.follow("Dodaj osobę")
    hers.sees("Kto może działać w twoim imieniu?", picture="trusted-new")
    hers.press("Dodaj")
    hers.sees("Kto może działać w twoim imieniu?", errors=("Wpisz imię tej osoby",))
    hers.fill("Imię tej osoby", "Anna K.")
    hers.fill("Jej numer telefonu albo e-mail", anna_of(maria))
    hers.press("Dodaj")
    hers.sees("Kto może działać w twoim imieniu?", errors=("Zaznacz co najmniej jedną rzecz",), picture="trusted-error")
    hers.choose(*things)
    hers.press("Dodaj")
    hers.sees("Zgoda zapisana", picture="trusted-added")
    hers.follow("Wróć do listy")
    hers.sees("Kto działa w moim imieniu", picture="trusted-list")
    hers.says("Anna K.", "Umawia i przekłada spotkania")


def test_one_acts_for_another_who_sees_it_and_ends_it_at_once(walk, site, maria, scripts):
    booking = site.booking(maria, site.tomorrow(10) + timedelta(days=1))
    hers = walk(maria.email, scripts=scripts)
    named(hers, maria, "Odpowiada za ciebie", "Umawia i przekłada spotkania")

    anna = walk(scripts=scripts)
    anna.open(site.mail_to(anna_of(maria), LINK))
    anna.sees(f"{maria.first_name} prosi cię o pomoc", picture="acting-welcome")
    anna.press("Zgadzam się, wchodzę")
    anna.sees(f"{maria.first_name} prosi cię o pomoc", errors=("Powiedz, czyj to telefon",))
    anna.choose("Mój")
    anna.press("Zgadzam się, wchodzę")
    anna.sees(f"Plan: {maria.short_name}", picture="acting-plan")
    whose = f"Działasz w imieniu: {maria.short_name}"
    anna.says(whose)
    anna.is_silent_about("Napisać CV", maria.last_name)
    anna.press("Tak, przyjdzie")
    anna.sees("Dziękujemy. Wiemy, że ta osoba przyjdzie", picture="acting-yes")
    assert site.again(booking).answer == "yes"

    anna.follow("Umów", within=".menu")
    anna.sees("W czym mamy pomóc?")
    anna.choose("Doradztwo zawodowe")
    anna.press("Dalej")
    anna.sees("Z kim ma być spotkanie?")
    anna.choose("Wszystko jedno")
    anna.press("Dalej")
    anna.sees("W który dzień ma być spotkanie?")
    anna.choose_nth(1)
    anna.press("Dalej")
    anna.sees("O której godzinie?")
    anna.choose_nth(0)
    anna.press("Dalej")
    anna.sees("Sprawdź i umów spotkanie", picture="acting-check")
    anna.says(whose)
    anna.is_silent_about("Więcej czasu")
    anna.press("Umów spotkanie")
    anna.sees("Spotkanie umówione", picture="acting-booked")
    number = anna.page.url.split("/")[-1].partition("?")[0]
    anna.follow("Wróć do planu")
    anna.sees(f"Plan: {maria.short_name}")

    hers.open(f"/booked/{number}")
    hers.sees("Twoje spotkanie", picture="acting-told")
    hers.says("Umówione przez", "Anna K. (twoja zaufana osoba)")
    hers.open("/plan")
    hers.sees("Mój plan", picture="acting-told-plan")
    hers.says("Zrobione w twoim imieniu", "Umówione spotkanie")

    hers.follow("Kto działa w moim imieniu")  # press one
    hers.press("Zakończ")  # press two
    hers.sees("Zgoda zakończona", picture="trusted-ended")

    anna.press("Zmień termin")
    anna.sees("Ta zgoda już się skończyła", picture="acting-ended")
    anna.is_silent_about(maria.first_name, maria.short_name)


def test_who_was_named_says_no_and_a_lost_way_in_is_asked_for_again(walk, site, maria):
    hers = walk(maria.email)
    named(hers, maria, "Umawia i przekłada spotkania")
    anna = walk()
    anna.open("/for")
    anna.sees("Wejdź, żeby komuś pomóc", picture="acting-ask")
    anna.press("Wyślij mi nowy link")
    anna.sees("Wejdź, żeby komuś pomóc", errors=("Wpisz swój numer telefonu albo e-mail",))
    anna.fill("Twój numer telefonu albo e-mail", anna_of(maria))
    anna.press("Wyślij mi nowy link")
    anna.sees("Sprawdź wiadomości", picture="acting-asked")
    anna.open(site.mail_to(anna_of(maria), LINK))
    anna.sees(f"{maria.first_name} prosi cię o pomoc")
    anna.press("Nie chcę")
    anna.sees("Nie działasz już w imieniu tej osoby", picture="acting-left")
    hers.open("/trusted")
    hers.sees("Kto działa w moim imieniu")
    hers.says("Teraz nikt nie działa w twoim imieniu.")
