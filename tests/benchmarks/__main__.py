"""`make bench`: one table, or with `PART=sending` a part of it. The exit code is 0 also when something is over its target: it
tells, it does not judge."""

import gc
import os
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import measure, phone, planning, push, sending, served
from tests.benchmarks.ground import BOOKINGS, grow, make_large, open_site

PAGES = (("plan", "/plan"), ("days, over all specialists", "/book/day"), ("hours, over all specialists", "/book/hour"))
PAGE_MS, PAGE_QUERIES, BOOKING_MS, MEGABYTES = 6.0, 8, 8.0, 120
PUSH_OF_FLOOR = 0.85
BYTES = {"page": None, "styles": 15_000, "scripts": 20_000}
FIRST_VIEW = 60_000
MINUTES = {"sqlite": 10.0, "postgresql": 2.0}  # for all reminders of a day at once
TIMES_IDLE, WORKER_MEGABYTES, FLAT = 2.0, 200, 1.1
PLANNING_SECONDS = 60.0
# Milliseconds until the largest paint, by a processor four times slower.
FIRST_MS = {phone.THREE_G.name: 800, phone.SLOW_THREE_G.name: 1_200}
AGAIN_MS, OFFLINE_MS = 1_000, 300

Row = tuple[str, str, str, str]


def _row(what: str, found: float, target: float | None, unit: str, floor: str = "") -> Row:
    """Something that must not be more than `target`."""
    verdict = "" if target is None else f"≤ {target:,g} {'ok' if found <= target else 'OVER'}"
    return what, f"{_shown(found)} {unit}", verdict, floor


def _least(what: str, found: float, target: float, floor: str = "") -> Row:
    """A share that must not be less than `target`."""
    return what, f"{found:.2f} ", f"≥ {target:,g} {'ok' if found >= target else 'UNDER'}", floor


def _shown(found: float) -> str:
    return f"{found:.1f}" if isinstance(found, float) else f"{found:,}"


def _costs(site, title: str, floors) -> list[Row]:
    bare_page, bare_booking = floors
    rows = []
    for name, path in PAGES:
        cost = measure.page(site, path)
        rows.append(
            _row(f"{name}, {title}", cost.milliseconds, PAGE_MS, "ms CPU", f"bare page {bare_page.milliseconds:.2f} ms")
        )
        rows.append(_row("  queries", cost.queries, PAGE_QUERIES, ""))
        rows.append(_row("  bytes of the page", cost.size, None, "B", f"{bare_page.size} B"))
    cost = measure.booking(site)
    floor = f"bare INSERT {bare_booking.milliseconds:.2f} ms"
    rows.append(_row(f"booking, {title}", cost.milliseconds, BOOKING_MS, "ms CPU", floor))
    rows.append(_row("  queries", cost.queries, None, "", str(bare_booking.queries)))
    return rows


def _weights(site) -> list[Row]:
    sizes = measure.first_view(site)
    rows = [_row(f"first plan view: {kind}", sizes[kind], most, "B") for kind, most in BYTES.items()]
    rows.append(_row("first plan view: all", sum(sizes[kind] for kind in BYTES), FIRST_VIEW, "B"))
    rows.append(_row("  the page, when it is not the first", sizes["page, when not the first"], None, "B"))
    return rows


def _served(url: str, folder: Path) -> list[Row]:
    found = served.measure(url, folder)
    return [
        _row("plan, by `pracownia serve` over HTTP", found.milliseconds, None, "ms CPU"),
        _row("the web process after 500 requests", found.megabytes, MEGABYTES, "MB"),
        _row("  the process that watches over it", found.megabytes_beside, None, "MB"),
    ]


def _pushes(folder: Path) -> list[Row]:
    """Whole messages, up to the network; beside them what others need for the same, each as it is used by its own manual."""
    found = push.measure(folder)
    rows = [
        _row("push messages built", round(found.ours), None, "/s CPU", f"hand-written {found.floor:,.0f} /s"),
        _least("  of the hand-written floor", found.of_floor, PUSH_OF_FLOOR),
        _row("  by pywebpush", round(found.pywebpush), None, "/s CPU", f"ours: {found.ours / found.pywebpush:.1f} times"),
    ]
    if found.npm:
        rows.append(_row("  by npm web-push", round(found.npm), None, "/s CPU", f"ours: {found.ours / found.npm:.1f} times"))
    else:
        rows.append(("  by npm web-push", "not measured ", "", found.why_not))
    return rows


