"""Addresses in plain text as links."""

import re

from markupsafe import Markup, escape

REST = r"[^\s<>\"]+[^\s<>\".,)]"


def with_links(text: str, *, base_url: str = "") -> Markup:
    """The text, escaped, with its addresses as links and its line ends kept.

    `base_url`: our own, whose addresses stand in text messages without what comes before the host.
    """
    scheme, _, host = base_url.partition("://")
    parts, at = [], 0
    for found in re.finditer(f"https?://{REST}" + (f"|{re.escape(host)}/{REST}" if host else ""), text):
        shown = found.group()
        url = shown if shown.startswith("http") else f"{scheme}://{shown}"
        parts += [escape(text[at : found.start()]), Markup('<a class="quiet" href="{}">{}</a>').format(url, shown)]
        at = found.end()
    parts.append(escape(text[at:]))
    return Markup("").join(parts).replace("\n", Markup("<br>"))
