"""What is printed: who gets it, what stands on it, and that a screen reader can read it (PDF/UA-1)."""

import io
import os
import re
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from portal import paper
from services import audit, clock, identity
from services.channels.paper import Unprintable, pdf
from services.db import Base
from services.models import Link

HOSTILE = [
    "#let x = 1",
    "*bold* _thin_ $a$",
    '<b>x</b> & "q"',
    "= not a heading",
    '#read("/etc/passwd")',
    "{{ 7 * 7 }} // x",
    "\\u{41} `raw`",
]
UKRAINIAN, POLISH = "Ґанна Їжакевич ’ щєі", "Zażółć gęślą jaźń ŁÓDŹ"


def text_of(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


def elements(document: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    """The structure tree, in the order in which it is read out."""
    found = []

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            found.append(node)
            walk(node.get("/K"))

    walk(document.Root.StructTreeRoot.get("/K"))
    return found


def fonts(document: pikepdf.Pdf) -> dict[str, bool]:
    """Name of each font → whether its letters travel with the file."""
    found = {}
    for page in document.pages:
        for font in page.resources.get("/Font", {}).values():
            for part in font.get("/DescendantFonts", [font]):
                is_inside = any(name in part.FontDescriptor for name in ("/FontFile", "/FontFile2", "/FontFile3"))
                found[str(part.BaseFont)] = is_inside
    return found


def tags(data: bytes, lang: str) -> list[str]:
    """The names of the structure's elements, after everything that PDF/UA-1 asks of the file as a whole has been seen."""
    document = pikepdf.open(io.BytesIO(data))
    root = document.Root
    assert root.MarkInfo.Marked
    assert str(root.Lang).split("-")[0] == lang
    assert root.ViewerPreferences.DisplayDocTitle
    with document.open_metadata() as xmp:
        assert xmp["pdfuaid:part"] == "1"
        assert xmp["dc:title"]
    assert all(fonts(document).values()) and fonts(document)
    assert all(page.get("/Tabs") == "/S" for page in document.pages if "/Annots" in page)
    found = elements(document)
    names = [str(one.S)[1:] for one in found]
    levels = [int(name[1]) for name in names if re.fullmatch(r"H\d", name)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    assert all(str(one.Alt) for one in found if one.S == "/Figure")
    assert all(str(one.Contents) for page in document.pages for one in page.get("/Annots", []))
    return names


def letter(app, **more):
    return paper.letter(app, **({"title": "Masz spotkanie", "name": "Maria K.", "lang": "pl"} | more))


@pytest.fixture
def maria(make):
    return make.participant("Maria Kowal")


@pytest.fixture
def ewa(client, sign_in, make):
    return sign_in(client, make.ewa)


def invited(app, db, make, person, lang="pl"):
    person.language = lang
    link = identity.invite(db, app.config["SETTINGS"].secret_key, make.ewa, person)
    return link, f"http://127.0.0.1:8000/w/{identity.token_of(app.config['SETTINGS'].secret_key, link)}"


@pytest.mark.parametrize(("lang", "heading", "help_line"), [
    ("pl", "Pracownia: twoje wejście", "Pomoc: 58 000 00 00"),
    ("uk", "Pracownia: ваш вхід", "Допомога: 58 000 00 00"),
    ("en", "Pracownia: your way in", "Help: 58 000 00 00"),
])  # fmt: skip
def test_an_invitation_speaks_the_persons_language_and_is_tagged(app, ewa, db, make, maria, lang, heading, help_line):
    _link, address = invited(app, db, make, maria, lang)
    answer = ewa.get(f"/people/{maria.id}/invitation.pdf")
    names, said = tags(answer.data, lang), text_of(answer.data)

    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert heading in said
    assert help_line in said
    assert "Maria K." in said
    assert "Kowal" not in said
    assert maria.enrolments[0].number in said
    assert "http://127.0.0.1:8000/sign-in" in said
    assert address in said.replace(" ", "")
    assert names.count("H1") == 1
    assert names.count("Figure") == 1
    assert names.count("LI") == 7  # three steps with a camera, four without


def test_the_square_is_read_out_as_the_address_and_leads_there(app, ewa, db, make, maria):
    _link, address = invited(app, db, make, maria)
    document = pikepdf.open(io.BytesIO(ewa.get(f"/people/{maria.id}/invitation.pdf").data))
    figure = next(one for one in elements(document) if one.S == "/Figure")
    leads = [str(one.A.URI) for one in document.pages[0].Annots]

    assert str(figure.Alt) == f"Kod QR. Prowadzi na adres: {address}"
    assert address in leads
    assert "tel:+48580000000" in leads


def test_nothing_is_minted_by_printing(ewa, db, maria):
    before = {table.name: db.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables}
    answer = ewa.get(f"/people/{maria.id}/invitation.pdf")
    after = {table.name: db.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables}

    assert answer.status_code == 303
    assert answer.location == f"/people/{maria.id}/invitation"
    assert db.scalars(select(Link)).all() == []
    assert {name for name in after if after[name] != before[name]} == {"access_log"}  # the look


@pytest.mark.parametrize("lang", ["pl", "en"])
@pytest.mark.parametrize("needs", [[], ["large-print"]])
def test_an_address_is_printed_sign_for_sign_however_its_secret_falls(app, make, monkeypatch, lang, needs):
    """Polish repeats the hyphen at which a line ends; whoever types the address from the card would type it too."""
    person, secret = make.participant(needs=needs), "a-b-c-d-e-f-g-h-i-j-k-"
    person.language = lang
    monkeypatch.setattr(identity, "token_of", lambda key, link: secret)
    said = text_of(paper.invitation(app, person, None, Link(expires_at=clock.now())))

    assert secret in said
    assert f"127.0.0.1:8000/w/{secret}" in said.replace(" ", "")


@pytest.mark.parametrize(("path", "what"), [("invitation.pdf", "invitation"), ("plan.pdf", "plan")])
def test_a_look_is_logged_before_anything_is_printed(app, ewa, db, make, maria, path, what):
    invited(app, db, make, maria)
    before = audit.count_looks(db, maria.id)

    assert ewa.get(f"/people/{maria.id}/{path}").status_code == 200
    assert audit.count_looks(db, maria.id) == before + 1


@pytest.mark.parametrize("lang", ["pl", "uk", "en"])
def test_a_plan_on_paper_says_the_sessions_the_steps_and_who_helps(app, ewa, db, make, maria, lang):
    maria.language = lang
    make.plan(maria)
    make.booking(maria, make.slot("2026-11-24 10:00"))
    data = ewa.get(f"/people/{maria.id}/plan.pdf").data
    names, said = tags(data, lang), text_of(data)

    assert {"pl": "Mój plan", "uk": "Мій план", "en": "My plan"}[lang] in said
    assert "10:00" in said
    assert make.adviser.full_name in said
    assert make.ewa.full_name in said
    assert "http://127.0.0.1:8000/sign-in" in said
    assert "/w/" not in said
    assert {"H1", "H2", "H3", "L", "LI", "Figure"} <= set(names)


def test_participants_print_their_own_plan_from_its_page(client, sign_in, maria, make):
    make.plan(maria)
    page = sign_in(client, maria).get("/plan").text
    said = text_of(client.get("/plan.pdf").data)

    assert re.search(r'<a class="quiet" href="/plan\.pdf" data-hx-boost="false">', page)
    assert "Maria K." in said


def test_staff_find_both_papers_on_the_persons_pages(app, ewa, db, make, maria):
    invited(app, db, make, maria)
    make.plan(maria)

    assert f'href="/people/{maria.id}/plan.pdf"' in ewa.get(f"/people/{maria.id}/plan").text
    assert f'href="/people/{maria.id}/invitation.pdf"' in ewa.get(f"/people/{maria.id}/invitation").text


def test_somebody_without_a_plan_gets_a_page_that_says_so(ewa, maria):
    data = ewa.get(f"/people/{maria.id}/plan.pdf").data
    tags(data, "pl")

    assert "Nie masz jeszcze planu." in text_of(data)
    assert "Nie masz teraz żadnych spotkań." in text_of(data)


def test_a_long_plan_runs_over_pages_and_loses_nothing(ewa, db, make, maria):
    make.plan(maria, {f"Cel {goal}": [f"Krok-{goal}-{step:02d} " + "bardzo " * 30 for step in range(20)] for goal in range(3)})
    data = ewa.get(f"/people/{maria.id}/plan.pdf").data
    said = text_of(data)

    pages = len(PdfReader(io.BytesIO(data)).pages)
    assert pages > 4
    assert f"1 / {pages}" in said
    assert [name for goal in range(3) for step in range(20) if (name := f"Krok-{goal}-{step:02d}") not in said] == []
    assert tags(data, "pl").count("LI") >= 60


@pytest.mark.parametrize("sign", HOSTILE)
def test_what_people_are_called_is_never_read_as_markup(app, sign):
    data = letter(app, title=sign, name=sign, lines=[sign], facts=[(sign, sign)], ask=[sign], after=[sign])

    assert tags(data, "pl").count("H1") == 1
    squeezed = text_of(data).replace(" ", "").replace("”", '"')
    assert squeezed.count(sign.replace(" ", "")) >= 6


def test_polish_and_ukrainian_letters_can_be_copied_out_again(app):
    said = text_of(letter(app, lang="uk", lines=[UKRAINIAN, POLISH]))

    assert UKRAINIAN in said
    assert POLISH in said


def test_a_sign_that_no_font_has_becomes_a_box_and_stops_nothing(app):
    said = text_of(letter(app, name="Anna \U0001f642 \u65e5\u672c \x01 Nowak", lines=[POLISH]))

    assert "Anna \u25a1" in said
    assert "Nowak" in said
    assert POLISH in said


def test_a_letters_facts_are_a_table_with_headings(app):
    data = letter(app, facts=[("Kiedy", "środa, 25 listopada"), ("Gdzie", "ul. Władysława IV 12/14")], ask=["Przyjdziesz?"])
    names = tags(data, "pl")
    document = pikepdf.open(io.BytesIO(data))
    heads = [one for one in elements(document) if one.S == "/TH"]

    assert (names.count("Table"), names.count("TR"), names.count("TD")) == (1, 3, 4)
    assert [str(one.A[0].Scope if isinstance(one.A, pikepdf.Array) else one.A.Scope) for one in heads] == ["/Column"] * 2
    assert "ul. Władysława IV 12/14" in text_of(data)


def test_letters_are_large_and_larger_for_those_who_need_it(app):
    def sizes(data):
        found = set()
        for page in PdfReader(io.BytesIO(data)).pages:
            page.extract_text(
                visitor_text=lambda text, cm, tm, font, size: (
                    found.add(round(size * abs(tm[3]) * abs(cm[3]), 1)) if text.strip() else None
                )
            )
        return found

    assert min(sizes(letter(app))) == 12  # the foot
    assert 14 in sizes(letter(app))
    assert 18 in sizes(letter(app, is_large=True))


def test_the_press_refuses_a_picture_without_words_and_a_document_without_a_title():
    picture = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path stroke="#000" d="M0 0.5h4"/></svg>'
    source = '#set document(title: "x")\n#set text(font: "Noto Sans")\n= x\n#image(bytes(json(bytes(sys.inputs.images)).code), format: "svg"%s)'

    with pytest.raises(Unprintable, match="alt text"):
        pdf(source % "", {}, {"code": picture}, fonts=paper.FONTS)
    with pytest.raises(Unprintable, match="title"):
        pdf((source % ', alt: "x"').split("\n", 1)[1], {}, {"code": picture}, fonts=paper.FONTS)
    assert pdf(source % ', alt: "x"', {}, {"code": picture}, fonts=paper.FONTS).startswith(b"%PDF-1.7")


def test_the_web_keeps_nothing_of_the_press(app):
    letter(app)

    mapped = Path(f"/proc/{os.getpid()}/maps")
    assert not mapped.exists() or "_typst" not in mapped.read_text()
