"""Which addresses a push message may go to. An endpoint comes from a stranger's browser: it is a request that somebody
else makes this server send, so it is checked when stored, when used, and where the connection is made."""

import asyncio
import ipaddress
import re
import socket
from functools import lru_cache
from urllib.parse import urlsplit

import httpcore

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


class GuardedNetwork(httpcore.AnyIOBackend):
    """Connects to public addresses only, and to the very address that was looked at: a name that answers otherwise the
    second time leads nowhere. Whole origins in `allowed` are exempt. PermissionError when there is no public address."""

    def __init__(self, allowed: tuple[str, ...]):
        origins = [urlsplit(entry) for entry in allowed if "://" in entry]
        self._exempt = {(each.hostname, each.port or (443 if each.scheme == "https" else 80)) for each in origins}

    async def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        if (host, port) in self._exempt:
            return await super().connect_tcp(host, port, timeout, local_address, socket_options)
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        public = [where[0] for *_, where in found if ipaddress.ip_address(where[0]).is_global]
        if not public:
            raise PermissionError("private address")
        last: Exception | None = None
        for address in public[:4]:
            try:
                return await super().connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError as error:
                last = error
        raise last
