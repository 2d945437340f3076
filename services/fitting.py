"""Which times suit somebody: those for which an interpreter can still be found, at places that they can enter.

One rule, said twice: as a condition for the database, which looks through thousands of times, and for one time at hand.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import String, and_, bindparam, cast, or_, select, true
from sqlalchemy.sql.elements import ColumnElement

from services import working_days
from services.models import Place, Room, Slot, StaffMember

AHEAD = 3  # working days that it takes to find an interpreter: the law on sign language gives as many
SIGNED = ("pjm", "sjm", "skogn")
TONGUES = dict(zip(SIGNED, SIGNED, strict=True)) | {"interpreter-uk": "uk", "interpreter-ru": "ru", "interpreter-en": "en"}
OTHER = "interpreter-other"  # in a language that the person names
INTERPRETED = (*TONGUES, OTHER)
OF_THE_PLACE = ("step-free", "toilet", "loop", "quiet-place")
OF_THE_WAY = ("step-free", "toilet", "quiet-place", "transport")  # nothing to a session by telephone or video
AT_HOME = {"phone": frozenset(OF_THE_WAY), "video": frozenset((*OF_THE_WAY, "loop"))}  # what one has where one is
FOR_US = ("transport",)  # a coordinator sees to it, so the specialist need not know


@dataclass(frozen=True)
class Wants:
    """What a time must answer: codes of needs."""

    interpreters: tuple[str, ...] = ()
    place: tuple[str, ...] = ()


def wants(needs: Iterable[str], *, anywhere: bool = False, any_day: bool = False) -> Wants:
    """What these needs ask of a time. `anywhere`: also of places that are hard to enter; `any_day`: also too early for
    an interpreter to be found."""
    asked = set(needs)
    interpreters = () if any_day else tuple(code for code in INTERPRETED if code in asked)
    return Wants(interpreters, () if anywhere else tuple(code for code in OF_THE_PLACE if code in asked))


def ready_on(today: date) -> date:
    """The first day for which an interpreter who is asked for today can be promised."""
    return working_days.after(today, AHEAD)


def condition(asked: Wants) -> ColumnElement[bool]:
    """On Slot, with the parameter `ready_on` where an interpreter is asked for."""
    return and_(true(), *map(_is_interpreted, asked.interpreters), *map(_is_enterable, asked.place))


def _says(column, code: str) -> ColumnElement[bool]:
    return cast(column, String).like(f'%"{code}"%')  # a list of codes, which are plain letters


def _is_interpreted(code: str) -> ColumnElement[bool]:
    ways = [Slot.day >= bindparam("ready_on"), _says(Slot.provides, code)]
    if code in TONGUES:
        ways.append(Slot.specialist_id.in_(select(StaffMember.id).where(_says(StaffMember.speaks, TONGUES[code]))))
    return and_(Slot.mode != "phone", or_(*ways)) if code in SIGNED else or_(*ways)


def _is_enterable(code: str) -> ColumnElement[bool]:
    ways = [_says(Slot.provides, code), *(Slot.mode == mode for mode, codes in AT_HOME.items() if code in codes)]
    there = Slot.place_id.in_(select(Place.id).where(_says(Place.access, code)))
    if code == "step-free":
        lift = select(Room.id).join(Room.place).where(or_(Room.floor == 0, _says(Place.access, "lift")))
        there = and_(there, or_(Slot.room_id.is_(None), Slot.room_id.in_(lift)))
    return or_(*ways, there)


def to_order(needs: Iterable[str], slot: Slot) -> list[str]:
    """The interpreters that have to be found for this time: nobody there speaks or signs so."""
    there = {*slot.provides, *(code for code, tongue in TONGUES.items() if tongue in slot.specialist.speaks)}
    return [code for code in INTERPRETED if code in set(needs) - there]


def is_too_soon(needs: Iterable[str], slot: Slot, today: date) -> bool:
    """Whether an interpreter would have to be found for this time and cannot be promised any more."""
    return bool(to_order(needs, slot)) and slot.day < ready_on(today)


def lacking(needs: Iterable[str], slot: Slot) -> list[str]:
    """What somebody needs of a place and will not find at this one."""
    there = set(slot.provides) | AT_HOME.get(slot.mode, set())
    if slot.place:
        there |= set(slot.place.access)
        if slot.room and slot.room.floor and "lift" not in slot.place.access and "step-free" not in slot.provides:
            there.discard("step-free")
    return [code for code in OF_THE_PLACE if code in set(needs) - there]


def fits(asked: Wants, slot: Slot, today: date) -> bool:
    """Whether `condition` holds for this time."""
    is_told = slot.mode == "phone" and set(asked.interpreters).intersection(SIGNED)
    return not (is_told or is_too_soon(asked.interpreters, slot, today) or lacking(asked.place, slot))


def of_session(needs: Iterable[str], slot: Slot) -> set[str]:
    """Of somebody's needs those that concern whoever meets them at this time."""
    nothing_there = OF_THE_WAY if slot.mode != "place" else FOR_US
    return set(needs).difference(nothing_there)
