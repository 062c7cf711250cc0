"""A service's log: the system of record, and the library's recorder over it."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import ProcessRecorder, StoredEvent, Tracking
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from shared.eventstore import connections
from shared.eventstore.batch import prepare
from shared.eventstore.bell import Bell
from shared.eventstore.errors import IdempotencyKeyReused, LogClosed, SchemaNotReady
from shared.eventstore.keys import Keyring
from shared.eventstore.merkle import Frontier, digest_of
from shared.eventstore.reading import EVENTS, events_between, select
from shared.eventstore.records import (
    Append,
    Appended,
    Head,
    IdempotencyKey,
    NewEvent,
    RecordedEvent,
)
from shared.eventstore.subscription import LogSubscription
from shared.eventstore.tail import Tail
from shared.eventstore.tiles import CompletedTiles
from shared.eventstore.transaction import Attempt
from shared.eventstore.writer import Ticket, Writer

__all__ = ["EventLog"]

# Legal dates are those of Beijing time.
BEIJING = timezone(timedelta(hours=8))

_STREAM = EVENTS + " WHERE stream_id = %s AND version > %s AND version <= %s ORDER BY version"
_STREAM_BACKWARDS = _STREAM + " DESC"
_FEED = EVENTS + " WHERE position > %s ORDER BY position LIMIT %s"
_EVENT = EVENTS + " WHERE event_id = %s"
_AT = EVENTS + " WHERE position = ANY(%s) ORDER BY position"
_RANGE = EVENTS + " WHERE position > %s AND position <= %s ORDER BY position LIMIT %s"
_TOPICS = (
    EVENTS + " WHERE position > %s AND position <= %s AND type = ANY(%s) ORDER BY position LIMIT %s"
)
_KEY = "SELECT fingerprint, first_position, last_position FROM idempotency WHERE key = %s"
# Seldom, and over all keys: every event that makes one would pay for an index.
_KEYS_ABOUT = """
    SELECT encode(key_id, 'hex') FROM subject_keys
    WHERE subject = %s AND secret IS NOT NULL ORDER BY made_at"""
_HEAD = "SELECT position, frontier, hash, origin, recorded_at, sandbox FROM log_head"
_TRACKED = "SELECT position FROM tracking WHERE source = %s"

T = TypeVar("T")

LAST = 2**62
LAST_VERSION = 2**31 - 1


class EventLog(ProcessRecorder):
    """One service's log, as one process sees it.

    `dsn` is the application role's; `clock` gives aware datetimes; `sandbox` says whether this
    is a log for practice. The database is first reached when first used: then the log raises
    SchemaNotReady before the service's migration and LogKindMismatch when it was opened before
    as the other kind. Methods may be called from any thread and raise the library's errors
    (OperationalError when the database is away).
    """

    def __init__(
        self,
        dsn: str,
        *,
        clock: Callable[[], datetime],
        sandbox: bool = False,
        readers: int = 8,
        patience: float = 10.0,
        reading: connections.Patience = connections.PATIENT,
    ) -> None:
        self._dsn = dsn
        self._clock = clock
        self._sandbox = sandbox
        self._bell = Bell(lambda: self._connect("bell"))
        self._tail = Tail()
        self.keys = Keyring()
        """What this log's rows are sealed with."""
        self.completed_tiles = CompletedTiles()
        self._writer = Writer(
            lambda: self._connect("writer"),
            clock=clock,
            on_commit=self._committed,
            patience=patience,
        )
        self._pool: ConnectionPool[Connection[TupleRow]] = ConnectionPool(
            dsn,
            min_size=0,
            max_size=readers,
            open=False,
            timeout=patience,
            kwargs={"autocommit": True, "application_name": "govit reader"},
            configure=connections.reader(reading),
        )
        self._arrivals: dict[asyncio.AbstractEventLoop, list[Ticket]] = {}
        self._opening = threading.Lock()
        self._is_open = False

    async def append(self, append: Append) -> Appended:
        """Record it and answer once it is durable.

        Raises VersionConflict, EventIdConflict, IdempotencyKeyReused or TrackingConflict when
        refused, DataError when malformed, and OperationalError when the database is away: what
        it says tells whether nothing was recorded or that is not known.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Appended] = loop.create_future()
        self.keys.note(append.keys)
        self._arrive(loop, Ticket(prepare(append), future, loop))
        return await future

    def _arrive(self, loop: asyncio.AbstractEventLoop, ticket: Ticket) -> None:
        # What arrives in one turn of the loop is handed over together: waking the writer's
        # thread once for each would cost more than the hand-over.
        waiting = self._arrivals.setdefault(loop, [])
        waiting.append(ticket)
        if len(waiting) == 1:
            loop.call_soon(self._hand_over, loop)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        for ticket in self._arrivals.pop(loop, ()):
            try:
                self._writer.submit(ticket)
            except LogClosed as error:
                ticket.future.set_exception(error)

    def _committed(self, attempt: Attempt) -> None:
        self._tail.extend(attempt.written.events)  # before anybody is woken to read them
        head, tiles = attempt.edge
        self.completed_tiles.add(tiles)
        self._bell.committed(head.position)

    def append_now(self, append: Append) -> Appended:
        """As `append`, for a thread: blocks until it is durable."""
        future: Future[Appended] = Future()
        self.keys.note(append.keys)
        self._writer.submit(Ticket(prepare(append), future, None))
        return future.result()

    def stream(
        self, stream_id: str, after: int = 0, upto: int | None = None
    ) -> list[RecordedEvent]:
        """A stream's events with versions beyond `after` and up to `upto`, in order."""
        return self._select(_STREAM, stream_id, after, LAST_VERSION if upto is None else upto)

    def read(self, after: int, limit: int) -> list[RecordedEvent]:
        """The log's next events beyond the position `after`, at most `limit`.

        At least one where there is one; fewer than `limit` does not say that these are all.
        """
        return self.recent(after, limit) or self._select(_FEED, after, limit)

    def recent(self, after: int, limit: int) -> list[RecordedEvent]:
        """As `read`, from memory: without waiting, but none where others or older ones are next."""
        return self._tail.after(after, limit)

    def keys_about(self, subject: str) -> tuple[str, ...]:
        """The ids of the keys of a subject that have not been destroyed."""
        with self._reading() as connection:
            rows = connection.execute(_KEYS_ABOUT, [subject], binary=True).fetchall()
        return tuple(row[0] for row in rows)

    def destroyed(self) -> int:
        """How many keys have been destroyed."""
        row = self._row("SELECT count(*) FROM subject_keys WHERE secret IS NULL")
        return 0 if row is None else int(row[0])

    def forget(self) -> None:
        """Let go of all content that is in memory: a key has been destroyed."""
        self.keys.forget()
        self._tail.forget()

    def event(self, event_id: UUID) -> RecordedEvent | None:
        """The event of that id."""
        return next(iter(self._select(_EVENT, event_id)), None)

    def at(self, positions: Sequence[int]) -> list[RecordedEvent]:
        """The events at these positions, in order."""
        return self._select(_AT, list(positions)) if positions else []

    def reply_for(self, key: IdempotencyKey) -> Appended | None:
        """What was recorded under that key; None if it is unknown.

        Raises IdempotencyKeyReused when the key stands for another fingerprint.
        """
        with self._reading() as connection:
            row = connection.execute(_KEY, [key.key], binary=True).fetchone()
            if row is None:
                return None
            fingerprint, first, last = row
            if fingerprint != key.fingerprint:
                raise IdempotencyKeyReused(key.key)
            events = () if first is None else tuple(events_between(connection, first, last))
            return Appended(events, replayed=True)

    def head(self) -> Head:
        """The log's newest position and its Merkle root."""
        row = self._row(_HEAD)
        if row is None:
            raise SchemaNotReady("the log has no head, migrate first")
        position, edge, hash_name, origin, recorded_at, sandbox = row
        root = Frontier.from_bytes(digest_of(hash_name), position, edge).root()
        self._bell.seen(position)
        return Head(position, root, hash_name, origin, recorded_at, sandbox)

    async def wait_beyond(self, position: int, timeout: float) -> int:  # noqa: ASYNC109 - it answers, not raises
        """The head's position once it is beyond `position`, else after `timeout` seconds.

        Appends of this process wake it at once, those of others by NOTIFY, and at the latest
        after a second.
        """
        if self._bell.position <= position:
            await asyncio.to_thread(self._look_at_head)
        return await self._bell.wait_beyond(position, timeout)

    def wait_beyond_now(self, position: int, timeout: float) -> int:
        """As `wait_beyond`, for a thread."""
        return self._bell.wait_in_thread(position, timeout)

    def open(self) -> None:
        """Reach the database now instead of at the first use."""
        if self._is_open:
            return
        with self._opening:
            if not self._is_open:
                with connections.translated(), self._connect("opening"):
                    self._pool.open()
                    self._is_open = True

    def close(self) -> None:
        """Write what is queued, then let go of threads and connections."""
        for loop in tuple(self._arrivals):  # what arrived before is still written
            self._hand_over(loop)
        self._writer.close()
        self._bell.close()
        with self._opening:
            self._pool.close()

    # The library's recorder.

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        tracking: Tracking | None = kwargs.get("tracking")
        if not stored_events and tracking is None:
            return None
        events = tuple(self._new_event(event) for event in stored_events)
        appended = self.append_now(Append(events, tracking=tracking))
        return [event.position for event in appended.events]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        query = _STREAM_BACKWARDS if desc else _STREAM
        return self._select(
            f"{query} LIMIT %s",
            str(originator_id),
            0 if gt is None else gt,
            LAST_VERSION if lte is None else lte,
            limit,
        )

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[RecordedEvent]:
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        upto = LAST if stop is None else stop
        if topics:
            return self._select(_TOPICS, after, upto, list(topics), limit)
        return self._select(_RANGE, after, upto, limit)

    def max_notification_id(self) -> int | None:
        return self._look_at_head() or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> LogSubscription:
        return LogSubscription(self, gt=gt, topics=topics)

    def insert_tracking(self, tracking: Tracking) -> None:
        self.append_now(Append((), tracking=tracking))

    def max_tracking_id(self, application_name: str) -> int | None:
        row = self._row(_TRACKED, application_name)
        return None if row is None else row[0]

    def _new_event(self, event: StoredEvent) -> NewEvent:
        """Our columns for an event of the library's, which has none of them."""
        if isinstance(event, NewEvent):
            return event
        return NewEvent.of(
            stream_id=str(event.originator_id),
            version=event.originator_version,
            event_id=uuid4(),
            type=event.topic,
            schema_version=1,
            data=event.state,
            meta=b"",
            effective_on=self._clock().astimezone(BEIJING).date(),
        )

    def _connect(self, purpose: str) -> Connection[TupleRow]:
        connection = connections.connect(self._dsn, purpose)
        try:
            connections.stamp(connection, sandbox=self._sandbox)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _reading(self) -> Iterator[Connection[TupleRow]]:
        self.open()
        with connections.translated(), self._pool.connection() as connection:
            yield connection

    def _select(self, query: str, *parameters: object) -> list[RecordedEvent]:
        def read(connection: Connection[TupleRow]) -> list[RecordedEvent]:
            rows = select(connection, query, parameters)
            self.keys.provide(rows, connection)
            return rows

        return self._again(read)

    def _row(self, query: str, *parameters: object) -> TupleRow | None:
        return self._again(
            lambda connection: connection.execute(
                query.encode(), parameters, binary=True
            ).fetchone()
        )

    def _again(self, read: Callable[[Connection[TupleRow]], T]) -> T:
        """Read once more on a fresh connection when the pooled one had died."""
        self.open()
        with connections.translated():
            try:
                with self._pool.connection() as connection:
                    return read(connection)
            except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable):
                raise  # it took too long: once more would take as long again
            except psycopg.OperationalError:
                self._pool.check()
                with self._pool.connection() as connection:
                    return read(connection)

    def _look_at_head(self) -> int:
        row = self._row("SELECT position FROM log_head")
        position: int = 0 if row is None else row[0]
        self._bell.seen(position)
        return position
