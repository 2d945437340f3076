"""Finding a person, their file, and the invitation, as a coordinator's browser meets them."""

import html
import re

import pytest
import segno
from sqlalchemy import select

from services import codes, identity
from services.models import AccessLog, AuditEntry, Link, Message, SignInCode
from tests.portal.test_today import words_of

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
ADDRESS = re.compile(r'class="address">(http[^<]+)<')


@pytest.fixture
def ewa(client, make, sign_in):
    """The browser of the leader's coordinator."""
    return sign_in(client, make.ewa)


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowal", number="GD/0007", phone="+48600100200", needs=["step-free"])


def names_in(answer):
    return re.findall(r'<a href="/people/\d+[^"]*">([^<]+)<', answer.text)


@pytest.mark.parametrize("asked", ["kow", "Maria", "maria kowal", "kowal maria", "0007"])
def test_somebody_is_found_by_part_of_the_name_or_by_the_number(ewa, make, maria, asked):
    make.participant("Jan Lis")

    assert names_in(ewa.get("/people", query_string={"q": asked})) == ["Kowal Maria"]


def test_nobody_of_that_name_is_said_with_what_to_try(ewa, maria):
    page = words_of(ewa.get("/people?q=Zenobia"))

    assert "Nie ma takiej osoby" in page
    assert "Sprawdź pisownię albo wpisz samo nazwisko." in page


def test_where_nobody_is_enrolled_yet_nobody_is_said_to_have_mistyped(client, make, sign_in):
    page = words_of(sign_in(client, make.ewa).get("/people"))

    assert "Nie ma tu jeszcze nikogo" in page and "pisownię" not in page


def test_the_list_is_also_a_part_and_the_same_as_on_the_whole_page(ewa, maria):
    whole, part = ewa.get("/people?q=kowal").text, ewa.get("/people?q=kowal", headers=PART).text

    assert part.lstrip().startswith('<section id="list"')
    assert part.strip() in whole


def test_a_long_list_goes_on_where_it_ended(ewa, make):
    make.participants(23)

    first = ewa.get("/people?q=kowal")
    further = html.unescape(re.search(r'href="([^"]*start=20[^"]*)"', first.text)[1])
    second = ewa.get(further)

    assert (len(names_in(first)), len(names_in(second))) == (20, 3)
    assert not set(names_in(first)) & set(names_in(second))
    assert "start=40" not in second.text


def test_what_was_searched_for_is_shown_as_text(ewa):
    page = ewa.get("/people", query_string={"q": '"><script>x()</script>'}).text

    assert "<script>x()" not in page
    assert "&lt;script&gt;x()" in page


def test_a_free_hour_goes_along_to_the_person(ewa, maria):
    assert f'href="/people/{maria.id}?slot=7"' in ewa.get("/people?slot=7").text
    assert 'name="slot" value="7"' in ewa.get(f"/people/{maria.id}?slot=7").text


def test_the_file_shows_what_a_coordinator_needs(ewa, make, maria):
    make.booking(maria, make.slot("2026-11-25 10:00"))

    page = words_of(ewa.get(f"/people/{maria.id}"))

    for words in ("Maria Kowal", "GD/0007", "600 100 200", maria.email, "Wejście bez schodów", "Fundacja", "Ewa Nowak",
                  "środa, 25 listopada, 10:00", "Bez odpowiedzi", "Tej osobie nikt jeszcze nie ułożył planu."):  # fmt: skip
        assert words in page


def test_each_look_into_a_file_is_logged_and_counted(ewa, db, make, maria):
    ewa.get(f"/people/{maria.id}")
    page = words_of(ewa.get(f"/people/{maria.id}"))

    assert "Otwarto ją 2 razy." in page
    assert db.execute(select(AccessLog.staff_id, AccessLog.what)).all() == [(make.ewa.id, "file")] * 2


def test_a_specialist_sees_less_and_is_logged_too(client, db, make, sign_in, maria):
    make.booking(maria, make.slot("2026-11-25 10:00"))

    page = words_of(sign_in(client, make.adviser).get(f"/people/{maria.id}"))

    assert "Maria Kowal" in page
    assert "Umów spotkanie" in page
    for words in (maria.email, "600 100 200", "Zaproś do aplikacji", "Zrobione kroki"):
        assert words not in page
    assert db.scalars(select(AccessLog.staff_id)).all() == [make.adviser.id]


