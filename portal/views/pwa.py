"""What makes the site installable: manifest and service worker."""

from pathlib import Path

from flask import Blueprint, make_response, render_template

from portal.auth import public

bp = Blueprint("pwa", __name__)
WORKER = Path(__file__).parent.parent / "static" / "js" / "sw.js"


@bp.get("/manifest.webmanifest")
@public
def manifest():
    response = make_response(render_template("pwa/manifest.webmanifest"))
    response.headers["Content-Type"] = "application/manifest+json"
    return response


@bp.get("/sw.js")
@public
def worker():
    """At the root, since a service worker rules only what lies below its own address."""
    response = make_response(WORKER.read_text("utf-8"))
    response.headers["Content-Type"] = "text/javascript; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"
    return response
