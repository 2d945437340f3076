"""Connections to a mail server that are kept for the next mail: none is lost by it, none is there twice."""

import asyncio
import dataclasses
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from services.channels import smtp
from services.channels.email import MailSender
from tests.channels.push_servers import wait_for
from tests.channels.smtp_servers import MailServer
from tests.channels.test_email import MAIL


class Counting(MailServer):
    """Counts connections; `at_second` happens to the second mail of each, at "mail", "rcpt", "data" or "end" (after the first)."""

    def __init__(self, at_second: tuple[str, str] = ("", ""), **more):
        super().__init__(**more)
        self.at_second, self.seen, self.ended = at_second, {}, 0

    def _is_second(self, session, where):
        return self.seen.get(session, 0) == 1 and self.at_second[0] == where

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self._is_second(session, "mail"):
            return self.at_second[1]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self._is_second(session, "rcpt"):
            return self.at_second[1]
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server, session, envelope):
        if self._is_second(session, "data"):
            self.mails.append("cut")
            server.transport.abort()
            return "250 OK"
        if self._is_second(session, "hang"):
            await asyncio.Event().wait()
        self.seen[session] = self.seen.get(session, 0) + 1
        answer = await super().handle_DATA(server, session, envelope)
        if self.at_second[0] == "end":
            asyncio.get_running_loop().call_later(0.05, self._end, server)
        return answer

    def _end(self, server):
        server.transport.close()
        self.ended += 1


def sending(server, **more):
    return closing(MailSender(server.url, **more))


def mail(number):
    return dataclasses.replace(MAIL, reference=f"{number:032}", to=f"maria{number}@example.org")


def references(server):
    return [str(each["message-id"])[1:33] for each in server.mails]


def test_the_next_mails_go_by_the_same_connection():
    with Counting() as server, sending(server) as sender:
        assert [sender.send(mail(number)).code for number in range(5)] == ["accepted"] * 5
    assert references(server) == [f"{number:032}" for number in range(5)]
    assert server.recipients == [[f"maria{number}@example.org"] for number in range(5)]
    assert list(server.seen.values()) == [5]


@pytest.mark.parametrize("at_second", [("end", ""), ("mail", "421 enough"), ("mail", "452 too many"), ("rcpt", "421 enough")])
def test_when_a_server_has_enough_of_a_connection_the_mail_goes_by_another(at_second):
    with Counting(at_second) as server, sending(server) as sender:
        for number in range(3):
            assert sender.send(mail(number)).code == "accepted"
            if at_second[0] == "end":
                wait_for(lambda number=number: server.ended == number + 1)
    assert references(server) == [f"{number:032}" for number in range(3)]
    assert list(server.seen.values()) == [1, 1, 1]


def test_a_mail_whose_text_was_begun_is_not_sent_again_by_another_connection():
    with Counting(("data", "")) as server, sending(server) as sender:
        outcomes = [sender.send(mail(number)) for number in range(2)]
        assert [(outcome.code, outcome.reason) for outcome in outcomes] == [("accepted", None), ("later", "smtp-away")]
        assert server.mails[1:] == ["cut"]
        assert sender.send(mail(1)).code == "accepted"


def test_who_is_refused_ends_nobody_elses_mail():
    with Counting() as server, sending(server) as sender:
        sender.send(mail(0))
        server.at_rcpt = "550 no such user"
        assert sender.send(mail(1)).reason == "smtp-recipient-550"
        server.at_rcpt = None
        assert sender.send(mail(2)).code == "accepted"
    assert server.recipients == [["maria0@example.org"], ["maria2@example.org"]]


def test_the_deadline_holds_for_a_kept_connection_too():
    with Counting(("hang", "")) as server, sending(server, deadline=0.5) as sender:
        assert [sender.send(mail(number)).reason for number in range(2)] == [None, "smtp-timeout"]


def test_a_connection_ends_after_so_many_mails_or_when_nothing_comes(monkeypatch):
    monkeypatch.setattr(smtp, "MOST", 2)
    monkeypatch.setattr(smtp, "IDLE", 0.2)
    with Counting() as server, sending(server) as sender:
        for number in range(3):
            sender.send(mail(number))
        assert sorted(server.seen.values()) == [1, 2]
        wait_for(lambda: not sender._connections._kept)
        assert sender.send(mail(3)).code == "accepted"
    assert len(server.seen) == 3


def test_many_threads_share_the_connections_and_each_mail_is_there_once():
    with Counting() as server, sending(server) as sender, ThreadPoolExecutor(8) as threads:
        assert {outcome.code for outcome in threads.map(sender.send, map(mail, range(80)))} == {"accepted"}
    assert sorted(references(server)) == [f"{number:032}" for number in range(80)]
    assert len(server.seen) <= 8
