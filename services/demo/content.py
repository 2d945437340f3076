"""The texts and lists of the demo: TOML files beside this one, since services hold no sentences."""

import tomllib
from functools import lru_cache
from pathlib import Path


@lru_cache
def content(name: str) -> dict:
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
