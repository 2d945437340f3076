"""Paper: a document in Typst becomes a PDF that a screen reader can read (PDF/UA-1), for the printer or the screen."""

import json
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from threading import Lock

from services import clock

PRESS = Path(__file__).with_name("press.py")
DEADLINE = 20.0  # seconds; a plan of ten pages takes less than one
_one_at_a_time = Lock()  # a press takes 45 MB while it runs


class Unprintable(Exception):
    """The press refused a document; its words are about the document's source, not about what was filled in."""


def pdf(source: str, data: dict, images: dict[str, bytes], *, fonts: Path) -> bytes:
    """The document that a Typst source makes of `data`, as PDF/UA-1; else Unprintable.

    The source finds the data in `sys.inputs.paper` and the images, SVG or PNG, in `sys.inputs.images`, both as JSON. So no
    word of anybody's is ever read as markup. `fonts`: the folder of the fonts beside Typst's own; no others are used.
    """
    job = {
        "source": source, "data": data, "images": {name: b64encode(image).decode() for name, image in images.items()},
        "at": int(clock.now().timestamp()), "fonts": str(fonts),
    }  # fmt: skip
    with _one_at_a_time:
        done = subprocess.run(
            [sys.executable, "-I", str(PRESS)],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=DEADLINE,
            check=False,
        )
    if done.returncode != 0:
        raise Unprintable(done.stderr.decode(errors="replace").strip().splitlines()[-1:])
    return done.stdout
