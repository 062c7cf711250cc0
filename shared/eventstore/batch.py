"""Who of a batch may write: conflicts judged one append after the other, before any is written.

Pure: given what the log holds, an append sees its predecessors in the batch as written, and a
refused one leaves no trace for its successors.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from eventsourcing.persistence import PersistenceError

from shared.eventstore.arrays import date_element
from shared.eventstore.errors import (
    DataError,
    EventIdConflict,
    IdempotencyKeyReused,
    KeyDestroyed,
    TrackingConflict,
    VersionConflict,
)
from shared.eventstore.keys import hand, keys_of
from shared.eventstore.leaf import Fields, fields_of, leaf_hash
from shared.eventstore.merkle import Digest, Frontier
from shared.eventstore.proofs import WIDTH, Tile, completed_tiles
from shared.eventstore.records import Append, IdempotencyKey, NewEvent, RecordedEvent

__all__ = [
    "Known",
    "KnownKey",
    "Prepared",
    "Verdict",
    "Written",
    "grow",
    "judge",
    "place",
    "prepare",
]

TEXT_BYTES = 255
DATA_BYTES = 64 * 1024 * 1024
SMALLINT = 2**15
INTEGER = 2**31


class Prepared(NamedTuple):
    """An append whose form is sound, with its events' fields and legal dates encoded."""

    append: Append
    fields: tuple[Fields, ...]
    dates: tuple[bytes, ...]
    size: int


class KnownKey(NamedTuple):
    """A row of `idempotency`; positions are None for an append without events."""

    fingerprint: bytes
    first: int | None
    last: int | None


@dataclass
class Known:
    """What the log holds of the streams, ids, keys and sources that a batch names."""

    versions: dict[str, int] = field(default_factory=dict)
    event_ids: set[UUID] = field(default_factory=set)
    keys: dict[str, KnownKey] = field(default_factory=dict)
    tracked: dict[str, int] = field(default_factory=dict)
    destroyed: set[str] = field(default_factory=set)
    """Of the keys that were named, those that are no more."""


class Verdict(NamedTuple):
    """An append's outcome: refused, replayed from these positions, or written (both None)."""

    refusal: PersistenceError | None
    replay: KnownKey | None
    first: int = 0


class Written(NamedTuple):
    """Events placed in the log, and their leaves."""

    events: list[RecordedEvent]
    leaves: list[bytes]


def prepare(append: Append) -> Prepared:
    """Encode an append, in its caller's thread.

    Raises DataError for what the database would not take: it must not reach the others of a
    batch.
    """
    try:
        fields = tuple(_fields(event) for event in append.events)
        for stream_id in append.guards:
            _check_text(stream_id)
        if append.idempotency is not None:
            _check_text(append.idempotency.key)
        if append.tracking is not None:
            _check_text(append.tracking.application_name)
    except (struct.error, UnicodeError, ValueError, TypeError, AttributeError) as error:
        raise DataError(f"not fit to be recorded: {error}") from error
    dates = tuple(date_element(event.effective_on) for event in append.events)
    size = sum(len(each.data) + len(each.meta) for each in fields)
    return Prepared(append, fields, dates, size)


def _fields(event: NewEvent) -> Fields:
    stream_id, name = event.stream_id, event.topic
    _check_text(stream_id)
    _check_text(name)
    if not 0 < event.originator_version < INTEGER:
        raise ValueError(f"version {event.originator_version}")
    if not 0 <= event.schema_version < SMALLINT:
        raise ValueError(f"schema version {event.schema_version}")
    if len(event.state) > DATA_BYTES or len(event.meta) > DATA_BYTES:
        raise ValueError(f"more than {DATA_BYTES} bytes")
    return fields_of(
        stream_id=stream_id,
        version=event.originator_version,
        event_id=event.event_id,
        type=name,
        schema_version=event.schema_version,
        data=event.state,
        meta=event.meta,
        effective_on=event.effective_on,
    )


def _check_text(text: str) -> None:
    if not text or "\x00" in text or len(text.encode()) > TEXT_BYTES:
        raise ValueError(f"text of 1 to {TEXT_BYTES} bytes without NUL expected: {text[:80]!r}")


