"""Every address as everybody: who gets in, who signs in first, who is told no, and for whom there is nothing there.

The table is made from the app's own routes, so a route that nobody has classified fails. A page that is there for
somebody else is the same page as one that never was.
"""

import re

import pytest
from flask import g

from portal import auth, edge
from services import identity
from services.permissions import Permission, is_allowed
from tests.portal.world import NEVER, TRUSTED, WHO, build

IN, SIGN_IN, NO, NONE, SECOND, ASK = "in", "sign in", "no", "none", "second step", "ask for a link"
SIGNED_IN = [who for who in WHO if who not in TRUSTED]
KINDS = {
    kind: dict(zip(SIGNED_IN, (*row, IN if kind in ("everybody", "second step") else SECOND), strict=True))
    | dict.fromkeys(TRUSTED, IN if kind == "everybody" else NO)
    for kind, row in {
        # Half is a coordinator whose device is half-open: whatever is for somebody leads to the second step.
        #                nobody   maria bruno jan   adam  ewa   iza   admin
        "everybody":    (IN,      IN,   IN,   IN,   IN,   IN,   IN,   IN),
        "participants": (SIGN_IN, IN,   IN,   NO,   NO,   NO,   NO,   NO),
        "marias":       (SIGN_IN, IN,   NONE, NO,   NO,   NO,   NO,   NO),
        "booking":      (SIGN_IN, IN,   IN,   NONE, NONE, NONE, NONE, NONE),
        "staff":        (SIGN_IN, NO,   NO,   IN,   IN,   IN,   IN,   IN),
        "who meet her": (SIGN_IN, NO,   NO,   IN,   NONE, IN,   NONE, IN),
        "who lead her": (SIGN_IN, NO,   NO,   NO,   NO,   IN,   NONE, IN),
        "specialists":  (SIGN_IN, NO,   NO,   IN,   IN,   NO,   NO,   NO),
        "jans":         (SIGN_IN, NO,   NO,   IN,   NONE, NO,   NO,   NO),
        "coordinators": (SIGN_IN, NO,   NO,   NO,   NO,   IN,   IN,   IN),
        "ewas":         (SIGN_IN, NO,   NO,   NO,   NO,   IN,   NONE, IN),
        "leaders":      (SIGN_IN, NO,   NO,   NO,   NO,   IN,   NO,   IN),
        "signed in":    (SIGN_IN, IN,   IN,   IN,   IN,   IN,   IN,   IN),
        "second step":  (SIGN_IN, NO,   NO,   IN,   IN,   IN,   IN,   IN),
    }.items()
}  # fmt: skip
# Who acts for Maria reaches what she ticked; who acts for Bruno finds nothing of hers. To everybody else it is not there.
SIGNED_UP = dict.fromkeys(SIGNED_IN, NONE) | {"nobody": ASK, "half": SECOND}
KINDS["for somebody"] = SIGNED_UP | {"anna": IN, "olek": IN}
KINDS["for maria"] = SIGNED_UP | {"anna": IN, "olek": NONE}

