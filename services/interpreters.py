"""Interpreters for sessions: who is to be found, what came of it, whom to call off. Free for the person.

Orders follow their booking in the transaction that changes it. One live order for each booking and kind, by a unique index;
what a coordinator says of an order is written only while it is live, so a move in the same moment leaves somebody to call off.
"""

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session, joinedload

from services import audit, clock, fitting, outbox, tasks, telling
from services.db import insert_into
from services.errors import NotFound, Refused
from services.models import AccessNeed, Booking, InterpreterOrder, Message, Slot, StaffMember
from services.permissions import Actor, Permission, require

SAID = ("asked", "confirmed", "failed")  # what a coordinator may say of a live order
_live = InterpreterOrder.over_at.is_(None)
_is_left_behind = and_(  # somebody was asked who is not needed any more
    InterpreterOrder.over_at.is_not(None), InterpreterOrder.status.in_(("asked", "confirmed")),
    InterpreterOrder.called_off_at.is_(None),
)  # fmt: skip


def require_in_time(actor: Actor, needs, slot: Slot) -> None:
    """Refused("interpreter-too-soon") when an interpreter cannot be promised for this time. Staff may try all the same."""
    if not isinstance(actor, StaffMember) and fitting.is_too_soon(needs, slot, clock.today()):
        raise Refused("interpreter-too-soon", ready_on=fitting.ready_on(clock.today()))


def follow(db: Session, actor: Actor, booking: Booking) -> None:
    """Make the orders such as the booking is now: what it needs is wanted, what it needs no more is over."""
    now = clock.now()
    mine, elsewhere = InterpreterOrder.booking_id == booking.id, InterpreterOrder.slot_id != booking.slot_id
    needed = fitting.to_order(booking.needs, db.get(Slot, booking.slot_id)) if booking.is_live else []
    needless = (mine, _live, elsewhere | InterpreterOrder.kind.not_in(needed))
    if _write(db, update(InterpreterOrder).where(*needless).values(over_at=now)):
        tasks.settle(db, "no-interpreter", booking.id)
    for kind in needed:
        if _take_back(db, mine, ~elsewhere, InterpreterOrder.kind == kind):
            continue
        row = dict(
            booking_id=booking.id, person_id=booking.person_id, slot_id=booking.slot_id, kind=kind, starts_at=booking.starts_at,
            ends_at=booking.ends_at, status="wanted", created_at=now, changed_at=now,
            language=_language(db, booking.person_id, kind),
        )  # fmt: skip
        new = insert_into(db, InterpreterOrder).values(row).on_conflict_do_nothing().returning(InterpreterOrder.id)
        if (made := db.scalar(new)) is not None:
            audit.record(db, actor, "interpreter:want", db.get(InterpreterOrder, made), kind=kind)


def _take_back(db: Session, *which) -> bool:
    """The booking is again what it was, and nobody has called the interpreter off: then the order is again what it was."""
    kept = (*which, InterpreterOrder.status != "failed", InterpreterOrder.called_off_at.is_(None))
    last = db.scalar(select(InterpreterOrder.id).where(*kept).order_by(InterpreterOrder.id.desc()).limit(1))
    still = (InterpreterOrder.id == last, InterpreterOrder.called_off_at.is_(None))
    return last is not None and _write(db, update(InterpreterOrder).where(*still).values(over_at=None)) == 1


def _write(db: Session, statement) -> int:
    return db.execute(statement.execution_options(synchronize_session=False)).rowcount


def _language(db: Session, person_id: int, kind: str) -> str | None:
    return db.scalar(select(AccessNeed.detail).where(AccessNeed.person_id == person_id, AccessNeed.code == kind))


def of_bookings(db: Session, bookings: list[Booking]) -> dict[int, list[InterpreterOrder]]:
    """booking id → its live orders. Asks nothing where nobody needs an interpreter."""
    ids = [one.id for one in bookings if one.is_live and set(one.needs).intersection(fitting.INTERPRETED)]
    found: dict[int, list[InterpreterOrder]] = {}
    if ids:
        query = select(InterpreterOrder).where(InterpreterOrder.booking_id.in_(ids), _live)
        for order in db.scalars(query.order_by(InterpreterOrder.id)):
            found.setdefault(order.booking_id, []).append(order)
    return found