def judge(batch: Iterable[Prepared], known: Known, position: int) -> list[Verdict]:
    """Decide each append in turn and enter the accepted ones into `known`.

    `position` is the log's head; accepted events take the positions after it.
    """
    verdicts: list[Verdict] = []
    for prepared in batch:
        append = prepared.append
        if append.idempotency is not None:
            answer = _answer_by_key(append.idempotency, known)
            if answer is not None:
                verdicts.append(answer)
                continue
        refusal = _refusal(append, known)
        if refusal is not None:
            verdicts.append(Verdict(refusal, None))
            continue
        _enter(append, known, position)
        verdicts.append(Verdict(None, None, position + 1))
        position += len(append.events)
    return verdicts


def _answer_by_key(idempotency: IdempotencyKey, known: Known) -> Verdict | None:
    earlier = known.keys.get(idempotency.key)
    if earlier is None:
        return None
    if earlier.fingerprint != idempotency.fingerprint:
        return Verdict(IdempotencyKeyReused(idempotency.key), None)
    return Verdict(None, earlier)


def _refusal(append: Append, known: Known) -> PersistenceError | None:
    for event in append.events:
        if event.event_id in known.event_ids:
            return EventIdConflict(event.event_id)
    for stream_id, expected in append.guards.items():
        actual = known.versions.get(stream_id, 0)
        if actual != expected:
            return VersionConflict(stream_id, expected, actual)
    moved: dict[str, int] = {}
    ids: set[UUID] = set()
    for event in append.events:
        stream_id = event.stream_id
        actual = moved.get(stream_id) or known.versions.get(stream_id, 0)
        if event.originator_version != actual + 1:
            return VersionConflict(stream_id, event.originator_version - 1, actual)
        moved[stream_id] = event.originator_version
        if event.event_id in ids:
            return EventIdConflict(event.event_id)
        ids.add(event.event_id)
    if append.tracking is not None:
        source, reached = append.tracking.application_name, append.tracking.notification_id
        before = known.tracked.get(source)
        if before is not None and reached <= before:
            return TrackingConflict(source, reached, before)
    return next((KeyDestroyed(k) for k in append.earlier_keys if k in known.destroyed), None)


def _enter(append: Append, known: Known, position: int) -> None:
    for event in append.events:
        known.versions[event.stream_id] = event.originator_version
        known.event_ids.add(event.event_id)
    if append.idempotency is not None:
        count = len(append.events)
        known.keys[append.idempotency.key] = KnownKey(
            append.idempotency.fingerprint,
            position + 1 if count else None,
            position + count if count else None,
        )
    if append.tracking is not None:
        known.tracked[append.tracking.application_name] = append.tracking.notification_id
    known.destroyed.update(append.destroys)


def place(
    accepted: Iterable[Prepared],
    *,
    digest: Digest,
    after: int,
    recorded_at: datetime,
    recorded_us: int,
) -> Written:
    """Give the accepted events their leaves and the positions after `after`."""
    events: list[RecordedEvent] = []
    leaves: list[bytes] = []
    position = after
    for append, fields, _dates, _size in accepted:
        keys = {key.id: key for key in append.keys}
        for event, each in zip(append.events, fields, strict=True):
            position += 1
            leaf = leaf_hash(digest, position, recorded_us, each)
            leaves.append(leaf)
            row = RecordedEvent(
                event.originator_id,
                event.originator_version,
                event.topic,
                event.state,
                position,
                event.meta,
                event.event_id,
                event.schema_version,
                event.effective_on,
                recorded_at,
                leaf,
            )
            several = len(keys) > 1
            hand(row, {i: keys[i] for i in keys_of(row.data, row.meta)} if several else keys)
            events.append(row)
    return Written(events, leaves)


def grow(frontier: Frontier, leaves: Iterable[bytes]) -> dict[Tile, bytes]:
    """Move the edge of a log over more leaves; the tiles these complete."""
    tiles: dict[Tile, bytes] = {}
    for leaf in leaves:
        completed = frontier.append(leaf)
        if frontier.size % WIDTH == 0:
            tiles.update(completed_tiles(frontier.size, completed))
    return tiles