ROUTES = {
    "everybody": "places.every places.see places.picture entry.start entry.open_link entry.sign_in entry.ask_for_code entry.code entry.try_code entry.who entry.enter_as "
    "entry.how entry.ask_for_key entry.use_key entry.sign_out entry.out look.see look.choose help.see help.accessibility help.privacy pwa.manifest pwa.worker pwa.offline install.see install.never "
    "health.alive health.ready health.messages gallery.gallery mailbox.see mailbox.read mailbox.reply hooks.called hooks.posted visits.ask visits.answer visits.cannot_come "
    "visits.cancel visits.restore offers.ask offers.answer follow_ups.ask follow_ups.answer receipts.seen contacts.copies contacts.stop leaving.see leaving.leave "
    "barriers.new barriers.report barriers.see barriers.withdraw acting_entry.open_link acting_entry.left acting_entry.ask acting_entry.send acting_entry.asked",
    "signed in": "entry.start_anew",
    "participants": "plan.see plan.offline next.ask next.cannot_come papers.own_plan plan.proposed attendance.see files.see reminders.see reminders.choose reminders.saved "
    "reminders.phone reminders.subscribe reminders.unsubscribe reminders.renew reminders.send_test reminders.tested "
    "reminders.put_first contacts.see contacts.add passkeys.see passkeys.ask passkeys.add needs.see needs.change needs.saved acting.see acting.done acting.new acting.add",
    "marias": "bookings.see bookings.as_calendar bookings.answer bookings.answer_later bookings.answered bookings.move bookings.cannot_come "
    "bookings.cancel bookings.restore attendance.check_in attendance.confirm attendance.confirmed plan.answered plan.answer plan.mark "
    "contacts.ask_end contacts.end plan.stop_waiting passkeys.remove acting.one acting.change acting.send acting.end",
    "for somebody": "acting_entry.choose",
    "for maria": "acting_plan.see acting_plan.session acting_plan.answer acting_plan.cannot_come acting_plan.cancel acting_plan.restore "
    "acting_plan.move acting_plan.check_in acting_plan.leave booking_acting.start booking_acting.need booking_acting.choose_need "
    "booking_acting.person booking_acting.choose_person booking_acting.day booking_acting.choose_day booking_acting.take_first booking_acting.suit "
    "booking_acting.suit booking_acting.hour booking_acting.choose_hour booking_acting.check booking_acting.make booking_acting.asked",
    "booking": "booking.start booking.need booking.choose_need booking.person booking.choose_person booking.day "
    "booking.choose_day booking.take_first booking.suit booking.hour booking.choose_hour booking.check booking.make booking.asked",
    "staff": "people.find",
    "who meet her": "people.see booking_for.start booking_for.need booking_for.choose_need booking_for.person "
    "booking_for.choose_person booking_for.day booking_for.choose_day booking_for.take_first booking_for.suit booking_for.hour "
    "booking_for.choose_hour booking_for.check booking_for.make booking_for.asked booking_for.done",
    "who lead her": "papers.invitation papers.plan people.invitation people.invite people.card people.read_code plans.see plans.write plans.draft "
    "plans.check plans.add_goal plans.remove_goal plans.add_step plans.propose plans.remove_step plans.proposed plans.mark plans.set_review "
    "interpreters.see interpreters.say tasks.finish tasks.settle calls.call calls.note calls.letter",
    "specialists": "slots.see slots.new slots.check slots.publish slots.ask_withdraw today.see",
    "jans": "slots.published slots.undo slots.withdraw slots.withdrawn today.record",
    "coordinators": "places.edit places.describe places.new_picture places.add_picture places.picture_off places.saved calls.see sendings.see sendings.send sendings.preview sendings.words sendings.keep_words tasks.see "
    "outbox.see texts.see texts.new texts.add texts.edit texts.change texts.end",
    "ewas": "sendings.result sendings.stop",
    "leaders": "imports.new imports.bring_in barriers.desk barriers.case barriers.answer barriers.extend barriers.refuse barriers.close",
    "second step": "second.ask second.try_code second.new second.begin second.app second.confirm second.ask_key second.use_key "
    "second.codes second.put_away second.over",
}
KIND_OF = {endpoint: kind for kind, endpoints in ROUTES.items() for endpoint in endpoints.split()}
# These say for themselves whether the link in the cookie leads anywhere.
BY_LINK = {"entry.welcome", "entry.use_link", "acting_entry.welcome", "acting_entry.use_link", "acting_entry.decline"}
# These answer a token that never was as they answer every other.
ALIKE = {"entry.open_link", "acting_entry.open_link", "receipts.seen"}