def test_somebody_elses_person_is_not_there_and_no_look_is_logged(client, db, make, sign_in, maria):
    other = make.coordinator("Iza Mróz", organisation=make.organisation())
    browser = sign_in(client, other)

    answers = [browser.get(f"/people/{maria.id}"), browser.get("/people/99999"), browser.post(f"/people/{maria.id}/invitation")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert db.scalars(select(AccessLog)).all() == []


def test_a_new_link_lets_exactly_this_person_in(app, ewa, db, maria):
    answer = ewa.post(f"/people/{maria.id}/invitation")
    page = ewa.get(answer.location)

    token = ADDRESS.search(page.text)[1].rpartition("/w/")[2]
    assert answer.status_code == 303
    assert identity.find_link(db, token, "invitation").person_id == maria.id
    assert "Link działa do: 23 grudnia 2026" in words_of(page)


def test_looking_at_an_invitation_makes_none(ewa, db, maria):
    page = ewa.get(f"/people/{maria.id}/invitation")

    assert ADDRESS.search(page.text) is None
    assert db.scalars(select(Link)).all() == []


def test_only_the_newest_link_is_shown_and_none_that_was_spent(app, ewa, db, maria):
    address = f"/people/{maria.id}/invitation"
    shown = []
    for _ in range(2):
        ewa.post(address)
        shown.append(ADDRESS.search(ewa.get(address).text)[1])
    identity.spend_link(db, shown[1].rpartition("/w/")[2], is_shared=True)

    assert shown[0] != shown[1]
    assert ADDRESS.search(ewa.get(address).text) is None
    assert ewa.get(f"{address}/card").status_code == 303


def test_an_invitation_by_mail_is_posted_and_said(ewa, db, maria):
    answer = ewa.post(f"/people/{maria.id}/invitation", data={"way": "email"})
    page = words_of(ewa.get(answer.location))

    assert db.scalars(select(Message.kind)).all() == ["invitation"]
    assert "Zaproszenie wysłane" in page
    assert maria.email in page


def test_somebody_without_an_address_cannot_be_written_to_and_nothing_is_left(ewa, db, make):
    person = make.participant(email=None)

    answer = ewa.post(f"/people/{person.id}/invitation", data={"way": "email"})

    assert answer.status_code == 422
    assert "Nie ma adresu e-mail" in words_of(answer)
    assert db.scalars(select(Link)).all() == []


def test_the_card_is_neutral_and_needs_no_inline_style(ewa, maria):
    ewa.post(f"/people/{maria.id}/invitation")
    answer = ewa.get(f"/people/{maria.id}/invitation/card")
    page = words_of(answer)

    assert "Maria K." in page
    assert "Kowal" not in page
    assert "Pomoc: 58 000 00 00" in page
    assert "http://127.0.0.1:8000/w/" in page
    assert "<svg" in answer.text
    assert "style=" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def squares_of(picture):
    """The dark squares of a QR code that was drawn line by line, as rows of 0 and 1."""
    size = int(re.search(r'viewBox="0 0 (\d+) ', picture)[1])
    rows, x, y = [bytearray(size) for _ in range(size)], 0.0, 0.0
    for move, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: ?(-?[\d.]+))?", re.findall(r' d="([^"]+)"', picture)[-1]):
        if move == "h":
            for at in range(int(x), int(x + float(first))):
                rows[int(y)][at] = 1
            x += float(first)
        else:
            x, y = (float(first), float(second)) if move == "M" else (x + float(first), y + float(second))
    return tuple(rows)


def test_the_cards_square_leads_where_its_address_leads(ewa, maria):
    ewa.post(f"/people/{maria.id}/invitation")
    page = ewa.get(f"/people/{maria.id}/invitation/card").text
    picture = page[page.index("<svg xmlns") : page.index("</svg>", page.index("<svg xmlns"))]

    code = segno.make(ADDRESS.search(page)[1], error="m", micro=False)
    assert squares_of(picture) == tuple(bytearray(row) for row in code.matrix_iter(border=4))


def test_a_code_to_read_out_lets_the_person_in_with_their_number(app, ewa, db, maria):
    answer = ewa.post(f"/people/{maria.id}/invitation/code")
    page = ewa.get(answer.location).text

    digits = re.search(r"<strong>(\d{3} \d{3})</strong>", page)[1]
    assert '<h2 id="code" data-focus' in page
    assert "Działa do godziny 9:15." in page
    key = app.config["SETTINGS"].secret_key
    assert codes.try_code(db, key, "GD/0007", "another browser", digits) == [maria]


def test_somebody_without_a_register_number_gets_no_code(ewa, db, make):
    person = make.participant(enrolled=False)

    assert "Zrób kod" not in ewa.get(f"/people/{person.id}/invitation").text
    assert ewa.post(f"/people/{person.id}/invitation/code").status_code == 404
    assert db.scalars(select(SignInCode)).all() == []


def test_inviting_is_in_the_audit_without_any_secret(ewa, db, make, maria):
    ewa.post(f"/people/{maria.id}/invitation")

    (entry,) = db.scalars(select(AuditEntry).where(AuditEntry.act == "person:invite"))
    assert (entry.actor, entry.person_id, entry.facts) == (f"staff:{make.ewa.id}", maria.id, {})
