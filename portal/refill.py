"""Putting what somebody had typed back into the form of a page, whichever form it is: no view has to know of it."""

from html import escape
from html.parser import HTMLParser

TYPED = {"text", "email", "tel", "search", "number", "date", "time", "url"}


class _Form(HTMLParser):
    """Finds one form of a page and notes what to change there: (from, to, instead)."""

    def __init__(self, html: str, action: str, sent: list[tuple[str, str]]):
        super().__init__(convert_charrefs=False)
        self.html, self.action, self.sent = html, action, sent
        self.values = dict(reversed(sent))  # of several with one name, the first
        self.edits: list[tuple[int, int, str]] = []
        self.is_found = self.has_fields = self._is_inside = False
        self._details: list[int] = []  # where those begin that are open around this place
        self._select: str | None = None
        self._area: tuple[int, str] | None = None
        self._lines = [0]
        for line in html.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self.feed(html)

    @property
    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag == "form" and not self.is_found and facts.get("method") == "post" and facts.get("action") == self.action:
            self.is_found = self._is_inside = True
        elif tag == "details":
            self._details.append(self._here)
        elif self._is_inside and tag == "input":
            self._fill_input(facts)
        elif self._is_inside and tag == "select":
            self._select, self.has_fields = facts.get("name"), True
        elif self._select and tag == "option" and self._select in self.values:
            self._mark("selected", facts, facts.get("value") == self.values[self._select])
        elif self._is_inside and tag == "textarea":
            self._area, self.has_fields = (self._here + len(self.get_starttag_text()), facts.get("name", "")), True

    def handle_endtag(self, tag):
        if tag == "form":
            self._is_inside = False
        elif tag == "details" and self._details:
            self._details.pop()
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._area:
            begin, name = self._area
            self._area = None
            if name in self.values:
                self.edits.append((begin, self._here, f"\n{escape(self.values[name])}"))
                self._open_details(bool(self.values[name]))

    def _fill_input(self, facts: dict) -> None:
        name, kind = facts.get("name"), facts.get("type", "text")
        if kind in ("radio", "checkbox"):
            self.has_fields = True
            chosen = [value for sent, value in self.sent if sent == name]
            if chosen or kind == "checkbox":  # a box that was left empty is not sent
                self._mark("checked", facts, facts.get("value", "on") in chosen)
        elif (kind in TYPED or name == "key") and name in self.values:
            self.has_fields = self.has_fields or kind in TYPED
            rest = {other: value for other, value in facts.items() if other != "value"} | {"value": self.values[name]}
            self._write("input", rest)
            self._open_details(kind in TYPED and bool(self.values[name]))

    def _mark(self, word: str, facts: dict, is_on: bool) -> None:
        if is_on != (word in facts):
            rest = {name: value for name, value in facts.items() if name != word} | ({word: None} if is_on else {})
            self._write("option" if word == "selected" else "input", rest)
        self._open_details(is_on and word == "checked")

    def _write(self, tag: str, facts: dict) -> None:
        told = "".join(f' {name}="{escape(value)}"' if value is not None else f" {name}" for name, value in facts.items())
        begin = self._here
        self.edits.append((begin, begin + len(self.get_starttag_text()), f"<{tag}{told}>"))

    def _open_details(self, is_filled: bool) -> None:
        """What was typed into a part that unfolds is not to be missed."""
        for begin in self._details if is_filled else ():
            at = begin + len("<details")
            if not self.html.startswith(" open", at) and (at, at, " open") not in self.edits:
                self.edits.append((at, at, " open"))


def fill(html: str, action: str, sent: list[tuple[str, str]]) -> tuple[str, bool, bool]:
    """The page with `sent` in its first form that goes to `action`; whether there is one, and whether it has fields to fill in.

    Of hidden fields only the key comes back, so that what was done once is not done again; what else a page says of itself
    stays as it is today.
    """
    found = _Form(html, action, sent)
    for begin, end, instead in sorted(found.edits, reverse=True):
        html = html[:begin] + instead + html[end:]
    return html, found.is_found, found.has_fields
