"""The specialist's day: who comes, what they need, who came."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, g, redirect, request, url_for
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import AnyOf

from portal import edge
from portal.auth import allow
from portal.show import problems_of, show
from services import attendance, catalogue, clock, diary, fitting, interpreters
from services.models import Booking, InterpreterOrder, Slot
from services.permissions import Permission

bp = Blueprint("today", __name__, url_prefix="/today")

SAID = ("present", "absent", "excused")


class AttendanceForm(FlaskForm):
    said = StringField(validators=[AnyOf(SAID, "choice-missing")])


@dataclass(frozen=True)
class Meeting:
    """One person at one time, as the row shows it. `ours`: the record; `theirs`: the person's own word."""

    booking: Booking
    ours: str
    theirs: str
    is_settled: bool
    differs: bool
    interpreters: list[InterpreterOrder]

    @property
    def needs(self) -> list[str]:
        """What they asked for when booking and what they always need, as far as it concerns this meeting, in the order in which
        needs are asked."""
        codes = fitting.of_session({*self.booking.needs, *self.booking.person.need_codes}, self.booking.slot)
        return [code for code in catalogue.NEEDS if code in codes]

    @property
    def is_over(self) -> bool:
        return self.booking.ends_at <= clock.now()

    @property
    def is_here(self) -> bool:
        """In the building and waiting for a word."""
        return self.theirs == "here" and not self.ours and not self.is_over

    @property
    def can_record(self) -> bool:
        return self.booking.is_live and not self.is_settled and attendance.check_in_opens(self.booking) <= clock.now()


@dataclass(frozen=True)
class Time:
    """One published time of the day with those who come, and those who cannot while their place is still free."""

    slot: Slot
    meetings: list[Meeting]
    missing: list[Booking]

    @property
    def free(self) -> int:
        return self.slot.capacity - len(self.meetings)

    @property
    def is_over(self) -> bool:
        return self.slot.ends_at <= clock.now()

    @property
    def has_begun(self) -> bool:
        return self.slot.starts_at <= clock.now()

    @property
    def kind(self) -> str:
        here = any(one.is_here for one in self.meetings)
        return "here" if here else "free" if not self.meetings else "over" if self.is_over else ""


def _meeting(booking: Booking, state: str, said: dict[str, str], interpreters: list[InterpreterOrder]) -> Meeting:
    ours = said.get("coordinator") or said.get("specialist") or ""
    return Meeting(booking, ours, said.get("participant", ""), "coordinator" in said, state == "differs", interpreters)


def _time(row: attendance.DiaryRow, ordered: dict[int, list[InterpreterOrder]]) -> Time:
    live = [
        _meeting(one, state, row.said.get(one.id, {}), ordered.get(one.id, [])) for one, state in row.bookings if one.is_live
    ]
    sitting = {one.booking.person_id for one in live}
    gone = {one.person_id: one for one, _ in row.bookings if not one.is_live and one.person_id not in sitting}
    return Time(row.slot, live, list(gone.values()) if len(live) < row.slot.capacity else [])


def _day_page(day: date) -> dict:
    db, today = edge.open_session(), clock.today()
    rows = attendance.diary(db, g.actor, day)
    ordered = interpreters.of_bookings(db, [one for row in rows for one, _ in row.bookings])
    times = [_time(row, ordered) for row in rows]
    ahead = diary.days_ahead(db, g.actor, since=today, days=15)
    return {
        "day": day,
        "is_today": day == today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "times": times,
        "sessions": sum(1 for time in times if time.meetings),
        "free": sum(1 for time in times if not time.meetings and not time.has_begun),
        "has_places": len({time.slot.place_id for time in times if time.slot.place_id}) > 1,
        "ahead": [one for one in ahead if one.day != today][:14],
        "empty": diary.empty_workdays(ahead, today),
        "unrecorded": diary.unrecorded(db, g.actor),
        "just_said": request.args.get("said", 0, type=int),
    }


def _asked_day() -> date:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return clock.today()


@bp.get("")
@allow(Permission.DIARY_SEE)
def see():
    return show("today/see.html", part="today/_times.html", **_day_page(_asked_day()))


@bp.post("/<int:booking_id>/attendance")
@allow(Permission.ATTENDANCE_RECORD)
def record(booking_id: int):
    form = AttendanceForm()
    if not form.validate():
        problems = [(f"b{booking_id}", code) for _, code in problems_of(form)]
        return show("today/see.html", status=422, problems=problems, **_day_page(_asked_day()))
    booking = attendance.record(edge.open_session(), g.actor, booking_id, form.said.data)
    day = clock.local(booking.starts_at).date()
    return redirect(url_for("today.see", day=day, said=booking.id, _anchor=f"b{booking.id}"), 303)