def _sent(kind: str, folder: Path) -> list[Row]:
    found = sending.measure(kind, folder)
    count, first, second = f"{sending.REMINDERS:,}", *found.seconds
    idle, busy = found.idle, found.busy
    rows = [
        _row(f"{count} reminders, {kind}, two workers", first / 60, MINUTES[kind], "min", f"load {found.load:.1f}"),
        _row("  as many again", second / 60, MINUTES[kind], "min", f"an answer takes {sending.DELAY:g} s"),
        _row("  a message", found.milliseconds, None, "ms CPU", f"{found.connections['mails']} connections for mails"),
        _row("  sent twice", found.doubled, 0, ""),
        _row("  never sent", found.missing, 0, ""),
    ]
    for name, ours, floor in (("half of all", busy.median, idle.median), ("95 of 100", busy.slow, idle.slow)):
        shown = f"{ours * 1000:.0f} ms, idle {floor * 1000:.0f} ms"
        rows.append(_row(f"  the plan meanwhile, {name}, of its idle time", ours / floor, TIMES_IDLE, "", shown))
    shown = ", ".join(f"{each:.0f}" for each in found.megabytes)
    rows.append(_row("  the larger worker at its largest", found.most, WORKER_MEGABYTES, "MB", f"at five moments {shown} MB"))
    rows.append(_row("  after the second round, of after the first", found.megabytes[4] / found.megabytes[2], FLAT, ""))
    return rows


def _planned(folder: Path) -> list[Row]:
    found = planning.measure(folder)
    return [
        _row(f"{found.posted:,} reminders planned", found.seconds, PLANNING_SECONDS, "s CPU", f"again: {found.again:.1f} s"),
        _row("  statements", found.statements, None, "", f"the longest transaction {found.longest:.2f} s"),
        _row("  memory", found.megabytes, WORKER_MEGABYTES, "MB"),
    ]


def _phoned(folder: Path) -> list[Row]:
    """What somebody sees on a cheap phone, and when. The machine has to be quiet: these are times, not CPU."""
    found = phone.measure(folder)
    rows = []
    for name, most in FIRST_MS.items():
        floor = f"bare page {found.bare[name]:.0f} ms"
        rows.append(_row(f"first plan view, {name}", round(found.first[name]), most, "ms", floor))
    rows.append(_row("  bytes", found.size, FIRST_VIEW, "B"))
    rows.append(_row("  fonts", found.fonts, 0, ""))
    for name, shown in found.again.items():
        rows.append(_row(f"from the installed app again, {name}", round(shown), AGAIN_MS, "ms"))
    rows.append(_row("the plan without a network", round(found.offline), OFFLINE_MS, "ms"))
    worst = max(found.shifts, key=found.shifts.get)
    rows.append(_row(f"layout shift, the largest of {len(found.shifts)} pages", found.shifts[worst], 0, "", worst))
    return rows


def _pages(folder: Path) -> list[Row]:
    floors = measure.bare_page(), measure.bare_booking(folder)
    large = make_large(folder)
    grown = grow(large, folder, BOOKINGS * 10)
    site = open_site(large, folder)
    gc.collect()
    gc.freeze()  # as portal.wsgi does
    rows = _costs(site, f"{BOOKINGS:,} bookings", floors) + _weights(site)
    rows += _costs(open_site(grown, folder), f"{BOOKINGS * 10:,} bookings", floors)
    return rows + _served(large, folder)


def _sendings(folder: Path) -> list[Row]:
    return [row for kind in MINUTES for row in _sent(kind, _new(folder / kind))]


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


PARTS = {"pages": _pages, "phone": _phoned, "push": _pushes, "planning": _planned, "sending": _sendings}


def main() -> None:
    wanted = sys.argv[1:] or list(PARTS)
    rows = []
    with tempfile.TemporaryDirectory(prefix="pracownia-bench-") as name:
        for part in wanted:
            rows += PARTS[part](_new(Path(name) / part))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print(
            "  ".join(
                cell.rjust(width) if column == 1 else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
        )
    print(f"load of the machine at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
