"""How a page travels to a slow phone: compressed, and the first one of a visit with its styles in it."""

import gzip

import brotli
from flask import Flask, current_app, g, request
from markupsafe import Markup

from portal import security

SMALLEST = 1_000  # bytes; under that, nothing is won
QUALITY = 5  # of brotli: half a millisecond for a whole page
TEXT = ("text/", "application/json", "application/manifest+json")


def styles() -> Markup:
    """What the head of a page says about its looks.

    Who comes from elsewhere gets the styles in the page: on a slow line it is drawn one way to the server and back earlier. The
    file is fetched all the same, after what matters (as the one for printing), and the next page finds it in the browser's
    store. A browser that does not say where it comes from, and whoever is fetched by a script, get the link.
    """
    assets = current_app.extensions["assets"]
    is_first = request.headers.get("Sec-Fetch-Dest") == "document" and request.headers.get("Sec-Fetch-Site") != "same-origin"
    if not is_first:
        return Markup('<link rel="stylesheet" href="{}">').format(assets.url("app.css"))
    g.styles_in_page = True
    return Markup('<style>{}</style>\n<link rel="stylesheet" href="{}" media="print">').format(
        Markup(assets.styles), assets.url("app.css")
    )


def _is_safe_to_compress(response) -> bool:
    """Where somebody else may choose what stands in a page, its compressed length could tell what else stands there: so nothing
    that is asked for with a query from outside, and no page that only repeats a wrong address."""
    is_our_wish = not request.query_string or request.headers.get("Sec-Fetch-Site") == "same-origin"
    return response.status_code in (200, 422) and is_our_wish


def _compress(response):
    response.vary.add("Accept-Encoding")
    if response.direct_passthrough or response.is_streamed or response.content_encoding or not _is_safe_to_compress(response):
        return response
    if not response.mimetype.startswith(TEXT) or len(response.get_data()) < SMALLEST:
        return response
    best = request.accept_encodings.best_match(("br", "gzip"))
    if best == "br":
        response.set_data(brotli.compress(response.get_data(), mode=brotli.MODE_TEXT, quality=QUALITY))
    elif best == "gzip":
        response.set_data(gzip.compress(response.get_data(), QUALITY, mtime=0))
    if best:
        response.content_encoding = best
    return response


def _permit_styles(response):
    if g.get("styles_in_page"):
        allowed = f"style-src 'self' '{current_app.extensions['assets'].styles_hash}'"
        response.headers["Content-Security-Policy"] = security.CSP.replace("style-src 'self'", allowed)
    return response


def init(app: Flask) -> None:
    app.jinja_env.globals["styles"] = styles
    app.after_request(_compress)
    app.after_request(_permit_styles)
