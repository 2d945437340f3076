"""Demo mode's post office: mails land in a table that the mailbox page shows. The same mail twice is one row."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services import clock
from services.channels import ACCEPTED, Outcome
from services.channels.email import Envelope
from services.models import MailboxItem


def keep(db: Session, envelope: Envelope) -> Outcome:
    """Put a mail into the mailbox. The caller commits."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = dict(
        at=clock.now(), reference=envelope.reference, to=envelope.to[:200], subject=envelope.subject[:200], body=envelope.text,
    )  # fmt: skip
    db.execute(insert(MailboxItem).values(row).on_conflict_do_nothing(index_elements=["reference"]))
    return ACCEPTED
