"""What a screen reader is told of each page that participants see, word for word. `GOLDEN=write` renews the files: read the
difference before it is kept."""

import os
import re
from pathlib import Path

import pytest

from e2e.matrix.cells import Cell
from e2e.matrix.registry import PARTICIPANT, PUBLIC, TRUSTED

FOLDER = Path(__file__).parent / "trees"
# Numbers of bookings, and secrets in addresses.
NUMBER = re.compile(r"\b[A-Z]\d[A-Z]-\d{3}\b")
SECRET = re.compile(r"(?<=/)(\d+-)?(email-)?[\w-]{20,}")
# The hour at which the run began, and its address.
NOW = re.compile(
    r"(?<=Plan jest z poniedziałku, 23 listopada, godz. )\d+:\d\d|(?<=127.0.0.1:)\d+"
    r"|(?<=, )10:[45]\d\b"
)
# The page of all parts is for who builds pages; the mailbox is the demo's.
LEFT_OUT = {"gallery.gallery", "mailbox.see", "mailbox.read"}
FRAMES = {"signed-out": "help.see", "participant": "needs.see", "trusted": "acting_plan.see"}
PAGES = sorted((PARTICIPANT.keys() | TRUSTED.keys() | PUBLIC.keys()) - LEFT_OUT)


def frozen(name: str, tree: str) -> None:
    file = FOLDER / f"{name}.yml"
    told = NOW.sub("NOW", SECRET.sub("SECRET", NUMBER.sub("A1B-234", tree))) + "\n"
    if os.environ.get("GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        file.write_text(told)
    assert file.exists(), f"GOLDEN=write makes {file.name}; read it before it is kept"
    assert told == file.read_text(), f"{file.name}: GOLDEN=write renews it, if it is right so"


def cell(endpoint: str, state: str = "default") -> Cell:
    return Cell(endpoint, state, "pl", "standard", "light", True)


@pytest.mark.parametrize("endpoint", PAGES)
def test_a_page_is_told_as_it_was(screens, endpoint):
    with screens.showing(cell(endpoint)) as page:
        frozen(endpoint, page.locator("main").aria_snapshot())


@pytest.mark.parametrize("who", FRAMES)
def test_what_is_round_every_page_is_told_as_it_was(screens, who):
    with screens.showing(cell(FRAMES[who])) as page:
        parts = [page.locator(part).aria_snapshot() for part in ("header", "nav.menu", "footer") if page.locator(part).count()]
    frozen(f"round-{who}", "\n".join(parts))


def test_no_tree_is_left_of_a_page_that_is_gone():
    wanted = {*PAGES, *(f"round-{who}" for who in FRAMES)}

    assert {file.stem for file in FOLDER.iterdir()} == wanted
