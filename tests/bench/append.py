"""Appends with 32 writers: the log against bare INSERTs and against the library's recorder.

All three write one event at a time and wait until it is durable, on one server with fsync on.
The bare INSERT has the same columns and indexes but no hash, no conflict check and a sequence
for a position; it runs in as many client processes as suit it best. Repetitions alternate, so
that what else the machine does meets both sides.
"""

import asyncio
import hashlib
import multiprocessing
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import sqlalchemy
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresFactory

from deploy.postgres import EmbeddedPostgres, Server
from shared.eventstore import Append, EventLog, NewEvent, create_log

__all__ = ["run"]

WRITERS = 32
SECONDS = 3.0
REPETITIONS = 5
# More than any side here writes in SECONDS, for each writer.
PREPARED = 4000
DATA = b'{"project":"demo","amount":"1234567.00","note":"append benchmark"}' * 5
META = b'{"actor":"bench","decision":"allowed","policy":"2024-06"}' * 3
DAY = date(2026, 5, 6)

RAW_TABLE = """
    CREATE TABLE raw_events (LIKE events INCLUDING ALL);
    ALTER TABLE raw_events ALTER position ADD GENERATED ALWAYS AS IDENTITY"""
RAW_INSERT = """
    INSERT INTO raw_events (stream_id, version, event_id, type, schema_version,
                            data, meta, effective_on, recorded_at, leaf)
    VALUES (%b, %b, %b, %b, %b, %b, %b, %b, %b, %b)"""


@dataclass(frozen=True)
class Sides:
    """What there is to measure, each answering with appends per second."""

    log: Callable[[], float]
    raw: Callable[[], float]
    library: Callable[[], float]


def run() -> list[dict[str, Any]]:
    """Measure; rows of `{name, ratio, bar, spread, ok}`, with the medians in appends/s."""
    with durable_server() as server, _sides(server) as sides:
        return [
            _compare("append_32_vs_raw", sides.log, sides.raw, bar=1.0),
            _compare("append_32_vs_library", sides.log, sides.library, bar=5.0),
        ]


@contextmanager
def durable_server() -> Iterator[Server]:
    """An embedded server of its own, with fsync."""
    directory = Path(tempfile.mkdtemp(prefix="govit-bench-"))
    directory.chmod(0o711)
    try:
        with EmbeddedPostgres(directory / "postgres", durable=True) as server:
            yield server
    finally:
        shutil.rmtree(directory)


def _compare(
    name: str, ours: Callable[[], float], theirs: Callable[[], float], *, bar: float
) -> dict[str, Any]:
    pairs = [(ours(), theirs()) for _ in range(REPETITIONS)]
    ratios = [our / their for our, their in pairs]
    ratio = statistics.median(ratios)
    return {
        "name": name,
        "ratio": round(ratio, 3),
        "bar": bar,
        "spread": (round(min(ratios), 3), round(max(ratios), 3)),
        "ok": ratio >= bar,
        "ours_per_second": round(statistics.median(our for our, _ in pairs)),
        "theirs_per_second": round(statistics.median(their for _, their in pairs)),
    }


@contextmanager
def _sides(server: Server) -> Iterator[Sides]:
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE bench_log")
        admin.execute("CREATE DATABASE bench_library")
    dsn = server.dsn("bench_log")
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(dsn))
    with engine.begin() as connection:
        create_log(connection, application_role=server.superuser, origin="govit/bench/log")
        connection.exec_driver_sql(RAW_TABLE, execution_options={"no_parameters": True})
    engine.dispose()
    log = EventLog(dsn, clock=lambda: datetime.now(UTC))
    factory = PostgresFactory(library_environment(server.dsn("bench_library")))
    recorder = factory.application_recorder()
    try:
        processes = max((1, 2, 4), key=lambda count: raw_rate(dsn, count))
        print(f"bare INSERTs are fastest from {processes} processes", file=sys.stderr)
        log_rate(log)
        yield Sides(
            log=lambda: log_rate(log),
            raw=lambda: raw_rate(dsn, processes),
            library=lambda: _in_threads(
                lambda: (
                    [StoredEvent(uuid4(), 1, "ProjectDeclared", DATA)] for _ in iter(int, None)
                ),
                recorder.insert_events,
                WRITERS,
            ),
        )
    finally:
        log.close()
        factory.close()


