"""Writes portal/accessibility_results.toml, from which the accessibility statement is made.

    python -m scripts.statement REPORT   the matrix's own report (pytest's --junitxml), and the table of bars
    python -m scripts.statement          the table of bars only; what the tests said last stays

`write(results)` is for whoever has results of another kind.
"""

import re
import sys
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

from portal.statement import FILE, GAPS, Results, read
from services import clock

TABLE = Path(__file__).parents[1] / "docs" / "accessibility.md"
ROW = re.compile(r"^\| (\d[\d, ]*) \|.*\| (open\b[^|]*) \|$", re.MULTILINE)
# Bars that speak of tests and not of pages.
OF_TESTS = {3, 23}


def open_bars(table: str | None = None) -> tuple[int, ...]:
    """The bars of docs/accessibility.md that are not reached, as its last column says."""
    found = ROW.findall(TABLE.read_text("utf-8") if table is None else table)
    bars = {int(bar) for numbers, _ in found for bar in numbers.split(",")}
    if nameless := bars - OF_TESTS - GAPS.keys():
        raise SystemExit(f"portal/statement.py has no gap for the open bars {sorted(nameless)}")
    return tuple(sorted(bars - OF_TESTS))


def from_report(report: Path) -> Results:
    """What the matrix says: a page is looked at when one of its cells was opened; a cell that was skipped is none."""
    from e2e.matrix import cells
    from e2e.matrix.registry_staff import PAGELESS

    by_name = {str(cell): cell for cell in cells.whole()}
    opened, violations, faults = [], 0, 0
    for case in ElementTree.parse(report).iter("testcase"):
        cell = by_name.get(case.get("name", "").partition("[")[2].removesuffix("]"))
        if cell is None or case.find("skipped") is not None:
            continue
        opened.append(cell)
        broken = [one for one in (case.find("failure"), case.find("error")) if one is not None]
        violations += sum((one.text or "").count("axe violation") for one in broken)
        faults += any("axe violation" not in (one.text or "") for one in broken)
    if not opened:
        raise SystemExit(f"{report} holds no cell of the matrix")
    return Results(
        on=clock.today(), changed_on=clock.today(), looked_at=len(opened), violations=violations, faults=faults,
        routes=_all(cell.endpoint for cell in opened if " " not in cell.endpoint),  # "not found" is no route of ours
        others=_all(PAGELESS), languages=_all(cell.lang for cell in opened),
        themes=_all(cell.theme for cell in opened), open_bars=open_bars(),
    )  # fmt: skip


def _all(values) -> tuple[str, ...]:
    return tuple(sorted(set(values)))


def write(results: Results, file: Path = FILE) -> None:
    """Keep the day of the last change as long as the pages stay the same."""
    if file.exists() and set(before := read(file).routes) == set(results.routes) and before:
        results = replace(results, changed_on=read(file).changed_on)
    lines = ["# What the accessibility statement is made from. Written by `make statement`; do not edit."]
    lines += [f"{name} = {_toml(value)}" for name, value in asdict(results).items()]
    file.write_text("\n".join(lines) + "\n", "utf-8")


def _toml(value) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        words = [f'"{one}"' if isinstance(one, str) else str(one) for one in value]
        return "[]" if not words else "[\n" + "".join(f"  {word},\n" for word in words) + "]"
    return str(value)


def main(arguments: list[str]) -> None:
    write(from_report(Path(arguments[0])) if arguments else replace(read(), open_bars=open_bars()))
    found = read()
    print(f"{FILE.name}: {found.looked_at} cells, {found.violations} violations, {found.faults} other faults")


if __name__ == "__main__":
    main(sys.argv[1:])
