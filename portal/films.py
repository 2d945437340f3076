"""Films in Polish Sign Language: one for each key screen, from a folder that the city fills.

A film is `<screen>.mp4` with its captions `<screen>.vtt`, its words `<screen>.txt`, and a picture `<screen>.jpg` if there is
one. Without captions and words it is not shown: it would be for some only. Nor is one that lasts longer than people watch.
The folder is read when the program starts; what is not shown is told in the log and by `pracownia doctor`.
"""

import logging
import struct
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, g
from whitenoise import WhiteNoise

from portal import security

SCREENS = ("invitation", "plan", "need", "day", "booked", "confirm", "reminders")
LONGEST = 90  # seconds
log = logging.getLogger("pracownia")


@dataclass(frozen=True)
class Film:
    address: str  # of the film without its ending; captions and picture stand beside it
    edition: str
    has_picture: bool
    words: tuple[str, ...]  # its paragraphs

    def url(self, ending: str) -> str:
        """A new edition has a new address, so that a phone may keep the film."""
        return f"{self.address}.{ending}?{self.edition}"


def wrong(here: Path, screen: str) -> str:
    """Why the film of this screen is not shown, as a code; nothing when it is."""
    film = here / f"{screen}.mp4"
    if screen not in SCREENS:
        return "no-screen"
    if not film.is_file():
        return "no-film"
    for ending, code in (("vtt", "no-captions"), ("txt", "no-words")):
        words = here / f"{screen}.{ending}"
        if not words.is_file() or not words.read_text("utf-8", errors="replace").strip():
            return code
    seconds = _seconds(film)
    return "not-a-film" if seconds is None else "too-long" if seconds > LONGEST else ""


def not_shown(here: Path) -> list[tuple[str, str]]:
    """(screen, code) of each film that somebody has brought and nobody will see."""
    brought = sorted({path.stem for path in here.glob("*.*") if not path.name.startswith(".")})
    return [(screen, code) for screen in brought if (code := wrong(here, screen))]


def found(here: Path) -> dict[str, Film]:
    films = {}
    for screen in SCREENS:
        if not wrong(here, screen):
            paragraphs = (here / f"{screen}.txt").read_text("utf-8", errors="replace").strip().split("\n\n")
            newest = max(path.stat().st_mtime_ns for path in here.glob(f"{screen}.*"))
            words = tuple(" ".join(one.split()) for one in paragraphs)
            films[screen] = Film(f"/films/{screen}", format(newest, "x"), (here / f"{screen}.jpg").is_file(), words)
    return films


def _seconds(film: Path) -> float | None:
    """How long it lasts, by its own header; None when that cannot be read."""
    try:
        with film.open("rb") as file:
            for name in (b"moov", b"mvhd"):
                _enter(file, name)
            version = file.read(4)[0]
            file.read(16 if version else 8)
            scale, length = struct.unpack(">IQ" if version else ">II", file.read(12 if version else 8))
            return length / scale
    except (OSError, EOFError, IndexError, struct.error, ZeroDivisionError):
        return None


def _enter(file, wanted: bytes) -> None:
    """Go on to the content of the next box of that name."""
    while True:
        head = file.read(8)
        if len(head) < 8:
            raise EOFError
        size, name = struct.unpack(">I4s", head)
        length = size - 8
        if size == 1:
            length = struct.unpack(">Q", file.read(8))[0] - 16
        if name == wanted:
            return
        if length < 0:
            raise EOFError
        file.seek(length, 1)


def init(app: Flask) -> None:
    """Before whatever else writes the policy of a page: the last word is had by who is asked first."""
    here = app.config["SETTINGS"].var_dir / "films"
    films = found(here)
    app.jinja_env.globals["film_of"] = films.get
    for screen, code in not_shown(here):
        log.warning("the film of %s is not shown: %s", screen, code)
    if films:
        app.after_request(_let_it_play)


def serve(app: WhiteNoise, var_dir: Path) -> None:
    """Whole or in pieces, as players ask for it."""
    if found(var_dir / "films"):
        app.add_files(str(var_dir / "films"), prefix="films/")


def _let_it_play(response):
    """On every page of participants: one is swapped into another, and the policy of the first holds."""
    if response.mimetype == "text/html" and "page" in g and g.page.who != "staff":
        policy = response.headers.get("Content-Security-Policy", security.CSP)
        response.headers["Content-Security-Policy"] = f"{policy}; media-src 'self'"
    return response
