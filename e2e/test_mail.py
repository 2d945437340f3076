"""A reminder in a real mail server: sent by the real worker over SMTP, as every mail program expects it."""

import re

import pytest

from e2e import sending
from e2e.site import Site, copy_of
from services.models import Message
from tests.channels.smtp_servers import MailServer

CODE = re.compile(r"\b(\d{3}) ?(\d{3})\b")


@pytest.fixture(scope="module")
def server():
    with MailServer() as running:
        yield running


@pytest.fixture(scope="module")
def site(filled, by_day, server, tmp_path_factory):
    """As everybody's, but its mails leave the house."""
    folder = copy_of(filled, tmp_path_factory.mktemp("mailing") / "var")
    with Site(folder, by_day, SMTP_URL=server.url) as running:
        yield running


def parts(mail) -> dict[str, str]:
    return {part.get_content_type(): part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"}


def test_a_reminder_arrives_and_its_link_answers(walk, site, server):
    person = site.newcomer()
    booking = site.booking(person, site.tomorrow(12))
    sending.remind(walk("koordynator"), booking)
    sent = site.until(lambda: accepted(site, booking))
    mail = next(one for one in reversed(server.mails) if one["To"] == person.email)
    assert re.fullmatch(r"<[^@<>\s]+@[^@<>\s]+>", mail["Message-ID"])
    assert "/u/" in mail["List-Unsubscribe"]
    assert mail["Date"]
    words = parts(mail)
    assert set(words) >= {"text/plain", "text/html"}
    path = site.visit_path(booking)
    assert f"{site.base_url}{path}" in words["text/plain"]
    assert f'href="{site.base_url}{path}"' in words["text/html"]
    assert "12:00" in words["text/plain"]
    assert len(sent) == 1
    guest = walk()
    guest.open(path)
    guest.press("Tak, przyjdę")
    guest.sees("Dziękujemy. Czekamy na ciebie")


def accepted(site, booking) -> list[Message]:
    with site.reading() as db:
        return db.query(Message).filter_by(booking_id=booking.id, kind="reminder", status="accepted").all()


def test_a_code_arrives_and_lets_in(walk, site, server):
    person = site.newcomer()
    guest = walk()
    guest.open("/sign-in")
    guest.fill("Twój e-mail, telefon albo numer z karty", person.email)
    guest.press("Wyślij mi kod")
    mail = site.until(lambda: next((one for one in server.mails if one["To"] == person.email), None))
    assert "List-Unsubscribe" not in mail
    guest.fill("Wpisz kod", "".join(CODE.search(parts(mail)["text/plain"]).groups()))
    guest.press("Wejdź")
    guest.sees("Kod się zgadza")


def test_the_booked_mail_carries_the_calendar_entry(walk, site, server):
    person = site.newcomer()
    guest = walk(person.email)
    guest.open("/book/need")
    guest.choose("Doradztwo zawodowe")
    guest.press("Dalej")
    guest.choose("Wszystko jedno")
    guest.press("Dalej")
    guest.press("Biorę ten termin")
    guest.press("Umów spotkanie")
    mail = site.until(lambda: next((one for one in server.mails if one["To"] == person.email), None))
    assert any(part.get_content_type() == "text/calendar" for part in mail.walk())
