"""An interpreter from the need, said once, to the word that one is coming; and the way in, read before an hour is chosen."""

import re

from services import bookings, clock, working_days

DESK = {"viewport": {"width": 1280, "height": 800}, "has_touch": False}


def test_whoever_signs_books_with_an_interpreter_and_hears_that_one_comes(walk, site, scripts):
    person = site.newcomer(steps=("Napisać CV",))
    guest = walk(person.email, scripts=scripts)
    guest.follow("Czego potrzebujesz na spotkaniach")
    guest.sees("Czego potrzebujesz na spotkaniach?", picture="needs")
    guest.choose("Tłumacz innego języka")
    guest.press("Zapisz")
    guest.sees("Czego potrzebujesz na spotkaniach?", errors=("Wpisz, jaki to język",), picture="needs-error")
    guest.answer("Tłumacz innego języka").click()
    guest.choose("Tłumacz PJM", "Wejście bez schodów")
    guest.press("Zapisz")
    guest.sees("Zapisane")
    guest.follow("Umów spotkanie", within="main")

    guest.sees("W czym mamy pomóc?")
    guest.choose("Doradztwo zawodowe")
    guest.press("Dalej")
    guest.sees("Z kim chcesz się spotkać?")
    guest.choose("Wszystko jedno")
    guest.press("Dalej")
    guest.sees("W który dzień chcesz przyjść?", picture="days-with-interpreter")
    guest.says("Tłumacza zamawiamy 3 dni robocze wcześniej. Pokazujemy tylko takie terminy. Nic za to nie płacisz.")
    first = guest.page.locator("input[name=day]").first.get_attribute("value")
    assert first >= working_days.after(clock.today(), 3).isoformat()
    guest.press("Pokaż wszystkie miejsca")
    guest.sees("W który dzień chcesz przyjść?")
    guest.says("Pokazujemy teraz wszystkie miejsca.")
    guest.press("Tylko miejsca, do których wejdę")
    guest.sees("W który dzień chcesz przyjść?")
    guest.follow("Jak tam wejść i dojechać")
    guest.sees("Przystań Jasna", picture="place")
    guest.says("Jak wejść", "bez stopni", "140 cm")
    guest.open("/book/day")
    guest.press("Biorę ten termin")
    guest.sees("Sprawdź i umów spotkanie", picture="check-with-interpreter")
    guest.says("Zamówimy go. Nic za to nie płacisz.")
    guest.press("Umów spotkanie")
    guest.sees("Spotkanie umówione", picture="booked-with-interpreter")
    guest.says("Tłumacz PJM: zamawiamy")

    with site.reading() as db:
        (made,) = bookings.coming(db, person)
    staff = walk("koordynator", scripts=scripts, **DESK)
    staff.open("/tasks")
    staff.sees("Zadania")
    staff.page.get_by_role("link", name=person.full_name).filter(has_text="Zamów: tłumacz PJM").click()
    staff.sees("Zamów tłumacza", picture="order-interpreter")
    staff.says(made.number)
    staff.press("Tłumacz potwierdzony")
    staff.sees("Tłumacz potwierdzony", picture="interpreter-confirmed")
    guest.open(site.mail_to(person.email, re.compile(r"Tłumacz będzie na spotkaniu\.[\s\S]*?(/s/[\w-]+)")))
    guest.says("Tłumacz: potwierdzony")
    guest.open("/plan")
    guest.says("Tłumacz PJM: potwierdzony")
