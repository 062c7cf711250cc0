"""引用: which documents a log references, about what, and where.

Made from the log when first asked and kept up from there: it holds digests and positions only.
"""

import threading
from collections.abc import Iterable

import orjson

from shared.events import Recorded
from shared.events.documents import documents_of
from shared.eventstore.decoding import decoded
from shared.eventstore.log import EventLog
from shared.eventstore.records import RecordedEvent

__all__ = ["References"]

PAGE = 1000

# An event without these bytes references nothing, and most need not be decoded.
_MARK = b'"digest":"'


class References:
    """Of one service's log, as one process has read it. May be asked from any thread."""

    def __init__(self, service: str, log: EventLog) -> None:
        self._service, self._log = service, log
        self._reading = threading.Lock()
        self._reached = 0
        self._mentions: dict[str, dict[str, bool]] = {}
        self._positions: dict[str, list[int]] = {}

    def mentions(self, digests: Iterable[str]) -> dict[str, bool]:
        """Subjects of the events that reference one of these, and whether a body's event does.

        Otherwise only events of project units do: who only wrote a digest down has not thereby
        shown to have the file.
        """
        self._catch_up()
        found: dict[str, bool] = {}
        for digest in digests:
            for subject, by_body in self._mentions.get(digest, {}).items():
                found[subject] = found.get(subject, False) or by_body
        return found

    def about(self, subject: str) -> list[Recorded]:
        """The events about a subject that reference documents, in the order of the log."""
        self._catch_up()
        rows = self._log.at(self._positions.get(subject, []))
        return [decoded(self._service, row) for row in rows]

    def digests(self) -> list[str]:
        """Every digest that some event references."""
        self._catch_up()
        return list(self._mentions)

    def _catch_up(self) -> None:
        with self._reading:
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
