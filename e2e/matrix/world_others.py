"""The rest of the matrix's people and things: who acts for somebody, reports of barriers, places, an interpreter to order."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from e2e.matrix.words import LONG_NOTE, UKRAINIAN_FIRST, UKRAINIAN_LAST
from services import acting, acting_ways, barriers, bookings, drafts
from services.models import InterpreterOrder, Person, Slot
from services.models.acting import THINGS

DOOR = "doors/jasna-720x480.svg"
STATES = {"default": "maria", "empty": "nina", "longest": "dluga"}


def add(world, db: Session, make) -> None:
    for state, name in STATES.items():
        world.ids[state] |= _acting(world, db, world.people[name], state)
    # For Hanna somebody has come in already, and nobody comes in later: her pages are the same at each hour of a run.
    hers = acting.name(db, world.site.key, world.people["hanna"], "Anna Lis", "", list(THINGS), form_key="matrix-hanna")
    token = acting_ways.token_of(world.site.key, acting_ways.open_link(db, hers))
    acting_ways.accept(db, world.site.key, token, form_key="matrix", is_shared=False)
    world.ids["default"]["hers_id"] = hers.id
    for state in ("default", "longest"):
        world.ids[state] |= _report(db, world.site.key, is_long=state == "longest")
        world.ids[state] |= _order(world, db, make, world.people[STATES[state]])
    world.ids["empty"]["place_id"] = make.place("Dom bez opisu").id


def _acting(world, db: Session, person: Person, state: str) -> dict:
    """Somebody who has come in and may do all, with a booking under way; and somebody whose link waits."""
    key = world.site.key
    name = f"{UKRAINIAN_FIRST} {UKRAINIAN_LAST}"[:80] if state == "longest" else "Anna Lis"
    for_browser = acting.name(db, key, person, name, "", list(THINGS), form_key=f"matrix-{state}")
    waiting = acting.name(db, key, person, f"Olek {name}"[:80], "", [THINGS[0]], form_key=f"matrix-waiting-{state}")
    draft = world.ids[state].get("draft")
    if draft:
        drafts.keep(db, drafts.owner_of(for_browser, person), "booking", draft)
    tokens = {
        one: acting_ways.token_of(key, acting_ways.open_link(db, mandate))
        for one, mandate in (("act_token", for_browser), ("waiting_token", waiting))
    }
    return tokens | {"mandate_id": for_browser.id, "waiting_id": waiting.id}


def _report(db: Session, key: bytes, *, is_long: bool) -> dict:
    what = " ".join([LONG_NOTE] * 8) if is_long else "Nie widać przycisku."
    wish = barriers.Wish(
        what, where_at="/plan", other_access=LONG_NOTE if is_long else "", way="post", address="Wolna 1, Gdynia"
    )
    made = barriers.report(db, wish, key=f"matrix-barrier-{is_long}", sender="matrix")
    return {"report_id": made.id, "barrier_token": barriers.token_of(key, made.id)}


def _order(world, db: Session, make, person: Person) -> dict:
    """A session with an interpreter to order, and the place where it is with everything that is said of a place."""
    specialist = world.people["jan" if person is world.people["maria"] else "bogna"]
    slot: Slot = make.slot("2026-12-14 10:00", specialist=specialist, mode="video")
    booked = bookings.book(db, person, person, slot.id, key=f"matrix-pjm-{person.id}", needs=["pjm"])
    order = db.scalars(select(InterpreterOrder).where(InterpreterOrder.booking_id == booked.id)).one()
    place = bookings.get_by_id(
        db, world.ids["longest" if specialist is world.people["bogna"] else "default"]["coming_id"]
    ).slot.place
    text = LONG_NOTE if specialist is world.people["bogna"] else "Wejście od ulicy, dzwonek po prawej."
    place.way_in = {
        "pl": text,
        "uk": "Вхід з вулиці, дзвінок праворуч.",
        "en": "The door is on the street, the bell on the right.",
    }
    place.stop = {"pl": "Przystanek Cicha, 100 metrów.", "uk": "Зупинка Cicha, 100 метрів.", "en": "Stop Cicha, 100 metres."}
    place.steps, place.door_cm, place.photo = 0, 90, DOOR
    place.photo_alt = {"pl": "Szklane drzwi bez progu.", "uk": "Скляні двері без порога.", "en": "A glass door without a step."}
    return {"order_id": order.id, "place_id": place.id}
