"""A table as a spreadsheet saved it: which encoding, which separator, which lines.

Windows-1250 and UTF-8 with or without a byte order mark; semicolons, commas or tabs; any line ends; quoted fields with line
breaks. A line that cannot be read spoils itself and not those behind it.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field

from services.errors import Refused

UTF8_MARK, UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
SEPARATORS = (";", ",", "\t")
LONGEST_RECORD = 40  # lines; a quotation mark that is open for longer was never meant to be one


@dataclass
class Sheet:
    """`rows` and `broken` begin with the line number in the file, counted from 1."""

    headings: list[str]
    heading_line: int
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    broken: list[tuple[int, str]] = field(default_factory=list)


def read(data: bytes, knows: Callable[[str], bool]) -> Sheet:
    """The table in `data`. `knows` says whether a heading is one of ours: the separator is the one that finds most of them.

    Refused: "register-empty", "register-utf16", "register-binary" (a picture, or the spreadsheet's own format),
    "register-encoding".
    """
    lines = list(io.StringIO(decode(data), newline=""))
    at = 0
    while at < len(lines) and (not lines[at].strip() or lines[at].lower().startswith("sep=")):
        at += 1
    if at == len(lines):
        raise Refused("register-empty")
    separator = max(SEPARATORS, key=lambda sign: sum(map(knows, _heading(lines, at, sign)[0])))
    headings, after = _heading(lines, at, separator)
    sheet = Sheet(headings, at + 1)
    _read_rows(sheet, lines, after, separator)
    return sheet


def decode(data: bytes) -> str:
    if data.startswith(UTF16_MARKS):
        raise Refused("register-utf16")
    if b"\0" in data:
        raise Refused("register-utf16" if data.count(b"\0") > len(data) // 4 else "register-binary")
    if not data.strip():
        raise Refused("register-empty")
    try:
        return data.removeprefix(UTF8_MARK).decode("utf-8")
    except UnicodeDecodeError:
        if data.startswith(UTF8_MARK):
            raise Refused("register-encoding") from None
    try:
        return data.decode("cp1250")
    except UnicodeDecodeError:
        raise Refused("register-encoding") from None


def _heading(lines: list[str], at: int, separator: str) -> tuple[list[str], int]:
    try:
        cells, after = _record(lines, at, separator)
    except csv.Error:
        return [], at + 1
    return [" ".join(cell.split()) for cell in cells], after


def _record(lines: list[str], at: int, separator: str) -> tuple[list[str], int]:
    """The cells of the record that begins at `at`, and where the next one begins."""
    reader = csv.reader(lines[at : at + LONGEST_RECORD], delimiter=separator, strict=True)
    cells = next(reader)
    return cells, at + reader.line_num


def _read_rows(sheet: Sheet, lines: list[str], at: int, separator: str) -> None:
    width = len(sheet.headings)
    while at < len(lines):
        line = at + 1
        try:
            cells, after = _record(lines, at, separator)
        except csv.Error:
            sheet.broken.append((line, "quote-wrong"))
            at = line
            continue
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if after > line and len(cells) != width:  # it swallowed its neighbours: only the first line is to blame
            sheet.broken.append((line, "quote-wrong"))
            at = line
            continue
        at = after
        if len(cells) > width:
            sheet.broken.append((line, "too-many-fields"))
        elif any(cell.strip() for cell in cells):  # spreadsheets leave out empty cells at the end of a line
            sheet.rows.append((line, cells + [""] * (width - len(cells))))
