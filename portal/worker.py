"""Sends what the outbox holds. Any number of workers may run: a lease says whose a message is, and every step is a short
transaction of its own, with nothing open while the network answers."""

import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

from flask import Flask
from sqlalchemy.exc import OperationalError

from portal import messages
from services import clock, deliveries, drafts, outbox, reminders
from services.channels import DEADLINE, Outcome, email, mailbox
from services.channels.webpush import PushSender
from services.db import Database
from services.models import Message

log = logging.getLogger("pracownia.worker")
SENDERS = 8
BATCH = 24
# Everybody in a batch may take the whole deadline, and the lease must still hold at the end.
assert outbox.LEASE.total_seconds() >= BATCH / SENDERS * DEADLINE + 5
TRIES_TO_WRITE = 3
_opening = Lock()


def tick(app: Flask) -> int:
    """Post the reminders that have become due; returns how many are new. Planning again changes nothing."""
    try:
        with _database(app).write() as db, db.begin():
            return reminders.plan_due(db)
    except Exception as error:
        log.error("planning failed: %s", type(error).__name__, exc_info=not app.config["SETTINGS"].base_url.startswith("https"))
        return 0


def tidy(app: Flask) -> int:
    """Forget what is kept for a time only; returns how many rows went."""
    with _database(app).write() as db, db.begin():
        return drafts.drop_old(db)


def drain(app: Flask) -> Counter:
    """Send everything that is due now; returns how many messages have which status. Never raises for one message."""
    ended: Counter = Counter()
    stopping = app.extensions.get("stopping") or Event()
    with ThreadPoolExecutor(SENDERS, thread_name_prefix="sender") as senders:
        while not stopping.is_set():
            with _database(app).write() as db, db.begin():
                batch = outbox.claim(db, limit=BATCH)
            if not batch:
                break
            ended.update(senders.map(lambda message: _deliver(app, message), batch))
    return ended


def run_once(app: Flask) -> Counter:
    """Plan and send until nothing is due: for cron, and for tests."""
    tick(app)
    return drain(app)


def _deliver(app: Flask, message: Message) -> str:
    try:
        ending = _try(app, message)
    except Exception as error:  # one bad row never blocks the rest
        log.error(
            "message %s (%s, %s): %s", message.id, message.kind, message.channel, type(error).__name__, exc_info=app.debug
        )
        ending = Outcome("later", f"error-{type(error).__name__}"[:60])
    if isinstance(ending, Outcome) and ending.is_alarm:
        log.error("message %s (%s, %s): alarm %s", message.id, message.kind, message.channel, ending.reason)
    return _conclude(app, message, ending)


def _try(app: Flask, message: Message) -> Outcome | deliveries.Stop:
    settings = app.config["SETTINGS"]
    with _database(app).write() as db, db.begin():
        found = deliveries.look(db, settings.secret_key, message)
    if isinstance(found, deliveries.Stop):
        return found
    if message.channel == "push":
        if not settings.vapid_private_key:
            return Outcome("refused", "push-not-set-up", is_alarm=True)
        to = found.subscription
        return push_sender(app).send(to.endpoint, to.p256dh, to.auth, messages.notification(app, found))
    letter = messages.envelope(app, found)
    if settings.smtp_url:
        return email.send(settings.smtp_url, letter)
    with _database(app).write() as db, db.begin():
        return mailbox.keep(db, letter)


def _conclude(app: Flask, message: Message, ending) -> str:
    """Tried more than once: a message that went out and is not marked would go out again."""
    for attempt in range(TRIES_TO_WRITE):
        try:
            with _database(app).write() as db, db.begin():
                return deliveries.conclude(db, message, ending)
        except OperationalError:
            if attempt == TRIES_TO_WRITE - 1:
                log.error("message %s: how it ended could not be written; it comes back with its lease", message.id)
        except Exception as error:
            log.error("message %s: %s while writing how it ended", message.id, type(error).__name__, exc_info=app.debug)
            break
    return "lost"


def push_sender(app: Flask) -> PushSender:
    """The pooled connections to push services of this process."""
    settings = app.config["SETTINGS"]
    with _opening:
        if "push-sender" not in app.extensions:
            app.extensions["push-sender"] = PushSender(settings.vapid_private_key, settings.vapid_subject, settings.push_hosts)
        return app.extensions["push-sender"]


def close(app: Flask) -> None:
    """Give back what sending has opened."""
    sender = app.extensions.pop("push-sender", None)
    if sender is not None:
        sender.close()


def run(app: Flask, *, workers: int = 2) -> None:
    """Work until SIGTERM or SIGINT. What is under way is finished first; what is not begun stays in the outbox."""
    from portal.queue import queue_of

    consumer = queue_of(app).create_consumer(workers=workers, max_delay=1.0, graceful_signal="TERM")
    app.extensions["stopping"] = consumer.stop_flag
    try:
        consumer.run()
        ends = clock.now().timestamp() + DEADLINE * BATCH / SENDERS
        for thread in [thread for _, thread in consumer.worker_threads] + [consumer.scheduler]:
            thread.join(max(0.0, ends - clock.now().timestamp()))
    finally:
        app.extensions.pop("stopping", None)
        close(app)


def _database(app: Flask) -> Database:
    return app.extensions["database"]
