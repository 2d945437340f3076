"""Bring the catalogues in step with the templates, and say which words are still missing.

Translations stay; entries for sentences that are gone leave the catalogue and are shown once, for whoever rewords.
Nothing is guessed: a new or reworded sentence is empty until somebody writes it. Ends with 1 while anything is missing.

Beside each catalogue stands one of easy words, `easy.po`. The Polish one is the list: it holds those sentences that need
easy words, and is written by hand. The others hold the same sentences.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

PORTAL = Path(__file__).parent.parent / "portal"
TEMPLATES, TRANSLATIONS = PORTAL / "templates", PORTAL / "translations"
KEYWORDS = {"_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3)}
LANGUAGES = ("pl", "en", "uk")
CATALOGUES = ("messages", "easy")
NOISE = (
    b'"POT-Creation-Date',
    b'"PO-Revision-Date',
    b'"Last-Translator',
    b'"Generated-By',
    b'"Report-Msgid',
    b'"Project-Id',
    b'"Language-Team',
)


def extract() -> Catalog:
    """Every sentence of the templates, in the order of their files."""
    with (TRANSLATIONS / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog()
    for name, _line, ids, _comments, context in sorted(
        extract_from_dir(TEMPLATES, methods, options, KEYWORDS), key=lambda one: one[:2]
    ):
        found.add(ids, locations=[(name, 0)], context=context)
    return found


def path_of(lang: str, name: str = "messages") -> Path:
    return TRANSLATIONS / lang / "LC_MESSAGES" / f"{name}.po"


def read(lang: str, name: str = "messages") -> Catalog:
    if not path_of(lang, name).exists():
        return Catalog(locale=lang)
    with path_of(lang, name).open("rb") as file:
        return read_po(file, locale=lang)


def wanted(lang: str, found: Catalog, name: str = "messages") -> list[Message]:
    """What this language's catalogue must hold: for Polish only what has a plural, the rest stands in the templates."""
    if name == "easy":
        listed = {key(one) for one in read("pl", "easy")}
        return [one for one in found if one.id and key(one) in listed]
    return [one for one in found if one.id and (lang != "pl" or one.pluralizable)]


def key(message: Message) -> tuple:
    return message.context, message.id


def updated(lang: str, found: Catalog, name: str = "messages") -> Catalog:
    old, new = {key(one): one for one in read(lang, name)}, Catalog(locale=lang, fuzzy=False)
    about = "easy words of those screens and messages" if name == "easy" else "words of the screens and messages"
    new.header_comment = f"# The {about}. Made by `make words`; write only in msgstr."
    for one in wanted(lang, found, name):
        before = old.get(key(one))
        new.add(one.id, before.string if before else "", locations=one.locations, context=one.context,
                user_comments=before.user_comments if before else ())  # fmt: skip
    return new


def is_empty(message: Message) -> bool:
    return not (all(message.string) if isinstance(message.string, (tuple, list)) else message.string)


def write(lang: str, catalogue: Catalog, name: str = "messages") -> None:
    """Without dates and line numbers, and a sentence to a line: what changes in the file is what somebody changed."""
    made = BytesIO()
    write_po(made, catalogue, width=0, sort_by_file=True, include_lineno=False)
    lines = [line for line in made.getvalue().splitlines(keepends=True) if not line.startswith(NOISE)]
    path_of(lang, name).parent.mkdir(parents=True, exist_ok=True)
    path_of(lang, name).write_bytes(b"".join(lines))


def renew(lang: str, found: Catalog, name: str) -> bool:
    """Write one catalogue anew and tell what came of it. Returns whether words are missing."""
    new = updated(lang, found, name)
    gone = {key(one): one for one in read(lang, name) if one.id}
    for one in new:
        gone.pop(key(one), None)
    empty = [one for one in new if one.id and is_empty(one)]
    write(lang, new, name)
    print(f"{lang} {name}: {len(new)} sentences, {len(empty)} to write, {len(gone)} gone")
    for one in gone.values():
        print(f"  gone: {one.id} = {one.string}")
    for one in empty:
        print(f"  to write: {one.id}  ({', '.join(name for name, _ in one.locations)})")
    return bool(empty)


def main() -> int:
    found = extract()
    missing = [renew(lang, found, name) for name in CATALOGUES for lang in LANGUAGES]
    return int(any(missing))


if __name__ == "__main__":
    sys.exit(main())
