"""Whole numbers as they come in forms and addresses."""

from werkzeug.routing import IntegerConverter

LARGEST = 2**31 - 1  # what an id of ours can be; beyond it one database fails and the other finds nothing


def whole(text: str) -> int:
    """For `request.form.get(…, type=whole)`: an id or a count. ValueError for anything else, such as "²" or thirty nines."""
    if not (text.isdecimal() and text.isascii() and len(text) <= 10 and int(text) <= LARGEST):
        raise ValueError(text[:20])
    return int(text)


def whole_or_none(text: str | None) -> int | None:
    try:
        return whole(text or "")
    except ValueError:
        return None


class IdConverter(IntegerConverter):
    """`<int:…>` in an address: a number that no row can have is an address that is not there."""

    def __init__(self, map, **options):
        super().__init__(map, max=LARGEST, **options)
