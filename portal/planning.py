"""What the worker plans each minute. A step takes a way to open a writing transaction, keeps each one short, and returns
how many messages are new; done again it changes nothing."""

from services import deliveries, reminders


def plan_reminders(writing) -> int:
    posted, after, is_first = 0, None, True
    while is_first or after is not None:
        with writing() as db:
            more, after = reminders.plan_some(db, after)
        posted, is_first = posted + more, False
    return posted


def escalate(writing) -> int:
    """What was sent and not read in time goes the person's next way."""
    with writing() as db:
        return deliveries.escalate(db)


STEPS = [plan_reminders, escalate]
