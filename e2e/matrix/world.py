"""The people whose pages the matrix looks at: with the usual data, with none, and with the longest that there is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from e2e.matrix import world_others
from e2e.matrix.words import (
    LONG_FIRST,
    LONG_GOAL,
    LONG_LAST,
    LONG_NOTE,
    LONG_PLACE,
    LONG_STEP,
    LONG_STREET,
    UKRAINIAN_FIRST,
    UKRAINIAN_LAST,
)  # fmt: skip
from e2e.site import Site
from services import (
    bookings,
    campaigns,
    catalogue,
    clock,
    contacts,
    drafts,
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
    AccessLog,
    AttendanceStatement,
    Call,
    FollowUp,
    MailboxItem,
    Message,
    Offer,
    Passkey,
    Person,
    Room,
    Slot,
    StaffMember,
    Task,
    Wish,
)  # fmt: skip
from tests.factories import Factory, instant

TODAY = date(2026, 11, 23)  # a Monday
OPENS = "2026-11-23 10:40"  # the hour at which the site starts: sessions of 11:30 can be checked into


@dataclass
class World:
    """Whom the matrix knows by name, and what addresses are filled with: by state, then by the name in the address."""

    site: Site
    people: dict[str, Person | StaffMember] = field(default_factory=dict)
    ids: dict[str, dict] = field(default_factory=dict)

    def path(self, path: str, state: str) -> str:
        return path.format(**self.ids["default"] | self.ids.get(state, {}))


def build(site: Site) -> World:
    world = World(site)
    with site.writing() as db:
        _Builder(world, db).build()
    return world


class _Builder:
    def __init__(self, world: World, db: Session):
        self.world, self.db, self.site, self.key = world, db, world.site, world.site.key
        self.make = make = Factory(db)
        ewa = self.site.staff(db, "koordynator")
        like = db.scalars(select(Person).join(Person.enrolments).limit(1)).one().enrolments[0]
        known = {"the_edition": catalogue.current_edition(db), "leader": ewa.organisation, "partner": like.partner, "ewa": ewa}
        make.__dict__.update(known)
        make._forms = {"career": self.site_form("career-counselling"), "workshop": self.site_form("vocational-workshop")}
        make.__dict__["adviser"] = self.site.staff(db, "doradca")
        make.__dict__["the_room"] = make.room("12", place=make.place("Dom przy Cichej", access=["step-free", "loop", "toilet"]))

    def site_form(self, code: str):
        return next(form for form in catalogue.forms(self.db) if form.code == code)

    def build(self) -> None:
        make, db = self.make, self.db
        stranger = make.organisation("Stowarzyszenie bez nikogo")
        distant = make.organisation(f"Fundacja {LONG_PLACE}")
        far = make.place(LONG_PLACE, access=["step-free", "lift", "loop", "toilet", "quiet-place"])
        far.address = LONG_STREET
        self.far_room = make.room("Sala konferencyjna imienia Antoniego Abrahama", place=far)
        jan = make.specialist("Jan Borewicz", gender="male")
        bogna = make.specialist(f"{LONG_FIRST} {LONG_LAST}", organisation=distant, gender="male")
        lena = make.coordinator(f"{UKRAINIAN_FIRST} {UKRAINIAN_LAST}", organisation=make.leader, gender="male")
        self.world.people |= {
            "ewa": make.ewa, "iza": make.coordinator("Iza Mróz", organisation=stranger), "lena": lena,
            "jan": jan, "adam": make.specialist("Adam Wilk", organisation=stranger), "bogna": bogna,
            "sara": make.coordinator("Sara Kos"), "half": make.coordinator("Olga Lis"),
        }  # fmt: skip
        maria = make.participant("Maria Kowal", needs=["loop", "large-print"], phone="+447700900777", contact="email")
        nina = make.participant("Nina Zych", contact="call", email="nina@example.org")
        dluga = make.participant(
            f"{LONG_FIRST} {LONG_LAST}", needs=list(catalogue.NEEDS), gender="male", coordinator=lena, phone="+447700900778",
            email="wawrzyniec-konstanty.maksymilian.brzeczyszczykiewicz-nieszczegolski@osoby-z-niepelnosprawnosciami.example.org",
        )  # fmt: skip
        dluga.first_name, dluga.last_name = LONG_FIRST, LONG_LAST
        for one in (lena, bogna):  # a name is cut at its first space
            one.first_name, one.last_name = (UKRAINIAN_FIRST, UKRAINIAN_LAST) if one is lena else (LONG_FIRST, LONG_LAST)
        paula = make.participant("Paula Mazur")
        hanna = make.participant("Hanna Baran")
        self.world.people |= {"maria": maria, "nina": nina, "dluga": dluga, "paula": paula, "hanna": hanna}
        for name in ("maria", "paula", "hanna"):
            make.plan(self.world.people[name], {"Praca blisko domu": ["Kurs komputerowy", "Pierwsza rozmowa z doradcą"],
                                               "Pewność siebie": ["Spotkać psychologa"]})  # fmt: skip
        self.world.ids = {
            "default": self._person(maria, make.ewa, jan, room=make.the_room),
            "empty": {"person_id": nina.id},
            "longest": self._person(dluga, lena, bogna, room=self.far_room, longest=True),
        }
        self._twins(maria)
        version = self.site.proposal(db, paula, ("Kurs komputerowy", "Rozmowa z psychologiem: psychological-support"))
        self.world.ids["default"]["proposed_id"] = version.id
        self._session(hanna, make.slot("2026-11-23 11:30", specialist=jan, minutes=45))
        self.world.ids["default"]["paula_id"] = paula.id
        for number in range(30):  # a long list of long people
            self._long_one(number, lena, bogna)
        self._staff_things(make.ewa, jan, [maria], "default")
        self._staff_things(lena, bogna, [dluga], "longest")
        factors.begin(db, self.world.people["half"])
        for days, what in ((4, "plan"), (1, "file")):
            looked = clock.now() - timedelta(days=days)
            db.add(AccessLog(at=looked, staff_id=make.ewa.id, person_id=hanna.id, what=what))
        world_others.add(self.world, db, make)

    def _session(self, person: Person, slot: Slot, *, ago: timedelta = timedelta(days=2), **more):
        """A booking of that time, made before it began."""
        with clock.frozen(min(clock.now(), slot.starts_at - ago)):
            return bookings.book(self.db, person, person, slot.id, key=f"matrix-{slot.id}-{person.id}", **more)

    def _person(self, person: Person, coordinator, specialist, *, room: Room, longest: bool = False) -> dict:
        """Everything that belongs to one participant; what addresses need to name it."""
        make, db, key = self.make, self.db, self.key
        if longest:
            goals = {LONG_GOAL: [LONG_STEP, LONG_STEP.upper()[:120], *[f"{number}. {LONG_STEP}" for number in range(6)]],
                     f"Drugi cel: {LONG_GOAL}": [LONG_STEP]}  # fmt: skip
            agreed = make.plan(person, goals, by=coordinator)
        else:
            agreed = plans.get_version(db, person, self._version_of(person))
        with clock.frozen(instant("2026-11-15 09:00")):
            past = make.slot("2026-11-20 10:00", specialist=specialist, room=room)
            over = make.slot("2026-11-19 10:00", specialist=specialist, room=room)
        slots = [make.slot(f"2026-11-24 {10 + 2 * number}:00", specialist=specialist, room=room) for number in range(2)]
        coming = [self._session(person, slot) for slot in slots[:1]]
        with clock.frozen(instant("2026-11-16 10:00")):
            was = bookings.book(db, person, person, past.id, key=f"past-{person.id}")
            differs = bookings.book(db, person, person, over.id, key=f"over-{person.id}")
        for day in range(5 if longest else 1):
            slot = make.slot(f"2026-12-{10 + day} 09:00", specialist=specialist, mode="phone")
            coming.append(self._session(person, slot))
        gone = make.slot("2026-12-02 09:00", specialist=specialist, room=room)
        cancelled = self._session(person, gone)
        bookings.cancel(db, person, cancelled)
        free = [
            make.slot(f"2026-12-0{3 + number} 09:00", specialist=specialist, room=room, provides=list(person.need_codes))
            for number in range(3)
        ]
        draft = {"form": free[0].form_id, "specialist": specialist.id, "day": free[0].day.isoformat(), "slot": free[0].id}
        for actor in (person, coordinator):
            drafts.keep(db, drafts.owner_of(actor, person), "booking", draft)
        contact = contacts.add(
            db, person, f"{UKRAINIAN_FIRST}"[:60] if longest else "Olena", f"kontakt-{person.id}@example.org"
        )
        wish = Wish(person=person, form_id=make._forms["workshop"].id, since=clock.now())
        offered = make.slot("2026-11-26 12:00", specialist=specialist, room=room)
        offer = Offer(wish=wish, slot=offered, made_at=clock.now(), until=instant("2026-11-23 18:00"))
        question = FollowUp(enrolment=person.enrolments[0], after_days=28, asked_at=clock.now())
        passkey = Passkey(person_id=person.id, credential_id=f"x{person.id}", public_key="x", created_at=clock.now())
        db.add_all([offer, question, passkey])
        db.flush()
        visit = identity.visit_link(db, key, coming[0])
        links = {
            "token": visit,
            "offer_token": identity.offer_link(db, key, offer, person.id),
            "follow_up_token": identity.follow_up_link(db, key, question, person.id, until=clock.now() + timedelta(days=14)),
            "copy_token": identity.contact_link(db, key, contact.id, person.id),
            "way_in": identity.make_link(db, key, "invitation", person_id=person.id, lasts=timedelta(days=2)),
        }
        return {name: identity.token_of(key, link) for name, link in links.items()} | {
            "person_id": person.id, "number": coming[0].number, "past": was.number, "cancelled": cancelled.number,
            "version_id": agreed.id, "line": agreed.goals[0].steps[0].line, "contact_id": contact.id, "form_id": free[0].form_id,
            "passkey_id": passkey.id, "leave_token": leaving.token_of(key, person.id), "differs_id": differs.id,
            "coming_id": coming[0].id, "draft": draft,
        }  # fmt: skip

    def _version_of(self, person: Person) -> int:
        return plans.view_for(self.db, person).agreed.id

    def _long_one(self, number: int, coordinator, specialist) -> None:
        person = self.make.participant("Osoba", coordinator=coordinator, needs=list(catalogue.NEEDS), language="uk")
        person.first_name, person.last_name = f"{UKRAINIAN_FIRST}", f"{UKRAINIAN_LAST} {number}"
        if number < 6:
            slot = self.make.slot(f"2026-11-23 {12 + number}:00", specialist=specialist, room=self.far_room, minutes=45)
            self._session(person, slot)
        if number < 12:
            tasks.ask(self.db, "call-me", person, subject=f"long:{number}", note=LONG_NOTE)

    def _staff_things(self, coordinator, specialist, whom: list[Person], state: str) -> None:
        """What stands on the pages of staff: a call, a task, a difference, a sending, kept words, published times, a draft."""
        make, db, ids = self.make, self.db, self.world.ids[state]
        person = whom[0]
        booking = bookings.get_by_id(db, ids["coming_id"])
        batch, room = f"published-{state}", self.far_room if state == "longest" else make.the_room
        published = [make.slot(f"2026-12-0{1 + n} 13:00", specialist=specialist, batch=batch, room=room) for n in range(3)]
        back = make.slot("2026-12-07 13:00", specialist=specialist, status="withdrawn", room=room)
        for side, said in (("specialist", "present"), ("participant", "absent")):
            self._say(ids["differs_id"], side, said)
        tasks.ask(db, "call-me", person, subject="matrix", note=LONG_NOTE if state == "longest" else None)
        outbox.post(db, "reminder", "call", subject=f"matrix-{state}", useful_until=booking.starts_at, person_id=person.id,
                    booking_id=booking.id, booking_version=1)  # fmt: skip
        message = db.scalars(select(Message).where(Message.channel == "call").order_by(Message.id.desc()).limit(1)).one()
        call = Call(message_id=message.id, person_id=person.id, booking_id=booking.id, created_at=clock.now(),
                    next_try_at=clock.now(), useful_until=booking.starts_at)  # fmt: skip
        words = {
            "pl": f"Zapraszamy na warsztat. {LONG_NOTE if state == 'longest' else ''}".strip(),
            "uk": "Запрошуємо на майстерню.",
        }
        text = texts.keep(db, coordinator, LONG_GOAL[:80] if state == "longest" else "Warsztat", "event", words)
        mail = MailboxItem(at=clock.now(), channel="sms", reference=f"matrix-{state}", to="+447700900777", subject="",
                           body=f"{words['pl']} {self.site.base_url}/s/{ids['token']}")  # fmt: skip
        campaign = campaigns.send(
            db, coordinator, key=f"matrix-{state}".ljust(20, "k"), selection=only(person.id), wait=6 * 3600
        )
        db.add_all([call, mail])
        plans.draft_for(db, coordinator, person.enrolments[0])
        db.flush()
        ids |= {
            "call_id": call.id, "text_id": text.id, "item_id": mail.id, "campaign_id": campaign.id, "batch": batch,
            "slot_id": published[0].id, "taken_back_id": back.id,
        }  # fmt: skip
        ids["task_id"] = db.scalars(select(Task.id).order_by(Task.id.desc()).limit(1)).one()

    def _say(self, booking_id: int, side: str, said: str) -> None:
        self.db.add(AttendanceStatement(booking_id=booking_id, side=side, said=said, at=clock.now()))

    def _twins(self, maria: Person) -> None:
        """Two people with one address, so that a code asks which of them it is."""
        self.make.participant("Bruno Kowal", email="wspolny@example.org")
        self.make.participant("Karol Kowal", email="wspolny@example.org", gender="male")
