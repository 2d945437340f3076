"""Which addresses a push message may go to. An endpoint comes from a stranger's browser: it is a request that somebody
else makes this server send, so it is checked when stored, when used, and where the connection is made."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

WRITTEN = re.compile(r"(https?://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?)/[A-Za-z0-9._~:/?@!$&'()*+,;=%-]*")


def check_endpoint(url: str, allowed: tuple[str, ...]) -> str | None:
    """None when a push message may go there, else "endpoint-malformed" or "endpoint-not-allowed".

    `allowed` holds host names, each of which stands for what lies below it too, and whole origins ("http://127.0.0.1:4321"
    for a push service of one's own), which are taken as they are.
    """
    written = WRITTEN.fullmatch(url)
    if len(url) > 1000 or not written:
        return "endpoint-malformed"
    return _check_server(written[1], allowed)


@lru_cache(maxsize=256)  # a handful of push services stands for all the subscriptions there are
def _check_server(url: str, allowed: tuple[str, ...]) -> str | None:
    parts = urlsplit(url)
    try:
        if _origin_of(url) in allowed:
            return None
        if parts.scheme != "https" or parts.port not in (None, 443):
            return "endpoint-not-allowed"
    except ValueError:
        return "endpoint-malformed"
    names = [name.lower() for name in allowed if "://" not in name]
    is_known = any(parts.hostname == name or parts.hostname.endswith(f".{name}") for name in names)
    return None if is_known else "endpoint-not-allowed"


def origin_of(url: str) -> str:
    """Scheme, host and port; the port only where it is not the scheme's own."""
    return _origin_of("/".join(url.split("/", 3)[:3]))


@lru_cache(maxsize=256)
def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"
