"""What makes the site installable: manifest and service worker; and what a phone shows of us without a network."""

from pathlib import Path

from flask import Blueprint, g, make_response, render_template, request

from portal import i18n
from portal.auth import public
from portal.show import show

bp = Blueprint("pwa", __name__)
SCRIPTS = Path(__file__).parent.parent / "static" / "js"
WORKER, KEEPER = SCRIPTS / "sw.js", SCRIPTS / "keep.js"


@bp.get("/manifest.webmanifest")
@public
def manifest():
    """A browser asks for it without cookies, so the page says in which language."""
    if (lang := request.args.get("lang")) in i18n.LANGUAGES:
        g.visitor_language = lang
    response = make_response(render_template("pwa/manifest.webmanifest"))
    response.headers["Content-Type"] = "application/manifest+json"
    return response


@bp.get("/sw.js")
@public
def worker():
    """At the root, since a service worker rules only what lies below its own address."""
    response = make_response(WORKER.read_text("utf-8") + KEEPER.read_text("utf-8"))
    response.headers["Content-Type"] = "text/javascript; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/offline")
@public
def offline():
    """What a phone that is somebody's own shows in place of a page that it has not kept."""
    return show("pwa/offline.html")
