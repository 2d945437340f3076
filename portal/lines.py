"""Easy words stand one sentence to a line. The words carry a mark where a line ends; each place that shows them knows what a
line is there: an element in a page, a line break in a mail, a space where there is only one line."""

import re
from collections.abc import Iterable

from markupsafe import Markup

MARK = "\u2028"  # the line separator: wherever it is left, it is white space and nothing else
_BETWEEN = re.compile(r"(?<=[.?!])[ \u00a0]+(?=\S)")
_TOKEN = re.compile(r"""<!--.*?-->|<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>|[^<]+|<""", re.DOTALL)
_NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
_MARKS = re.compile(rf"\s*{MARK}[\s{MARK}]*")
ONE_LINE = {"title", "option", "textarea", "script", "style", "svg"}  # no element may stand in their text
IN_A_LINE = {"a", "strong", "b", "em", "time", "abbr", "bdi", "q"}  # these go on where the sentence before them ended


def marked(said: str, *, is_end_marked: bool = False) -> str:
    """Words of ours with a mark after each sentence. To be called before facts are filled in: those are no sentences."""
    said = _BETWEEN.sub(MARK, said.strip())
    return said + MARK if is_end_marked and said.endswith((".", "?", "!")) else said


def listed(items: Iterable[str], *, is_easy: bool) -> Markup:
    """Several things: one to a line in easy words, else with commas."""
    return Markup(MARK if is_easy else ", ").join(items)


def in_text(said: str) -> str:
    return _MARKS.sub("\n", said.rstrip(MARK))


def in_one(said: str) -> str:
    return _MARKS.sub(" ", said).strip(" ")


def each(said: str) -> list[str]:
    return [line for line in _MARKS.split(said) if line]


def in_html(page: str) -> str:
    """A page with its marks turned into line breaks, but not in attributes, nor where only text may stand."""
    if MARK not in page:
        return page
    made, inside, is_due = [], None, False
    for token in _TOKEN.findall(page):
        if not token.startswith("<"):
            text, is_due = _broken(token, is_due) if inside is None else (in_one(token), False)
            made.append(text)
            continue
        name, is_end = _NAME.match(token), token.startswith("</")
        word = name[1].lower() if name else ""
        if is_due and word in IN_A_LINE and not is_end:
            made.append("<br>")
        is_due = is_due and is_end and (word in IN_A_LINE or word == "span")  # another span may be drawn as a block
        if inside is None and word in ONE_LINE and not is_end and not token.endswith("/>"):
            inside = word
        elif is_end and word == inside:
            inside = None
        made.append(_MARKS.sub(lambda found, tag=token: "" if tag[found.end()] in "\"'" else " ", token))
    return "".join(made)


def _broken(text: str, is_due: bool) -> tuple[str, bool]:
    """The text with its breaks, and whether another is due as soon as more text follows."""
    pieces, made = _MARKS.split(text), []
    for number, piece in enumerate(pieces):
        is_due = is_due or number > 0
        if is_due and piece.strip():
            made.append("<br>")
            is_due, piece = False, piece.lstrip()
        made.append(piece)
    return "".join(made) + ("\n" if is_due and len(pieces) > 1 else ""), is_due
