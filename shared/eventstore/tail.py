"""The log's newest events, kept in memory as they were committed here.

Whoever follows a log closely reads what was written a moment ago: several followers and the
projector, one after the other, the same events.
"""

import threading
from collections import deque
from collections.abc import Sequence
from itertools import islice

from shared.eventstore.records import RecordedEvent

__all__ = ["Tail"]

MAX_EVENTS = 2_000
MAX_BYTES = 32 * 1024 * 1024


class Tail:
    """An unbroken run of committed events; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: deque[RecordedEvent] = deque()
        self._bytes = 0

    def extend(self, committed: Sequence[RecordedEvent]) -> None:
        """Add events of this process's last commit; those before a gap are let go."""
        if not committed:
            return
        with self._lock:
            if self._events and self._events[-1].position + 1 != committed[0].position:
                self._events.clear()  # another process wrote in between
                self._bytes = 0
            self._events.extend(committed)
            self._bytes += sum(map(_size, committed))
            while len(self._events) > MAX_EVENTS or self._bytes > MAX_BYTES:
                self._bytes -= _size(self._events.popleft())

    def forget(self) -> None:
        """Let go of all."""
        with self._lock:
            self._events.clear()
            self._bytes = 0

    def after(self, position: int, limit: int) -> list[RecordedEvent]:
        """The next events beyond a position, at most `limit`; none if the next is not here."""
        with self._lock:
            skipped = position + 1 - self._events[0].position if self._events else -1
            if not 0 <= skipped < len(self._events):
                return []
            return list(islice(self._events, skipped, skipped + limit))


def _size(event: RecordedEvent) -> int:
    return len(event.data) + len(event.meta)
