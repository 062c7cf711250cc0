"""A batch's transaction, in two round trips.

The first takes the lock on the log's head and looks up what the batch names; each of its
statements sees everything committed before the lock was granted (READ COMMITTED). The second
inserts, moves the head and commits.

While the first is under way, the batch is given the places and leaves it will have if the head is
as this process left it and nothing is refused; where that was wrong, they are made again. While
the second inserts, the tree's edge is moved over the leaves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

from eventsourcing.persistence import PersistenceError
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.types.numeric import Int8

from shared.eventstore.arrays import (
    ByteaArray,
    DateArray,
    Int2Array,
    Int4Array,
    Int8Array,
    TextArray,
    UuidArray,
    bytes_element,
    int8_element,
    text_element,
)
from shared.eventstore.batch import (
    KnownKey,
    Prepared,
    Verdict,
    Written,
    grow,
    judge,
    place,
)
from shared.eventstore.leaf import microseconds
from shared.eventstore.lookup import LOCK_HEAD, LogEnd, answered, ask, key_ids
from shared.eventstore.merkle import Frontier, digest_of
from shared.eventstore.proofs import Tile
from shared.eventstore.reading import events_between
from shared.eventstore.records import Appended

__all__ = ["Attempt", "Outcome", "begin", "commit", "roll_back", "was_committed"]

_INSERT_EVENTS = """
    INSERT INTO events (position, stream_id, version, event_id, type, schema_version,
                        data, meta, effective_on, recorded_at, leaf)
    SELECT %s + place, stream_id, version, event_id, type, schema_version,
           data, meta, effective_on, %s, leaf
    FROM unnest(%s, %s, %s, %s, %s, %s, %s, %s, %s) WITH ORDINALITY AS new(
        stream_id, version, event_id, type, schema_version, data, meta, effective_on, leaf, place)
    """
_INSERT_KEYS = """
    INSERT INTO idempotency (key, fingerprint, first_position, last_position, recorded_at)
    SELECT key, fingerprint, nullif(first, 0), nullif(last, 0), %s
    FROM unnest(%s, %s, %s, %s) AS new(key, fingerprint, first, last)"""
_TRACK = """
    INSERT INTO tracking (source, position, recorded_at) VALUES (%s, %s, %s)
    ON CONFLICT (source) DO UPDATE
    SET position = excluded.position, recorded_at = excluded.recorded_at"""
_INSERT_SUBJECT_KEYS = """
    INSERT INTO subject_keys (key_id, subject, secret, made_at)
    SELECT key_id, subject, secret, %s FROM unnest(%s, %s, %s) AS new(key_id, subject, secret)
    ON CONFLICT DO NOTHING"""
_DESTROY = """
    UPDATE subject_keys SET secret = NULL, destroyed_at = %s
    WHERE key_id = ANY(%s) AND secret IS NOT NULL"""
_MOVE_HEAD = "UPDATE log_head SET position = %s, recorded_at = %s, frontier = %s"

_LEAF_AT = "SELECT leaf FROM events WHERE position = %s"
_TRACKED_AT = "SELECT 1 FROM tracking WHERE source = %s AND position = %s AND recorded_at = %s"
_KEY_AT = "SELECT 1 FROM idempotency WHERE key = %s AND fingerprint = %s AND recorded_at = %s"

Outcome = Appended | PersistenceError


class Proof(NamedTuple):
    """A query whose first value is `expected` once this very batch has been committed."""

    query: str
    parameters: tuple[Any, ...]
    expected: bytes | int


class Edge(NamedTuple):
    """Where a log ends after an attempt, and the roots of the tiles that it completed."""

    head: LogEnd
    tiles: dict[Tile, bytes]


@dataclass(frozen=True)
class Attempt:
    """A batch that was judged and placed, and holds the lock until it is committed.

    `outcomes` are the answers, one for each append, once that is done; `proof` is None when there
    is nothing to commit.
    """

    outcomes: list[Outcome]
    accepted: list[Prepared]
    written: Written
    before: LogEnd
    recorded_at: datetime
    proof: Proof | None

    @cached_property
    def edge(self) -> Edge:
        """The head, once this is committed, and the tiles that are complete then."""
        before, leaves = self.before, self.written.leaves
        if not leaves:
            return Edge(before, {})
        digest = digest_of(before.hash)
        frontier = Frontier.from_bytes(digest, before.position, before.frontier)
        tiles = grow(frontier, leaves)
        return Edge(
            LogEnd(frontier.size, self.recorded_at, frontier.to_bytes(), before.hash), tiles
        )


class _Placed(NamedTuple):
    written: Written
    recorded_at: datetime


def begin(
    connection: Connection[TupleRow],
    batch: list[Prepared],
    clock: Callable[[], datetime],
    expected: LogEnd | None,
) -> Attempt:
    """Lock the head, judge the batch, and give the accepted events their places.

    `expected` is the head that this process left behind, if it has written before.
    """
    with connection.pipeline():
        asked = ask(connection, batch)
        ahead = _placed(batch, expected, clock) if expected else None
    head, known = answered(asked)
    verdicts = judge(batch, known, head.position)
    replayed = [
        _replayed(connection, verdict.replay, head.position) if verdict.replay else None
        for verdict in verdicts
    ]
    accepted = [
        each
        for each, verdict in zip(batch, verdicts, strict=True)
        if verdict.refusal is None and verdict.replay is None
    ]
    if ahead is None or head != expected or len(accepted) != len(batch):
        ahead = _placed(accepted, head, clock)
    written, recorded_at = ahead
    return Attempt(
        outcomes=_outcomes(batch, verdicts, replayed, written, head.position),
        accepted=accepted,
        written=written,
        before=head,
        recorded_at=recorded_at,
        proof=_proof(accepted, written, recorded_at),
    )


def _placed(accepted: list[Prepared], head: LogEnd, clock: Callable[[], datetime]) -> _Placed:
    """Events in their places after that head, recorded now: never before the last one."""
    recorded_at = clock().astimezone(UTC)
    if head.recorded_at is not None:
        recorded_at = max(recorded_at, head.recorded_at)
    written = place(
        accepted,
        digest=digest_of(head.hash),
        after=head.position,
        recorded_at=recorded_at,
        recorded_us=microseconds(recorded_at),
    )
    return _Placed(written, recorded_at)


def roll_back(connection: Connection[TupleRow]) -> None:
    """Let go of the lock."""
    connection.execute("ROLLBACK", prepare=False)


def was_committed(connection: Connection[TupleRow], attempt: Attempt) -> bool:
    """Whether an attempt was committed though the reply was lost.

    Its transaction held the head's lock, so that once we are granted it, it has ended.
    """
    if attempt.proof is None:
        return False
    query, parameters, expected = attempt.proof
    with connection.transaction():
        connection.execute(LOCK_HEAD)
        row = connection.execute(query.encode(), parameters, binary=True).fetchone()
    return row is not None and row[0] == expected


def _replayed(connection: Connection[TupleRow], key: KnownKey, position: int) -> Appended | None:
    """What was answered to the same key before; None when that is in this very batch."""
    if key.first is None or key.last is None:
        return Appended((), replayed=True)
    if key.first > position:
        return None
    return Appended(tuple(events_between(connection, key.first, key.last)), replayed=True)


def _outcomes(
    batch: list[Prepared],
    verdicts: list[Verdict],
    replayed: list[Appended | None],
    written: Written,
    position: int,
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for prepared, verdict, earlier in zip(batch, verdicts, replayed, strict=True):
        if verdict.refusal is not None:
            outcomes.append(verdict.refusal)
        elif earlier is not None:
            outcomes.append(earlier)
        else:
            key = verdict.replay
            first = (verdict.first if key is None else key.first or 0) - position - 1
            last = first + len(prepared.fields) if key is None else (key.last or 0) - position
            outcomes.append(Appended(tuple(written.events[first:last]), key is not None))
    return outcomes


def _proof(accepted: list[Prepared], written: Written, recorded_at: datetime) -> Proof | None:
    """What only the commit of this batch leaves behind; None when there is nothing to commit."""
    if written.leaves:
        return Proof(_LEAF_AT, (written.events[-1].position,), written.leaves[-1])
    for append in (prepared.append for prepared in reversed(accepted)):
        if append.tracking is not None:
            tracking = append.tracking
            parameters = (tracking.application_name, tracking.notification_id, recorded_at)
            return Proof(_TRACKED_AT, parameters, 1)
        if append.idempotency is not None:
            key = append.idempotency
            return Proof(_KEY_AT, (key.key, key.fingerprint, recorded_at), 1)
    return None


def commit(connection: Connection[TupleRow], attempt: Attempt) -> None:
    """Write what was accepted, move the head, and commit."""
    written, accepted = attempt.written, attempt.accepted
    fields = [each for prepared in accepted for each in prepared.fields]
    dates = [each for prepared in accepted for each in prepared.dates]
    with connection.pipeline():
        if fields:
            stream_id, version, event_id, name, schema_version, data, meta, _on = zip(
                *fields, strict=True
            )
            connection.execute(
                _INSERT_EVENTS,
                [
                    Int8(attempt.before.position),
                    attempt.recorded_at,
                    TextArray.of(stream_id),
                    Int4Array.of(version),
                    UuidArray.of(event_id),
                    TextArray.of(name),
                    Int2Array.of(schema_version),
                    ByteaArray.of(data),
                    ByteaArray.of(meta),
                    DateArray.of(dates),
                    ByteaArray.of([bytes_element(leaf) for leaf in written.leaves]),
                ],
            )
            head = attempt.edge.head  # it is computed here, while the database inserts
            connection.execute(
                _MOVE_HEAD,
                [Int8(head.position), attempt.recorded_at, head.frontier],
            )
        _insert_keys(connection, attempt)
        _keep_subject_keys(connection, attempt)
        _store_tracking(connection, attempt)
        connection.execute("COMMIT", prepare=False)


def _insert_keys(connection: Connection[TupleRow], attempt: Attempt) -> None:
    keys: list[bytes] = []
    fingerprints: list[bytes] = []
    firsts: list[bytes] = []
    lasts: list[bytes] = []
    position = attempt.before.position
    for append in (prepared.append for prepared in attempt.accepted):
        count = len(append.events)
        if append.idempotency is not None:
            keys.append(text_element(append.idempotency.key))
            fingerprints.append(bytes_element(append.idempotency.fingerprint))
            firsts.append(int8_element(position + 1 if count else 0))
            lasts.append(int8_element(position + count if count else 0))
        position += count
    if keys:
        connection.execute(
            _INSERT_KEYS,
            [
                attempt.recorded_at,
                TextArray.of(keys),
                ByteaArray.of(fingerprints),
                Int8Array.of(firsts),
                Int8Array.of(lasts),
            ],
        )


def _keep_subject_keys(connection: Connection[TupleRow], attempt: Attempt) -> None:
    """Keys stand in the log's database as soon as what they seal, and not before."""
    appends = [prepared.append for prepared in attempt.accepted]
    if keys := {key.id: key for append in appends for key in append.keys}:
        connection.execute(
            _INSERT_SUBJECT_KEYS,
            [
                attempt.recorded_at,
                key_ids(keys),
                TextArray.of([text_element(key.subject) for key in keys.values()]),
                ByteaArray.of([bytes_element(key.secret) for key in keys.values()]),
            ],
        )
    if destroyed := [key_id for append in appends for key_id in append.destroys]:
        connection.execute(_DESTROY, [attempt.recorded_at, key_ids(destroyed)])


def _store_tracking(connection: Connection[TupleRow], attempt: Attempt) -> None:
    reached = {
        tracking.application_name: tracking.notification_id
        for tracking in (prepared.append.tracking for prepared in attempt.accepted)
        if tracking is not None
    }
    for source, position in reached.items():
        connection.execute(_TRACK, [source, Int8(position), attempt.recorded_at])
