"""Every address of the portal: the pages that it shows and to whom, or why it shows none. A route without a row fails.

A page's states: "default", "empty" (nothing is there yet), "longest" (as much as there can be), "error" (a form was sent
wrongly) and "offline" (the phone has no network). `who` is a name of `visitors.py`; what stands in braces is filled in from
the world, by state.
"""

from __future__ import annotations

from dataclasses import dataclass, field

STATES = ("default", "empty", "longest", "error", "offline")
MINE = {"default": "maria", "empty": "nina", "longest": "dluga"}
LED = {"default": "ewa", "empty": "iza", "longest": "lena"}
GIVEN = {"default": "jan", "empty": "adam", "longest": "bogna"}
FILE, REDIRECT, MACHINES = "a file", "leads on", "for machines"


@dataclass(frozen=True)
class Look:
    """One thing to look at. With a `form` (the end of its action): what is `typed` there, and then sent; the rest stays empty."""

    who: str
    path: str
    form: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    status: int = 200
    through: str = ""  # for a form: the endpoint that answers


Row = dict[str, Look]


def page(who: str | dict[str, str], path: str, *, also: dict[str, str] | None = None, offline: bool = False,
         **errors: tuple) -> Row:  # fmt: skip
    """A row: `who` for every state, or by state; `also` are states with another address than `path`.

    `errors`: endpoint of the form, with "__" for the dot → (end of its action, what is typed).
    """
    states = who if isinstance(who, dict) else {"default": who}
    row = {state: Look(name, (also or {}).get(state, path)) for state, name in states.items()}
    row |= {state: Look(states["default"], way) for state, way in (also or {}).items() if state not in row}
    if offline:
        row["offline"] = Look(states["default"], path)
    for nth, (endpoint, (form, *typed)) in enumerate(errors.items()):
        name = f"error {nth}" if nth else "error"
        row[name] = Look(states["default"], path, form, typed[0] if typed else {}, 422, endpoint.replace("__", "."))
    return row


def only(states: dict[str, str], *kept: str) -> dict[str, str]:
    return {state: name for state, name in states.items() if state in kept}


FULL = only(MINE, "default", "longest")
LED_FULL = only(LED, "default", "longest")
GIVEN_FULL = only(GIVEN, "default", "longest")

PARTICIPANT: dict[str, Row] = {
    "plan.see": page(MINE, "/plan", offline=True),
    "plan.offline": page(MINE, "/plan/offline"),
    "plan.proposed": page("paula", "/plan/proposed", plan__answer=("/plan/proposed",)),
    "plan.answered": page(FULL, "/plan/answered/{version_id}"),
    "next.ask": page(MINE, "/next", offline=True),
    "next.cannot_come": page(MINE, "/next/cancel"),
    "booking.need": page(MINE, "/book/need", booking__choose_need=("/book/need",), offline=True),
    "booking.person": page(FULL, "/book/person", booking__choose_person=("/book/person",)),
    "booking.day": page(FULL, "/book/day", booking__choose_day=("/book/day",)),
    "booking.hour": page(FULL, "/book/hour", booking__choose_hour=("/book/hour",)),
    "booking.check": page(FULL, "/book/check"),
    "booking.asked": page(FULL, "/book/asked"),
    "bookings.see": page(FULL, "/booked/{number}", also={"empty": "/booked/{cancelled}"}, offline=True),
    "bookings.answered": page(FULL, "/booked/{number}/answered"),
    "bookings.cannot_come": page(FULL, "/booked/{number}/cancel", bookings__cancel=("/cancel",)),
    "attendance.see": page(MINE | {"default": "hanna"}, "/here", offline=True),
    "attendance.confirmed": page(FULL, "/here/{past}/after"),
    "files.see": page(MINE | {"default": "hanna"}, "/files"),
    "needs.see": page(MINE, "/needs", needs__change=("/needs", {"needs": "interpreter-other"})),
    "needs.saved": page(MINE, "/needs/saved"),
    "reminders.see": page(MINE, "/reminders", reminders__choose=("/reminders",), offline=True),
    "reminders.saved": page(MINE, "/reminders/saved"),
    "reminders.phone": page(FULL, "/reminders/phone"),
    "reminders.tested": page(FULL, "/reminders/test?count=1", also={"empty": "/reminders/test"}),
    "contacts.see": page(MINE, "/reminders/trusted", contacts__add=("/reminders/trusted",)),
    "contacts.ask_end": page(FULL, "/reminders/trusted/{contact_id}"),
    "passkeys.see": page(FULL, "/passkeys", also={"empty": "/passkeys"}),
}

FOR_ONE = {"default": "anna", "empty": "anna-of-nina", "longest": "anna-of-dluga"}
FOR_ONE_FULL = only(FOR_ONE, "default", "longest")

