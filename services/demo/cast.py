"""Who works in the demo, and where."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import frame
from services.demo.content import content
from services.models import Organisation, Place, Room, StaffMember, StaffRole, SupportForm

FIRST_PHONE = 900_900  # the participants have the numbers from 900 000 on; all of them are kept for fiction


@dataclass
class Cast:
    staff: dict[str, StaffMember]  # by address
    rooms: dict[tuple[str, str], Room]  # by the names of place and room
    forms: dict[str, SupportForm]  # by code
    organisations: list[Organisation]  # in the order of frame.toml

    @property
    def coordinators(self) -> list[StaffMember]:
        return [member for member in self.staff.values() if "coordinator" in member.role_codes]


def gather(db: Session) -> Cast:
    """Everybody and every place, made anew in a database that has the frame and nothing else."""
    found = {row.name: row for row in db.scalars(select(Organisation))}
    organisations = [found[row["name"]] for row in frame.content()["organisations"]]
    staff = {row["email"]: _member(row, organisations, number) for number, row in enumerate(content("people")["staff"])}
    db.add_all(staff.values())
    rooms = {}
    for row in content("places")["places"]:
        place = Place(**{name: value for name, value in row.items() if name != "rooms"})
        for name, floor in row["rooms"]:
            rooms[place.name, name] = Room(place=place, name=name, floor=floor)
    db.add_all(rooms.values())
    db.flush()
    forms = {form.code: form for form in db.scalars(select(SupportForm))}
    return Cast(staff, rooms, forms, organisations)


def _member(row: dict, organisations: list[Organisation], number: int) -> StaffMember:
    first, _, last = row["name"].partition(" ")
    return StaffMember(
        first_name=first, last_name=last, gender=row["gender"], organisation=organisations[row["organisation"]],
        email=row["email"], phone=f"+447700{FIRST_PHONE + number}", speaks=row["speaks"],
        roles=[StaffRole(role=role) for role in row["roles"]],
    )  # fmt: skip
