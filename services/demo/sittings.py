"""Who has which time in the demo. Rows are made here and written at once; the database's guards hold for them as for all."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services import bookings, catalogue, clock, numbers
from services.models import Booking, Intention, Slot

FOR_DISABILITY = ("rehabilitation", "disability-needs")
MOST_AHEAD = 3  # times that one person has in front of them


@dataclass
class Guest:
    """What the generator must know about a person."""

    person_id: int
    has_disability: bool
    needs: list[str]
    coordinator_id: int | None
    ahead: int = 0
    days: set = field(default_factory=set)


@dataclass
class Sittings:
    """Rows to write. Nobody gets two times on one day, so no two of them overlap."""

    rng: Random
    rows: list[dict] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    said: list[tuple[str, str]] = field(default_factory=list)  # number of the booking, answer

    def seat(self, guest: Guest, slot: Slot, seat: int, *, answer: str = "none", line: str | None = None) -> dict:
        number = self._number()
        booked_at = min(clock.now(), slot.starts_at) - timedelta(days=self.rng.randint(2, 12), minutes=self.rng.randint(0, 400))
        is_by_staff = self.rng.random() < 0.25 and guest.coordinator_id is not None
        row = {
            "number": number, "person_id": guest.person_id, "slot_id": slot.id, "seat": seat, "starts_at": slot.starts_at,
            "ends_at": slot.ends_at, "status": "booked", "version": 1, "step_line": line, "needs": guest.needs,
            "key": f"demo-{number}", "asked": bookings.fingerprint(slot.id, guest.needs, line), "booked_at": booked_at,
            "booked_by_id": guest.coordinator_id if is_by_staff else None, "answer": answer, "is_late": False,
            "cancelled_at": None, "cancelled_by": None, "reason": None,
        }  # fmt: skip
        self.rows.append(row)
        if answer != "none":
            self.said.append((number, answer))
        guest.days.add(slot.day)
        guest.ahead += slot.starts_at > clock.now()
        return row

    def give_back(self, row: dict, at: datetime, reason: str | None = None) -> None:
        at = max(at, row["booked_at"] + timedelta(hours=1))
        is_late = at > catalogue.change_until(row["starts_at"])
        row |= {"status": "cancelled", "cancelled_at": at, "cancelled_by": "person", "reason": reason, "is_late": is_late}
        self.said.append((row["number"], "no"))

    def _number(self) -> str:
        pick, letters, digits = self.rng.choice, numbers.LETTERS, numbers.DIGITS
        while True:
            number = f"{pick(letters)}{pick(digits)}{pick(letters)}-{pick(digits)}{pick(digits)}{pick(digits)}"
            if number not in self.numbers:
                self.numbers.add(number)
                return number

    def write(self, db: Session) -> dict[str, Booking]:
        """Write everything; returns the bookings by number."""
        db.execute(insert(Booking), self.rows)
        ours = select(Booking).where(Booking.key.startswith("demo-")).order_by(Booking.id)
        made = {row.number: row for row in db.scalars(ours) if row.number in self.numbers}
        words = [
            {"booking_id": made[number].id, "booking_version": 1, "answer": answer, "at": _said_at(made[number]),
             "way": "link" if made[number].id % 2 else "plan"}
            for number, answer in self.said
        ]  # fmt: skip
        if words:
            db.execute(insert(Intention), words)
        return made


def _said_at(booking: Booking) -> datetime:
    return booking.cancelled_at or min(
        clock.now(), booking.starts_at - timedelta(hours=3), booking.booked_at + timedelta(days=1)
    )


def find_guest(rng: Random, guests: list[Guest], slot: Slot, form_code: str) -> Guest | None:
    """Somebody for whom the form is meant and who has nothing else on that day; None after some tries."""
    is_ahead = slot.starts_at > clock.now()
    for _ in range(25):
        guest = rng.choice(guests)
        is_meant = guest.has_disability or form_code not in FOR_DISABILITY
        if is_meant and slot.day not in guest.days and not (is_ahead and guest.ahead >= MOST_AHEAD):
            return guest
    return None
