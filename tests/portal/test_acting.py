"""A trusted person: named with ticks, comes in by a link, does what was ticked and nothing else, and is ended at once."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal import acting as portal_acting
from services import acting, acting_ways, attendance, bookings, clock, plans
from services.models import AuditEntry, Booking, Mandate, MandateDevice, MandateLink, Message, Person, Wish
from services.models.acting import THINGS
from tests.portal.test_today import words_of

ANNA = "anna@example.org"


@pytest.fixture
def key(app):
    return app.config["SETTINGS"].secret_key


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowal", phone="+48600100299", needs=["loop"])


@pytest.fixture
def browser(app, db):
    """A browser of its own each time."""

    def browser():
        client = app.test_client()
        client.db = db
        return client

    return browser


@pytest.fixture
def hers(client, maria, sign_in):
    return sign_in(client, maria)


@pytest.fixture
def named(db, key, maria):
    """`named("sessions", …)`: Maria lets Anna do these things."""

    def named(*things, who="Anna K.", address=ANNA, whose=maria):
        return acting.name(db, key, whose, who, address, list(things), form_key=f"{who}-{whose.id}")

    return named


@pytest.fixture
def way_in(db, key):
    return lambda mandate: f"/t/{acting_ways.token_of(key, acting_ways.open_link(db, mandate))}"


@pytest.fixture
def come_in(browser, way_in):
    """`come_in(mandate)`: whoever was named, in a browser of theirs."""

    def come_in(*mandates, phone="mine") -> FlaskClient:
        guest = browser()
        for mandate in mandates:
            assert guest.get(way_in(mandate)).status_code == 303
            assert guest.post("/for/enter", data={"phone": phone}).status_code == 303
        return guest

    return come_in


def acts(db, maria):
    rows = db.execute(select(AuditEntry.actor, AuditEntry.act).where(AuditEntry.person_id == maria.id).order_by(AuditEntry.id))
    return [(actor.partition(":")[0], act) for actor, act in rows]


def row(term, value):
    """A row of the facts of a page, as far as it is said."""
    return f"<dt>{term}</dt><dd>{value}"


# --- naming, changing, ending -----------------------------------------------------------------------------------------


def test_nothing_is_ticked_and_each_thing_is_a_tick_of_its_own(hers):
    page = hers.get("/trusted/new").text
    assert len(re.findall(r'type="checkbox" name="things"', page)) == len(THINGS)
    assert "checked" not in page


def test_somebody_is_named_once_however_often_the_form_is_sent(hers, db, maria):
    form = {"name": " Anna  K. ", "address": "Anna@Example.org", "things": ["answer"], "key": "k" * 20}
    first, second = hers.post("/trusted/new", data=form), hers.post("/trusted/new", data=form)
    assert (first.status_code, first.location) == (303, second.location)
    [mandate] = db.scalars(select(Mandate))
    assert (mandate.name, mandate.email, mandate.codes) == ("Anna K.", ANNA, {"answer", "sessions"})
    assert db.scalars(select(Message.channel).where(Message.kind == "acting-link")).all() == ["email"]
    page = words_of(hers.get("/trusted"))
    assert "Anna K." in page and "Odpowiada za ciebie" in page and "od: 23 listopada" in page
    assert "Umawia i przek" not in page


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"name": ""}, "name", "Wpisz imię tej osoby"),
        ({"name": "A" * 81}, "name", "do 80 znaków"),
        ({"address": "nie wiem"}, "address", "Wpisz numer telefonu albo e-mail"),
        ({"things": []}, "things", "Zaznacz co najmniej jedną rzecz"),
        ({"things": ["everything"]}, "things", "Zaznacz co najmniej jedną rzecz"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(hers, db, wrong, field, said):
    answer = hers.post("/trusted/new", data={"name": "Anna", "address": ANNA, "things": ["steps"], "key": "k"} | wrong)
    assert answer.status_code == 422
    assert "<title>Błąd:" in answer.text and f'href="#{field}' in answer.text
    assert words_of(answer).count(said) == 2
    assert "things" in wrong or re.search(r'value="steps" checked', answer.text)
    assert db.scalar(select(func.count()).select_from(Mandate)) == 0


def test_the_same_address_twice_and_a_sixth_person_are_refused_kindly(hers, db):
    def name(number):
        form = {"name": "Jan", "address": f"60010020{number}", "things": ["steps"], "key": f"k{number}"}
        return hers.post("/trusted/new", data=form)

    assert name(0).status_code == 303
    again = hers.post("/trusted/new", data={"name": "Jan", "address": "600100200", "things": ["book"], "key": "new"})
    assert again.status_code == 422 and "już jest na liście" in words_of(again)
    assert [name(number).status_code for number in (1, 2, 3, 4, 5)] == [303, 303, 303, 303, 422]


def test_without_an_address_the_link_is_shown_to_be_handed_over(hers, db, browser, way_in):
    answer = hers.post("/trusted/new", data={"name": "Olek", "address": "", "things": ["steps"], "key": "k"})
    [mandate] = db.scalars(select(Mandate))
    page = hers.get(answer.location).text
    assert way_in(mandate) in page and "<svg" in page
    assert db.scalar(select(func.count()).where(Message.kind == "acting-link")) == 0
    assert browser().get(way_in(mandate)).status_code == 303


def test_with_an_address_the_link_is_not_shown_until_its_message_is_lost(hers, db, named, way_in):
    mandate = named("sessions")
    assert way_in(mandate) not in hers.get(f"/trusted/{mandate.id}").text
    db.scalars(select(Message).where(Message.kind == "acting-link")).one().status = "undeliverable"
    page = hers.get(f"/trusted/{mandate.id}")
    assert way_in(mandate) in page.text and "Nie udało się wysłać linku" in words_of(page)


def test_at_night_a_text_message_waits_for_the_morning(hers, db, at):
    at("2026-11-23 22:30")
    hers.post("/trusted/new", data={"name": "Olek", "address": "600100200", "things": ["steps"], "key": "k"})
    [message] = db.scalars(select(Message).where(Message.kind == "acting-link"))
    assert clock.local(message.due_at).strftime("%d %H:%M") == "24 08:00"
    assert "Link wyślemy" in words_of(hers.get(f"/trusted/{db.scalar(select(Mandate.id))}"))


def test_what_is_no_longer_ticked_is_closed_at_once_and_what_stays_keeps_its_day(hers, named, come_in, at):
    mandate = named("sessions", "steps")
    anna = come_in(mandate)
    at("2026-11-25 09:00")
    hers.post(f"/trusted/{mandate.id}", data={"things": ["sessions", "answer"]})
    assert "Kroki w planie" not in words_of(anna.get(f"/for/{mandate.id}"))
    page = words_of(hers.get("/trusted"))
    assert "od: 23 listopada" in page and "od: 25 listopada" in page
    assert hers.post(f"/trusted/{mandate.id}", data={"things": []}).status_code == 422


def test_an_end_is_two_presses_from_the_plan_and_stops_pages_and_links_at_once(
    hers, db, maria, make, named, come_in, way_in, browser
):
    booking = make.booking(maria, make.slot("2026-11-25 10:00"))
    mandate = named("answer")
    anna = come_in(mandate)
    hers.post(f"/trusted/{mandate.id}/link")
    unused = way_in(mandate)
    open_page = anna.get(f"/for/{mandate.id}")
    assert open_page.status_code == 200

    assert 'href="/trusted"' in hers.get("/plan").text
    assert f'action="/trusted/{mandate.id}/end"' in hers.get("/trusted").text
    ended = hers.post(f"/trusted/{mandate.id}/end")
    assert hers.post(f"/trusted/{mandate.id}/end").location == ended.location
    assert "Zgoda zakończona" in words_of(hers.get(ended.location))

    pressed = anna.post(f"/for/{mandate.id}/booked/{booking.number}/answer", data={"said": "yes", "version": 1})
    assert pressed.status_code == 403 and "Ta zgoda już się skończyła" in words_of(pressed)
    assert "Maria" not in pressed.text
    assert db.get(Booking, booking.id).answer == "none"
    assert anna.get(f"/for/{mandate.id}").status_code == 403
    late = browser()
    late.get(unused)
    assert late.get("/for/enter").status_code == 404
    assert db.scalars(select(MandateDevice.ended_at.is_(None))).all() == [False]
    assert acts(db, maria).count(("person", "mandate:end")) == 1


def test_it_ends_with_the_enrolment(db, maria, named, come_in, way_in):
    mandate = named("sessions")
    anna = come_in(mandate)
    maria.enrolments[0].left_on = clock.today()
    assert anna.get(f"/for/{mandate.id}").status_code == 403
    assert acting.of(db, maria) == []


# --- coming in ---------------------------------------------------------------------------------------------------------


def test_opening_the_link_changes_nothing_and_asks_whose_phone_it_is(browser, db, named, way_in):
    mandate = named("sessions", "answer")
    for _ in range(5):
        assert browser().get(way_in(mandate), follow_redirects=True).status_code == 200
    guest = browser()
    page = words_of(guest.get(way_in(mandate), follow_redirects=True))
    assert "Maria prosi cię o pomoc" in page and "Czyj to telefon?" in page and "Kowal" not in page
    assert guest.post("/for/enter", data={}).status_code == 422
    assert db.scalars(select(MandateLink.spent_at)).all() == [None]
    answer = guest.post("/for/enter", data={"phone": "mine"})
    assert answer.location == f"/for/{mandate.id}"
    assert "Działasz w imieniu: Maria K." in words_of(guest.get(answer.location))


def test_a_double_press_is_one_way_in_and_another_browser_has_none(browser, db, named, way_in):
    address = way_in(named("sessions"))
    guest, other = browser(), browser()
    guest.get(address)
    other.get(address)
    with guest.session_transaction() as session:
        before = dict(session)
    assert guest.post("/for/enter", data={"phone": "mine"}).status_code == 303
    with guest.session_transaction() as session:
        first = session["acting"]
        session.clear()
        session.update(before)  # as a second press that was sent before the first was answered
    assert guest.post("/for/enter", data={"phone": "mine"}).status_code == 303
    with guest.session_transaction() as session:
        assert session["acting"] == first
    late = other.post("/for/enter", data={"phone": "mine"})
    assert late.status_code == 404 and "Ten link był już użyty" in words_of(late)
    assert db.scalar(select(func.count()).select_from(MandateDevice)) == 1


def test_a_link_lapses_unused_and_who_was_named_can_send_themselves_another(browser, db, named, way_in, at):
    mandate = named("sessions")
    address = way_in(mandate)
    at("2026-12-01 09:00")
    guest = browser()
    late = guest.get(address, follow_redirects=True)
    assert late.status_code == 404 and "Wyślij mi nowy link" in words_of(late)
    for typed in ("ANNA@example.org", "anna@example.org", "nobody@example.org"):
        assert guest.post("/for/link", data={"address": typed}).location == "/for/link/sent"
    assert db.scalar(select(func.count()).select_from(MandateLink)) == 2  # one more, though asked for twice
    assert guest.post("/for/link", data={"address": ""}).status_code == 422
    assert guest.get(way_in(mandate), follow_redirects=True).status_code == 200


@pytest.mark.parametrize("address", ["/t/nonsense", "/for/enter"])
def test_a_wrong_link_has_a_kind_page(client, address):
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 404 and "To nic złego" in words_of(answer)


def test_who_does_not_want_to_says_so_with_one_press(browser, hers, db, named, way_in):
    mandate = named("book")
    guest = browser()
    guest.get(way_in(mandate))
    assert guest.post("/for/no").location == "/for/left"
    assert guest.post("/for/no").location == "/for/left"
    assert guest.get("/for/left").status_code == 200
    assert db.get(Mandate, mandate.id).ended_by == "trusted"
    assert "nie chce już działać" in words_of(hers.get(f"/trusted/{mandate.id}"))


def test_who_came_in_leaves_with_one_press(hers, db, named, come_in):
    mandate = named("book")
    anna = come_in(mandate)
    assert anna.post(f"/for/{mandate.id}/leave").location == "/for/left"
    assert anna.get(f"/for/{mandate.id}").status_code == 403
    assert "Zaufana osoba zrezygnowała" in words_of(hers.get("/trusted/done"))


def test_one_may_act_for_several_people_and_chooses_whom(make, named, come_in):
    bruno = make.participant("Bruno Zych")
    mine, other = named("sessions"), named("steps", whose=bruno)
    anna = come_in(mine, other)
    page = words_of(anna.get("/for"))
    assert "Maria K." in page and "Bruno Z." in page and "Działasz w imieniu" not in page
    assert "Działasz w imieniu: Bruno Z." in words_of(anna.get(f"/for/{other.id}"))
    assert anna.get("/", follow_redirects=True).request.path == "/for"


def test_who_helps_one_person_is_there_at_once(named, come_in):
    mandate = named("sessions")
    assert come_in(mandate).get("/", follow_redirects=True).request.path == f"/for/{mandate.id}"


def test_a_participant_may_help_another_and_stays_signed_in(client, make, named, sign_in, way_in):
    bruno = sign_in(client, make.participant("Bruno Zych"))
    mandate = named("sessions")
    bruno.get(way_in(mandate))
    bruno.post("/for/enter", data={"phone": "mine"})
    assert "Maria K." in words_of(bruno.get(f"/for/{mandate.id}"))
    assert "Komu pomagam" in words_of(bruno.get("/plan"))
    bruno.post("/sign-out")
    assert bruno.get(f"/for/{mandate.id}").location == "/for/link"


# --- a shared phone -----------------------------------------------------------------------------------------------------


def test_a_shared_phone_forgets(db, named, come_in, at):
    mandate = named("sessions")
    anna = come_in(mandate, phone="shared")
    assert not anna.get_cookie("pracownia").max_age
    page = anna.get(f"/for/{mandate.id}").text
    assert "Wyloguj i wyczyść" in page and "data-mine" not in page
    assert "Wyloguj i wyczyść" in anna.get("/help").text
    at("2026-11-23 09:09")
    assert anna.get(f"/for/{mandate.id}").status_code == 200
    at("2026-11-23 09:20")
    assert anna.get(f"/for/{mandate.id}").location == "/for/link"


def test_signing_out_ends_the_browser_and_not_the_consent(db, named, come_in):
    mandate = named("sessions")
    anna = come_in(mandate, phone="shared")
    out = anna.post("/sign-out")
    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert db.scalars(select(MandateDevice.ended_at.is_(None))).all() == [False]
    assert db.get(Mandate, mandate.id).is_live


def test_signing_out_without_a_network_is_finished_by_the_next_request(db, named, come_in):
    mandate = named("sessions")
    anna = come_in(mandate, phone="shared")
    anna.set_cookie("left", "1")
    assert anna.get(f"/for/{mandate.id}").location == "/for/link"
    assert db.scalars(select(MandateDevice.ended_at.is_(None))).all() == [False]


def test_no_page_of_a_trusted_person_is_kept_for_a_time_without_a_network(named, come_in):
    mandate = named(*THINGS)
    page = come_in(mandate).get(f"/for/{mandate.id}").text
    assert "data-mine" not in page and "data-later" not in page


# --- what they see and do -----------------------------------------------------------------------------------------------


@pytest.fixture
def ahead(make, maria):
    return make.booking(maria, make.slot("2026-11-25 10:00", form=make.form("psychology")))


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
    from services.errors import NotAllowed, NotFound

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
    for number, act in enumerate(tries):
        with pytest.raises(NotAllowed):
            act(nothing)
        with pytest.raises(NotFound):
            act(all_for_bruno)
        assert number < len(tries)
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


# --- what staff do -------------------------------------------------------------------------------------------------------


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
    from services import acting_history

    with app.test_request_context("/"):
        what = app.jinja_env.get_template("acting/_done.html").module.what
        for act in acting_history.ALL:
            assert str(what(acting_history.Done(clock.now(), act, "staff", "Ewa", None, ""))).strip(), act


def test_the_audit_names_nobody_and_tells_who(db, maria, named, come_in):
    mandate = named("sessions")
    come_in(mandate)
    rows = db.execute(select(AuditEntry.actor, AuditEntry.facts).where(AuditEntry.person_id == maria.id)).all()
    assert (f"trusted:{mandate.id}", {"shared": False}) in [(row.actor, row.facts) for row in rows]
    assert "Anna" not in str(rows) and db.get(Person, maria.id) is not None
    assert portal_acting.MOST > 1
