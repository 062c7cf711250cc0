"""Group commit: one thread that gathers the appends of a process into transactions.

While a batch is written, the next one gathers.
"""

import asyncio
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from queue import Empty, SimpleQueue

import psycopg
from eventsourcing.persistence import InternalError, OperationalError, PersistenceError
from psycopg import Connection
from psycopg.rows import TupleRow

from shared.eventstore.batch import Prepared
from shared.eventstore.connections import translate
from shared.eventstore.errors import LogClosed
from shared.eventstore.lookup import LogEnd
from shared.eventstore.records import Appended
from shared.eventstore.transaction import (
    Attempt,
    Outcome,
    begin,
    commit,
    roll_back,
    was_committed,
)

__all__ = ["Ticket", "Writer"]

log = logging.getLogger(__name__)

BATCH_EVENTS = 512
BATCH_BYTES = 8 * 1024 * 1024
FIRST_PAUSE = 0.02
LONGEST_PAUSE = 1.0


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


class Writer:
    """The thread through which all appends of this process to one log go.

    `patience` is how many seconds a batch is tried again while the database is away.
    """

    def __init__(
        self,
        connect: Callable[[], Connection[TupleRow]],
        *,
        clock: Callable[[], datetime],
        on_commit: Callable[[Attempt], None],
        patience: float = 10.0,
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._on_commit = on_commit
        self._patience = patience
        self._queue: SimpleQueue[Ticket | None] = SimpleQueue()
        self._connection: Connection[TupleRow] | None = None
        # The attempt whose COMMIT may have been sent without an answer.
        self._doubt: Attempt | None = None
        # The log's head as this process left it.
        self._head: LogEnd | None = None
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
                self._head = attempt.edge.head
                if attempt.proof is not None:
                    self._on_commit(attempt)
                return attempt.outcomes

    def _attempt(self, batch: list[Prepared]) -> Attempt:
        """Write once, but first find out what became of a COMMIT without a reply."""
        connection = self._connected()
        doubt = self._doubt
        if doubt is not None:
            if was_committed(connection, doubt):
                return doubt
            self._doubt = None
        attempt = begin(connection, batch, self._clock, self._head)
        if attempt.proof is None:
            roll_back(connection)
            return attempt
        self._doubt = attempt
        commit(connection, attempt)
        self._doubt = None
        return attempt

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


def _settle(answers: list[tuple[Ticket, Outcome]]) -> None:
    for ticket, outcome in answers:
        future = ticket.future
        if future.done():  # its task was cancelled meanwhile
            continue
        if isinstance(outcome, Appended):
            future.set_result(outcome)
        else:
            future.set_exception(outcome)


def _gave_up(error: Exception, doubt: Attempt | None) -> OperationalError:
    if doubt is None:
        return OperationalError(f"nothing was recorded: {error}")
    return OperationalError(f"it is not known whether this was recorded: {error}")
