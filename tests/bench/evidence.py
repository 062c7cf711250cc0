"""What evidence costs: appends with it, a log verified, and proofs of a much longer log.

`append_with_evidence_vs_without`: 32 writers through the log as it runs, with a checkpoint every
second and tiles in their turn, against the same writer made to skip leaves and edge.
`verify_vs_hashing`: a whole log verified, against the same leaf inputs hashed in a bare loop.
`proof_growth`: an inclusion and a consistency proof at a million events, against a thousand.
"""

import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import psycopg
import sqlalchemy

from deploy.postgres import Server
from shared.eventstore import Append, EventLog, create_log, transaction
from shared.eventstore.checkpoints import create_checkpoints
from shared.eventstore.connections import PATIENT
from shared.eventstore.evidence import Evidence
from shared.eventstore.merkle import LEAF_PREFIX, Digest, Frontier, digest_of
from shared.eventstore.scan import rows
from shared.eventstore.schema import keep_rows_whole
from shared.eventstore.signing import SigningKey
from shared.eventstore.tiles import BATCH, create_tiles
from shared.eventstore.verify import verify
from tests.bench.append import durable_server, log_rate
from tests.bench.realistic import events

__all__ = ["new_log", "ratio_row", "run"]

REPETITIONS = 7
VERIFIED = 20_000
SIZES = (1_000, 1_000_000)
PROOFS = 200
SM3 = digest_of("sm3")


def run() -> list[dict[str, Any]]:
    """Measure; rows of `{name, ratio, bar, spread, ok}`."""
    with durable_server() as server:
        return [_append_with_evidence(server), _verify(server), _proof_growth(server)]


def ratio_row(
    name: str, ratios: list[float], *, bar: float, at_most: bool = False, **more: object
) -> dict[str, Any]:
    ratio = statistics.median(ratios)
    return {
        "name": name,
        "ratio": round(ratio, 3),
        "bar": bar,
        "at_most": at_most,
        "spread": (round(min(ratios), 3), round(max(ratios), 3)),
        "ok": ratio <= bar if at_most else ratio >= bar,
        **more,
    }


def new_log(server: Server, name: str) -> str:
    """An empty log in a database of that name; its DSN."""
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    dsn = server.dsn(name)
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(dsn))
    with engine.begin() as connection:
        create_log(connection, application_role=server.superuser, origin=f"govit/bench/{name}")
        keep_rows_whole(connection.exec_driver_sql, "events")
        create_tiles(connection.exec_driver_sql, server.superuser)
        create_checkpoints(connection.exec_driver_sql, server.superuser)
    engine.dispose()
    return dsn


# -- appends --------------------------------------------------------------------------------------


_LEAF = bytes(32)


class _NoEdge(Frontier):
    """Counts leaves, and hashes nothing."""

    def append(self, leaf: bytes) -> list[bytes]:
        self.size += 1
        return []

    def to_bytes(self) -> bytes:
        return b""

    @classmethod
    def from_bytes(cls, digest: Digest, size: int, data: bytes) -> "_NoEdge":
        edge = cls(digest)
        edge.size = size
        return edge


@contextmanager
def _signing(dsn: str, log: EventLog) -> Iterator[None]:
    """A checkpoint every second, and the tiles, as a running service makes them."""
    evidence, key = Evidence(dsn, PATIENT), SigningKey.generate("govit/bench")
    evidence.open()
    stop = threading.Event()

    def sign() -> None:
        while not stop.wait(1.0):
            evidence.make_checkpoint(lambda _: [key], lambda: datetime.now(UTC))
            while evidence.make_tiles(log.completed_tiles) >= BATCH:
                pass

    thread = threading.Thread(target=sign)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        evidence.close()


