"""The rows of staff, and of the addresses that show no page."""

from __future__ import annotations

from e2e.matrix.registry import (
    FILE,
    GIVEN,
    GIVEN_FULL,
    INSTEAD,
    LED,
    LED_FULL,
    MACHINES,
    PARTICIPANT,
    PUBLIC,
    REDIRECT,
    TRUSTED,
    Row,
    page,
)

LONG_FOR = {"default": "ewa", "empty": "ewa", "longest": "lena"}  # of somebody with usual, no and the longest data
DAYS = "days=2026-11-30&start=9:00&end=12:00&minutes=45&pause=15&form_id={form_id}&where=phone&capacity=1"

STAFF: dict[str, Row] = {
    "people.find": page(LED, "/people"),
    "people.see": page(LONG_FOR, "/people/{person_id}"),
    "people.invitation": page(LONG_FOR, "/people/{person_id}/invitation"),
    "people.card": page(LED_FULL, "/people/{person_id}/invitation/card"),
    "plans.see": page(LONG_FOR, "/people/{person_id}/plan", plans__set_review=("/plan/review",)),
    "plans.draft": page(LED_FULL, "/people/{person_id}/plan/draft", plans__add_goal=("/draft/goals",), plans__add_step=("/steps",)),
    "plans.check": page(LED_FULL, "/people/{person_id}/plan/draft/check"),
    "plans.proposed": page("ewa", "/people/{paula_id}/plan/proposed"),
    "booking_for.need": page(LONG_FOR, "/people/{person_id}/book/need", booking_for__choose_need=("/book/need",)),
    "booking_for.person": page(LED_FULL, "/people/{person_id}/book/person", booking_for__choose_person=("/book/person",)),
    "booking_for.day": page(LED_FULL, "/people/{person_id}/book/day", booking_for__choose_day=("/book/day",)),
    "booking_for.hour": page(LED_FULL, "/people/{person_id}/book/hour", booking_for__choose_hour=("/book/hour",)),
    "booking_for.check": page(LED_FULL, "/people/{person_id}/book/check"),
    "booking_for.asked": page(LED_FULL, "/people/{person_id}/book/asked"),
    "booking_for.done": page(LED_FULL, "/people/{person_id}/book/done/{number}"),
    "imports.new": page("ewa", "/people/import", imports__bring_in=("/people/import",)),
    "tasks.see": page(LED, "/tasks", tasks__settle=("/tasks/sessions/{differs_id}",)),
    "calls.see": page(LED, "/calls"),
    "calls.call": page(LED_FULL, "/calls/{call_id}", calls__note=("/calls/{call_id}", {"note": "x" * 400})),
    "outbox.see": page(LED, "/outbox"),
    "sendings.see": page(LED, "/sendings"),
    "sendings.words": page(LED, "/sendings/words?audience=everybody&own=yes", sendings__keep_words=("/sendings/words",)),
    "sendings.preview": page(LED_FULL, "/sendings/preview", also={"empty": "/sendings/preview?tick=none"}),
    "sendings.result": page(LED_FULL, "/sendings/{campaign_id}"),
    "texts.see": page(LED, "/sendings/texts"),
    "texts.new": page("ewa", "/sendings/texts/new", texts__add=("/sendings/texts/new",)),
    "texts.edit": page(LED_FULL, "/sendings/texts/{text_id}", texts__change=("/sendings/texts/{text_id}",)),
    "barriers.desk": page("ewa", "/barriers"),
    "barriers.case": page({"default": "ewa", "longest": "ewa"}, "/barriers/{report_id}", barriers__answer=("/answer",),
                          barriers__refuse=("/refuse",), barriers__extend=("/extend",)),
    "interpreters.see": page(LED_FULL, "/interpreters/{order_id}", interpreters__say=("/interpreters/{order_id}",)),
    "places.edit": page({"default": "ewa", "empty": "ewa", "longest": "ewa"}, "/places/{place_id}/edit", places__describe=("/edit",)),
    "places.new_picture": page({"default": "ewa", "empty": "ewa"}, "/places/{place_id}/picture", places__add_picture=("/picture",)),
    "places.saved": page({"default": "ewa", "longest": "ewa"}, "/places/{place_id}/saved"),
    "today.see": page(GIVEN, "/today"),
    "slots.see": page(GIVEN, "/slots"),
    "slots.new": page(GIVEN, "/slots/new"),
    "slots.check": page(GIVEN_FULL, f"/slots/check?{DAYS}", also={"empty": "/slots/check"}, slots__publish=("/slots/publish",)),
    "slots.published": page(GIVEN_FULL, "/slots/published/{batch}"),
    "slots.ask_withdraw": page(GIVEN_FULL, "/slots/withdraw?slot={slot_id}", also={"empty": "/slots/withdraw"}),
    "slots.withdrawn": page(GIVEN_FULL, "/slots/withdrawn?slot={taken_back_id}"),
    "second.ask": page("at-the-second", "/second", second__try_code=("/second",)),
    "second.new": page("ewa", "/second/new"),
    "second.app": page("half", "/second/app", second__confirm=("/second/app",)),
    "second.codes": page("with-codes", "/second/codes"),
}  # fmt: skip

PAGES: dict[str, Row] = PARTICIPANT | TRUSTED | PUBLIC | STAFF | INSTEAD

# GET addresses without a page.
PAGELESS: dict[str, str] = {
    "entry.start": REDIRECT, "entry.open_link": REDIRECT, "booking.start": REDIRECT, "booking_for.start": REDIRECT,
    "booking_acting.start": REDIRECT, "acting_entry.open_link": REDIRECT, "places.picture": FILE,
    "bookings.as_calendar": FILE, "calls.letter": FILE, "papers.invitation": FILE, "papers.own_plan": FILE, "papers.plan": FILE,
    "pwa.manifest": MACHINES, "pwa.worker": MACHINES, "health.alive": MACHINES, "health.ready": MACHINES,
    "health.messages": MACHINES, "hooks.called": MACHINES,
}  # fmt: skip

# Forms that cannot be sent wrongly from their page.
NO_FAULT = """
acting.end acting.send entry.start_anew acting_entry.decline acting_plan.answer acting_plan.cancel acting_plan.check_in acting_plan.leave
acting_plan.move acting_plan.restore barriers.close barriers.withdraw booking.suit booking_acting.make booking_acting.suit
booking_acting.take_first booking_for.suit places.picture_off
attendance.check_in attendance.confirm booking.make booking.take_first booking_for.make booking_for.take_first
bookings.answer bookings.move bookings.restore contacts.end contacts.stop entry.sign_out install.never leaving.leave
look.choose offers.answer passkeys.remove people.invite people.read_code plan.mark plan.stop_waiting
plans.mark plans.propose plans.remove_goal plans.remove_step plans.write reminders.put_first reminders.send_test
reminders.unsubscribe second.begin second.over second.put_away sendings.send sendings.stop slots.undo slots.withdraw
tasks.finish texts.end today.record visits.answer visits.restore
"""
# What only scripts and machines send to, and what is answered with no page of its own.
NO_FORM = """
bookings.answer_later entry.ask_for_key entry.use_key hooks.posted passkeys.add passkeys.ask receipts.seen
reminders.renew reminders.subscribe second.ask_key second.use_key
"""
FAULTLESS = {*NO_FAULT.split(), *NO_FORM.split()}
