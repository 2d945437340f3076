"""A trusted person comes in by a link and goes; on a shared phone nothing of it stays."""

import pytest
from sqlalchemy import func, select

from services.models import Mandate, MandateDevice, MandateLink
from services.models.acting import THINGS
from tests.portal.test_today import words_of


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


@pytest.mark.parametrize(
    ("method", "lost", "start"),
    [
        ("GET", "/for/{}/book/day?from=2026-11-30", "/for/{}/book/day?from=2026-11-30"),
        ("POST", "/for/{}/booked/A1B-234/answer", "/for/{}/booked/A1B-234"),
        ("GET", "/for/{}0/book/day", "/for/{}"),  # about somebody else
        ("GET", "/for", "/for/{}"),
    ],
)
def test_whose_way_in_was_lost_comes_back_to_the_same_step(browser, named, way_in, method, lost, start):
    mandate, guest = named("book", "answer"), browser()
    assert guest.open(lost.format(mandate.id), method=method).location == "/for/link"
    guest.get(way_in(mandate))
    assert guest.post("/for/enter", data={"phone": "mine"}).location == start.format(mandate.id)


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
