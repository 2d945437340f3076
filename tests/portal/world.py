"""A small programme with everybody in it, for tests that go through every address as everybody."""

from dataclasses import dataclass, field
from datetime import timedelta

from flask.testing import FlaskClient

from services import (
    acting,
    acting_ways,
    barriers,
    campaigns,
    clock,
    contacts,
    factors,
    identity,
    leaving,
    outbox,
    plans,
    tasks,
    texts,
)
from services.audiences import only
from services.models import (
    AttendanceStatement,
    Call,
    Campaign,
    FollowUp,
    InterpreterOrder,
    MailboxItem,
    Message,
    Offer,
    Passkey,
    PlacePicture,
    Task,
    Wish,
)  # fmt: skip
from services.models.acting import THINGS

WHO = ("nobody", "maria", "bruno", "jan", "adam", "ewa", "iza", "admin", "anna", "olek", "half")
TRUSTED = ("anna", "olek")
NEVER = {
    "number": "A2A-222", "person_id": 999_999, "goal_id": 999_999, "step_id": 999_999, "line": "f" * 32, "version_id": 999_999,
    "batch": "never-published", "booking_id": 999_999, "task_id": 999_999, "campaign_id": 999_999, "contact_id": 999_999, "copy_token": "n" * 22,
    "barrier_token": "999999-" + "n" * 22, "report_id": 999_999, "leave_token": "999999-email-" + "n" * 22, "text_id": 999_999, "item_id": 999_999,
    "token": "A" * 22, "offer_token": "A" * 22, "follow_up_token": "A" * 22, "wish_id": 999_999, "passkey_id": 999_999, "call_id": 999_999, "place_id": 999_999, "name": "never-1x1.webp", "order_id": 999_999, "mandate_id": 999_999, "act_token": "A" * 22, "secret": "0" * 32,
}  # fmt: skip


@dataclass
class World:
    """Maria has a coming session with Jan, a plan in force, and a task at Ewa's. Bruno is another participant.

    Anna may do everything for Maria that somebody may be let do, Olek everything for Bruno: trusted people, not signed in.
    Adam is a specialist and Iza a coordinator of a partner that has nothing to do with Maria; Ewa is the leader's.
    `hers`: what belongs to Maria, Jan or Ewa, by the names that addresses use.
    """

    app: object
    tokens: dict[str, str] = field(default_factory=dict)
    hers: dict = field(default_factory=dict)

    def client(self, who: str) -> FlaskClient:
        """A browser in which somebody is signed in, without the fixtures' commits before and after."""
        client = FlaskClient(self.app, self.app.response_class, use_cookies=True)
        if who in TRUSTED:
            with client.session_transaction() as session:
                session["acting"] = [self.tokens[who]]
        elif who != "nobody":
            with client.session_transaction() as session:
                session.update(_user_id=self.tokens[who], _fresh=True, seen=int(clock.now().timestamp()))
        return client


