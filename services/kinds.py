"""The kinds of messages and how each is treated, in one table. The words of a kind stand in the portal's templates."""

from dataclasses import dataclass
from datetime import timedelta

HOURS, DAYS = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Kind:
    """`about`: what a message of this kind is read from at sending (see `services.subjects`).

    `escalate_after`: unread for so long, it goes the person's next way. `may_call`: worth a coordinator's telephone call.
    `must_be_heard`: also by somebody who wants no reminders; then a coordinator tells them. `at_once`: also at night,
    because the person sits there and waits for it. `is_for_screen`: whoever asked for it sees that nothing comes, so
    nobody is bothered when it does not arrive.
    """

    about: str
    escalate_after: timedelta | None = None
    may_call: bool = True
    must_be_heard: bool = False
    at_once: bool = False
    is_for_screen: bool = False
    is_optional: bool = True  # the person's own choice of ways holds for it
    is_urgent: bool = False  # wakes a sleeping phone
    has_calendar_entry: bool = False


KINDS: dict[str, Kind] = {
    "invitation": Kind("link", escalate_after=5 * DAYS, at_once=True, is_optional=False),
    "code": Kind("code", may_call=False, at_once=True, is_for_screen=True, is_optional=False, is_urgent=True),
    "booked": Kind("booking", may_call=False, at_once=True, has_calendar_entry=True),
    "moved": Kind("booking", escalate_after=4 * HOURS, must_be_heard=True, has_calendar_entry=True),
    "cancelled": Kind("booking", may_call=False, at_once=True),
    "cancelled-by-us": Kind("booking", escalate_after=2 * HOURS, must_be_heard=True, is_urgent=True),
    "interpreter-found": Kind("booking", may_call=False),
    "reminder": Kind("booking", escalate_after=3 * HOURS, is_urgent=True),
    "missed": Kind("booking", escalate_after=1 * DAYS),
    "freed": Kind("offer", is_urgent=True),
    "plan-waiting": Kind("plan", escalate_after=3 * DAYS),
    "plan-review": Kind("enrolment", escalate_after=3 * DAYS),
    "follow-up": Kind("follow-up", escalate_after=5 * DAYS),
    "note": Kind("campaign", escalate_after=1 * DAYS),
    "answered": Kind("booking", may_call=False, at_once=True, is_for_screen=True, is_optional=False),
    "barrier-received": Kind("barrier", may_call=False, at_once=True, is_for_screen=True, is_optional=False),
    "barrier-news": Kind("barrier", may_call=False, is_optional=False),
    "barrier-due": Kind("barrier", may_call=False, is_optional=False),
    "copy": Kind("booking", may_call=False, is_for_screen=True),
    "acting-link": Kind("acting", may_call=False, at_once=True, is_for_screen=True, is_optional=False),
    "test": Kind("", may_call=False, at_once=True, is_for_screen=True),
}
