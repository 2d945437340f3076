"""`make bench`: one table. The exit code is 0 also when something is over its target: it tells, it does not judge."""

import gc
import tempfile
from pathlib import Path

from tests.benchmarks import measure, served
from tests.benchmarks.ground import BOOKINGS, grow, make_large, open_site

PAGES = (("plan", "/plan"), ("days, over all specialists", "/book/day"), ("hours, over all specialists", "/book/hour"))
PAGE_MS, PAGE_QUERIES, BOOKING_MS, MEGABYTES = 6.0, 8, 8.0, 120
BYTES = {"page": None, "styles": 15_000, "scripts": 16_000}
FIRST_VIEW = 60_000

Row = tuple[str, str, str, str]


def _row(what: str, found: float, target: float | None, unit: str, floor: str = "") -> Row:
    shown = f"{found:.1f}" if isinstance(found, float) else f"{found:,}"
    verdict = "" if target is None else f"≤ {target:,g} {'ok' if found <= target else 'OVER'}"
    return what, f"{shown} {unit}", verdict, floor


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
    rows.append(_row("  the page, were it compressed", sizes["page, if compressed"], None, "B"))
    return rows


def _served(url: str, folder: Path) -> list[Row]:
    found = served.measure(url, folder)
    return [
        _row("plan, by `pracownia serve` over HTTP", found.milliseconds, None, "ms CPU"),
        _row("the web process after 500 requests", found.megabytes, MEGABYTES, "MB"),
        _row("  the process that watches over it", found.megabytes_beside, None, "MB"),
    ]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pracownia-bench-") as name:
        folder = Path(name)
        floors = measure.bare_page(), measure.bare_booking(folder)
        large = make_large(folder)
        grown = grow(large, folder, BOOKINGS * 10)
        site = open_site(large, folder)
        gc.collect()
        gc.freeze()  # as portal.wsgi does
        rows = _costs(site, f"{BOOKINGS:,} bookings", floors) + _weights(site)
        rows += _costs(open_site(grown, folder), f"{BOOKINGS * 10:,} bookings", floors)
        rows += _served(large, folder)
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print(
            "  ".join(
                cell.rjust(width) if column == 1 else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
        )


if __name__ == "__main__":
    main()
