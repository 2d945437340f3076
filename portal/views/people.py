"""Finding a person, their file, and the invitation that lets them in."""

from flask import Blueprint, current_app, g, redirect, request, url_for

from portal import edge, qr
from portal.auth import allow
from portal.show import show, words
from services import acting, acting_history, audiences, audit, bookings, channels, codes, identity, people, plans, tasks
from services.errors import NotFound, Refused
from services.models import Enrolment, Link, Person
from services.permissions import Permission, is_allowed

bp = Blueprint("people", __name__, url_prefix="/people")
BY = ("email", "sms")  # the ways that lead to the person and to nobody who holds their phone
PAGE = 20


def key() -> bytes:
    return current_app.config["SETTINGS"].secret_key


@bp.get("")
@allow(Permission.PERSON_FIND)
def find():
    """`slot`: a free hour for which somebody is looked for; the person's page then offers it."""
    asked, start = request.args.get("q", "")[:80], max(0, min(request.args.get("start", 0, type=int), 10_000))
    found, has_more = people.find(edge.open_session(), g.actor, asked, limit=PAGE, offset=start)
    slot = request.args.get("slot", type=int)
    waiting = None if asked or start or slot else _waiting()
    context = {
        "waiting": waiting,
        "q": asked,
        "found": found,
        "next": start + PAGE if has_more else None,
        "start": start,
        "slot": slot,
    }
    can_import = is_allowed(g.actor, Permission.PERSON_IMPORT) and g.actor.organisation.role == "leader"
    return show("people/find.html", part="people/_list.html", can_import=can_import, **context)


def _waiting() -> dict[str, int] | None:
    """What a coordinator's day begins with; nothing for others, and nothing when nothing waits."""
    if not is_allowed(g.actor, Permission.TASK_SEE):
        return None
    db = edge.open_session()
    found = {"tasks": tasks.count_open(db, g.actor), "tomorrow": audiences.count_tomorrow(db, g.actor)}
    return found if any(found.values()) else None


def file_of(person_id: int, what: str) -> tuple[Person, Enrolment | None]:
    """Somebody whom the actor may see; the look is in the log before anything is shown."""
    db = edge.open_session()
    person = people.get_person(db, g.actor, person_id)
    edge.looked(person.id, what)
    return person, max(person.enrolments, key=lambda one: (one.joined_on, one.id), default=None)


@bp.get("/<int:person_id>")
@allow(Permission.PERSON_FIND)
def see(person_id: int):
    db = edge.open_session()
    looks = audit.count_looks(db, person_id) + 1  # this one is written beside this request's own reading
    person, enrolment = file_of(person_id, "file")
    is_coordinator = is_allowed(g.actor, Permission.PERSON_INVITE)
    view = plans.view_for(db, person) if is_coordinator else None
    mandates = acting.ever(db, person)
    return show(
        "people/see.html", person=person, enrolment=enrolment, coming=bookings.coming(db, person), view=view,
        is_coordinator=is_coordinator, slot=request.args.get("slot", type=int), looks=looks,
        trusted=[one for one in mandates if one.is_live],
        acts=acting_history.done_by_trusted(db, person) if mandates else [],  # nobody acts for most people
    )  # fmt: skip


@bp.get("/<int:person_id>/invitation")
@allow(Permission.PERSON_INVITE)
def invitation(person_id: int):
    person, enrolment = file_of(person_id, "invitation")
    db = edge.open_session()
    link = identity.open_invitation(db, person)
    code = codes.code_read_out(db, enrolment.number) if enrolment else None
    return show(
        "people/invitation.html", person=person, enrolment=enrolment, link=link, address=link and _address(link),
        code=code, digits=codes.digits_of(key(), code) if code else "", done=request.args.get("done", ""),
        sent_by=request.args.get("by", ""), ways=[way for way in BY if way in channels.working() and channels.working()[way].routes(person, [])],
    )  # fmt: skip


def _address(link: Link) -> str:
    """Where an invitation leads. Its token can be written again from the link's id, so it is stored nowhere."""
    return current_app.config["SETTINGS"].base_url + url_for("entry.open_link", token=identity.token_of(key(), link))


@bp.post("/<int:person_id>/invitation")
@allow(Permission.PERSON_INVITE)
def invite(person_id: int):
    db = edge.open_session()
    person = people.get_person(db, g.actor, person_id)
    by = request.form.get("way") if request.form.get("way") in BY else None
    try:
        identity.invite(db, key(), g.actor, person, by=by)
    except Refused as no:
        return show("people/no_email.html", status=422, person=person, code=no.code)
    return redirect(url_for("people.invitation", person_id=person.id, done="sent" if by else "made", by=by), 303)


@bp.get("/<int:person_id>/invitation/card")
@allow(Permission.PERSON_INVITE)
def card(person_id: int):
    person, enrolment = file_of(person_id, "invitation")
    link = identity.open_invitation(edge.open_session(), person)
    if link is None:
        return redirect(url_for("people.invitation", person_id=person.id), 303)
    picture = qr.svg(_address(link), label=words("qr_label"))
    return show("people/card.html", person=person, enrolment=enrolment, link=link, address=_address(link), picture=picture)


@bp.post("/<int:person_id>/invitation/code")
@allow(Permission.PERSON_INVITE)
def read_code(person_id: int):
    db = edge.open_session()
    person = people.get_person(db, g.actor, person_id)
    enrolment = people.current_enrolment(db, person)
    if enrolment is None:
        raise NotFound
    codes.code_to_read_out(db, g.actor, person, enrolment.number)
    return redirect(url_for("people.invitation", person_id=person.id, done="code") + "#code", 303)
