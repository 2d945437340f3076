"""Connections to public addresses only. Beside `endpoints`, since the web checks addresses too and never connects."""

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

import httpcore


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
