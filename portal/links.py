"""Addresses in plain text as links."""

import re

from markupsafe import Markup, escape

ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,)]")


def with_links(text: str) -> Markup:
    """The text, escaped, with its addresses as links and its line ends kept."""
    parts, at = [], 0
    for found in ADDRESS.finditer(text):
        url = escape(found.group())
        parts += [escape(text[at : found.start()]), Markup('<a class="quiet" href="{0}">{0}</a>').format(url)]
        at = found.end()
    parts.append(escape(text[at:]))
    return Markup("").join(parts).replace("\n", Markup("<br>"))
