"""A trusted person sees and does what was ticked and nothing else; whoever did what is told to the person."""

import re

import pytest
from sqlalchemy import select

from services import acting, acting_history, attendance, bookings, clock, plans
from services.errors import NotAllowed, NotFound
from services.models import AuditEntry, Booking, Wish
from services.models.acting import THINGS
from tests.portal.test_today import words_of
from tests.portal.trusted import ANNA, acts, row


def test_one_sees_only_what_was_ticked(db, make, maria, ahead, named, come_in):
    make.plan(maria)
    seen = {
        "sessions": r"25 listopada", "kinds": r"Jan Zieliński|psycholog", "steps": r"Napisać CV", "answer": r"Nie może przyjść",
        "book": r"Umów spotkanie", "arrive": r"nothing today",
    }  # fmt: skip
    for code in THINGS:
        mandate = named(code, who=code, address="")
        page = words_of(come_in(mandate).get(f"/for/{mandate.id}"))
        acting.end(db, mandate, by="person")
        for other, sign in seen.items():
            assert bool(re.search(sign, page)) is (other in mandate.codes and other != "arrive"), (code, other)
        assert not re.search(r"Kowal|600 ?100|@example|Pętla|[A-Z]{3}-\d{3}.*kod", page)


def ask(client, method, address, **data):
    return client.open(address, method=method, data=data)


def test_each_thing_opens_its_own_addresses_and_no_other(db, make, maria, ahead, named, come_in):
    """One mandate with everything but one thing: just what that thing opens is shut."""
    at = f"/booked/{ahead.number}"
    doors = {
        "answer": [("POST", f"{at}/answer"), ("GET", f"{at}/cancel"), ("POST", f"{at}/cancel"), ("POST", f"{at}/restore")],
        "book": [
            ("POST", f"{at}/move"),
            ("GET", "/book/need"),
            ("POST", "/book/need"),
            ("POST", "/book"),
            ("POST", "/book/check"),
        ],
        "arrive": [("POST", f"/here/{ahead.number}")],
    }
    for shut, its_own in doors.items():
        mandate = named(*(code for code in THINGS if code != shut), who=f"no {shut}", address="")
        assert shut not in mandate.codes
        anna = come_in(mandate)
        for opens, addresses in doors.items():
            for method, address in addresses:
                answer = ask(anna, method, f"/for/{mandate.id}{address}", said="yes", version="0")
                assert (answer.status_code == 403) is (opens == shut), (shut, method, address, answer.status_code)
        assert "Na to nie masz zgody" in words_of(ask(anna, *[*its_own[0][:1], f"/for/{mandate.id}{its_own[0][1]}"]))
    steps_only = named("steps", who="steps", address="")
    assert come_in(steps_only).get(f"/for/{steps_only.id}{at}").status_code == 403


def test_the_services_ask_too(db, make, maria, ahead, named):
    """Although every view forgot to ask."""
    free = make.slot("2026-11-26 12:00")
    nothing, all_for_bruno = named("steps"), named(*THINGS, who="Olek", whose=make.participant("Bruno Zych"))
    tries = (
        lambda actor: bookings.book(db, actor, maria, free.id, key="x"),
        lambda actor: bookings.move(db, actor, ahead, free.id, key="x"),
        lambda actor: bookings.cancel(db, actor, ahead),
        lambda actor: bookings.restore(db, actor, ahead),
        lambda actor: attendance.answer(db, actor, ahead, "yes", way="plan"),
        lambda actor: attendance.check_in(db, actor, ahead),
    )
    for act in tries:
        with pytest.raises(NotAllowed):
            act(nothing)
        with pytest.raises(NotFound):
            act(all_for_bruno)
    acting.end(db, all_for_bruno, by="person")
    with pytest.raises(NotAllowed):
        tries[2](all_for_bruno)


