"""Demo mode's post office: what would have gone out lands in a table that the mailbox page shows. The same twice is one row."""

from services import clock
from services.channels import ACCEPTED, Outcome
from services.db import insert_into
from services.models import MailboxItem


class Mailbox:
    """Stands in for the provider of mails and of text messages."""

    def __init__(self, database):
        self._database = database

    def send(self, delivery, words) -> Outcome:
        letter = words.envelope
        return self.keep("email", letter.reference, letter.to, letter.subject, letter.text)

    def keep(self, channel: str, reference: str, to: str, subject: str, body: str) -> Outcome:
        row = dict(at=clock.now(), channel=channel, reference=reference, to=to[:200], subject=subject[:200], body=body)
        with self._database.write() as db, db.begin():
            db.execute(insert_into(db, MailboxItem).values(row).on_conflict_do_nothing(index_elements=["reference"]))
        return ACCEPTED

    def close(self) -> None:
        pass