def open_orders(db: Session, actor: StaffMember, *, limit: int = 100) -> list[InterpreterOrder]:
    """What the actor still has to do, the next session first: somebody to find, or to call off."""
    require(actor, Permission.TASK_SEE)
    to_do = or_(and_(_live, InterpreterOrder.status.in_(("wanted", "asked"))), _is_left_behind)
    ahead = (InterpreterOrder.starts_at > clock.now(), to_do, tasks.of_mine(actor, InterpreterOrder.person_id))
    order = (InterpreterOrder.starts_at, InterpreterOrder.id)
    return list(db.scalars(select(InterpreterOrder).where(*ahead).options(*_SHOWN).order_by(*order).limit(limit)))


_SHOWN = (
    joinedload(InterpreterOrder.person), joinedload(InterpreterOrder.changed_by),
    joinedload(InterpreterOrder.booking), joinedload(InterpreterOrder.slot).options(
        joinedload(Slot.specialist), joinedload(Slot.form), joinedload(Slot.place), joinedload(Slot.room)),
)  # fmt: skip


def get_order(db: Session, actor: StaffMember, order_id: int) -> InterpreterOrder:
    """An order for one of the actor's people; else NotFound."""
    require(actor, Permission.TASK_SEE)
    mine = select(InterpreterOrder).where(InterpreterOrder.id == order_id, tasks.of_mine(actor, InterpreterOrder.person_id))
    found = db.scalar(mine.options(*_SHOWN))
    if found is None:
        raise NotFound
    return found


def is_left_behind(order: InterpreterOrder) -> bool:
    """Whether somebody was asked who is to be called off."""
    return order.over_at is not None and order.status in ("asked", "confirmed") and order.called_off_at is None


def say(db: Session, actor: StaffMember, order: InterpreterOrder, said: str) -> None:
    """Note what came of looking for an interpreter, or that one was called off ("called-off"). Again, it changes nothing.

    The person is told when everybody whom they need is found. When none is to be found, somebody has to talk to them: that
    is a task. Refused("order-changed"): the session was moved or given up meanwhile.
    """
    # In the order in which a move takes them, so that neither waits for the other: the booking, then its orders.
    db.execute(select(Booking.id).where(Booking.id == order.booking_id).with_for_update())
    about = dict(changed_at=clock.now(), changed_by_id=actor.id)
    if said == "called-off":
        where, values = (_is_left_behind,), {"called_off_at": clock.now()}
    else:
        assert said in SAID, said
        where, values = (_live, InterpreterOrder.status != said), {"status": said}
    done = _write(db, update(InterpreterOrder).where(InterpreterOrder.id == order.id, *where).values(**about, **values))
    db.refresh(order, [column.key for column in InterpreterOrder.__mapper__.column_attrs])
    if not done:
        if not _is_so(order, said):
            raise Refused("order-changed")
        return
    audit.record(db, actor, f"interpreter:{said}", order)
    if said == "failed":
        tasks.ask(db, "no-interpreter", order.person, subject=f"booking:{order.booking_id}", booking_id=order.booking_id)
    elif said == "confirmed":
        tasks.settle(db, "no-interpreter", order.booking_id)
        if are_all_found(db, order.booking):
            _tell(db, order)


def are_all_found(db: Session, booking: Booking) -> bool:
    """Whether everybody whom a session needs has promised to be there."""
    orders = of_bookings(db, [booking]).get(booking.id, [])
    return bool(orders) and all(order.status == "confirmed" for order in orders)


def _tell(db: Session, order: InterpreterOrder) -> None:
    """Once for each time that everything is found: somebody may fall ill, and another be found."""
    booking = order.booking
    outbox.cancel(db, Message.booking_id == booking.id, Message.kind == "interpreter-found")
    telling.tell(
        db, order.person, "interpreter-found", useful_until=booking.starts_at, booking_id=booking.id,
        booking_version=booking.version, subject=f"booking:{booking.id}:{booking.version}:{order.changed_at.timestamp():.0f}",
    )  # fmt: skip


def _is_so(order: InterpreterOrder, said: str) -> bool:
    return order.called_off_at is not None if said == "called-off" else order.over_at is None and order.status == said
