"""What a coordinator must do, because no page or message can."""

from flask import Blueprint, g, redirect, url_for

from portal import edge
from portal.auth import allow
from portal.show import show
from services import tasks
from services.permissions import Permission

bp = Blueprint("tasks", __name__, url_prefix="/tasks")


@bp.get("")
@allow(Permission.TASK_SEE)
def see():
    return show("tasks/see.html", tasks=tasks.open_tasks(edge.open_session(), g.actor))


@bp.post("/<int:task_id>/done")
@allow(Permission.TASK_SEE)
def finish(task_id: int):
    tasks.finish(edge.open_session(), g.actor, task_id)
    return redirect(url_for("tasks.see"), 303)
