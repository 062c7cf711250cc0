"""`replay_vs_cursor`: a whole log folded again, against the same rows read with a bare cursor.

The replay reads every event a page at a time as projections do, decodes and validates it, and
folds its stream's state with the registry's own functions, under the settings of a serving process
(`deploy.serving`). The bare cursor is psycopg's as it comes, for the same columns a page at a time,
and does nothing with a row. As it comes it speaks text; `to_binary` is the ratio to one that is
told to speak binary, as the log does, and takes little more than half as long.
"""

import gc
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg

from shared.eventstore import EventLog
from shared.eventstore.decoding import decoded
from tests.bench.append import durable_server
from tests.bench.evidence import filled, ratio_row
from tests.bench.realistic import AGGREGATES

__all__ = ["run"]

EVENTS = 20_000
PAGE = 500
REPETITIONS = 7
BARE = (
    "SELECT position, recorded_at, stream_id, version, event_id, type, schema_version, data, meta"
    " FROM events ORDER BY position"
)


def run() -> list[dict[str, Any]]:
    """Measure; one row of `{name, ratio, bar, spread, ok}`."""
    with durable_server() as server:
        dsn = filled(server, "replayed", EVENTS)
        with _as_served():
            _replay(dsn), _read(dsn), _read(dsn, binary=True)  # warm
            rounds = [
                (_read(dsn), _replay(dsn), _read(dsn, binary=True)) for _ in range(REPETITIONS)
            ]
    return [
        ratio_row(
            "replay_vs_cursor",
            [bare / ours for bare, ours, _ in rounds],
            bar=0.25,
            to_binary=round(statistics.median(bare / ours for _, ours, bare in rounds), 3),
            ours_per_second=round(EVENTS / statistics.median(ours for _, ours, _ in rounds)),
        )
    ]


def _read(dsn: str, *, binary: bool = False) -> float:
    start = time.perf_counter()
    count = 0
    with psycopg.connect(dsn) as connection, connection.cursor("bare") as cursor:
        cursor.itersize = PAGE
        for _ in cursor.execute(BARE, binary=binary):
            count += 1
    seconds = time.perf_counter() - start
    if count != EVENTS:
        raise AssertionError(count)
    return seconds


def _replay(dsn: str) -> float:
    states: dict[str, Any] = {}
    reached = 0
    start = time.perf_counter()
    log = EventLog(dsn, clock=lambda: datetime.now(UTC))
    while page := log.read(reached, PAGE):
        for row in page:
            aggregate = AGGREGATES[row.stream_id.partition(":")[0]]
            state = states.get(row.stream_id, aggregate.initial)
            states[row.stream_id] = aggregate.evolve(state, decoded("registry", row))
        reached = page[-1].position
    log.close()
    seconds = time.perf_counter() - start
    if reached != EVENTS or len(states) != EVENTS:
        raise AssertionError(reached)
    return seconds


@contextmanager
def _as_served() -> Iterator[None]:
    """Collecting garbage as rarely as a serving process does."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


if __name__ == "__main__":
    for row in run():
        print(row)
