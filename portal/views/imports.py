"""The register of participants, from a spreadsheet on the coordinator's desk into the edition of today."""

from flask import Blueprint, g
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired

from portal import edge
from portal.auth import allow
from portal.show import problems_of, show
from services import frame, imports
from services.errors import NotAllowed, Refused
from services.permissions import Permission

bp = Blueprint("imports", __name__, url_prefix="/people/import")
MOST_SHOWN = 50  # problems on one page; the numbers are complete


class RegisterForm(FlaskForm):
    register = FileField(validators=[FileRequired("register-missing")])


def _require_leader() -> None:
    """The register is the whole programme's: the leader's coordinators and administrators bring it in."""
    if g.actor.organisation.role != "leader":
        raise NotAllowed


@bp.get("")
@allow(Permission.PERSON_IMPORT)
def new():
    _require_leader()
    return show("imports/new.html")


@bp.post("")
@allow(Permission.PERSON_IMPORT)
def bring_in():
    """The report is the answer itself: bringing the same file in again changes nothing, so pressing twice does no harm."""
    _require_leader()
    form, db = RegisterForm(), edge.open_session()
    if not form.validate():
        return show("imports/new.html", status=422, problems=problems_of(form))
    try:
        edition = frame.ensure_frame(db)
        report = imports.import_participants(db, form.register.data.read(), edition=edition, actor=g.actor)
    except Refused as no:
        return show("imports/new.html", status=422, problems=[("register", no.code, no.facts)])
    return show("imports/report.html", report=report, edition=edition, shown=report.problems[:MOST_SHOWN])