# Behind these the service asks for the role once more, so that the page stays shut although its view forgot to ask.
TWO_LOCKS = {
    "GET /barriers", "GET /barriers/<int:report_id>", "POST /barriers/<int:report_id>/answer", "POST /barriers/<int:report_id>/close",
    "POST /barriers/<int:report_id>/extend", "POST /barriers/<int:report_id>/refuse",
    "GET /outbox", "GET /people", "GET /people/<int:person_id>", "GET /sendings", "GET /sendings/<int:campaign_id>", "GET /sendings/preview",
    "GET /sendings/words", "GET /sendings/texts", "GET /sendings/texts/<int:text_id>", "POST /sendings/texts/<int:text_id>",
    "POST /sendings/texts/<int:text_id>/end",
    "GET /interpreters/<int:order_id>", "POST /interpreters/<int:order_id>", "POST /places/<int:place_id>/edit",
    "POST /places/<int:place_id>/picture", "POST /places/<int:place_id>/picture/off",
    "GET /calls", "GET /calls/<int:call_id>", "GET /calls/<int:call_id>/letter.pdf", "POST /calls/<int:call_id>",
    "GET /slots", "GET /slots/published/<batch>", "GET /slots/withdraw", "GET /slots/withdrawn", "GET /tasks", "GET /today",
    "POST /plan/proposed", "POST /plan/wishes/<int:wish_id>/end", "POST /reminders/first", "POST /reminders/trusted", "POST /sendings", "POST /sendings/<int:campaign_id>/stop", "POST /sendings/words",
    "POST /slots/published/<batch>/undo", "POST /slots/withdraw", "POST /tasks/<int:task_id>/done",
    "POST /tasks/sessions/<int:booking_id>",
    "POST /today/<int:booking_id>/attendance", "POST /trusted/new",
}  # fmt: skip


def data_for(endpoint: str, ids: dict) -> dict:
    """What the form or the address must say to be about the object."""
    return {
        "plans.mark": {"state": "done"},
        "calls.note": {"outcome": "told", "tries": 0},
        "interpreters.say": {"said": "confirmed"},
        "mailbox.reply": {"text": "TAK"},
        "plans.set_review": {"review_on": "2026-12-30"},
        "plan.answer": {"said": "agree", "version": ids["version_id"]},
        "attendance.confirm": {"said": "present"},
        "slots.withdraw": {"slot": ids["slot_id"]},
        "slots.withdrawn": {"slot": ids["taken_back_id"]},
        "today.record": {"said": "present"},
        "bookings.answer_later": {"said": "yes", "version": 1, "key": "k"},
        "bookings.cancel": {"next": "cancel"},
        "visits.cancel": {"next": "cancel"},
    }.get(endpoint, {})


@pytest.fixture
def world(app, db, make, monkeypatch):
    """Nothing that a request does is kept, so that each cell meets the same programme."""
    monkeypatch.setattr(edge, "finish", lambda status: g.db.rollback() if "db" in g else None)
    return build(app, db, make)


def rules(app):
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods & {"GET", "POST"}):
            yield rule, method


def ask(world, client, rule, method, ids, **headers):
    with world.app.test_request_context():
        values = {name: ids[name] for name in rule.arguments}
        address = rule.build(values)[1]
    data = {"data" if method == "POST" else "query_string": data_for(rule.endpoint, ids)}
    return client.open(address, method=method, **data, headers={"Sec-Fetch-Site": "same-origin"} | headers)


def outcome(answer) -> str:
    if answer.status_code == 303 and answer.location.endswith("/sign-in") and "sign-in" not in answer.request.path:
        return SIGN_IN
    if answer.status_code == 303 and answer.location == "/second" and not answer.request.path.startswith("/second"):
        return SECOND
    if answer.status_code == 303 and answer.location == "/for/link" and answer.request.path != "/for/link":
        return ASK
    return {403: NO, 404: NONE}.get(answer.status_code, IN if answer.status_code < 500 else f"broken: {answer.status_code}")


def expected(endpoint: str, who: str, path: str) -> str:
    if path == "/" and who in ("nobody", "half"):
        return SIGN_IN if who == "nobody" else SECOND
    if endpoint == "second.over" and KINDS["second step"][who] == IN:
        return NO  # only for who has just come in by a recovery code
    if endpoint == "entry.sign_out":
        return IN
    return KINDS[KIND_OF[endpoint]][who]


def plainly(answer) -> str:
    """The page without the keys of its forms, which are new each time, and the address that was asked for."""
    return re.sub(r'name="key" value="[^"]*"', "", answer.text).replace(answer.request.path, "…")


