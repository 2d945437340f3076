"""What a coordinator must do, because no page or message can: tasks, and sessions on which the two sides differ."""

from flask import Blueprint, g, redirect, request, url_for
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import AnyOf, DataRequired, Length

from portal import edge
from portal.auth import allow
from portal.show import problems_of, show
from services import attendance, barriers_desk, calls, interpreters, tasks
from services.permissions import Permission

bp = Blueprint("tasks", __name__, url_prefix="/tasks")


class SettleForm(FlaskForm):
    """One of several on the page, so its fields carry the session's id."""

    said = StringField(validators=[AnyOf(("present", "absent", "excused"), "choice-missing")])
    note = StringField(validators=[DataRequired("reason-missing"), Length(max=1000, message="note-long")])


def page(**more):
    db = edge.open_session()
    return show(
        "tasks/see.html", tasks=tasks.open_tasks(db, g.actor), differences=attendance.differences(db, g.actor),
        calls_due=calls.count_due(db, g.actor), barriers=barriers_desk.counts(db, g.actor), typed=request.form,
        orders=interpreters.open_orders(db, g.actor), is_left_behind=interpreters.is_left_behind, **more,
    )  # fmt: skip


@bp.get("")
@allow(Permission.TASK_SEE)
def see():
    return page()


@bp.post("/<int:task_id>/done")
@allow(Permission.TASK_SEE)
def finish(task_id: int):
    tasks.finish(edge.open_session(), g.actor, task_id)
    return redirect(url_for("tasks.see"), 303)


@bp.post("/sessions/<int:booking_id>")
@allow(Permission.ATTENDANCE_SETTLE)
def settle(booking_id: int):
    db, prefix = edge.open_session(), f"d{booking_id}-"
    booking, form = attendance.get_to_settle(db, g.actor, booking_id), SettleForm(prefix=prefix)
    if not form.validate():
        edge.drop()  # before the page is read, not after: what was read would be read again, row by row
        return page(status=422, problems=[(prefix + name, code) for name, code in problems_of(form)])
    attendance.settle(db, g.actor, booking, form.said.data, note=form.note.data)
    return redirect(url_for("tasks.see") + "#differences", 303)
