"""记录: accesses wait in memory while requests are answered, and are written in batches beside.

No request waits for the disk. What is noted is written within half a second, and at a shutdown; a
process that is killed loses what it has not yet written.

The queue is bounded. When the database takes nothing more, a read is answered 503 before it gives
anything away: nobody reads without a trace. A denial gives nothing away, so it is still a denial;
it may take up three quarters of the queue, so that a flood of them keeps nobody from reading. What
finds no room is counted, said in `/readyz` and the service's own log, and entered as a number.
"""

import asyncio
from collections import deque
from typing import Final

import psycopg
import structlog
from starlette.requests import Request
from starlette.types import Scope

from shared.eventstore.accesslog import AccessLog, Entry
from shared.eventstore.threads import in_thread
from shared.kernel.actor import Actor
from shared.web.access.entries import Noted, entry_of, lost
from shared.web.access.outcome import DENIED, OF_STATUS, AccessOutcome
from shared.web.clock import Clock

log = structlog.get_logger(__name__)

ACTOR: Final = "govit.actor"
"""Where a request's scope tells who it speaks for."""

_HIDDEN: Final = "govit.hidden"
_FOLLOWING: Final = frozenset(
    {
        *("read_feed", "read_feed_head"),
        *("read_log_checkpoint", "read_log_consistency", "list_log_keys"),
    }
)
_GATHER_SECONDS = 0.5
_BATCH = 1000
_LAST_SECONDS = 5.0
"""How long a shutdown waits for what is still to be written."""


def hide(request: Request) -> None:
    """Say that what is answered as absent is there, and not for the caller."""
    request.scope[_HIDDEN] = True


class Recorder:
    """Takes note of accesses to one service, and writes them down."""

    def __init__(self, service: str, kept: AccessLog, clock: Clock, *, room: int = 10_000) -> None:
        self.kept = kept
        self._service, self._clock = service, clock
        self._room, self._denials = room, room * 3 // 4
        self._queue: deque[Noted] = deque()
        self._batch: list[Entry] = []
        self._lost, self._told = 0, 0
        self._failing: str | None = None
        self._writing = asyncio.Lock()

    @property
    def full(self) -> bool:
        """Whether no further read may be answered for now."""
        return len(self._queue) >= self._room

    @property
    def fault(self) -> str | None:
        """What is wrong, for `/readyz`."""
        if untold := self._lost - self._told:
            return f"访问日志写不下，有 {untold} 条未记"
        return f"访问日志不可写：{self._failing}" if self._failing else None

    # -- while a request is answered -------------------------------------------------------

    def command(self, scope: Scope, status: int) -> None:
        """Note a command, if it was denied or only rehearsed."""
        if status in DENIED:
            self._note(scope, OF_STATUS[status])
        elif b"dry_run=true" in scope["query_string"] and status in {200, 409}:
            self._note(scope, AccessOutcome.REHEARSED)

    def read(self, scope: Scope, status: int) -> None:
        """Note a read, if it was answered or denied."""
        outcome = OF_STATUS.get(status)
        if outcome is None or "route" not in scope:
            return
        if outcome is AccessOutcome.NOT_FOUND and _HIDDEN in scope:
            outcome = AccessOutcome.HIDDEN
        self._note(scope, outcome)

    def _note(self, scope: Scope, outcome: AccessOutcome) -> None:
        actor: Actor | None = scope.get(ACTOR)
        operation: str = scope["route"].name
        granted = outcome is AccessOutcome.GRANTED
        if granted and actor is not None and actor.body == "SYSTEM" and operation in _FOLLOWING:
            return  # the services' own ceaseless following
        if len(self._queue) >= (self._room if granted else self._denials):
            self._lose()
            return
        self._queue.append(
            Noted(
                self._clock.now(),
                outcome,
                operation,
                scope["path_params"],
                scope["query_string"],
                actor,
                _peer(scope),
            )
        )

    def _lose(self) -> None:
        if self._lost == self._told:
            log.error("access_log_overflows", service=self._service, waiting=len(self._queue))
        self._lost += 1

    # -- beside them -----------------------------------------------------------------------

    async def run(self) -> None:
        """Write for ever; what cannot be written now is tried again."""
        pause = _GATHER_SECONDS
        while True:
            await asyncio.sleep(pause)
            try:
                await self.flush()
                pause = _GATHER_SECONDS
            except psycopg.Error as error:
                self._fail(error)
                pause = min(pause * 2, 10.0)

    async def flush(self) -> None:
        """Write what has been noted so far; psycopg.Error where the database does not take it."""
        async with self._writing:
            while self._queue or self._batch or self._lost > self._told:
                await in_thread(self._write)
        self._failing = None

    async def close(self) -> None:
        """Write the last of it, and let go of the database."""
        try:
            async with asyncio.timeout(_LAST_SECONDS):
                await self.flush()
        except (psycopg.Error, TimeoutError):
            waiting = len(self._queue) + len(self._batch) + self._lost - self._told
            log.exception("accesses_lost", service=self._service, count=waiting)
        finally:
            await asyncio.to_thread(self.kept.close)

    def _write(self) -> None:
        # In the writing thread: a batch is forgotten where it was written, whoever stopped waiting.
        all_lost = self._lost
        while self._queue and len(self._batch) < _BATCH:
            self._batch.append(entry_of(self._queue.popleft()))
        untold = all_lost - self._told
        told = [lost(untold, self._clock.now())] if untold else []
        self.kept.store([*self._batch, *told])
        self._batch.clear()
        self._told = all_lost

    def _fail(self, error: psycopg.Error) -> None:
        if self._failing is None:
            log.error("access_log_not_written", service=self._service, error=repr(error))
        self._failing = type(error).__name__


def _peer(scope: Scope) -> str | None:
    """Where it comes from; the server has put in what a proxy that it believes says of it."""
    client = scope.get("client")
    return client[0] if client else None
