"""Group commit: one thread that gathers the appends of a process into transactions.

A batch costs two round trips. The first takes the lock on the log's head and looks up what the
batch names; each of its statements sees everything committed before the lock was granted
(READ COMMITTED). The second inserts, moves the head and commits. While it runs, the next batch
gathers.
"""

import asyncio
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Any

import psycopg
from eventsourcing.persistence import InternalError, OperationalError, PersistenceError
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.types.numeric import Int8

from shared.eventstore.arrays import (
    ByteaArray,
    DateArray,
    Int2Array,
    Int4Array,
    TextArray,
    UuidArray,
    bytes_element,
    text_element,
)
from shared.eventstore.batch import (
    Known,
    KnownKey,
    Prepared,
    Verdict,
    Written,
    judge,
    place,
)
from shared.eventstore.connections import translate
from shared.eventstore.errors import LogClosed
from shared.eventstore.leaf import microseconds
from shared.eventstore.merkle import Frontier, digest_of
from shared.eventstore.reading import events_between
from shared.eventstore.records import Appended

__all__ = ["Ticket", "Writer"]

log = logging.getLogger(__name__)

BATCH_EVENTS = 512
BATCH_BYTES = 8 * 1024 * 1024
FIRST_PAUSE = 0.02
LONGEST_PAUSE = 1.0

_LOCK_HEAD = "SELECT position, recorded_at, frontier, hash FROM log_head FOR UPDATE"
_VERSIONS = """
    SELECT named, (SELECT version FROM events WHERE stream_id = named
                   ORDER BY version DESC LIMIT 1)
    FROM unnest(%s) AS named"""
_EVENT_IDS = "SELECT event_id FROM events WHERE event_id = ANY(%s)"
_KEYS = """
    SELECT key, fingerprint, first_position, last_position
    FROM idempotency WHERE key = ANY(%s)"""
_TRACKED = "SELECT source, position FROM tracking WHERE source = ANY(%s)"
_INSERT_EVENTS = """
    INSERT INTO events (position, stream_id, version, event_id, type, schema_version,
                        data, meta, effective_on, recorded_at, leaf)
    SELECT %s + place, stream_id, version, event_id, type, schema_version,
           data, meta, effective_on, %s, leaf
    FROM unnest(%s, %s, %s, %s, %s, %s, %s, %s, %s) WITH ORDINALITY AS new(
        stream_id, version, event_id, type, schema_version, data, meta, effective_on, leaf, place)
    """
_INSERT_KEY = """
    INSERT INTO idempotency (key, fingerprint, first_position, last_position, recorded_at)
    VALUES (%s, %s, %s, %s, %s)"""
_TRACK = """
    INSERT INTO tracking (source, position, recorded_at) VALUES (%s, %s, %s)
    ON CONFLICT (source) DO UPDATE
    SET position = excluded.position, recorded_at = excluded.recorded_at"""
_MOVE_HEAD = "UPDATE log_head SET position = %s, recorded_at = %s, frontier = %s"

_LEAF_AT = "SELECT leaf FROM events WHERE position = %s"
_TRACKED_AT = "SELECT 1 FROM tracking WHERE source = %s AND position = %s AND recorded_at = %s"
_KEY_AT = "SELECT 1 FROM idempotency WHERE key = %s AND fingerprint = %s AND recorded_at = %s"

Outcome = Appended | PersistenceError


class Ticket:
    """An append on its way, and who waits for it: a task of an event loop, or a thread."""

    __slots__ = ("future", "loop", "prepared")

    def __init__(
        self,
        prepared: Prepared,
        future: "asyncio.Future[Appended] | Future[Appended]",
        loop: asyncio.AbstractEventLoop | None,
    ) -> None:
        self.prepared = prepared
        self.future = future
        self.loop = loop


@dataclass(frozen=True)
class _Attempt:
    """What a transaction would answer, and how to recognise afterwards that it committed."""

    outcomes: list[Outcome]
    position: int
    proof: tuple[str, tuple[Any, ...], bytes | int] | None


