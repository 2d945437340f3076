"""A telephone call by a coordinator: a channel like the others, whose provider is a list that people work through."""

from services import clock
from services.channels import ACCEPTED, Channel, Outcome, Route
from services.db import insert_into
from services.models import Call


class Calls(Channel):
    code, rank = "call", 90
    missing = "no-phone"
    waits_for_morning = False  # a row of a list wakes nobody

    def routes(self, to, subscriptions) -> list[Route]:
        return [Route("call", "calls")] if to.phone else []

    def open(self, settings, database):
        return CallCarrier(database)


class CallCarrier:
    def __init__(self, database):
        self._database = database

    def send(self, delivery, words) -> Outcome:
        """Put the call on the list. The same message twice is one call."""
        message, now = delivery.message, clock.now()
        row = dict(
            message_id=message.id, person_id=message.person_id, booking_id=message.booking_id, created_at=now,
            next_try_at=now, useful_until=message.useful_until, tries=0,
        )  # fmt: skip
        with self._database.write() as db, db.begin():
            db.execute(insert_into(db, Call).values(row).on_conflict_do_nothing(index_elements=["message_id"]))
        return ACCEPTED

    def close(self) -> None:
        pass


CHANNEL = Calls()
