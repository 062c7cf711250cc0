"""引用: which documents a log references, about what, and where.

Made from the log when first asked and kept up from there: it holds digests and positions only.
"""

import asyncio
from collections.abc import Iterable
from typing import Self

import orjson

from shared.events import Recorded
from shared.events.documents import documents_of
from shared.eventstore.decoding import decoded
from shared.eventstore.log import EventLog
from shared.eventstore.records import RecordedEvent
from shared.eventstore.threads import in_thread

__all__ = ["References"]

PAGE = 1000

# An event without these bytes references nothing, and most need not be decoded.
_MARK = b'"digest":"'


class References:
    """Of one service's log, as far as one process has read it."""

    def __init__(self, service: str, log: EventLog) -> None:
        self._service, self._log = service, log
        self._turn = asyncio.Lock()
        self._reached = 0
        self._mentions: dict[str, dict[str, bool]] = {}
        self._positions: dict[str, list[int]] = {}

    async def current(self) -> Self:
        """Itself, having read the log to its end.

        One reads and the others wait for it without a thread: the first time may take long.
        """
        async with self._turn:
            await in_thread(self.catch_up)
        return self

    def mentions(self, digests: Iterable[str]) -> dict[str, bool]:
        """Subjects of the events that reference one of these, and whether a body's event does.

        Otherwise only events of project units do: who only wrote a digest down has not thereby
        shown to have the file.
        """
        found: dict[str, bool] = {}
        for digest in digests:
            for subject, by_body in dict(self._mentions.get(digest, {})).items():
                found[subject] = found.get(subject, False) or by_body
        return found

    def about(self, subject: str) -> list[Recorded]:
        """The events about a subject that reference documents, in the order of the log."""
        rows = self._log.at(list(self._positions.get(subject, [])))
        return [decoded(self._service, row) for row in rows]

    def digests(self) -> list[str]:
        """Every digest that some event references."""
        return list(self._mentions)

    def catch_up(self) -> None:
        """Read the log to its end; one at a time."""
        while rows := self._log.read(self._reached, PAGE):
            for row in rows:
                if _MARK in row.data:
                    self._add(row)
            self._reached = rows[-1].position

    def _add(self, row: RecordedEvent) -> None:
        event = decoded(self._service, row).event
        digests = {document.digest for document in documents_of(event)}
        if not digests:
            return
        by_body = orjson.loads(row.meta)["actor"]["body"] != "UNIT"
        for subject in dict.fromkeys(event.subjects()):
            self._positions.setdefault(subject, []).append(row.position)
            for digest in digests:
                known = self._mentions.setdefault(digest, {})
                known[subject] = known.get(subject, False) or by_body
        for digest in digests:  # also of what is about nothing in particular
            self._mentions.setdefault(digest, {})
