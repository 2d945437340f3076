"""Published times: two weeks back, six weeks ahead."""

from datetime import date, time, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services import clock, working_days
from services.demo import days
from services.demo.cast import Cast
from services.demo.content import content
from services.models import Slot

BACK, AHEAD = timedelta(days=14), timedelta(days=42)
SPECIAL = 0  # the weekday of a rule that holds on a weekend or holiday, when the demo begins on one


def publish(db: Session, cast: Cast, today: date) -> None:
    soon = {today, today + timedelta(days=1)}
    calendar = [day for day in days.span(today - BACK, today + AHEAD) if working_days.is_working(day) or day in soon]
    rows = [
        row
        for rule in content("places")["times"]
        for day in calendar
        if (day.isoweekday() if working_days.is_working(day) else SPECIAL) in rule["days"]
        for row in _of_day(cast, rule, day)
    ]
    db.execute(insert(Slot), rows)


def _of_day(cast: Cast, rule: dict, day: date) -> list[dict]:
    room = cast.rooms[tuple(rule["room"])] if "room" in rule else None
    rows = []
    for hour in rule["hours"]:
        starts_at = clock.at_wall(day, time.fromisoformat(hour))
        rows.append({
            "specialist_id": cast.staff[rule["who"]].id, "form_id": cast.forms[rule["form"]].id,
            "mode": rule.get("mode", "place"), "place_id": room and room.place_id, "room_id": room and room.id,
            "starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=rule["minutes"]), "day": day,
            "capacity": rule.get("capacity", 1), "provides": rule.get("provides", []), "batch": None,
            "status": "published", "published_at": min(clock.now(), starts_at) - timedelta(days=20),
        })  # fmt: skip
    return rows
