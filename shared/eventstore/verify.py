"""Reading the whole log again to see whether it is what was recorded.

This finds what was changed behind the log's back by anyone who could not also recompute every
later leaf and the head. Against that, somebody else has to hold checkpoints.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from shared.eventstore.connections import translated
from shared.eventstore.leaf import fields_of, leaf_hash, microseconds
from shared.eventstore.merkle import Digest, Frontier, digest_of
from shared.eventstore.reading import EVENTS, recorded_events
from shared.eventstore.records import RecordedEvent

__all__ = ["Finding", "leaf_of", "verify"]

PAGE = 1000

_HEAD = "SELECT position, recorded_at, frontier, hash FROM log_head"
_BEYOND = EVENTS + " WHERE position > %s ORDER BY position"


@dataclass(frozen=True)
class Finding:
    """`ok`, or the first position at fault and why; `checked` counts the events that passed."""

    ok: bool
    checked: int
    position: int | None = None
    reason: str | None = None


class _Fault(Exception):
    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position
        self.reason = reason


def verify(dsn: str) -> Finding:
    """Recompute every leaf and the root, and compare them with those stored.

    Also finds gaps in the positions and in a stream's versions, and instants that go back. Works
    on one snapshot of the log, while others append; keeps one number per stream in memory.
    """
    with translated(), psycopg.connect(dsn) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute("SET TIME ZONE 'UTC'")
        return _verify(connection)


def leaf_of(event: RecordedEvent, digest: Digest) -> bytes:
    """The leaf that a recorded event must have."""
    fields = fields_of(
        stream_id=event.stream_id,
        version=event.version,
        event_id=event.event_id,
        type=event.type,
        schema_version=event.schema_version,
        data=event.data,
        meta=event.meta,
        effective_on=event.effective_on,
    )
    return leaf_hash(digest, event.position, microseconds(event.recorded_at), fields)


def _verify(connection: Connection[TupleRow]) -> Finding:
    head = connection.execute(_HEAD, binary=True).fetchone()
    if head is None:
        return Finding(ok=False, checked=0, position=0, reason="the log has no head")
    position, recorded_at, edge, hash_name = head
    digest = digest_of(hash_name)
    computed = Frontier(digest)
    last: datetime | None = None
    try:
        versions: dict[str, int] = {}
        for event in _events(connection):
            _check(event, computed.size + 1, versions, last, digest)
            computed.append(event.leaf)
            last = event.recorded_at
        _check_head(computed, position, edge, last, recorded_at)
    except _Fault as fault:
        return Finding(False, computed.size, fault.position, fault.reason)
    except psycopg.DataError as error:  # a value that no event can have had
        return Finding(False, computed.size, computed.size + 1, f"cannot be read: {error}")
    return Finding(ok=True, checked=computed.size)


def _events(connection: Connection[TupleRow]) -> Iterator[RecordedEvent]:
    """All events in order; one by one from the page on that holds an unreadable one."""
    reached = 0
    try:
        for event in _pages(connection, reached, PAGE):
            reached = event.position
            yield event
    except psycopg.DataError:
        yield from _pages(connection, reached, 1)


def _pages(connection: Connection[TupleRow], after: int, size: int) -> Iterator[RecordedEvent]:
    with connection.cursor("verify", row_factory=recorded_events) as cursor:
        cursor.itersize = size
        cursor.execute(_BEYOND.encode(), [after], binary=True)
        yield from cursor


def _check(
    event: RecordedEvent,
    position: int,
    versions: dict[str, int],
    last: datetime | None,
    digest: Digest,
) -> None:
    if event.position != position:
        raise _Fault(position, f"position {position} is missing, {event.position} follows")
    if event.leaf != leaf_of(event, digest):
        raise _Fault(position, "the event is not the one its leaf was made of")
    expected = versions.get(event.stream_id, 0) + 1
    if event.version != expected:
        reason = f"version {event.version} of {event.stream_id} stands where {expected} is due"
        raise _Fault(position, reason)
    versions[event.stream_id] = event.version
    if last is not None and event.recorded_at < last:
        raise _Fault(position, "recorded before its predecessor")


def _check_head(
    computed: Frontier,
    position: int,
    edge: bytes,
    last: datetime | None,
    recorded_at: datetime | None,
) -> None:
    if computed.size < position:
        raise _Fault(computed.size + 1, f"the log ends here, its head says at {position}")
    if computed.size > position:
        raise _Fault(position + 1, f"beyond the log's head at {position}")
    if computed.to_bytes() != edge:
        raise _Fault(position, "the events do not make the root the head stands for")
    if last is not None and recorded_at != last:
        raise _Fault(position, f"the head was moved at {recorded_at}, the last event at {last}")