class Writer:
    """The thread through which all appends of this process to one log go.

    `patience` is how many seconds a batch is tried again while the database is away.
    """

    def __init__(
        self,
        connect: Callable[[], Connection[TupleRow]],
        *,
        clock: Callable[[], datetime],
        on_commit: Callable[[int], None],
        patience: float = 10.0,
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._on_commit = on_commit
        self._patience = patience
        self._queue: SimpleQueue[Ticket | None] = SimpleQueue()
        self._connection: Connection[TupleRow] | None = None
        # The attempt whose COMMIT may have been sent without an answer.
        self._doubt: _Attempt | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, ticket: Ticket) -> None:
        """Queue an append; its future is settled once it is durable or refused."""
        if self._thread is None or self._closed:
            self._start()
        self._queue.put(ticket)

    def close(self) -> None:
        """Write what is queued, then stop."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._refuse_latecomers()

    def _start(self) -> None:
        with self._lock:
            if self._closed:
                raise LogClosed("the log is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log writer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        last = False
        while not last:
            batch, last = self._gather()
            if batch:
                self._answer(batch, self._serve([ticket.prepared for ticket in batch]))
        if self._connection is not None:
            self._connection.close()

    def _refuse_latecomers(self) -> None:
        """Answer those whose `submit` ran beside `close`."""
        while True:
            try:
                ticket = self._queue.get_nowait()
            except Empty:
                return
            if ticket is not None:
                self._answer([ticket], [LogClosed("the log is closed")])

    def _gather(self) -> tuple[list[Ticket], bool]:
        """Wait for an append and take what else is queued, up to a batch's size."""
        batch: list[Ticket] = []
        ticket = self._queue.get()
        events = size = 0
        while ticket is not None:
            if not ticket.future.cancelled():
                batch.append(ticket)
                events += len(ticket.prepared.fields)
                size += ticket.prepared.size
            if events >= BATCH_EVENTS or size >= BATCH_BYTES:
                return batch, False
            try:
                ticket = self._queue.get_nowait()
            except Empty:
                return batch, False
        return batch, True

    def _answer(self, batch: Sequence[Ticket], outcomes: Sequence[Outcome]) -> None:
        """Settle the futures: one wake-up per event loop, not per append."""
        by_loop: defaultdict[asyncio.AbstractEventLoop, list[tuple[Ticket, Outcome]]]
        by_loop = defaultdict(list)
        for ticket, outcome in zip(batch, outcomes, strict=True):
            if ticket.loop is None:
                _settle([(ticket, outcome)])
            else:
                by_loop[ticket.loop].append((ticket, outcome))
        for loop, settled in by_loop.items():
            try:
                loop.call_soon_threadsafe(_settle, settled)
            except RuntimeError:
                log.warning("an event loop closed before %d appends were answered", len(settled))

    def _serve(self, batch: list[Prepared]) -> list[Outcome]:
        """Write a batch, through lost connections, and give every append its outcome."""
        deadline = time.monotonic() + self._patience
        pause = FIRST_PAUSE
        self._doubt = None
        while True:
            try:
                attempt = self._attempt(batch)
            except Exception as error:
                may_pass = self._may_pass(error)
                self._disconnect()
                if not may_pass:
                    return self._failed(batch, error)
                if time.monotonic() + pause > deadline:
                    return [_gave_up(error, self._doubt) for _ in batch]
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                if attempt.proof is not None:
                    self._on_commit(attempt.position)
                return attempt.outcomes

    def _attempt(self, batch: list[Prepared]) -> _Attempt:
        """Write once, but first find out what became of a COMMIT without a reply."""
        connection = self._connected()
        doubt = self._doubt
        if doubt is not None:
            if self._was_committed(connection, doubt):
                return doubt
            self._doubt = None
        return self._write(connection, batch)

    def _may_pass(self, error: Exception) -> bool:
        """Whether the same batch may fare better on another connection."""
        if not isinstance(error, psycopg.Error):
            return False
        lost = self._connection is None or self._connection.closed
        return lost or isinstance(error, psycopg.OperationalError)

    def _failed(self, batch: list[Prepared], error: Exception) -> list[Outcome]:
        if isinstance(error, PersistenceError):
            return [error for _ in batch]
        if len(batch) > 1:  # one of them is to blame: let the others pass
            return [outcome for each in batch for outcome in self._serve([each])]
        if isinstance(error, psycopg.Error):
            return [translate(error)]
        log.error("an append failed", exc_info=error)
        return [InternalError(f"an append failed: {error!r}")]

    def _connected(self) -> Connection[TupleRow]:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _was_committed(self, connection: Connection[TupleRow], attempt: _Attempt) -> bool:
        """Whether an attempt was committed though the reply was lost.

        Its transaction held the head's lock, so that once we are granted it, it has ended.
        """
        if attempt.proof is None:
            return False
        query, parameters, expected = attempt.proof
        with connection.transaction():
            connection.execute(_LOCK_HEAD)
            row = connection.execute(query, parameters).fetchone()
        return row is not None and row[0] == expected

    def _write(self, connection: Connection[TupleRow], batch: list[Prepared]) -> _Attempt:
        head, known = _look_up(connection, batch)
        position, last_recorded_at, edge, hash_name = head
        verdicts = judge(batch, known, position)
        replayed = [
            _replayed(connection, verdict.replay, position) if verdict.replay else None
            for verdict in verdicts
        ]
        accepted = [
            each
            for each, verdict in zip(batch, verdicts, strict=True)
            if verdict.refusal is None and verdict.replay is None
        ]
        recorded_at = self._clock().astimezone(UTC)
        if last_recorded_at is not None and recorded_at < last_recorded_at:
            recorded_at = last_recorded_at
        digest = digest_of(hash_name)
        written = place(
            accepted,
            digest=digest,
            frontier=Frontier.from_bytes(digest, position, edge),
            recorded_at=recorded_at,
            recorded_us=microseconds(recorded_at),
        )
        outcomes = _outcomes(batch, verdicts, replayed, written, position)
        proof = _proof(accepted, written, recorded_at)
        attempt = _Attempt(outcomes, written.frontier.size, proof)
        if proof is None:
            connection.execute("ROLLBACK", prepare=False)
            return attempt
        self._doubt = attempt
        _insert(connection, accepted, written, position, recorded_at)
        self._doubt = None
        return attempt


