"""Who waits for the log to grow is woken: within the process, and from one process to others.

A wake-up is only a hint. Whoever waits looks at the log again at least once a second, so that a
lost one costs latency, never data. NOTIFY is kept out of the append's transaction, where it
would put all commits of the server in a row: it goes over a connection of its own, at most
once in `DEBOUNCE` seconds.
"""

import asyncio
import logging
import select
import socket
import threading
import time
from collections.abc import Callable

import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg import Connection
from psycopg.rows import TupleRow

__all__ = ["Bell"]

log = logging.getLogger(__name__)

_LISTEN, _NOTIFY = "LISTEN govit_log", "NOTIFY govit_log"
DEBOUNCE = 0.02
RE_POLL = 1.0
LONGEST_PAUSE = 5.0

_HEAD = "SELECT position FROM log_head"


class Bell:
    """Knows the highest position seen and tells those who wait beyond a lower one."""

    def __init__(self, connect: Callable[[], Connection[TupleRow]]) -> None:
        self._connect = connect
        self._changed = threading.Condition()
        self._position = 0
        self._waiters: dict[asyncio.Future[None], tuple[asyncio.AbstractEventLoop, int]] = {}
        self._thread: threading.Thread | None = None
        self._closed = False
        self._to_ring = threading.Event()
        self._inbox, self._outbox = socket.socketpair()
        self._inbox.setblocking(False)
        self._outbox.setblocking(False)

    @property
    def position(self) -> int:
        """The highest position seen so far."""
        return self._position

    def committed(self, position: int) -> None:
        """This process wrote up to `position`: wake its own waiters, and tell the others."""
        self.seen(position)
        if not self._to_ring.is_set():
            self._to_ring.set()
            self._start()
            self._poke()

    def seen(self, position: int) -> bool:
        """The log is known to reach `position`; answers whether that is news."""
        with self._changed:
            if position <= self._position:
                return False
            self._position = position
            self._changed.notify_all()
            due: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
            for future, (loop, awaited) in list(self._waiters.items()):
                if awaited < position:
                    del self._waiters[future]
                    due.setdefault(loop, []).append(future)
        for loop, futures in due.items():
            try:
                loop.call_soon_threadsafe(_wake, futures)
            except RuntimeError:
                log.debug("an event loop closed while it waited for the log")
        return True

    async def wait_beyond(self, position: int, timeout: float) -> int:  # noqa: ASYNC109 - it answers, not raises
        """The position once it is beyond `position`, or what it is after `timeout` seconds."""
        self._start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        with self._changed:
            if self._position > position or self._closed:
                return self._position
            self._waiters[future] = (loop, position)
        try:
            async with asyncio.timeout(timeout):
                await future
        except TimeoutError:
            pass
        finally:
            with self._changed:
                self._waiters.pop(future, None)
        return self._position

    def wait_in_thread(self, position: int, timeout: float) -> int:
        """As `wait_beyond`, for a thread."""
        self._start()
        with self._changed:
            self._changed.wait_for(lambda: self._position > position or self._closed, timeout)
            return self._position

    def close(self) -> None:
        """Let everybody who waits go on, and stop."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            waiters, self._waiters = self._waiters, {}
            thread = self._thread
        for future, (loop, _) in waiters.items():
            try:
                loop.call_soon_threadsafe(_wake, [future])
            except RuntimeError:
                log.debug("an event loop closed while it waited for the log")
        if thread is not None:
            self._poke()
            thread.join()
        self._inbox.close()
        self._outbox.close()

    def _start(self) -> None:
        if self._thread is not None:
            return
        with self._changed:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="log bell", daemon=True)
                self._thread.start()

    def _poke(self) -> None:
        try:
            self._outbox.send(b"\x00")
        except (BlockingIOError, OSError):
            pass  # it is full of pokes, or closed

    def _run(self) -> None:
        pause = DEBOUNCE
        while not self._closed:
            try:
                with self._connect() as connection:
                    connection.execute("SET synchronous_commit = off", prepare=False)
                    connection.execute(_LISTEN, prepare=False)
                    pause = DEBOUNCE
                    self._listen_and_ring(connection)
            except (psycopg.Error, PersistenceError, OSError) as error:
                log.debug("the bell lost its connection: %s", error)
                self._sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    def _listen_and_ring(self, connection: Connection[TupleRow]) -> None:
        """Each round: look at the head, then wait for a notice, a commit of ours or a second.

        Listening starts before the first look, so that no notice falls in between.
        """
        own = connection.info.backend_pid
        descriptor, poked = connection.fileno(), self._inbox.fileno()
        look = True
        while not self._closed:
            if look:
                row = connection.execute(_HEAD).fetchone()
                if row is not None:
                    self.seen(row[0])
            readable, _, _ = select.select([descriptor, poked], [], [], RE_POLL)
            if self._to_ring.is_set():
                time.sleep(DEBOUNCE)
                self._to_ring.clear()
                connection.execute(_NOTIFY, prepare=False)
            self._drain()
            notices = list(connection.notifies(timeout=0))
            look = not readable or any(notice.pid != own for notice in notices)

    def _drain(self) -> None:
        try:
            while self._inbox.recv(4096):
                pass
        except BlockingIOError:
            pass

    def _sleep(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed, seconds)


def _wake(futures: list["asyncio.Future[None]"]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)
