"""Stems of words that a lock screen, a text message and a shared mailbox must never show (`health_stems.toml`)."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path


@lru_cache
def _content() -> tuple[re.Pattern[str], frozenset[str]]:
    raw = tomllib.loads((Path(__file__).parent / "health_stems.toml").read_text(encoding="utf-8"))
    stems = "|".join(re.escape(stem) for stems in raw["stems"].values() for stem in stems)
    return re.compile(rf"\w*(?:{stems})\w*"), frozenset(word for words in raw["allowed"].values() for word in words)


def first_in(text: str) -> str | None:
    """The first word of a text that tells of health, disability or hardship, in any of our languages; None when none does."""
    telling, allowed = _content()
    return next((found[0] for found in telling.finditer(text.lower()) if found[0] not in allowed), None)