def _append_with_evidence(server: Server) -> dict[str, Any]:
    with_dsn, without_dsn = new_log(server, "with_evidence"), new_log(server, "without")
    log = EventLog(with_dsn, clock=lambda: datetime.now(UTC))
    bare = EventLog(without_dsn, clock=lambda: datetime.now(UTC))

    def with_evidence() -> float:
        with _signing(with_dsn, log):
            return log_rate(log)

    def without() -> float:
        with (
            patch("shared.eventstore.batch.leaf_hash", lambda *_: _LEAF),
            patch.object(transaction, "Frontier", _NoEdge),
        ):
            return log_rate(bare)

    with_evidence(), without()  # warm
    pairs = []
    for number in range(REPETITIONS):  # whoever comes second finds the machine otherwise
        if number % 2:
            pairs.append((with_evidence(), without()))
        else:
            pairs.append((without(), with_evidence())[::-1])
    log.close()
    bare.close()
    return ratio_row(
        "append_with_evidence_vs_without",
        [ours / theirs for ours, theirs in pairs],
        bar=0.9,
        ours_per_second=round(statistics.median(ours for ours, _ in pairs)),
        theirs_per_second=round(statistics.median(theirs for _, theirs in pairs)),
    )


# -- verifying ------------------------------------------------------------------------------------


def filled(server: Server, name: str, count: int) -> str:
    """A log with `count` realistic events; its DSN."""
    dsn = new_log(server, name)
    log = EventLog(dsn, clock=lambda: datetime.now(UTC))
    batch = []
    for event in events(count):
        batch.append(event)
        if len(batch) == 500:
            log.append_now(Append(tuple(batch)))
            batch.clear()
    if batch:
        log.append_now(Append(tuple(batch)))
    log.close()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE events")
    return dsn


def _verify(server: Server) -> dict[str, Any]:
    dsn = filled(server, "verified", VERIFIED)
    with psycopg.connect(dsn) as connection:
        inputs = [row.content for row in rows(connection) if row.content is not None]

    def hashing() -> None:
        for each in inputs:
            SM3(LEAF_PREFIX + each)

    def verifying() -> None:
        finding = verify(dsn)
        if not finding.ok or finding.checked != VERIFIED:
            raise AssertionError(finding)

    verifying()
    pairs = [(_seconds(hashing), _seconds(verifying)) for _ in range(REPETITIONS)]
    return ratio_row(
        "verify_vs_hashing",
        [bare / ours for bare, ours in pairs],
        bar=0.5,
        event_bytes=round(statistics.mean(map(len, inputs))),
        ours_per_second=round(VERIFIED / statistics.median(ours for _, ours in pairs)),
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


# -- proofs ---------------------------------------------------------------------------------------


def _proof_growth(server: Server) -> dict[str, Any]:
    small, large = (_long_log(server, size) for size in SIZES)
    try:
        _proofs(small, SIZES[0]), _proofs(large, SIZES[1])  # warm
        pairs = [(_proofs(small, SIZES[0]), _proofs(large, SIZES[1])) for _ in range(REPETITIONS)]
    finally:
        small.close()
        large.close()
    return ratio_row(
        "proof_growth",
        [of_large / of_small for of_small, of_large in pairs],
        bar=2.0,
        at_most=True,
        microseconds=round(1e6 * statistics.median(of_large for _, of_large in pairs)),
    )


def _long_log(server: Server, size: int) -> Evidence:
    """A log of that many small events with any leaves, and its tiles."""
    dsn = new_log(server, f"of_{size}")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO events SELECT place, 'project:' || place, 1, gen_random_uuid(), 'X', 1,"
            " '{}', '{}', now(), now(), sha256(place::text::bytea)"
            " FROM generate_series(1, %s) AS place",
            [size],
        )
        frontier = Frontier(SM3)
        for (leaf,) in connection.execute("SELECT leaf FROM events ORDER BY position"):
            frontier.append(leaf)
        connection.execute(
            "UPDATE log_head SET position = %s, frontier = %s, recorded_at = now()",
            [size, frontier.to_bytes()],
        )
        connection.execute("VACUUM ANALYZE events")
    evidence = Evidence(dsn, PATIENT)
    evidence.open()
    while evidence.make_tiles() >= BATCH:
        pass
    return evidence


def _proofs(evidence: Evidence, reached: int) -> float:
    """Seconds that a proof takes, half of them of either kind, anywhere in the log."""
    chance = random.Random(reached)
    start = time.perf_counter()
    for _ in range(PROOFS):
        size = chance.randint(reached // 2, reached)
        evidence.inclusion(chance.randint(1, size), size)
        evidence.consistency(chance.randint(1, size), size)
    return (time.perf_counter() - start) / PROOFS / 2


if __name__ == "__main__":
    for row in run():
        print(row)