def build(app, db, make) -> World:
    key = app.config["SETTINGS"].secret_key
    stranger = make.organisation("Bank Żywności")
    maria, bruno = make.participant("Maria Kowal", needs=["loop"]), make.participant("Bruno Zych")
    people = {
        "maria": maria, "bruno": bruno, "jan": make.adviser, "ewa": make.ewa,
        "adam": make.specialist("Adam Wilk", role="psychologist", organisation=stranger),
        "iza": make.coordinator("Iza Mróz", organisation=stranger),
        "admin": make.staff("Ola Lis", roles=["admin"]),
        "half": make.coordinator("Lena Kos", organisation=make.leader),
    }  # fmt: skip
    slot = make.slot("2026-11-24 10:00", batch="published-by-jan")
    booking = make.booking(maria, slot)
    for side, said in (("specialist", "present"), ("participant", "absent")):
        db.add(AttendanceStatement(booking_id=booking.id, side=side, said=said, at=clock.now()))
    free = make.slot("2026-11-26 12:00")
    taken_back = make.slot("2026-11-26 14:00", status="withdrawn")
    agreed = make.plan(maria)
    draft = plans.draft_for(db, make.ewa, maria.enrolments[0])
    tasks.ask(db, "call-me", maria, subject="test")
    campaign = campaigns.send(db, make.ewa, key="k" * 20, selection=only(maria.id), wait=60)
    mail = MailboxItem(at=clock.now(), channel="sms", reference="r1", to="+447700900111", subject="", body="Do zobaczenia")
    outbox.post(db, "reminder", "call", subject="test", useful_until=booking.starts_at, person_id=maria.id,
                booking_id=booking.id, booking_version=1)  # fmt: skip
    message = db.query(Message).filter_by(channel="call").order_by(Message.id.desc()).first()
    call = Call(message_id=message.id, person_id=maria.id, booking_id=booking.id, created_at=clock.now(),
                next_try_at=clock.now(), useful_until=booking.starts_at)  # fmt: skip
    db.add(call)
    db.add(mail)
    report = barriers.report(db, barriers.Wish("Nie widać.", way="post", address="Wolna 1"), key="k" * 20, sender="s")
    link = identity.make_link(db, key, "visit", person_id=maria.id, booking_id=booking.id, lasts=timedelta(days=2))
    contact = contacts.add(db, maria, "Olena", "olena@example.org")
    copy_link = identity.contact_link(db, key, contact.id, maria.id)
    wish = Wish(person=maria, form_id=slot.form_id, since=clock.now())
    offer = Offer(wish=wish, slot=free, made_at=clock.now(), until=clock.now() + timedelta(hours=4))
    question = FollowUp(enrolment=maria.enrolments[0], after_days=28, asked_at=clock.now())
    db.add_all([offer, question])
    db.flush()
    factors.begin(db, people["half"]).app_since = clock.now()
    passkey = Passkey(person_id=maria.id, credential_id="x", public_key="x", created_at=clock.now())
    db.add(passkey)
    db.flush()
    taking = identity.offer_link(db, key, offer, maria.id)
    telling = identity.follow_up_link(db, key, question, maria.id, until=clock.now() + timedelta(days=14))
    world = World(app, {name: identity.sign_in(db, who, is_shared=False) for name, who in people.items()})
    place = slot.place
    place.photo, place.access = "0123456789abcdef-30x20.webp", ["loop"]  # she finds what she needs there
    db.add(PlacePicture(place_id=place.id, digest="0123456789abcdef", content=b"x", added_at=clock.now()))
    in_need = make.booking(maria, make.slot("2026-11-27 12:00"), needs=["pjm"])
    order = db.query(InterpreterOrder).filter_by(booking_id=in_need.id).one()
    world.hers = {
        "place_id": place.id, "name": place.photo, "order_id": order.id,
        "number": booking.number, "person_id": maria.id, "goal_id": draft.goals[0].id, "step_id": draft.goals[0].steps[0].id,
        "line": agreed.goals[0].steps[0].line, "version_id": agreed.id, "batch": "published-by-jan", "booking_id": booking.id,
        "task_id": db.query(Task).filter_by(kind="call-me").one().id, "campaign_id": db.query(Campaign).one().id,
        "text_id": texts.keep(db, make.ewa, "Warsztat", "event", {"pl": "Zapraszamy"}).id,
        "item_id": mail.id, "token": identity.token_of(key, link), "slot_id": slot.id, "taken_back_id": taken_back.id,
        "offer_token": identity.token_of(key, taking), "follow_up_token": identity.token_of(key, telling), "wish_id": wish.id, "passkey_id": passkey.id, "call_id": call.id, "channel": "sms",
        "secret": app.config["SETTINGS"].hook("sms").rpartition("/")[2], "form_id": slot.form_id,
        "report_id": report.id, "barrier_token": barriers.token_of(key, report.id), "contact_id": contact.id, "copy_token": identity.token_of(key, copy_link), "leave_token": leaving.token_of(key, maria.id),
    }  # fmt: skip
    for name, whose in (("anna", maria), ("olek", bruno)):
        mandate = acting.name(db, key, whose, name, "", list(THINGS), form_key=name)
        way_in = acting_ways.token_of(key, acting_ways.open_link(db, mandate))
        world.tokens[name] = acting_ways.accept(db, key, way_in, form_key="k", is_shared=False)[1]
        world.hers.setdefault("mandate_id", mandate.id)
    world.hers["act_token"] = way_in
    assert campaign
    db.commit()
    return world
