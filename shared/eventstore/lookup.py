"""What a batch rests on, looked up under the lock on the log's head.

The questions are asked within a pipeline and answered once it has ended.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import psycopg
from psycopg import Connection, Cursor
from psycopg.rows import TupleRow

from shared.eventstore.arrays import ByteaArray, TextArray, UuidArray, bytes_element, text_element
from shared.eventstore.batch import Known, KnownKey, Prepared

__all__ = ["LOCK_HEAD", "LogEnd", "answered", "ask", "key_ids"]

LOCK_HEAD = "SELECT position, recorded_at, frontier, hash FROM log_head FOR UPDATE"
_VERSIONS = """
    SELECT named, (SELECT version FROM events WHERE stream_id = named
                   ORDER BY version DESC LIMIT 1)
    FROM unnest(%s) AS named"""
_EVENT_IDS = "SELECT event_id FROM events WHERE event_id = ANY(%s)"
_KEYS = """
    SELECT key, fingerprint, first_position, last_position
    FROM idempotency WHERE key = ANY(%s)"""
_DESTROYED = (
    "SELECT encode(key_id, 'hex') FROM subject_keys WHERE key_id = ANY(%s) AND secret IS NULL"
)
_TRACKED = "SELECT source, position FROM tracking WHERE source = ANY(%s)"


class LogEnd(NamedTuple):
    """Where a log ends: its size, the last event's time, the tree's peaks and the hash's name."""

    position: int
    recorded_at: datetime | None
    frontier: bytes
    hash: str


class Asked(NamedTuple):
    """What was asked of the database, and will be answered; None where there was no need."""

    head: Cursor[TupleRow]
    versions: Cursor[TupleRow]
    event_ids: Cursor[TupleRow]
    keys: Cursor[TupleRow] | None
    destroyed: Cursor[TupleRow] | None
    tracked: Cursor[TupleRow] | None


def ask(connection: Connection[TupleRow], batch: list[Prepared]) -> Asked:
    """Lock the head, then look up what the batch rests on."""
    streams, event_ids, keys, sources = _named(batch)
    sealed = {key_id for each in batch for key_id in each.append.earlier_keys}

    def rows(query: str, array: bytes) -> Cursor[TupleRow]:
        return connection.execute(query.encode(), [array], binary=True)

    connection.execute("BEGIN", prepare=False)
    return Asked(
        head=connection.execute(LOCK_HEAD, binary=True),
        versions=rows(_VERSIONS, TextArray.of(streams)),
        event_ids=rows(_EVENT_IDS, UuidArray.of(event_ids)),
        keys=rows(_KEYS, TextArray.of(keys)) if keys else None,
        destroyed=rows(_DESTROYED, key_ids(sealed)) if sealed else None,
        tracked=rows(_TRACKED, TextArray.of(sources)) if sources else None,
    )


def answered(asked: Asked) -> tuple[LogEnd, Known]:
    """The head, and what the log holds of what the batch names."""
    head = asked.head.fetchone()
    if head is None:
        raise psycopg.ProgrammingError("the log has no head")
    return LogEnd(*head), Known(
        versions={stream: version for stream, version in asked.versions if version is not None},
        event_ids={row[0] for row in asked.event_ids},
        keys={row[0]: KnownKey(*row[1:]) for row in asked.keys or ()},
        tracked=dict(asked.tracked.fetchall()) if asked.tracked else {},
        destroyed={row[0] for row in asked.destroyed or ()},
    )


def _named(
    batch: list[Prepared],
) -> tuple[list[bytes], list[bytes], list[bytes], list[bytes]]:
    """The streams, event ids, idempotency keys and sources of a batch, as array elements."""
    streams: set[bytes] = set()
    event_ids: list[bytes] = []
    keys: set[bytes] = set()
    sources: set[bytes] = set()
    for append, fields, _dates, _size in batch:
        for each in fields:
            streams.add(each.stream_id)
            event_ids.append(each.event_id)
        streams.update(map(text_element, append.guards))
        if append.idempotency is not None:
            keys.add(text_element(append.idempotency.key))
        if append.tracking is not None:
            sources.add(text_element(append.tracking.application_name))
    return list(streams), event_ids, list(keys), list(sources)


def key_ids(keys: Iterable[str]) -> ByteaArray:
    """Ids of subject keys, as the database has them."""
    return ByteaArray.of([bytes_element(bytes.fromhex(key_id)) for key_id in keys])
