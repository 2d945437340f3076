"""The checker finds nothing where all is well; what it finds elsewhere: test_planted.py."""

from services import bookings
from services.models import Booking, Message, StaffMember


def test_a_week_of_work_leaves_nothing_to_complain_of(office, at):
    with office.work() as make:
        for number, ways in enumerate([("push", "sms"), ("sms",), ("email",), ("call",), (), ("push", "email")]):
            person = office.person(make, *ways, phones=2)
            make.booking(person, make.slot(f"2026-11-25 {10 + number}:00", capacity=2))
        helped = make.booking(office.person(make, "sms"), make.slot("2026-11-26 12:00"), by=make.ewa)
        number = helped.id
        moved = make.booking(office.person(make, "email"), make.slot("2026-11-26 14:00")).id
    office.worker()
    for when in ("2026-11-23 09:01", "2026-11-23 21:30", "2026-11-24 09:59", "2026-11-24 10:00", "2026-11-24 10:01"):
        at(when)
        office.run()
        assert office.check() == []
    with office.work() as make:
        booking = make.db.get(Booking, moved)
        bookings.move(make.db, booking.person, booking, make.slot("2026-11-26 15:00").id, key="m")
    office.run()
    with office.work() as make:
        booking = make.db.get(Booking, number)
        at("2026-11-24 22:00")
        bookings.cancel(make.db, make.db.get(StaffMember, booking.booked_by_id), booking)
    for when in ("2026-11-24 22:00", "2026-11-25 08:00", "2026-11-25 10:00", "2026-11-25 18:00", "2026-11-26 10:00"):
        at(when)
        office.run()
        assert office.check() == []
    assert {message.kind for message in office.all_of(Message)} >= {
        "booked", "moved", "cancelled-by-us", "reminder",
    }  # fmt: skip
