"""What the worker plans each minute. A step takes a way to open a writing transaction, keeps each one short, and returns
how many messages are new; done again it changes nothing."""

from services import barriers_desk, calls, deliveries, follow_ups, reminders, reviews, waiting


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


def offer_free_places(writing) -> int:
    with writing() as db:
        return waiting.offer_free(db)


def plan_reviews(writing) -> int:
    with writing() as db:
        return reviews.plan_due(db)


def plan_follow_ups(writing) -> int:
    with writing() as db:
        return follow_ups.plan_due(db)


def clear_calls(writing) -> int:
    """Nobody is rung for nothing."""
    after = 0
    while after is not None:
        with writing() as db:
            after = calls.clear(db, after)
    return 0


def look_at_barriers(writing) -> int:
    with writing() as db:
        return barriers_desk.plan_due(db)


STEPS = [plan_reminders, escalate, clear_calls, offer_free_places, plan_reviews, plan_follow_ups, look_at_barriers]
