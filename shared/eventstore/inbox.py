"""Facts from other logs: their events as received, stored together with the position reached.

An inbox is disposable: it can be emptied and filled again from the feeds.
"""

from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from shared.eventstore.records import RecordedEvent
from shared.events import Recorded
from shared.events.upcasting import recorded

__all__ = ["Gap", "Inbox", "create_inbox"]

_CREATE = """
CREATE TABLE inbox (
    source text NOT NULL,
    position bigint NOT NULL,
    stream_id text NOT NULL,
    version integer NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    schema_version smallint NOT NULL,
    data bytea NOT NULL,
    meta bytea NOT NULL,
    effective_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    leaf bytea NOT NULL,
    subjects text[] NOT NULL,
    PRIMARY KEY (source, position)
);
CREATE INDEX inbox_subjects ON inbox USING gin (subjects);
CREATE TABLE inbox_position (source text PRIMARY KEY, position bigint NOT NULL);
"""

_COLUMNS = (
    "source, position, stream_id, version, event_id, type, schema_version, data, meta, recorded_at"
)


class Gap(Exception):
    """A feed did not continue where the inbox stands: following stops rather than skip."""


def create_inbox(execute: Callable[[str], Any], application_role: str) -> None:
    """Create the tables, in a service's migration, and let the application use them."""
    execute(_CREATE)
    execute(
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON inbox, inbox_position TO "{application_role}"'
    )


class Inbox:
    """Events of other services' logs that this service's decisions rest on."""

    def __init__(self, dsn: str, wanted: Callable[[str], bool]) -> None:
        """`wanted` says of an event type whether its events are kept; positions always move."""
        self._pool: ConnectionPool[psycopg.Connection[TupleRow]] = ConnectionPool(
            dsn, min_size=0, max_size=4, open=False, kwargs={"application_name": "govit inbox"}
        )
        self._wanted = wanted
        self._cache: dict[str, tuple[Recorded, ...]] = {}
        self._positions: dict[str, int] = {}

    def open(self) -> None:
        self._pool.open()

    def close(self) -> None:
        self._pool.close()

    def position(self, source: str) -> int:
        """How far a source has been followed, by whichever process; 0 before its first event."""
        with self._pool.connection() as connection:
            row = connection.execute(
                "SELECT position FROM inbox_position WHERE source = %s", [source]
            ).fetchone()
        reached = int(row[0]) if row else 0
        if self._positions.get(source) != reached:
            self._cache.clear()
            self._positions[source] = reached
        return reached

    def store(self, source: str, events: list[tuple[RecordedEvent, tuple[str, ...]]]) -> int:
        """Keep a page of a feed, each event with its subjects; returns the position reached.

        A page that another process stored first is passed over; Gap if the page starts too late.
        """
        with self._pool.connection() as connection:
            connection.execute(
                "INSERT INTO inbox_position VALUES (%s, 0) ON CONFLICT DO NOTHING", [source]
            )
            row = connection.execute(
                "SELECT position FROM inbox_position WHERE source = %s FOR UPDATE", [source]
            ).fetchone()
            reached = int(row[0]) if row else 0
            fresh = [(e, s) for e, s in events if e.position > reached]
            if not fresh:
                return reached
            expected = range(reached + 1, reached + 1 + len(fresh))
            if [e.position for e, _ in fresh] != list(expected):
                raise Gap(f"{source}: expected position {reached + 1}, got {fresh[0][0].position}")
            with connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO inbox VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)",
                    [_row(source, e, subjects) for e, subjects in fresh if self._wanted(e.type)],
                )
            connection.execute(
                "UPDATE inbox_position SET position = %s WHERE source = %s",
                [expected[-1], source],
            )
        self._cache.clear()
        self._positions[source] = expected[-1]
        return expected[-1]

    def known(self, subject: str) -> tuple[Recorded, ...] | None:
        """What `about` would answer, where that is in memory."""
        return self._cache.get(subject)

    def about(self, subject: str) -> tuple[Recorded, ...]:
        """Kept events about a subject (`project:<id>`, `unit:<id>`), per source in log order."""
        known = self._cache.get(subject)
        if known is None:
            known = tuple(self._select("subjects @> ARRAY[%s]", [subject]))
            if len(self._cache) > 50_000:
                self._cache.clear()
            self._cache[subject] = known
        return known

    def after(self, source: str, position: int, limit: int) -> list[Recorded]:
        """Kept events of one source beyond a position, in log order."""
        return self._select(
            "source = %s AND position > %s", [source, position], f" LIMIT {int(limit)}"
        )

    def raw(self, source: str, after: int, limit: int) -> list[tuple[Any, ...]]:
        """Rows as received: position, stream_id, …, leaf; what an auditor verifies."""
        with self._pool.connection() as connection:
            return connection.execute(
                "SELECT position, stream_id, version, event_id, type, schema_version, data, meta,"
                " effective_on, recorded_at, leaf FROM inbox WHERE source = %s AND position > %s"
                " ORDER BY position LIMIT %s",
                [source, after, limit],
            ).fetchall()

    def _select(self, where: str, values: list[Any], limit: str = "") -> list[Recorded]:
        with self._pool.connection() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM inbox WHERE {where} ORDER BY source, position{limit}",  # noqa: S608 - fixed fragments
                values,
            ).fetchall()
        return [_as_recorded(row) for row in rows]


def _row(source: str, event: RecordedEvent, subjects: Iterable[str]) -> tuple[Any, ...]:
    return (
        source,
        event.position,
        event.stream_id,
        event.version,
        event.event_id,
        event.type,
        event.schema_version,
        event.data,
        event.meta,
        event.effective_on,
        event.recorded_at,
        event.leaf,
        list(subjects),
    )


def _as_recorded(row: tuple[Any, ...]) -> Recorded:
    source, position, stream, version, event_id, kind, schema, data, meta, recorded_at = row
    return recorded(
        service=source,
        position=position,
        stream=stream,
        version=version,
        event_id=event_id,
        event_type=kind,
        schema_version=schema,
        data=bytes(data),
        meta=bytes(meta),
        recorded_at=recorded_at,
    )
