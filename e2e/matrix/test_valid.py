"""The HTML of every page of the run, as it was sent, before the validator of the W3C's own checker: no error and no warning."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from e2e.matrix import cells

CHECKER = Path(__file__).parents[2] / ".venv" / "vnu" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


AT_ONCE = 300  # pages; a whole run has thousands, and shows them here when it runs by itself
# What a phone keeps was sent as /plan/offline; and the colours are one attribute of a page.
SENT = [cell for cell in cells.chosen() if cell.state != "offline" and (cell.theme == cells.THEMES[0] or not cells.IS_FULL)]
PARTS = [SENT[start : start + AT_ONCE] for start in range(0, len(SENT), AT_ONCE)]


def faults(folder: Path) -> list[str]:
    # Styles that a first page carries are none of its: it stumbles over what is newer than CSS 3, such as @media (scripting).
    # Nor does it guess at the language: what people have written stands in theirs. `lang` has a test of its own.
    options = ["--format", "json", "--exit-zero-always", "--filterpattern", "CSS: .*", "--no-langdetect"]
    asked = ["java", "-jar", CHECKER, *options, folder]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=300)
    told = json.loads(done.stderr)["messages"]
    return sorted({f"{Path(one.get('url', '')).stem}: {one['type']}: {one['message']}" for one in told})


def test_the_checker_finds_a_fault(tmp_path):
    (tmp_path / "wrong.html").write_text("<!doctype html><html lang=pl><title>x</title><p><div></div></p>")

    assert any(re.search("No .p. element in scope", one) for one in faults(tmp_path))


@pytest.mark.parametrize("part", range(len(PARTS)))
def test_every_page_is_valid(screens, tmp_path, part):
    """Those of this run, shown by another test or now; with the first of them, what else was shown by others."""
    for cell in PARTS[part]:
        if cell not in screens.sources:
            with screens.showing(cell):
                pass
    others = screens.sources.keys() - set(cells.chosen()) if part == 0 else set()
    for cell in {*PARTS[part], *others}:
        (tmp_path / f"{cell}.html").write_text(screens.sources[cell])

    assert faults(tmp_path) == []