def test_every_route_is_classified(app):
    """A new route gets a row in ROUTES; a new object in an address gets a value in tests/portal/world.py."""
    assert {rule.endpoint for rule, _ in rules(app)} - BY_LINK == set(KIND_OF)


@pytest.mark.parametrize("who", WHO)
def test_who_gets_in_where(world, who):
    wrong = []
    for rule, method in rules(world.app):
        if rule.endpoint in BY_LINK:
            continue
        for headers in ({}, {"HX-Request": "true"}, {"HX-Request": "true", "HX-Request-Type": "partial"}):
            if headers and rule.arguments == set() and method == "POST":
                continue
            found = outcome(ask(world, world.client(who), rule, method, world.hers, **headers))
            if found != (wanted := expected(rule.endpoint, who, rule.rule)):
                wrong.append(f"{method} {rule.rule} {headers}: {found}, not {wanted}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", WHO[1:])
def test_what_is_somebody_elses_looks_like_what_never_was(world, who):
    wrong = []
    for rule, method in rules(world.app):
        if not rule.arguments or rule.endpoint in BY_LINK | ALIKE:
            continue
        wanted = expected(rule.endpoint, who, rule.rule)
        never = ask(world, world.client(who), rule, method, world.hers | NEVER | {"slot_id": 999_999, "taken_back_id": 999_999})
        if outcome(never) != (wanted if wanted in (NO, SECOND) else NONE):
            wrong.append(f"{method} {rule.rule}: what never was is {outcome(never)}")
        if wanted == NONE and plainly(ask(world, world.client(who), rule, method, world.hers)) != plainly(never):
            wrong.append(f"{method} {rule.rule}: one can tell")
    assert not wrong, "\n".join(wrong)


def test_a_view_that_becomes_public_by_mistake_is_noticed(world, monkeypatch):
    unnoticed = []
    for rule, method in rules(world.app):
        view = world.app.view_functions[rule.endpoint]
        if view.needs is None:
            continue
        with monkeypatch.context() as flipped:
            flipped.setattr(view, "needs", None)
            if outcome(ask(world, world.client("nobody"), rule, method, world.hers)) == expected(
                rule.endpoint, "nobody", rule.rule
            ):
                unnoticed.append(f"{method} {rule.rule}")
    assert not unnoticed, "\n".join(unnoticed)


def test_a_forgotten_second_step_is_noticed(world, monkeypatch):
    """Without the one check that a device is half-open, and at each view that takes one in by mistake."""
    shut = [
        (rule, method) for rule, method in rules(world.app) if KINDS.get(KIND_OF.get(rule.endpoint), {}).get("half") == SECOND
    ]

    def unnoticed():
        return [
            f"{method} {rule.rule}"
            for rule, method in shut
            if outcome(ask(world, world.client("half"), rule, method, world.hers)) == SECOND
        ]

    assert len(unnoticed()) == len(shut) > 100
    for rule, _ in shut:
        monkeypatch.setattr(world.app.view_functions[rule.endpoint], "is_second", True, raising=False)
    assert unnoticed() == []
    monkeypatch.undo()
    monkeypatch.setattr(edge, "finish", lambda status: g.db.rollback() if "db" in g else None)
    monkeypatch.setattr(auth, "is_half_open", lambda: False)
    assert unnoticed() == []


def test_a_view_that_opens_to_every_role_by_mistake_is_noticed(world, db, monkeypatch):
    devices = {name: identity.device_of(db, token) for name, token in world.tokens.items() if name not in TRUSTED}
    held = {
        who: {one for one in Permission if is_allowed(device.person or device.staff, one)} for who, device in devices.items()
    }
    db.rollback()  # the requests want to write
    unnoticed = []
    for rule, method in rules(world.app):
        view = world.app.view_functions[rule.endpoint]
        shut = [who for who in held if who != "half" and view.needs and not held[who] & set(view.needs)]
        if not shut:
            continue
        with monkeypatch.context() as flipped:
            flipped.setattr(view, "needs", ())
            found = [outcome(ask(world, world.client(who), rule, method, world.hers)) for who in shut]
        if all(one == NO for one in found):
            unnoticed.append(f"{method} {rule.rule}")
    assert set(unnoticed) == TWO_LOCKS
