"""Posting over HTTP from as many threads as there are: pooled connections, and one deadline around all of a call."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from threading import Thread

import httpcore

from services import clock
from services.channels import DEADLINE

ANSWER_LIMIT = 16_384  # bytes of an answer that we care to read


@dataclass(frozen=True)
class Answer:
    """What a server said. The body is as much of it as came, at most ANSWER_LIMIT: once a status has arrived, a body that
    trickles or breaks off changes nothing about it."""

    status: int
    headers: dict[str, str]  # names in small letters
    body: bytes


class Poster:
    """Sends over pooled connections, on an event loop of its own. `close()` it in the end. Redirects are never followed."""

    def __init__(self, network_backend: httpcore.AsyncNetworkBackend | None = None, deadline: float = DEADLINE):
        self._deadline = deadline
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="http", daemon=True)
        self._thread.start()
        self._pool = httpcore.AsyncConnectionPool(
            http1=True, http2=True, max_connections=40, max_keepalive_connections=20, keepalive_expiry=60,
            network_backend=network_backend,
        )  # fmt: skip

    def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """The server's answer. Raises an OSError and nothing else when there is none: TimeoutError when the deadline passed,
        PermissionError when the network backend does not connect there, another one when the network failed."""
        return asyncio.run_coroutine_threadsafe(self._post(url, headers, body), self._loop).result()

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        head, read = None, b""
        try:
            async with asyncio.timeout(self._deadline):
                async with self._pool.stream("POST", url, headers=headers, content=body) as response:
                    fields = {name.lower().decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
                    head = response.status, fields
                    async for part in response.aiter_stream():  # read to the end, so that the connection can serve again
                        read += part
                        if len(read) > ANSWER_LIMIT:
                            break
        except OSError:  # TimeoutError is one
            if head is None:
                raise
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            if head is None:
                raise ConnectionError(type(error).__name__) from None  # its text may name the address
        return Answer(*head, read[:ANSWER_LIMIT])

    def close(self) -> None:
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._pool.aclose(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        if not self._thread.is_alive():
            self._loop.close()


def read_retry_after(text: str) -> timedelta | None:
    """Both forms, seconds and a date, between five seconds and a day; None when it is neither."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=min(int(text[:9]), 86_400))
    else:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = (at if at.tzinfo else at.replace(tzinfo=clock.now().tzinfo)) - clock.now()
    return min(max(wait, timedelta(seconds=5)), timedelta(days=1))
