"""Styles, scripts and pictures under names that change with their content, so that a phone may keep them for a year."""

import base64
import gzip
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import brotli

STYLES = ("tokens", "base", "components", "reading", "still", "staff", "print")
TEXT = {".css", ".js", ".svg", ".txt", ".json"}
SERVED_ELSEWHERE = {"sw.js", "keep.js"}  # a service worker rules only what lies below its own address: served at the root


class Assets:
    """Knows the public address of every file of the look, and its styles by heart."""

    def __init__(self, names: dict[str, str], folder: Path, prefix: str = "/static/"):
        self.names = names
        self.prefix = prefix
        self.styles = (folder / names["app.css"]).read_text("utf-8")
        # By this a policy that allows no style in a page knows this one again.
        self.styles_hash = "sha256-" + base64.b64encode(hashlib.sha256(self.styles.encode("utf-8")).digest()).decode("ascii")

    def url(self, name: str) -> str:
        """The address of `name` ("app.css", "icons/mark.svg"); KeyError when there is no such file."""
        return self.prefix + self.names[name]


def build(source: Path, target: Path) -> dict[str, str]:
    """Write every file of `source` into `target`, hashed and compressed; return {"app.css": "app.3f2a1c9d.css", …}.

    May be called by several processes at once and as often as one likes: a file that is there is left alone.
    """
    names = {}
    for name, content in _bundles(source):
        stem, dot, ending = name.rpartition(".")
        names[name] = hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:8]}{dot}{ending}"
        if Path(name).suffix in TEXT:  # these before the file itself: a server that finds the file finds them too
            _write(target / f"{hashed}.br", content, brotli.compress)
            _write(target / f"{hashed}.gz", content, lambda data: gzip.compress(data, mtime=0))
        _write(target / hashed, content)
    return names


def _bundles(source: Path) -> Iterator[tuple[str, bytes]]:
    yield "app.css", _without_comments("\n".join((source / "css" / f"{part}.css").read_text("utf-8") for part in STYLES))
    for path in sorted((source / "js").glob("*.js")):
        if path.name not in SERVED_ELSEWHERE:
            yield path.name, _without_remarks(path.read_text("utf-8"))
    for folder in ("vendor", "icons", "screenshots", "doors"):
        for path in sorted((source / folder).iterdir()):
            yield f"{folder}/{path.name}", path.read_bytes()


def _without_comments(css: str) -> bytes:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", css).strip().encode("utf-8")


def _without_remarks(script: str) -> bytes:
    """Our own scripts hold `//` with a space after it in remarks only, and no text that goes over several lines."""
    script = re.sub(r"(^|[ \t])// .*$", "", script, flags=re.MULTILINE)
    return re.sub(r"\s*\n\s*", "\n", script).strip().encode("utf-8")


def _write(path: Path, content: bytes, compress=None) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(compress(content) if compress else content)
        os.chmod(draft, 0o644)  # a draft is private to this process; what it becomes is read by any server
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
