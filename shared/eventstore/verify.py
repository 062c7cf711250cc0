"""Reading the whole log again to see whether it is what was recorded.

This finds what was changed behind the log's back by anyone who could not also recompute every
later leaf and the head. Against that, somebody else has to hold checkpoints.
"""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from shared.eventstore.connections import translated
from shared.eventstore.leaf import fields_of, leaf_hash, microseconds
from shared.eventstore.merkle import LEAF_PREFIX, Digest, Frontier, digest_of
from shared.eventstore.records import RecordedEvent
from shared.eventstore.scan import Row, rows

__all__ = ["Finding", "leaf_of", "verify"]

_HEAD = "SELECT position, recorded_at, frontier, hash FROM log_head"


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
    last: int | None = None
    try:
        versions: dict[bytes, int] = {}
        for row in rows(connection):
            _check(row, computed.size + 1, versions, last, digest)
            computed.append(row.leaf)
            last = row.recorded_us
        _check_head(computed, position, edge, last, recorded_at)
    except _Fault as fault:
        return Finding(False, computed.size, fault.position, fault.reason)
    return Finding(ok=True, checked=computed.size)


def _check(
    row: Row, position: int, versions: dict[bytes, int], last: int | None, digest: Digest
) -> None:
    if row.position != position:
        raise _Fault(position, f"position {position} is missing, {row.position} follows")
    if row.content is None:
        raise _Fault(position, "it holds a date or an instant that no event can have had")
    if row.leaf != digest(LEAF_PREFIX + row.content):
        raise _Fault(position, "the event is not the one its leaf was made of")
    expected = versions.get(row.stream, 0) + 1
    if row.version != expected:
        stream = row.stream.decode(errors="replace")
        reason = f"version {row.version} of {stream} stands where {expected} is due"
        raise _Fault(position, reason)
    versions[row.stream] = row.version
    if last is not None and row.recorded_us < last:
        raise _Fault(position, "recorded before its predecessor")


def _check_head(
    computed: Frontier,
    position: int,
    edge: bytes,
    last: int | None,
    recorded_at: datetime | None,
) -> None:
    if computed.size < position:
        raise _Fault(computed.size + 1, f"the log ends here, its head says at {position}")
    if computed.size > position:
        raise _Fault(position + 1, f"beyond the log's head at {position}")
    if computed.to_bytes() != edge:
        raise _Fault(position, "the events do not make the root the head stands for")
    if last is not None and (recorded_at is None or microseconds(recorded_at) != last):
        raise _Fault(position, f"the head was moved at {recorded_at}, not with the last event")