# Who is trusted: the person's own pages, and those of whoever acts for them.
TRUSTED: dict[str, Row] = {
    "acting.see": page(MINE | {"default": "hanna"}, "/trusted"),
    "acting.done": page(MINE | {"default": "hanna"}, "/trusted/done"),
    "acting.new": page(FULL, "/trusted/new", acting__add=("/trusted/new",)),
    "acting.one": page(MINE | {"default": "hanna"}, "/trusted/{hers_id}", acting__change=("/trusted/{hers_id}",),
                       also={"empty": "/trusted/{waiting_id}", "longest": "/trusted/{mandate_id}"}),
    "acting_entry.welcome": page("named", "/for/enter", acting_entry__use_link=("/for/enter",)),
    "acting_entry.left": page("guest", "/for/left"),
    "acting_entry.ask": page("guest", "/for/link", acting_entry__send=("/for/link",)),
    "acting_entry.asked": page("guest", "/for/link/sent"),
    "acting_entry.choose": page("anna-of-two", "/for"),
    "acting_plan.see": page(FOR_ONE, "/for/{mandate_id}"),
    "acting_plan.session": page(FOR_ONE_FULL, "/for/{mandate_id}/booked/{number}"),
    "acting_plan.cannot_come": page(FOR_ONE_FULL, "/for/{mandate_id}/booked/{number}/cancel"),
    "booking_acting.need": page(FOR_ONE, "/for/{mandate_id}/book/need", booking_acting__choose_need=("/book/need",)),
    "booking_acting.person": page(FOR_ONE_FULL, "/for/{mandate_id}/book/person", booking_acting__choose_person=("/book/person",)),
    "booking_acting.day": page(FOR_ONE_FULL, "/for/{mandate_id}/book/day", booking_acting__choose_day=("/book/day",)),
    "booking_acting.hour": page(FOR_ONE_FULL, "/for/{mandate_id}/book/hour", booking_acting__choose_hour=("/book/hour",)),
    "booking_acting.check": page(FOR_ONE_FULL, "/for/{mandate_id}/book/check"),
    "booking_acting.asked": page(FOR_ONE_FULL, "/for/{mandate_id}/book/asked"),
}  # fmt: skip

PUBLIC: dict[str, Row] = {
    "places.every": page("guest", "/places"),
    "places.see": page({"default": "guest", "empty": "guest", "longest": "guest"}, "/places/{place_id}"),
    "barriers.new": page({"default": "guest", "longest": "dluga"}, "/barrier", barriers__report=("/barrier",)),
    "barriers.see": page({"default": "guest", "longest": "guest"}, "/barrier/{barrier_token}"),
    "entry.sign_in": page("guest", "/sign-in", entry__ask_for_code=("/sign-in",)),
    "entry.code": page("asked", "/sign-in/code", entry__try_code=("/sign-in/code",)),
    "entry.who": page("proved", "/sign-in/who", entry__enter_as=("/sign-in/who",)),
    "entry.how": page("guest", "/sign-in/how"),
    "entry.welcome": page({"default": "invited", "longest": "invited-long"}, "/enter", entry__use_link=("/enter",)),
    "entry.out": page("guest", "/signed-out"),
    "look.see": page({"default": "guest", "longest": "dluga"}, "/look"),
    "help.see": page({"default": "guest", "longest": "dluga"}, "/help"),
    "help.accessibility": page("guest", "/accessibility"),
    "help.privacy": page("guest", "/privacy"),
    "install.see": page({"default": "guest", "longest": "dluga"}, "/install"),
    "pwa.offline": page("guest", "/offline"),
    "gallery.gallery": page("guest", "/gallery"),
    "mailbox.see": page("guest", "/mailbox"),
    "mailbox.read": page({"default": "guest", "longest": "guest"}, "/mailbox/{item_id}", mailbox__reply=("/reply",)),
    "visits.ask": page({"default": "guest", "longest": "guest"}, "/s/{token}", also={"empty": "/s/AAAAAAAAAAAAAAAAAAAAAA"}),
    "visits.cannot_come": page({"default": "guest", "longest": "guest"}, "/s/{token}/no", visits__cancel=("/no",)),
    "offers.ask": page({"default": "guest", "longest": "guest"}, "/o/{offer_token}", also={"empty": "/o/AAAAAAAAAAAAAAAAAAAAAA"}),
    "follow_ups.ask": page({"default": "guest", "longest": "guest"}, "/f/{follow_up_token}",
                           also={"empty": "/f/AAAAAAAAAAAAAAAAAAAAAA"}, follow_ups__answer=("/f/{follow_up_token}",)),
    "contacts.copies": page({"default": "guest", "longest": "guest"}, "/c/{copy_token}"),
    "leaving.see": page({"default": "guest", "longest": "guest"}, "/u/{leave_token}"),
}  # fmt: skip

# Pages that no route shows: what stands there instead of one.
INSTEAD: dict[str, Row] = {
    "not found": page({"default": "guest", "longest": "dluga"}, "/no-such-page"),
    "not allowed": page("maria", "/tasks"),
    "link over": page("broken", "/enter"),
}
