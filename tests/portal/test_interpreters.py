"""The interpreter's way through the pages: asked for once, times that leave room, what the person, the specialist and the
coordinator see."""

import re

import pytest
from sqlalchemy import select

from portal import messages
from services import bookings, interpreters, subjects
from services.models import Booking, InterpreterOrder, Message, Task
from tests.portal.test_today import words_of

SOON, LATER = "2026-11-25 10:00", "2026-11-26 09:00"  # from Thursday, the 26th, an interpreter can be promised


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowal", needs=["pjm"])


@pytest.fixture
def hers(client, maria, sign_in):
    return sign_in(client, maria)


@pytest.fixture
def booking(make, maria):
    return make.booking(maria, make.slot(LATER), needs=["pjm"])


def order_of(db, booking):
    return db.scalar(select(InterpreterOrder).where(InterpreterOrder.booking_id == booking.id))


def to_days(client, slot, prefix="/book"):
    client.post(f"{prefix}/need", data={"need": slot.form_id})
    return client.get(f"{prefix}/day")


def test_only_times_for_which_an_interpreter_can_be_found_are_shown_with_the_reason(hers, make):
    soon, later = make.slot(SOON), make.slot(LATER)
    page = to_days(hers, soon)

    assert f'value="{soon.day}"' not in page.text and f'value="{later.day}"' in page.text
    assert f'name="slot" value="{later.id}"' in page.text  # the earliest that is offered
    assert "Tłumacza zamawiamy 3 dni robocze wcześniej. Pokazujemy tylko takie terminy. Nic za to nie płacisz." in words_of(
        page
    )
    assert "czwartek, 26 listopada" in words_of(hers.get("/book/person"))
    hers.post("/book/suit", data={"show": "any-day", "at": "day"})  # that is for staff
    assert f'value="{soon.day}"' not in hers.get("/book/day").text


def test_somebody_who_signs_can_be_met_earlier(hers, make):
    soon = make.slot(SOON, specialist=make.specialist("Ola Wilk", speaks=["pl", "pjm"]))

    assert f'value="{soon.day}"' in to_days(hers, soon).text


def test_ticking_an_interpreter_for_a_time_too_soon_leads_to_later_ones_with_everything_kept(client, db, make, sign_in):
    hers = sign_in(client, make.participant())
    soon, later = make.slot(SOON), make.slot(LATER)
    hers.post("/book", data={"slot": soon.id})
    answer = hers.post("/book/check", data={"key": "k" * 20, "slot": soon.id, "needs": ["sjm", "more-time"]})

    assert answer.status_code == 422
    assert "<title>Błąd: " in answer.text and "Na ten termin nie zdążymy zamówić tłumacza." in answer.text
    assert f'value="{later.day}"' in answer.text and f'value="{soon.day}"' not in answer.text
    assert db.scalar(select(Booking.id)) is None
    hers.post("/book/first", data={"slot": later.id})
    page = hers.get("/book/check")
    assert "Zamówimy go. Nic za to nie płacisz." in page.text
    hers.post("/book/check", data={"key": "k" * 20, "slot": later.id, "needs": ["sjm", "more-time"]})
    assert db.scalars(select(InterpreterOrder.kind)).all() == ["sjm"]


def test_moving_without_ticking_anything_again_keeps_the_interpreter(hers, db, make, booking):
    soon, friday = make.slot(SOON), make.slot("2026-11-27 09:00")
    hers.post(f"/booked/{booking.number}/move")
    hers.post("/book/first", data={"slot": soon.id})
    answer = hers.post("/book/check", data={"key": "m" * 20, "slot": soon.id, "moving": booking.number})
    assert answer.status_code == 422 and "W który dzień chcesz przyjść?" in answer.text
    assert f'value="{soon.day}"' not in answer.text and f'value="{friday.day}"' in answer.text

    hers.post("/book/first", data={"slot": friday.id})
    assert hers.post("/book/check", data={"key": "n" * 20, "slot": friday.id, "moving": booking.number}).status_code == 303
    orders = db.scalars(select(InterpreterOrder).order_by(InterpreterOrder.id)).all()
    assert [(one.starts_at, one.over_at is None) for one in orders] == [
        (order_time, is_live) for order_time, is_live in ((orders[0].starts_at, False), (friday.starts_at, True))
    ]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (None, "zamawiamy"), ("asked", "zamawiamy"), ("confirmed", "potwierdzony"), ("failed", "nie udało się go znaleźć"),
    ],
)  # fmt: skip
def test_the_person_sees_how_far_it_is_wherever_the_session_stands(hers, db, make, booking, said, words):
    if said:
        interpreters.say(db, make.ewa, order_of(db, booking), said)

    for address in ("/plan", f"/booked/{booking.number}"):
        page = words_of(hers.get(address))
        assert f"Tłumacz PJM: {words}" in page, address
        assert ("Napiszemy do ciebie i ustalimy, co dalej." in page) is (said == "failed")  # who signs is not rung up


def test_who_does_not_sign_is_rung_up_when_none_was_found(client, db, make, sign_in):
    person = make.participant(needs=["interpreter-uk"])
    booking = make.booking(person, make.slot(LATER), needs=["interpreter-uk"])
    interpreters.say(db, make.ewa, order_of(db, booking), "failed")

    page = words_of(sign_in(client, person).get("/plan"))
    assert "Tłumacz ukraiński: nie udało się go znaleźć" in page
    assert "Zadzwonimy do ciebie i ustalimy, co dalej." in page


