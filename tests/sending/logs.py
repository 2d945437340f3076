"""What providers took, and when: written by the test's own servers, read by the checker."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from services import clock


@dataclass(frozen=True)
class Entry:
    """One message that a provider was given. `name` is the Topic, the Message-ID without its host, or the idx."""

    channel: str
    name: str
    at: datetime
    is_taken: bool = True


class Log:
    """In the order of things; `clock` tells when, stopped or not."""

    def __init__(self):
        self.entries: list[Entry] = []
        self._lock = Lock()

    def add(self, channel: str, name: str, *, is_taken: bool = True) -> None:
        with self._lock:
            self.entries.append(Entry(channel, name, clock.now(), is_taken))

    def taken(self, channel: str | None = None) -> list[Entry]:
        return [entry for entry in self.entries if entry.is_taken and channel in (None, entry.channel)]

    def times(self) -> Counter:
        """name → how often a provider took it."""
        return Counter(entry.name for entry in self.taken())