def _settle(answers: list[tuple[Ticket, Outcome]]) -> None:
    for ticket, outcome in answers:
        future = ticket.future
        if future.done():  # its task was cancelled meanwhile
            continue
        if isinstance(outcome, Appended):
            future.set_result(outcome)
        else:
            future.set_exception(outcome)


def _gave_up(error: Exception, doubt: _Attempt | None) -> OperationalError:
    if doubt is None:
        return OperationalError(f"nothing was recorded: {error}")
    return OperationalError(f"it is not known whether this was recorded: {error}")


def _look_up(
    connection: Connection[TupleRow], batch: list[Prepared]
) -> tuple[tuple[int, datetime | None, bytes, str], Known]:
    """First round trip: lock the head, then read what the batch rests on."""
    streams, event_ids, keys, sources = _named(batch)
    known = Known()
    with connection.pipeline():
        connection.execute("BEGIN", prepare=False)
        head = connection.execute(_LOCK_HEAD, binary=True)
        versions = connection.execute(_VERSIONS, [TextArray.of(streams)], binary=True)
        ids = connection.execute(_EVENT_IDS, [UuidArray.of(event_ids)], binary=True)
        key_rows = connection.execute(_KEYS, [TextArray.of(keys)], binary=True) if keys else None
        tracked = (
            connection.execute(_TRACKED, [TextArray.of(sources)], binary=True) if sources else None
        )
    known.versions = {stream: version for stream, version in versions if version is not None}
    known.event_ids = {row[0] for row in ids}
    if key_rows is not None:
        known.keys = {row[0]: KnownKey(*row[1:]) for row in key_rows}
    if tracked is not None:
        known.tracked = dict(tracked.fetchall())
    row = head.fetchone()
    if row is None:
        raise psycopg.ProgrammingError("the log has no head")
    return (row[0], row[1], row[2], row[3]), known


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


def _proof(
    accepted: list[Prepared], written: Written, recorded_at: datetime
) -> tuple[str, tuple[Any, ...], bytes | int] | None:
    """What only the commit of this batch leaves behind; None when there is nothing to commit."""
    if written.leaves:
        return _LEAF_AT, (written.frontier.size,), written.leaves[-1]
    for append in (prepared.append for prepared in accepted):
        if append.tracking is not None:
            tracking = append.tracking
            parameters = (tracking.application_name, tracking.notification_id, recorded_at)
            return _TRACKED_AT, parameters, 1
        if append.idempotency is not None:
            key = append.idempotency
            return _KEY_AT, (key.key, key.fingerprint, recorded_at), 1
    return None


def _insert(
    connection: Connection[TupleRow],
    accepted: list[Prepared],
    written: Written,
    position: int,
    recorded_at: datetime,
) -> None:
    """Second round trip: write and commit."""
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
                    Int8(position),
                    recorded_at,
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
            connection.execute(
                _MOVE_HEAD,
                [Int8(written.frontier.size), recorded_at, written.frontier.to_bytes()],
            )
        _insert_keys_and_tracking(connection, accepted, position, recorded_at)
        connection.execute("COMMIT", prepare=False)


def _insert_keys_and_tracking(
    connection: Connection[TupleRow],
    accepted: list[Prepared],
    position: int,
    recorded_at: datetime,
) -> None:
    for append in (prepared.append for prepared in accepted):
        count = len(append.events)
        if append.idempotency is not None:
            first, last = (position + 1, position + count) if count else (None, None)
            key = append.idempotency
            connection.execute(_INSERT_KEY, [key.key, key.fingerprint, first, last, recorded_at])
        if append.tracking is not None:
            tracking = append.tracking
            connection.execute(
                _TRACK, [tracking.application_name, Int8(tracking.notification_id), recorded_at]
            )
        position += count