def test_the_page_of_a_messages_link_says_interpreter_and_not_which(client, db, app, booking):
    from services import identity

    key = app.config["SETTINGS"].secret_key
    token = identity.token_of(key, identity.visit_link(db, key, booking))
    page = words_of(client.get(f"/s/{token}"))

    assert "Tłumacz: zamawiamy" in page and "Tłumacz PJM: zamawiamy" not in page


def test_the_specialist_sees_it_beside_the_needs_of_this_meeting_only(client, db, make, maria, sign_in, booking):
    bookings.get_by_id(db, booking.id).needs = ["pjm", "transport", "step-free"]
    page = words_of(sign_in(client, make.adviser).get("/today?day=2026-11-26"))

    assert "Tłumacz PJM: trzeba zamówić" in page
    assert "Potrzeby: tłumacz PJM · wejście bez schodów" in page and "dojazd" not in page


def test_a_coordinator_confirms_in_two_presses(client, db, make, sign_in, booking):
    ewas, order = sign_in(client, make.ewa), order_of(db, booking)
    tasks = ewas.get("/tasks")
    assert "Zamów: tłumacz PJM" in words_of(tasks)
    assert f'href="/interpreters/{order.id}"' in tasks.text

    page = words_of(ewas.get(f"/interpreters/{order.id}"))  # the first press
    for fact in ("Maria Kowal", "czwartek, 26 listopada, 9:00", "pokój 12", "tłumacz PJM", "Jan Zieliński", booking.number):
        assert fact in page
    answer = ewas.post(f"/interpreters/{order.id}", data={"said": "confirmed"}, follow_redirects=True)  # the second
    assert re.search(r"<h1[^>]*>Tłumacz potwierdzony</h1>", answer.text)
    assert "Zamów: tłumacz PJM" not in words_of(ewas.get("/tasks"))


def test_that_it_failed_becomes_a_task_with_a_way_to_another_time(client, db, make, sign_in, booking):
    ewas, order = sign_in(client, make.ewa), order_of(db, booking)
    for _ in range(2):
        ewas.post(f"/interpreters/{order.id}", data={"said": "failed"})

    assert db.scalars(select(Task.kind)).all() == ["no-interpreter"]
    assert "Nie ma tłumacza: powiedz o tym i ustal, co dalej" in words_of(ewas.get("/tasks"))


def test_an_interpreter_who_was_asked_is_called_off_when_the_session_is(client, db, make, maria, sign_in, booking):
    interpreters.say(db, make.ewa, order_of(db, booking), "confirmed")
    bookings.cancel(db, maria, booking)
    ewas, order = sign_in(client, make.ewa), order_of(db, booking)

    assert "Odwołaj: tłumacz PJM" in words_of(ewas.get("/tasks"))
    answer = ewas.post(f"/interpreters/{order.id}", data={"said": "called-off"}, follow_redirects=True)
    assert "Tłumacz odwołany" in answer.text
    assert "Odwołaj: tłumacz PJM" not in words_of(ewas.get("/tasks"))


def test_a_word_that_comes_after_the_session_was_given_up_says_so(client, db, make, maria, sign_in, booking):
    bookings.cancel(db, maria, booking)
    ewas, order = sign_in(client, make.ewa), order_of(db, booking)

    for said in ("confirmed", "", "anything"):
        answer = ewas.post(f"/interpreters/{order.id}", data={"said": said})
        assert answer.status_code == 422 and "<title>Błąd: " in answer.text
    assert order_of(db, booking).status == "wanted"


def test_staff_see_what_can_be_promised_and_may_go_past_it_with_a_warning(client, db, make, maria, sign_in):
    soon, _ = make.slot(SOON), make.slot(LATER)
    ewas, prefix = sign_in(client, make.ewa), f"/people/{maria.id}/book"
    assert f'value="{soon.day}"' not in to_days(ewas, soon, prefix).text

    ewas.post(f"{prefix}/suit", data={"show": "any-day", "at": "day"})
    assert f'value="{soon.day}"' in ewas.get(f"{prefix}/day").text
    ewas.post(f"{prefix}/first", data={"slot": soon.id})
    assert "Możemy nie znaleźć tłumacza na ten termin" in ewas.get(f"{prefix}/check").text
    answer = ewas.post(f"{prefix}/check", data={"key": "k" * 20, "slot": soon.id, "needs": "pjm"}, follow_redirects=True)
    assert answer.status_code == 200 and "Tłumacz PJM: trzeba zamówić" in words_of(answer)
    assert db.scalars(select(InterpreterOrder.status)).all() == ["wanted"]


@pytest.mark.parametrize(("said", "words"), [(None, "zamawiamy"), ("confirmed", "potwierdzony"), ("failed", "nie udało się")])
@pytest.mark.parametrize("kind", ["booked", "moved", "reminder"])
def test_a_mail_says_how_far_it_is_and_what_others_may_see_says_nothing_of_it(app, db, make, booking, kind, said, words):
    if said:
        interpreters.say(db, make.ewa, order_of(db, booking), said)
    key = app.config["SETTINGS"].secret_key
    message = Message(
        kind=kind, channel="email", dedup=f"{kind}:x", person_id=booking.person_id, booking_id=booking.id,
        booking_version=booking.version, useful_until=booking.starts_at,
    )  # fmt: skip
    found = subjects.read(db, key, message)
    written = messages.words(app, subjects.make(key, message, booking.person, found))

    assert f"Tłumacz: {words}" in written.text
    for seen in (written.subject, written.sms, written.push_title, written.push_body):
        assert "umacz" not in seen and "PJM" not in seen
    assert "PJM" not in written.text