def library_environment(dsn: str) -> dict[str, str]:
    """The stock PostgreSQL recorder's settings, with a connection for each writer."""
    parts = psycopg.conninfo.conninfo_to_dict(dsn)
    return {
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts.get("port", 5432)),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts.get("password") or "unused"),
        "POSTGRES_POOL_SIZE": str(WRITERS),
    }


def log_rate(log: EventLog) -> float:
    """Appends per second of 32 tasks of one event loop, each on a stream of its own."""
    appends = [_appends() for _ in range(WRITERS)]

    async def write(own: Iterator[Append], until: float) -> int:
        count = 0
        while time.perf_counter() < until:
            await log.append(next(own))
            count += 1
        return count

    async def main() -> float:
        started = time.perf_counter()
        counts = await asyncio.gather(*(write(own, started + SECONDS) for own in appends))
        return sum(counts) / (time.perf_counter() - started)

    return asyncio.run(main())


def _appends() -> Iterator[Append]:
    stream_id = f"project-{uuid4()}"
    return iter(
        [
            Append(
                (
                    NewEvent.of(
                        stream_id=stream_id,
                        version=version,
                        event_id=uuid4(),
                        type="ProjectDeclared",
                        schema_version=1,
                        data=DATA,
                        meta=META,
                        effective_on=DAY,
                    ),
                )
            )
            for version in range(1, PREPARED)
        ]
    )


def raw_rate(dsn: str, processes: int) -> float:
    """Appends per second of 32 connections, autocommit, spread over client processes."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes + 1)
    results = context.Queue()
    children = [
        context.Process(
            target=_raw_process, args=(dsn, WRITERS // processes, barrier, results), daemon=True
        )
        for _ in range(processes)
    ]
    for child in children:
        child.start()
    barrier.wait()
    rate = sum(results.get() for _ in children)
    for child in children:
        child.join()
    return float(rate)


def _raw_process(dsn: str, writers: int, barrier: Barrier, results: Any) -> None:
    connections = threading.local()
    rows = [_raw_rows() for _ in range(writers)]
    barrier.wait()

    def insert(row: tuple[object, ...]) -> None:
        try:
            connection = connections.own
        except AttributeError:
            connection = connections.own = psycopg.connect(dsn, autocommit=True)
            connection.prepare_threshold = 0
        connection.execute(RAW_INSERT, row)

    results.put(_in_threads(lambda: rows.pop(), insert, writers))


def _raw_rows() -> Iterator[tuple[object, ...]]:
    stream_id, now = f"project-{uuid4()}", datetime.now(UTC)
    leaf = hashlib.sha256(DATA).digest()
    return iter(
        [
            (stream_id, version, uuid4(), "ProjectDeclared", 1, DATA, META, DAY, now, leaf)
            for version in range(1, PREPARED)
        ]
    )


def _in_threads(
    items: Callable[[], Iterator[Any]], write: Callable[[Any], object], writers: int
) -> float:
    """Writes per second, from the moment that every thread has made its first."""
    ready = threading.Barrier(writers + 1)
    counts: list[int] = []

    def loop() -> None:
        own, count = items(), 0
        write(next(own))
        ready.wait()
        until = time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            write(next(own))
            count += 1
        counts.append(count)

    threads = [threading.Thread(target=loop) for _ in range(writers)]
    for thread in threads:
        thread.start()
    ready.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


if __name__ == "__main__":
    for row in run():
        print(row)
