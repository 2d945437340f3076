"""A booking as an iCalendar event. The neutral label only: a calendar is read over shoulders too."""

from datetime import timedelta

from flask import current_app, url_for
from icalendar import Alarm, Calendar, Event

from portal.i18n import named
from portal.show import words
from services import clock
from services.models import Booking


def event(booking: Booking) -> bytes:
    """RFC 5545; the UID stays when the booking is moved, and SEQUENCE grows, so a calendar moves its entry."""
    settings = current_app.config["SETTINGS"]
    calendar = Calendar()
    calendar.add("prodid", "-//Pracownia//PL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    entry = Event()
    entry.add("uid", f"{booking.number}@{settings.host}")
    entry.add("sequence", booking.version - 1)
    entry.add("dtstamp", clock.now())
    entry.add("dtstart", booking.starts_at)
    entry.add("dtend", booking.ends_at)
    entry.add("summary", named(booking.slot.form.neutral))
    entry.add("location", words("where", booking.slot))
    entry.add("url", settings.base_url + url_for("bookings.see", number=booking.number))
    entry.add("status", "CONFIRMED" if booking.is_live else "CANCELLED")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", named(booking.slot.form.neutral))
    alarm.add("trigger", timedelta(hours=-2))
    entry.add_component(alarm)
    calendar.add_component(entry)
    return calendar.to_ical()
