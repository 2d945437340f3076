"""The words to press and to read, in each language, looked up by their Polish ones: one text of a journey serves them all."""

from __future__ import annotations

import re
from functools import cache
from gettext import GNUTranslations
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from portal.i18n import TRANSLATIONS

PLACE = re.compile(r"%\((\w+)\)s")


@cache
def catalogue(lang: str, domain: str = "messages") -> GNUTranslations:
    """As the portal makes it. Like there, what is not translated stands in Polish, and what needs no easy words in the usual."""
    file = TRANSLATIONS / lang / "LC_MESSAGES" / f"{domain}.po"
    if domain != "messages" and not file.exists():
        return catalogue(lang)
    words = read_po(BytesIO(file.read_bytes()))
    compiled = BytesIO()
    write_mo(compiled, words)
    compiled.seek(0)
    made = GNUTranslations(compiled)
    if domain != "messages":
        made.add_fallback(catalogue(lang))
    return made


class Words:
    def __init__(self, lang: str, *, is_easy: bool = False):
        self.lang = lang
        self._catalogue = catalogue(lang, "easy" if is_easy else "messages")

    def __call__(self, polish: str, **facts) -> str:
        """The words of the page; those that are nobody's translation (a name, an hour) as they are."""
        return self._filled(self._catalogue.gettext(polish), facts)

    def many(self, one: str, more: str, num: int, **facts) -> str:
        return self._filled(self._catalogue.ngettext(one, more, num), {"num": num, **facts})

    def pattern(self, polish: str) -> str | re.Pattern[str]:
        """The words; with gaps in them, whatever fills the gaps."""
        text = self(polish)
        parts = PLACE.split(text)[::2]
        return text if len(parts) == 1 else re.compile(r"^\s*" + ".+".join(map(re.escape, parts)) + r"\s*$")

    def named(self, names: dict[str, str]) -> str:
        """What the data itself says in several languages, as a heading or an answer begins with it."""
        text = names.get(self.lang) or names["pl"]
        return text[:1].upper() + text[1:]

    def _filled(self, text: str, facts: dict) -> str:
        return text % facts if facts else text
