"""Every component in every state on one page: to look at, and for the tests of contrast, size and structure. Only in demo mode."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint

from portal.auth import public
from portal.show import show

bp = Blueprint("gallery", __name__)

FAMILIES = (
    "next_card",
    "buttons",
    "tags",
    "dates",
    "cards",
    "thread",
    "choices",
    "fields",
    "errors",
    "people",
    "day",
    "lists",
    "results",
    "icons",
)


@dataclass(frozen=True)
class Showpiece:
    """One stage of the gallery: the template of a family under templates/gallery/."""

    word: str

    @property
    def template(self) -> str:
        return f"gallery/_{self.word}.html"


@bp.get("/gallery")
@public
def gallery():
    """All families one under another, with invented people and a date that never changes."""
    return show(
        "gallery/index.html",
        families=[Showpiece(word) for word in FAMILIES],
        date=datetime.fromisoformat("2026-11-25T09:00:00+00:00"),
    )
