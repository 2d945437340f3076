"""What is printed: a person's invitation and plan, as PDF."""

from flask import Blueprint, current_app, g, redirect, url_for
from flask_babel import get_locale

from portal import edge, i18n, paper
from portal.auth import allow
from services import bookings, identity, people, plans
from services.models import Person
from services.permissions import Permission

bp = Blueprint("papers", __name__)


def read_by_staff(person_id: int, what: str) -> Person:
    """Somebody whom the actor may see; the look is in the log before anything is printed."""
    person = people.get_person(edge.open_session(), g.actor, person_id)
    edge.looked(person.id, what)
    return person


def plan_of(person: Person, lang: str, *, is_easy: bool):
    app, db = current_app._get_current_object(), edge.open_session()
    view, coming = plans.view_for(db, person), bookings.coming(db, person)
    return paper.answer(paper.plan(app, person, view, coming, lang, is_easy=is_easy), "pracownia-plan")


@bp.get("/people/<int:person_id>/invitation.pdf")
@allow(Permission.PERSON_INVITE)
def invitation(person_id: int):
    """The open invitation on paper. Where there is none, the page with the button that makes one."""
    person = read_by_staff(person_id, "invitation")
    link = identity.open_invitation(edge.open_session(), person)
    if link is None:
        return redirect(url_for("people.invitation", person_id=person.id), 303)
    enrolment = max(person.enrolments, key=lambda one: (one.joined_on, one.id), default=None)
    return paper.answer(paper.invitation(current_app._get_current_object(), person, enrolment, link), "pracownia")


@bp.get("/people/<int:person_id>/plan.pdf")
@allow(Permission.PLAN_WRITE)
def plan(person_id: int):
    """For the person, so in the person's language and words."""
    person = read_by_staff(person_id, "plan")
    return plan_of(person, person.language, is_easy=person.is_easy)


@bp.get("/plan.pdf")
@allow(Permission.PLAN_SEE)
def own_plan():
    """In the language and the words in which the person reads the page."""
    return plan_of(g.actor, str(get_locale()), is_easy=i18n.is_easy())
