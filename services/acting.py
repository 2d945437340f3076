"""Trusted people who act: whom a person lets see and do named things for them, and how either of the two ends it.

Nothing is allowed that was not ticked, but what a thing cannot be done without (`NEEDS`). What one may is asked in
`services.permissions`; how one comes in: `services.acting_ways`; what was done: `services.acting_history`.
"""

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from services import acting_ways, audit, clock
from services.contacts import read_address
from services.errors import NotFound, Refused
from services.models import Enrolment, Mandate, MandateThing, Person
from services.models.acting import THINGS
from services.permissions import Permission, require

MOST = 5
NO_ADDRESS = {"email": None, "phone": None}
# Who answers for a session must see it; who books sees with whom.
NEEDS = {"kinds": {"sessions"}, "answer": {"sessions"}, "arrive": {"sessions"}, "book": {"sessions", "kinds"}}


def of(db: Session, person: Person) -> list[Mandate]:
    """Who may act for a person now, in the order in which they were named; also who has not come in yet."""
    return [mandate for mandate in ever(db, person) if mandate.is_live]


def ever(db: Session, person: Person) -> list[Mandate]:
    """Who may or once might act for a person, in the order in which they were named."""
    query = select(Mandate).where(Mandate.person_id == person.id).order_by(Mandate.id)
    return list(db.scalars(query.options(joinedload(Mandate.enrolment), joinedload(Mandate.things))).unique())


def get(db: Session, actor: Person, mandate_id: int) -> Mandate:
    """One of the actor's own, ended or not; else NotFound."""
    found = db.get(Mandate, mandate_id)
    if found is None or found.person_id != actor.id:
        raise NotFound
    return found


def name(db: Session, key: bytes, actor: Person, who: str, address: str, things: list[str], *, form_key: str) -> Mandate:
    """Let somebody act, and send them their way in. The same `form_key` twice is one.

    `address` may be empty: then the link is for handing over. Refused: "trusted-name-missing", "name-long", "contact-wrong",
    "things-missing", "trusted-already" (a live one has that address), "too-many-trusted", "not-enrolled".
    """
    require(actor, Permission.CHOICE_MAKE)
    _lock(db, actor)
    again = db.scalar(select(Mandate).where(Mandate.person_id == actor.id, Mandate.key == form_key))
    if again is not None:
        return again
    who = " ".join(who.split())
    if not who or len(who) > 80:
        raise Refused("name-long" if who else "trusted-name-missing")
    email, phone = read_address(address) if address.strip() else (None, None)
    wanted = with_needed(things)
    there = of(db, actor)
    if any((one.email, one.phone) == (email, phone) for one in there if email or phone):
        raise Refused("trusted-already")
    if len(there) >= MOST:
        raise Refused("too-many-trusted", most=MOST)
    now = clock.now()
    mandate = Mandate(
        person_id=actor.id, enrolment_id=_enrolment(db, actor).id, name=who, email=email, phone=phone, language=actor.language,
        key=form_key, created_at=now, things=[MandateThing(thing=code, since=now) for code in wanted],
    )  # fmt: skip
    db.add(mandate)
    audit.record(db, actor, "mandate:give", mandate, things=wanted)
    acting_ways.send_link(db, key, mandate)
    return mandate


def with_needed(things: list[str]) -> list[str]:
    """What was ticked, and what it cannot be done without, in the order of the page. Refused("things-missing"): nothing."""
    ticked = set(things) & set(THINGS)
    if not ticked:
        raise Refused("things-missing")
    wanted = ticked.union(*(NEEDS.get(code, ()) for code in ticked))
    return [code for code in THINGS if code in wanted]


def _lock(db: Session, person: Person) -> None:
    """Two forms of one person at the same moment: the second sees what the first has made."""
    db.execute(select(Person.id).where(Person.id == person.id).with_for_update())


def _enrolment(db: Session, person: Person) -> Enrolment:
    query = select(Enrolment).where(Enrolment.person_id == person.id).order_by(Enrolment.joined_on.desc(), Enrolment.id.desc())
    newest = db.scalars(query.limit(1)).first()
    if newest is None or (newest.left_on is not None and newest.left_on <= clock.today()):
        raise Refused("not-enrolled")
    return newest


def change(db: Session, actor: Person, mandate: Mandate, things: list[str]) -> None:
    """Let them do these things from now on, and nothing else. What stays keeps its date. Refused: "things-missing"."""
    require(actor, Permission.CHOICE_MAKE)
    wanted = with_needed(things)
    db.refresh(mandate, ["ended_at", "things"], with_for_update=True)
    if not mandate.is_live:
        raise Refused("mandate-over")
    if mandate.codes == set(wanted):
        return
    kept = [one for one in mandate.things if one.thing in wanted]
    new = [MandateThing(thing=code, since=clock.now()) for code in wanted if code not in mandate.codes]
    mandate.things = kept + new
    audit.record(db, actor, "mandate:change", mandate, things=wanted)


def send_again(db: Session, key: bytes, actor: Person, mandate: Mandate) -> None:
    """A new link for somebody whose link was lost or has lapsed. Refused: "mandate-over"."""
    require(actor, Permission.CHOICE_MAKE)
    if not mandate.is_live:
        raise Refused("mandate-over")
    acting_ways.send_link(db, key, mandate)
    audit.record(db, actor, "mandate:send-link", mandate)


def end(db: Session, mandate: Mandate, *, by: str) -> bool:
    """End it now, with every open browser and link. `by`: "person" or "trusted". Twice is once.

    The name stays, since it says who did what; the address is needed for nothing any more.
    """
    done = db.execute(
        update(Mandate).where(Mandate.id == mandate.id, Mandate.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_by=by, **NO_ADDRESS)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if done.rowcount:
        db.refresh(mandate, ["ended_at", "ended_by", "email", "phone"])
        acting_ways.close(db, mandate)
        audit.record(db, mandate if by == "trusted" else mandate.person, "mandate:end", mandate)
    return bool(done.rowcount)


def drop_old(db: Session) -> int:
    """Forget the addresses of those whose mandate has ended with the enrolment."""
    left = select(Enrolment.id).where(Enrolment.left_on <= clock.today())
    has_address = or_(Mandate.email.is_not(None), Mandate.phone.is_not(None))
    return db.execute(update(Mandate).where(Mandate.enrolment_id.in_(left), has_address).values(**NO_ADDRESS)).rowcount
