"""The library's snapshots of aggregates: a cache beside the log, neither hashed nor feed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import AggregateRecorder, StoredEvent
from psycopg_pool import ConnectionPool

from shared.eventstore.connections import translated

__all__ = ["SnapshotRecorder"]

_INSERT = "INSERT INTO snapshots (stream_id, version, type, state) VALUES (%s, %s, %s, %s)"
_SELECT = """
    SELECT stream_id, version, type, state FROM snapshots
    WHERE stream_id = %s AND version > %s AND version <= %s ORDER BY version"""
BEFORE_FIRST = -1
LAST_VERSION = 2**31 - 1


class SnapshotRecorder(AggregateRecorder):
    """Stores and finds snapshots by stream and version."""

    def __init__(self, dsn: str) -> None:
        self._pool = ConnectionPool(dsn, min_size=0, max_size=4, open=True)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        rows = [
            (str(each.originator_id), each.originator_version, each.topic, each.state)
            for each in stored_events
        ]
        with translated(), self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.executemany(_INSERT, rows)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[StoredEvent]:
        order = " DESC" if desc else ""
        after = BEFORE_FIRST if gt is None else gt
        upto = LAST_VERSION if lte is None else lte
        with translated(), self._pool.connection() as connection:
            rows = connection.execute(
                f"{_SELECT}{order} LIMIT %s".encode(),
                [str(originator_id), after, upto, limit],
                binary=True,
            ).fetchall()
        return [StoredEvent(*row) for row in rows]

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()
