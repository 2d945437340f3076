"""Every event once, as the database knows it when its message goes out: the cast of the tests of words.

A case makes the event for Maria and leaves its message in the outbox. Her language is the test's.
"""

from datetime import date

from sqlalchemy import select

from services import (
    acting,
    attendance,
    barriers,
    barriers_desk,
    bookings,
    clock,
    codes,
    deliveries,
    follow_ups,
    identity,
    interpreters,
    reminders,
    reviews,
    waiting,
)
from services.kinds import KINDS
from services.models import Message, ReminderChoice, TrustedContact
from tests.portal.sending import KEY, post_trial

LANGUAGES = ("pl", "uk", "en")
EASY = "pl-easy"
OTHERS = ("copy", "acting", "barrier")  # of messages to people who are not participants, and have chosen no words
NAMES = {"pl": "Wsparcie psychologiczne", "uk": "Психологічна підтримка", "en": "Psychological support"}
NEUTRAL = {"pl": "rozmowa", "uk": "розмова", "en": "a talk"}


def the_maria(make, language="pl"):
    """Maria, who reads mails, and a form of support whose name tells what its label must not."""
    maria = make.participant("Maria Kowal", email="maria@example.org", phone="+48600000021", language=language)
    make.choice(maria, ["email", "push", "sms"], ["three-days", "day", "two-hours"])
    form = make.form("psychology")
    form.names, form.neutral = NAMES, NEUTRAL
    return maria


def slot(make, when="2026-11-25 10:00", **more):
    room = more.pop("room", None) or make.room("12", place=make.place("Dom"))
    return make.slot(when, form=make.form("psychology"), room=room, **more)


def booked(db, make, maria, **more):
    return make.booking(maria, slot(make, **more))


def frank(case):
    def as_she_is(db, make, maria):
        db.get(ReminderChoice, maria.id).is_discreet = False
        return case(db, make, maria)

    return as_she_is


def by_phone(db, make, maria):
    booked(db, make, maria, mode="phone")


def moved(db, make, maria):
    booking = booked(db, make, maria)
    bookings.move(db, maria, booking, slot(make, "2026-11-27 12:30", room=booking.slot.room).id, key="move")


def interpreter_found(db, make, maria):
    booking = make.booking(maria, slot(make, "2026-11-27 10:00"), needs=["pjm"])
    [order] = interpreters.of_bookings(db, [booking])[booking.id]
    interpreters.say(db, make.ewa, order, "confirmed")


def cancelled(db, make, maria):
    bookings.cancel(db, maria, booked(db, make, maria))


def cancelled_by_us(db, make, maria):
    booking = booked(db, make, maria)
    for hour in (12, 14):
        slot(make, f"2026-11-26 {hour}:00", room=booking.slot.room)
    booking.slot.status = "withdrawn"
    bookings.cancel(db, make.ewa, booking)


def cancelled_and_nothing_free(db, make, maria):
    booking = booked(db, make, maria)
    booking.slot.status = "withdrawn"
    bookings.cancel(db, make.ewa, booking)


def reminder(moment, *, answer="none"):
    def case(db, make, maria):
        booking = booked(db, make, maria)
        booking.answer = answer
        reminders.remind(db, booking, moment)

    return case


def copy_of(case):
    def for_a_sister(db, make, maria):
        db.add(TrustedContact(
            person_id=maria.id, name="Anna", email="anna@example.org", language=maria.language,
            created_at=clock.now(),
        ))  # fmt: skip
        db.flush()
        case(db, make, maria)

    return for_a_sister


def missed(db, make, maria):
    booking = booked(db, make, maria, when="2026-11-23 10:00")
    attendance.record(db, make.adviser, booking.id, "absent")


def freed(db, make, maria):
    place = slot(make)
    place.status = "withdrawn"
    db.flush()
    waiting.wait_for(db, maria, maria, place.form_id)
    place.status = "published"
    db.flush()
    waiting.offer_free(db)


def plan_waiting(db, make, maria):
    make.plan(maria, answered=None)


def plan_review(db, make, maria):
    make.plan(maria).plan.review_on = date(2026, 11, 30)
    db.flush()
    reviews.plan_due(db)


