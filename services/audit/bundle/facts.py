"""所载: what a bundle's events hold, counted event by event while it is made."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from pydantic import ValidationError

from shared.events import EVENTS, Event, Recorded
from shared.events.sealing import key_of, opened_data
from shared.events.upcasting import UnknownEvent
from shared.eventstore.decoding import decoded
from shared.eventstore.keys import provided
from shared.eventstore.records import RecordedEvent
from shared.kernel.dates import legal_date
from shared.regulation.pack import Pack


class Step(NamedTuple):
    """One event as a line of a history."""

    day: date
    service: str
    label: str
    article: str
    by: str


class Facts:
    """Counts over the events of a bundle; no event itself is kept."""

    def __init__(self, pack: Pack, *, with_history: bool = False) -> None:
        self._markings, self._with_history = pack.markings, with_history
        self._bodies = {body.code: body.name for body in pack.bodies}
        self.events: Counter[str] = Counter()
        self.days: Counter[tuple[date, str]] = Counter()
        """Events by the day on which they were recorded and their service."""
        self.kinds: Counter[str] = Counter()
        self.unreadable = self.without_actor = self.decisions = self.refusals = 0
        self.documents = self.without_digest = self.marked = self.encrypted = self.sandbox = 0
        self.history: list[Step] = []

    @property
    def total(self) -> int:
        return self.events.total()

    def add(self, service: str, row: RecordedEvent) -> None:
        """Count one more event."""
        self.events[service] += 1
        day = legal_date(row.recorded_at)
        self.days[day, service] += 1
        self.kinds[row.type] += 1
        try:
            told = decoded(service, row)
            meta = told.meta
        except (UnknownEvent, ValidationError, ValueError):
            self.unreadable += 1
            return
        self.without_actor += not meta.actor.person
        self.sandbox += meta.clock == "sandbox"
        self.decisions += meta.decision is not None
        self.refusals += meta.decision is not None and not meta.decision.accepted
        self.encrypted += key_of(row.meta) is not None
        self._look_into(opened_data(row.data, row.event_id, provided(row)))
        if self._with_history:
            self.history.append(self._step(day, service, told))

    def _step(self, day: date, service: str, told: Recorded) -> Step:
        kind: type[Event] = EVENTS[told.event.type]
        body = told.meta.actor.body
        return Step(day, service, kind.label, kind.article, self._bodies.get(body, body))

    def _look_into(self, data: bytes) -> None:
        content = json.loads(data)
        digests = list(_digests(content))
        self.documents += len(digests)
        self.without_digest += sum(not digest for digest in digests)
        if self._markings.may_be_in(data):
            self.marked += any(map(self._markings.mark, _texts(content)))


def _digests(content: Any) -> Iterator[str]:
    """The digests of all documents that are referred to; empty where one has none."""
    if isinstance(content, dict):
        if "title" in content and isinstance(content.get("digest"), str):
            yield content["digest"]
        content = list(content.values())
    if isinstance(content, list):
        for inner in content:
            yield from _digests(inner)


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        yield from content
        for inner in content.values():
            yield from _texts(inner)
    elif isinstance(content, list):
        for inner in content:
            yield from _texts(inner)
