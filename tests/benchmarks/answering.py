"""A mail server, a push service and a text message gateway in one process, which take everything and answer after a while.

Started as a process of its own, so that what they cost is not taken for ours. `GET /taken` gives what each has taken: how
often each reference came, which stays the same when a message is sent again.
"""

import asyncio
import json
import os
import sys
from collections import Counter
from contextlib import suppress
from urllib.parse import parse_qs
from urllib.request import ProxyHandler, build_opener

from tests.child import Child

taken = {"mails": Counter(), "pushes": Counter(), "texts": Counter()}
connections = Counter()


class Answering:
    """`with Answering(0.2) as servers:` with `smtp_url`, `origin` (of the push service) and `sms_url`; the delay in seconds."""

    def __init__(self, delay: float):
        self._delay = delay

    def __enter__(self):
        command = [sys.executable, "-m", "tests.benchmarks.answering", str(self._delay)]
        self._child = Child(command, ready=r"mail (\d+) posts (\d+)")
        mail, posts = self._child.match.groups()
        self.smtp_url, self.origin = f"smtp://127.0.0.1:{mail}", f"http://127.0.0.1:{posts}"
        self.sms_url = self.origin
        return self

    def __exit__(self, *_):
        self._child.stop()

    def taken(self) -> dict[str, dict[str, int]]:
        with build_opener(ProxyHandler({})).open(f"{self.origin}/taken", timeout=30) as answer:
            return json.load(answer)


async def mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """Every greeting and every recipient at once; the 250 for a mail after the delay."""
    connections["mails"] += 1

    def say(line: str) -> None:
        writer.write(f"{line}\r\n".encode())

    say("220 here")
    while line := await reader.readline():
        match line.split(b" ")[0].strip().upper():
            case b"EHLO":
                say("250-here\r\n250 8BITMIME")
            case b"DATA":
                say("354 go on")
                text = await reader.readuntil(b"\r\n.\r\n")
                taken["mails"][_header(text, b"message-id")] += 1
                await asyncio.sleep(delay)
                say("250 taken")
            case b"QUIT":
                say("221 bye")
                break
            case _:
                say("250 well")
        await writer.drain()


def _header(text: bytes, name: bytes) -> str:
    """A header's value, also where it stands on the next line."""
    lower = text.lower()
    start = lower.index(b"\n" + name + b":") + len(name) + 2
    return text[start:].lstrip().split(None, 1)[0].decode()


async def post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    connections["posts"] += 1
    while head := await reader.readuntil(b"\r\n\r\n"):
        line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        path = line.split(" ")[1]
        status, said = "200 OK", b""
        if path == "/taken":
            said = json.dumps(taken | {"connections": connections}).encode()
        elif path == "/sms.do":
            idx = parse_qs(body.decode())["idx"][0]
            taken["texts"][idx] += 1
            await asyncio.sleep(delay)
            said = json.dumps({"count": 1, "list": [{"id": f"{len(taken['texts']):024X}", "error": None, "idx": idx}]}).encode()
        else:
            taken["pushes"][f"{path} {headers['topic']}"] += 1
            await asyncio.sleep(delay)
            status = "201 Created"
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: {len(said)}\r\n\r\n".encode() + said)
        await writer.drain()


async def main(delay: float) -> None:
    os.nice(10)  # in life they have machines of their own

    async def listen(talk):
        async def served(reader, writer):
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                await talk(reader, writer, delay)
            writer.close()

        server = await asyncio.start_server(served, "127.0.0.1", 0, backlog=512)
        return server.sockets[0].getsockname()[1]

    print(f"mail {await listen(mail)} posts {await listen(post)}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