def test_an_answer_is_one_act_and_is_told_with_the_name(hers, db, make, maria, ahead, named, come_in):
    mandate = named("answer")
    anna = come_in(mandate)
    at = f"/for/{mandate.id}/booked/{ahead.number}"
    for _ in range(2):
        answer = anna.post(f"{at}/answer", data={"said": "yes", "version": ahead.version})
    assert "Wiemy, że ta osoba przyjdzie" in words_of(anna.get(answer.location))
    assert acts(db, maria).count(("trusted", "booking:answer")) == 1
    for page in ("/plan", "/trusted", "/trusted/done"):
        assert "Odpowiedź: przyjdę" in words_of(hers.get(page)) and "przez: Anna K. (twoja zaufana osoba)" in words_of(
            hers.get(page)
        )
    assert anna.get(f"{at}/cancel").status_code == 200
    for _ in range(2):
        assert anna.post(f"{at}/cancel").status_code == 303
    assert not db.get(Booking, ahead.id).is_live
    assert row("Odwołane przez", "Anna K. (twoja zaufana osoba), 23 listopada") in hers.get(f"/booked/{ahead.number}").text
    back = anna.post(f"{at}/restore")
    assert "Spotkanie wróciło" in words_of(anna.get(back.location))


def test_a_cancelled_time_that_somebody_took_cannot_come_back(db, make, ahead, named, come_in):
    mandate = named("answer")
    anna = come_in(mandate)
    at = f"/for/{mandate.id}/booked/{ahead.number}"
    anna.post(f"{at}/cancel")
    make.booking(make.participant("Bruno Zych"), ahead.slot)
    answer = anna.post(f"{at}/restore")
    assert answer.status_code == 409 and "Ktoś zajął już ten termin" in words_of(answer)


def test_being_there_is_said_for_somebody_on_the_day(db, maria, ahead, named, come_in, at):
    mandate = named("arrive")
    anna = come_in(mandate)
    assert anna.post(f"/for/{mandate.id}/here/{ahead.number}").status_code == 422
    at("2026-11-25 09:30")
    for _ in range(2):
        answer = anna.post(f"/for/{mandate.id}/here/{ahead.number}")
    assert "Zapisane: ta osoba jest na miejscu" in words_of(anna.get(answer.location))
    assert acts(db, maria).count(("trusted", "attendance:record")) == 1


def book(client, mandate, slot, key="k" * 20):
    at = f"/for/{mandate.id}/book"
    for step, field, value in (("need", "need", slot.form_id), ("person", "specialist", 0), ("day", "day", slot.day.isoformat()),
                               ("hour", "slot", slot.id)):  # fmt: skip
        assert client.get(f"{at}/{step}").status_code == 200
        assert client.post(f"{at}/{step}", data={field: value}).status_code == 303
    page = client.get(f"{at}/check")
    return page, client.post(f"{at}/check", data={"key": key, "slot": slot.id, "needs": ["pjm"]})


def test_a_session_is_booked_with_the_persons_needs_which_nobody_saw(hers, db, make, maria, named, come_in):
    mandate, slot = named("book"), make.slot("2026-11-26 10:00")
    anna = come_in(mandate)
    page, made = book(anna, mandate, slot)
    assert "Działasz w imieniu: Maria K." in words_of(page)
    assert "Pętla" not in page.text and "Czego potrzebujesz" not in page.text
    assert "Spotkanie umówione" in words_of(anna.get(made.location))
    again = anna.post(f"/for/{mandate.id}/book/check", data={"key": "k" * 20, "slot": slot.id})
    assert again.location == made.location
    [booking] = db.scalars(select(Booking).where(Booking.slot_id == slot.id))
    assert (booking.person_id, booking.needs, booking.booked_by_id) == (maria.id, ["loop"], None)
    assert acts(db, maria).count(("trusted", "booking:make")) == 1
    assert row("Umówione przez", "Anna K. (twoja zaufana osoba), 23 listopada") in hers.get(f"/booked/{booking.number}").text
    assert "Umówione spotkanie" in words_of(hers.get("/plan"))


def test_a_session_is_moved_and_its_number_stays(hers, db, make, ahead, named, come_in):
    mandate, later = named("book"), make.slot("2026-11-27 10:00", form=ahead.slot.form)
    anna = come_in(mandate)
    assert anna.post(f"/for/{mandate.id}/booked/{ahead.number}/move").location == f"/for/{mandate.id}/book/day"
    assert anna.post(f"/for/{mandate.id}/book/day", data={"day": "2026-11-27"}).status_code == 303
    assert anna.post(f"/for/{mandate.id}/book/hour", data={"slot": later.id}).status_code == 303
    made = anna.post(f"/for/{mandate.id}/book/check", data={"key": "m" * 20, "slot": later.id, "moving": ahead.number})
    assert "Termin zmieniony" in words_of(anna.get(made.location))
    assert db.get(Booking, ahead.id).slot_id == later.id
    assert row("Termin zmieniony przez", "Anna K.") in hers.get(f"/booked/{ahead.number}").text


