"""The menu of each kind of person. The words stand in `layouts/_menu.html`."""

from dataclasses import dataclass

from flask import request, url_for

from services.models import Mandate, Person, StaffMember
from services.permissions import Permission, is_allowed

PARTICIPANT = (("plan", "plan.see", "plan"), ("book", "booking.start", "book"), ("reminders", "reminders.see", "bell"))
STAFF = (
    ("today", "today.see", "today", Permission.DIARY_SEE),
    ("slots", "slots.see", "slots", Permission.SLOT_PUBLISH),
    ("people", "people.find", "people", Permission.PERSON_FIND),
    ("sendings", "sendings.see", "send", Permission.CAMPAIGN_SEND),
    ("tasks", "tasks.see", "tasks", Permission.TASK_SEE),
    ("calls", "calls.see", "phone", Permission.TASK_SEE),
)


TRUSTED = (
    ("helped", "acting_plan.see", "plan", None),
    ("book", "booking_acting.start", "book", Permission.ACT_BOOK),
    ("helping", "acting_entry.choose", "people", None),
)


@dataclass(frozen=True)
class Item:
    word: str
    url: str
    icon: str
    is_current: bool


def menu(actor: Person | StaffMember | Mandate | None, *, is_trusted: bool = False) -> list[Item]:
    """`is_trusted`: who acts for somebody, also on a page that is about nobody, such as the one of help."""
    if is_trusted:
        rows = [row[:3] for row in TRUSTED if row[3] is None or (actor and is_allowed(actor, row[3]))]
        return [_item(*row) for row in rows if actor or row[0] == "helping"]
    if actor is None:
        return []
    if isinstance(actor, Person):
        rows = PARTICIPANT
    else:
        rows = [row[:3] for row in STAFF if is_allowed(actor, row[3])]
    return [_item(*row) for row in rows]


def _item(word: str, endpoint: str, icon: str) -> Item:
    section = (request.blueprint or "").split(".")[0]
    own = {
        "book": ("booking", "booking_acting"),
        "helped": ("acting_plan",),
        "plan": ("plan", "bookings", "attendance", "acting"),
        "reminders": ("reminders", "contacts", "passkeys"),
        "sendings": ("sendings", "texts"),
        "people": ("people", "plans", "booking_for", "imports"),
        "tasks": ("tasks", "barriers", "interpreters"),
    }
    is_current = request.endpoint == endpoint if word == "helping" else section in own.get(word, (word,))
    return Item(word, url_for(endpoint), icon, is_current)
