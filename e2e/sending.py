"""What several journeys do on the way to something else: a coordinator reminds one person of tomorrow."""

from e2e.pages import Walk
from services.models import Booking


def remind(staff: Walk, booking: Booking) -> None:
    """Through the coordinator's pages: leave one person in the list, look at the words, send."""
    staff.open("/sendings")
    keep_only(staff, booking)
    staff.press("Sprawdź treść")
    staff.press("Wyślij do 1 osoby")


def keep_only(staff: Walk, *bookings: Booking) -> None:
    """Untick everybody else than those whose sessions these are."""
    boxes = "document.querySelectorAll('input[name=person]')"
    staff.page.evaluate(
        f"kept => {boxes}.forEach(box => box.checked = kept.includes(box.value))", [str(b.person_id) for b in bookings]
    )
