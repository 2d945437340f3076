"""The form with which a specialist describes many times at once, and what it looked like when it was sent."""

import re
from datetime import date, time

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, StringField
from wtforms.validators import AnyOf, InputRequired, ValidationError

from portal.numbers import whole_or_none
from services import clock
from services.models import Room, Slot, SupportForm
from services.publishing import Wish

MINUTES, PAUSES = ("30", "45", "60", "90"), ("0", "10", "15")
PROVIDES = ("step-free", "loop", "pjm", "interpreter-uk", "quiet-place", "large-print")
ONES = ("start", "end", "minutes", "pause", "form_id", "where", "capacity")
MANY = ("days", "provides")
LARGEST_GROUP = 50


class DaysField(Field):
    def process_formdata(self, values):
        try:
            self.data = tuple(sorted({date.fromisoformat(value) for value in values}))
        except ValueError:
            raise ValueError("days-missing") from None


class HourField(Field):
    """ "9:00", and what people type instead on a telephone's number pad: "9", "900", "9.00". Else `wrong`."""

    def __init__(self, *args, wrong: str, **more):
        super().__init__(*args, validators=[InputRequired(wrong)], **more)
        self.wrong = wrong

    def process_formdata(self, values):
        found = re.fullmatch(r"(\d{1,2})(?:[:., ]?(\d\d))?", (values or [""])[0].strip())
        try:
            self.data = time(int(found[1]), int(found[2] or 0))
        except (TypeError, ValueError):
            raise ValueError(self.wrong) from None


class WishForm(FlaskForm):
    days = DaysField(validators=[InputRequired("days-missing")])
    start = HourField(wrong="start-wrong")
    end = HourField(wrong="end-wrong")
    minutes = StringField(validators=[AnyOf(MINUTES, "minutes-missing")])
    pause = StringField(validators=[AnyOf(PAUSES, "pause-missing")])
    form_id = StringField()
    capacity = StringField()
    where = StringField()

    def __init__(self, sent: MultiDict, forms: list[SupportForm], rooms: list[Room]):
        super().__init__(formdata=sent)
        self.sent = sent
        self.forms = {str(form.id): form for form in forms}
        self.rooms = {str(room.id) for room in rooms}

    def validate_end(self, field):
        if self.start.data and field.data and field.data <= self.start.data:
            raise ValidationError("end-before-start")

    def validate_form_id(self, field):
        if field.data not in self.forms:
            raise ValidationError("form-missing")

    def validate_where(self, field):
        if field.data not in self.rooms and field.data not in ("phone", "video"):
            raise ValidationError("room-missing")

    def validate_capacity(self, field):
        if self.is_group and not 1 <= (whole_or_none(field.data) or 0) <= LARGEST_GROUP:
            raise ValidationError("capacity-wrong")

    @property
    def is_group(self) -> bool:
        chosen = self.forms.get(self.form_id.data)
        return chosen is not None and chosen.mode == "group"

    def wish(self) -> Wish:
        """Only of a form that is valid."""
        is_room = self.where.data in self.rooms
        return Wish(
            self.days.data, self.start.data, self.end.data, int(self.minutes.data), int(self.pause.data), int(self.form_id.data),
            mode="place" if is_room else self.where.data, room_id=int(self.where.data) if is_room else None,
            capacity=int(self.capacity.data) if self.is_group else 1,
            provides=tuple(code for code in PROVIDES if code in self.sent.getlist("provides")),
        )  # fmt: skip


def typed(sent: MultiDict) -> dict:
    """What was sent, as it was sent: to show again, to carry on in hidden fields, to go back with."""
    return {name: sent.getlist(name) for name in MANY} | {name: sent.get(name, "") for name in ONES}


def usual(last: Slot | None, forms: list[SupportForm]) -> dict:
    """What a fresh form proposes: the same as last time, where there was one."""
    answers = {"start": "9:00", "end": "13:00", "minutes": "45", "pause": "15", "capacity": "8"}
    if len(forms) == 1:
        answers["form_id"] = str(forms[0].id)
    if last is None:
        return answers
    minutes = str(int((last.ends_at - last.starts_at).total_seconds() // 60))
    return answers | {
        "minutes": minutes if minutes in MINUTES else "45",
        "form_id": str(last.form_id),
        "where": str(last.room_id) if last.room_id else last.mode if last.mode != "place" else "",
        "capacity": str(last.capacity) if last.capacity > 1 else "8",
        "provides": last.provides,
    }


def fourteen_days() -> list[date]:
    today = clock.today()
    return [date.fromordinal(today.toordinal() + number) for number in range(14)]
