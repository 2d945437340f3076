"""An app that sends, for tests: on a database, a mail server and a push service of the test's own."""

from functools import lru_cache

from portal import create_app
from portal.config import Settings
from services import clock, outbox
from services.models import Message
from tests.channels.push_servers import new_key

KEY = b"the key of this installation, 32+"
vapid_key = lru_cache(new_key)


def make_app(var_dir, database_url: str, **settings):
    """A created app; whatever is not named is the demo's."""
    usual = dict(
        is_demo=True, var_dir=var_dir, database_url=database_url, queue_url=f"sqlite:///{var_dir / 'queue.db'}",
        base_url="https://pracownia.example", bind="127.0.0.1:8000", secret_key=KEY, smtp_url=None,
        mail_from="Pracownia <pracownia@example.org>", push_hosts=(), vapid_private_key=vapid_key(),
        vapid_subject="mailto:it@example.org", help_phone="58 000 00 00", help_hours="8:00–16:00",
        staff_factor="optional",
    )  # fmt: skip
    return create_app(Settings(**{**usual, **settings}))


def post_trial(db, person, channel="email", **ids) -> Message:
    """A message of the simplest kind, posted."""
    outbox.post(
        db, "test", channel, subject=f"t{clock.now().timestamp()}{ids.get('subscription_id', '')}",
        useful_until=clock.now() + outbox.A_WEEK, person_id=person.id, **ids,
    )  # fmt: skip
    return db.query(Message).order_by(Message.id.desc()).first()