def follow_up(db, make, maria):
    maria.enrolments[0].left_on = date(2026, 10, 26)
    db.flush()
    follow_ups.plan_due(db)


def code(db, make, maria):
    codes.ask_for_code(db, maria.email, "browser")


def invitation(db, make, maria):
    identity.invite(db, KEY, make.ewa, maria, by="email")


def asked_to_act(db, make, maria):
    acting.name(db, KEY, maria, "Anna K.", "anna@example.org", ["sessions"], form_key="k" * 20)


def trial(db, make, maria):
    post_trial(db, maria)


def barrier(moment, way="email", address="maria@example.org"):
    """A report of a barrier, and what has happened to it since."""

    def case(db, make, maria):
        wish = barriers.Wish("Nie widać ramki.", "/plan", way=way, address=address, language=maria.language)
        made = barriers.report(db, wish, key="k" * 20, sender="s")
        if moment == "extended":
            barriers_desk.extend(db, make.ewa, made.id, date(2026, 12, 18), "Musimy zamówić film.\nTo trwa.")
        elif moment in ("answered", "closed"):
            barriers_desk.answer(db, make.ewa, made.id, "Ramka jest teraz grubsza.")
        elif moment == "refused":
            barriers_desk.refuse(db, make.ewa, made.id, "Mapy nie da się opisać. Opowiemy drogę przez telefon.")
        if moment == "closed":
            barriers_desk.close(db, make.ewa, made.id)
        db.flush()

    return case


def barrier_due(db, make, maria):
    make.ewa.language = maria.language  # the one who answers reports here
    barrier("received")(db, make, maria)


CASES = {
    "booked": booked, "booked-by-phone": by_phone, "booked-frank": frank(booked), "moved": moved, "cancelled": cancelled,
    "interpreter-found": interpreter_found, "interpreter-found-frank": frank(interpreter_found),
    "cancelled-by-us": cancelled_by_us, "cancelled-by-us-nothing-free": cancelled_and_nothing_free,
    "reminder-three-days": reminder("three-days"), "reminder-day": reminder("day"),
    "reminder-day-frank": frank(reminder("day")), "reminder-two-hours": reminder("two-hours"),
    "reminder-two-hours-yes": reminder("two-hours", answer="yes"), "reminder-campaign": reminder("asked-7"),
    "missed": missed, "freed": freed, "freed-frank": frank(freed), "plan-waiting": plan_waiting, "plan-review": plan_review,
    "follow-up": follow_up, "code": code, "invitation": invitation, "acting-link": asked_to_act, "test": trial, "copy-reminder": copy_of(reminder("day")),
    "barrier-received": barrier("received"), "barrier-news-extended": barrier("extended"), "barrier-due": barrier_due,
    "barrier-news-answered": barrier("answered"), "barrier-news-refused": barrier("refused"), "barrier-news-closed": barrier("closed"),
    "copy-moved": copy_of(moved), "copy-cancelled-by-us": copy_of(cancelled_by_us),
}  # fmt: skip
ELSEWHERE = {"note", "answered"}  # a coordinator's own words, and what answers a text message


VOICES = [(name, language) for name in CASES for language in LANGUAGES]
VOICES += [(name, EASY) for name in CASES if not name.startswith(OTHERS)]


def speak(maria, voice: str) -> None:
    """From here on she reads in this language, or in easy words."""
    maria.language, maria.is_easy = voice.partition("-")[0], voice == EASY


def kind_of(name: str) -> str:
    """The kind of a case's message: the longest that its name begins with."""
    return max((kind for kind in KINDS if name.startswith(kind)), key=len)


def delivery_of(db, make, maria, name: str) -> deliveries.Delivery:
    """What the event has left in the outbox, as the worker reads it when it is due."""
    CASES[name](db, make, maria)
    waits = select(Message).where(Message.kind == kind_of(name), Message.status == "waiting").order_by(Message.id.desc())
    message = db.scalars(waits).first()
    with clock.frozen(max(clock.now(), message.due_at)):
        found = deliveries.look(db, KEY, message)
    assert isinstance(found, deliveries.Delivery), found
    return found
