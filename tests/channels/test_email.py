import dataclasses
import threading

import pytest

from services.channels import email
from services.channels.email import Attachment, Envelope
from tests.channels.smtp_servers import MailServer, free_port, trickling_server

MAIL = Envelope(
    to="maria@example.org",
    sender="Pracownia <pracownia@example.org>",
    subject="Spotkanie umówione: środa, 25 listopada, 10:00",
    text="Zażółć gęślą jaźń\n",
    html="<p>Zażółć gęślą jaźń</p>\n",
    reference="r" * 32,
    settings_url="https://pracownia.example/reminders",
    attachment=Attachment("spotkanie.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
)


def test_a_mail_arrives_in_both_forms_with_what_lets_a_mail_program_handle_it():
    with MailServer() as server:
        assert email.send(server.url, MAIL).code == "accepted"
    [mail] = server.mails
    assert server.recipients == [["maria@example.org"]]
    assert mail["subject"] == MAIL.subject
    assert mail["from"] == "Pracownia <pracownia@example.org>"
    assert mail["message-id"] == f"<{'r' * 32}@example.org>"
    assert mail["list-unsubscribe"] == "<https://pracownia.example/reminders>"
    assert mail["auto-submitted"] == "auto-generated"
    assert mail["content-language"] == "pl"
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == MAIL.text
    assert mail.get_body(("html",)).get_content().replace("\r\n", "\n") == MAIL.html
    [calendar] = mail.iter_attachments()
    assert (calendar.get_content_type(), calendar.get_filename()) == ("text/calendar", "spotkanie.ics")


def test_the_same_mail_sent_again_has_the_same_message_id():
    with MailServer() as server:
        email.send(server.url, MAIL)
        email.send(server.url, MAIL)
    assert len({mail["message-id"] for mail in server.mails}) == 1


@pytest.mark.parametrize(
    ("answers", "code", "reason"),
    [
        ({"at_rcpt": "550 no such user"}, "refused", "smtp-recipient-550"),
        ({"at_rcpt": "451 greylisted, come back"}, "later", "smtp-recipient-451"),
        ({"at_data": "554 not wanted"}, "refused", "smtp-554"),
        ({"at_data": "452 disk full"}, "later", "smtp-452"),
        ({"hang_up_after_data": True}, "later", "smtp-away"),
    ],
)
def test_what_a_server_says_no_to_is_told_apart(answers, code, reason):
    with MailServer(**answers) as server:
        outcome = email.send(server.url, MAIL)
    assert (outcome.code, outcome.reason, outcome.is_alarm) == (code, reason, False)


def test_a_server_that_is_away_is_tried_later():
    assert email.send(f"smtp://127.0.0.1:{free_port()}", MAIL).reason == "smtp-away"


def test_a_server_that_trickles_is_left_at_the_deadline():
    left = threading.Event()
    with trickling_server(left) as url:
        assert email.send(url, MAIL, deadline=0.3).reason == "smtp-timeout"
        assert left.wait(5)


@pytest.mark.parametrize(("password", "code"), [("s%3Ae%40c%2Fret", "accepted"), ("wrong", "later")])
def test_name_and_password_of_the_url_are_unquoted_and_a_wrong_one_is_an_alarm(password, code):
    with MailServer(auth_require_tls=False, wants_login=True) as server:
        outcome = email.send(f"smtp://us%40er:{password}@{server.address}", MAIL)
    assert outcome.code == code
    assert outcome.is_alarm == (code == "later")
    assert server.logins[0][0] == "us@er"


def test_a_server_without_starttls_is_not_written_to_when_the_url_asks_for_it():
    with MailServer() as server:
        outcome = email.send(f"{server.url}?starttls", MAIL)
    assert (outcome.code, outcome.is_alarm, server.mails) == ("later", True, [])


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b\nBcc: everybody@example.org", "a b@example.org", "a@" + "x" * 80 + ".org"]
)
def test_an_address_that_is_none_is_refused_before_any_connection(address):
    outcome = email.send("smtp://127.0.0.1:1", dataclasses.replace(MAIL, to=address))
    assert (outcome.code, outcome.reason) == ("refused", "address-malformed")


@pytest.mark.parametrize("url", ["http://example.org", "smtp://", "example.org:25"])
def test_a_url_that_names_no_mail_server_is_a_mistake_of_the_settings(url):
    with pytest.raises(ValueError, match="smtp-url"):
        email.read_url(url)


def test_ports_follow_the_scheme():
    assert [email.read_url(url).port for url in ("smtp://a", "smtps://a", "smtp://a?starttls", "smtp://a:2525")] == [
        25,
        465,
        587,
        2525,
    ]
