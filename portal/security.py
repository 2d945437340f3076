"""Headers of every answer, and who may send us a form.

Forms carry no token: cookies are SameSite=Lax, and a browser says by Sec-Fetch-Site where a request comes from. A token
would fail exactly for those whose session ended while they were typing.
"""

from flask import Flask, abort, current_app, request

from portal.config import Settings

CSP = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
    "manifest-src 'self'", "worker-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
))  # fmt: skip
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def init(app: Flask) -> None:
    app.before_request(_refuse_other_hosts)
    app.before_request(_refuse_other_sites)
    app.before_request(_refuse_nulls)
    app.after_request(_add_headers)


def is_same_origin() -> bool:
    """Whether this request comes from a page of ours, as far as the browser says."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin in (None, "null") or origin.rstrip("/") == current_app.config["SETTINGS"].base_url


def _refuse_other_hosts():
    """Outside demo mode only our own name is answered. Whoever asks after our health knows us by our address: the machine that
    shares out the requests, and scripts/run.sh. Flask's own TRUSTED_HOSTS knows no exception, and its refusal has no page."""
    settings = current_app.config["SETTINGS"]
    if not settings.is_demo and request.host.lower() != settings.host.lower() and request.blueprint != "health":
        abort(400)


def _refuse_other_sites():
    if request.method in UNSAFE and not is_same_origin():
        abort(403)


def _refuse_nulls():
    """Nobody types a null character, and PostgreSQL stores none. A gateway that says one is heard all the same: it would
    only say it again, and somebody's answer would be lost. Its view leaves the character out."""
    if request.blueprint == "hooks":
        return
    said = [
        request.path,
        *(part for pairs in (request.args, request.form) for pair in pairs.items(multi=True) for part in pair),
    ]
    if any("\0" in part for part in said):
        abort(400)


def add_to(headers, settings: Settings) -> None:
    """Give an answer what all of them carry, pages and files alike."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if settings.is_https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")


def _add_headers(response):
    add_to(response.headers, current_app.config["SETTINGS"])
    response.headers.setdefault("Cache-Control", "no-store")
    response.vary.add("HX-Request")
    response.vary.add("Cookie")
    return response
