"""What is printed: the invitation, the plan, and a letter for somebody whom nothing else reaches.

`templates/paper/<word>.txt` sets the words, `<word>.typ` lays them out, and services/channels/paper.py makes the PDF of both.
"""

from collections.abc import Sequence
from pathlib import Path

from flask import Flask, Response

from portal import i18n, qr
from portal.lines import in_text
from services import clock, identity
from services.channels import paper
from services.models import Booking, Enrolment, Link, Person
from services.plans import PlanView

FONTS = Path(__file__).parent / "fonts"
SIZE, LARGE = 14, 18  # points


def sign_in_address(app: Flask) -> str:
    return app.config["SETTINGS"].base_url + "/sign-in"


def answer(pdf: bytes, name: str) -> Response:
    """For the browser's own viewer. `name`: of the file, without anybody's name."""
    return Response(pdf, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})


def invitation(app: Flask, person: Person, enrolment: Enrolment | None, link: Link) -> bytes:
    """The card that lets one person in: a QR code of where the link leads, the address, and the way without a camera."""
    settings = app.config["SETTINGS"]
    address = f"{settings.base_url}/w/{identity.token_of(settings.secret_key, link)}"
    facts = {"person": person, "enrolment": enrolment, "link": link, "address": address, "sign_in": sign_in_address(app)}
    return _printed(
        app, "invitation", person.language, is_large=_is_large(person), is_easy=person.is_easy, code=address, **facts
    )


def plan(app: Flask, person: Person, view: PlanView, coming: Sequence[Booking], lang: str, *, is_easy: bool) -> bytes:
    """A person's plan in force and their coming sessions. Its code leads to the sign-in page and is no secret."""
    by_line = {booking.step_line: booking for booking in coming if booking.step_line}
    where = sign_in_address(app)
    facts = {"person": person, "view": view, "coming": coming, "by_line": by_line, "today": clock.today(), "sign_in": where}
    return _printed(app, "plan", lang, is_large=_is_large(person), is_easy=is_easy, code=where, **facts)


def letter(
    app: Flask, *, title: str, name: str, lang: str, phone: str = "", is_large: bool = False, is_easy: bool = False,
    lines: Sequence[str] = (), facts: Sequence[tuple[str, str]] = (), ask: Sequence[str] = (), after: Sequence[str] = (),
) -> bytes:  # fmt: skip
    """Any message as a letter, from the parts that `templates/messages/<kind>.txt` sets. `phone`: else the help phone."""
    said = {"title": title, "name": name, "lines": list(lines), "facts": list(facts), "ask": list(ask), "after": list(after)}
    return _printed(app, "letter", lang, is_large=is_large, is_easy=is_easy, **said, **({"phone": phone} if phone else {}))


def _is_large(person: Person) -> bool:
    return "large-print" in person.need_codes


def _in_lines(said):
    """The words with a line break wherever easy words have one."""
    if isinstance(said, dict):
        return {name: _in_lines(value) for name, value in said.items()}
    if isinstance(said, (list, tuple)):
        return [_in_lines(value) for value in said]
    return in_text(said) if isinstance(said, str) else said


def _printed(app: Flask, word: str, lang: str, *, is_large: bool, is_easy: bool, code: str = "", **facts) -> bytes:
    loader, phone = app.jinja_env.loader, app.config["SETTINGS"].help_phone
    source = "\n".join(loader.get_source(app.jinja_env, f"paper/{name}.typ")[0] for name in ("sheet", word))
    with i18n.speaking(app, lang, is_easy=is_easy):
        words = app.jinja_env.get_template(f"paper/{word}.txt").make_module({"phone": phone} | facts).paper
        foot = app.jinja_env.get_template("paper/foot.txt").make_module({"phone": phone}).paper
    images = {"code": qr.svg(code, label="").encode()} if code else {}
    return paper.pdf(source, _in_lines(foot | words) | {"lang": lang, "size": LARGE if is_large else SIZE}, images, fonts=FONTS)