def test_nothing_that_suits_puts_the_person_on_the_list_and_says_who_hears_of_it(db, make, maria, named, come_in):
    mandate, slot = named("book"), make.slot("2026-11-26 10:00")
    anna = come_in(mandate)
    anna.post(f"/for/{mandate.id}/book/need", data={"need": slot.form_id})
    asked = anna.post(f"/for/{mandate.id}/book/day", data={"day": "none"})
    assert "osoby, której pomagasz" in words_of(anna.get(asked.location))
    assert db.scalars(select(Wish.person_id)).all() == [maria.id]
    assert ("trusted", "wish:make") in acts(db, maria)


def test_the_order_of_what_can_be_booked_tells_nothing_of_the_plan(db, make, maria, named, come_in):
    make.form("career"), make.form("psychology")
    for code in ("career", "psychology"):
        make.slot(form=make.form(code))
    draft = plans.draft_for(db, make.ewa, maria.enrolments[0])
    goal = plans.add_goal(db, make.ewa, draft, "Spokój")
    plans.add_step(db, make.ewa, draft, goal.id, "Porozmawiać", form_id=make.form("psychology").id)
    plans.answer(db, maria, plans.propose(db, make.ewa, draft).id, "agree")

    def first(*things):
        mandate = named(*things, who="-".join(things), address="")
        return re.search(r'name="need" id="need-1" value="(\d+)"', come_in(mandate).get(f"/for/{mandate.id}/book/need").text)[1]

    assert first("book") == str(make.form("career").id)
    assert first("book", "steps") == str(make.form("psychology").id)


def test_what_staff_do_for_somebody_is_told_with_who_and_when(hers, db, make, maria):
    slot = make.slot("2026-11-25 10:00")
    booking = bookings.book(db, make.ewa, maria, slot.id, key="k")
    bookings.move(db, make.ewa, booking, make.slot("2026-11-26 10:00").id, key="m")
    attendance.answer(db, make.ewa, booking, "yes", way="call")
    page = hers.get(f"/booked/{booking.number}").text
    assert row("Umówione przez", "Ewa Nowak (pracownik), 23 listopada") in page
    assert row("Termin zmieniony przez", "Ewa Nowak (pracownik), 23 listopada") in page
    assert row("Odpowiedź od", "Ewa Nowak (pracownik), 23 listopada") in page
    for address in ("/plan", "/trusted/done"):
        told = words_of(hers.get(address))
        assert "Umówione spotkanie" in told and "Zmieniony termin spotkania" in told and "przez pracownika: Ewa Nowak" in told
    bookings.cancel(db, make.ewa, booking)
    assert row("Odwołane przez", "Ewa Nowak (pracownik)") in hers.get(f"/booked/{booking.number}").text


def test_what_somebody_does_for_themselves_needs_no_name(hers, make, maria):
    booking = make.booking(maria)
    assert "Umówione przez" not in words_of(hers.get(f"/booked/{booking.number}"))
    assert "Zrobione w twoim imieniu" not in words_of(hers.get("/plan"))


def test_staff_see_who_acts_for_somebody_and_no_address(client, make, maria, ahead, named, come_in, sign_in):
    mandate = named("answer")
    come_in(mandate).post(f"/for/{mandate.id}/booked/{ahead.number}/answer", data={"said": "yes", "version": ahead.version})
    page = sign_in(client, make.ewa).get(f"/people/{maria.id}")
    assert "Kto działa w imieniu tej osoby" in words_of(page) and "przez: Anna K. (zaufana osoba)" in words_of(page)
    assert ANNA not in page.text


def test_every_act_that_is_told_has_its_words(app):
    with app.test_request_context("/"):
        what = app.jinja_env.get_template("acting/_done.html").module.what
        for act in acting_history.ALL:
            assert str(what(acting_history.Done(clock.now(), act, "staff", "Ewa", None, ""))).strip(), act


def test_the_audit_names_nobody_and_tells_who(db, maria, named, come_in):
    mandate = named("sessions")
    come_in(mandate)
    rows = db.execute(select(AuditEntry.actor, AuditEntry.facts).where(AuditEntry.person_id == maria.id)).all()
    assert (f"trusted:{mandate.id}", {"shared": False}) in [(row.actor, row.facts) for row in rows]
    assert "Anna" not in str(rows)
