"""Facts from other logs: their events as received, stored together with the position reached.

An inbox is disposable: it can be emptied and filled again from the feeds.
"""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from shared.events import Recorded, decode
from shared.events.upcasting import recorded
from shared.eventstore.records import RecordedEvent

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
CREATE INDEX inbox_types ON inbox (type, recorded_at);
CREATE TABLE inbox_position (source text PRIMARY KEY, position bigint NOT NULL);
"""

_PATIENCE = 5.0
"""Seconds to wait for a connection before the database counts as away."""

_REMEMBERED = 50_000
"""Subjects whose facts are kept in memory."""

_COPY = "COPY inbox FROM STDIN (FORMAT binary)"
# One line per column would say no more than the statement above that creates them.
_TYPES = [
    *("text", "int8", "text", "int4", "uuid", "text", "int2"),
    *("bytea", "bytea", "date", "timestamptz", "bytea", "text[]"),
]
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

    def __init__(self, dsn: str, wanted: Callable[[str, str], bool]) -> None:
        """`wanted(source, type)` says whether such events are kept; positions always move."""
        self._pool: ConnectionPool[psycopg.Connection[TupleRow]] = ConnectionPool(
            dsn,
            min_size=0,
            max_size=4,
            open=False,
            timeout=_PATIENCE,
            kwargs={"application_name": "govit inbox"},
        )
        self._wanted = wanted
        self._lock = threading.Lock()
        self._cache: dict[str, tuple[Recorded, ...]] = {}
        self._positions: dict[str, int] = {}
        self._generation = 0
        """Counts what made the cache stale, so that a read begun before it is not remembered."""

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
        self._note(source, reached, reached)
        return reached

    def _note(self, source: str, before: int, reached: int, *, kept: bool = False) -> None:
        """Remember the position; what is cached is stale if events were kept here or unseen."""
        with self._lock:
            unseen = self._positions.get(source) != before
            self._positions[source] = reached
            if kept or unseen:
                self._generation += 1
                self._cache.clear()

    def store(self, source: str, events: list[RecordedEvent]) -> int:
        """Keep a page of a feed; returns the position reached.

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
            fresh = [e for e in events if e.position > reached]
            if not fresh:  # another process of this service stored them
                self._note(source, reached, reached)
                return reached
            expected = range(reached + 1, reached + 1 + len(fresh))
            if [e.position for e in fresh] != list(expected):
                raise Gap(f"{source}: expected position {reached + 1}, got {fresh[0].position}")
            kept = [_row(source, e) for e in fresh if self._wanted(source, e.type)]
            if kept:
                with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
                    copy.set_types(_TYPES)
                    for values in kept:
                        copy.write_row(values)
            connection.execute(
                "UPDATE inbox_position SET position = %s WHERE source = %s",
                [expected[-1], source],
            )
        self._note(source, reached, expected[-1], kept=bool(kept))
        return expected[-1]

    @property
    def generation(self) -> int:
        """Another number whenever what is known about any subject may have changed."""
        return self._generation

    def known(self, subject: str) -> tuple[Recorded, ...] | None:
        """What `about` would answer, where that is in memory."""
        return self._cache.get(subject)

    def about(self, subject: str) -> tuple[Recorded, ...]:
        """Kept events about a subject (`project:<id>`, `unit:<id>`), per source in log order."""
        known = self._cache.get(subject)
        if known is None:
            generation = self._generation
            known = tuple(self._select("subjects @> ARRAY[%s]", [subject]))
            with self._lock:
                if len(self._cache) >= _REMEMBERED:
                    self._cache.clear()
                if generation == self._generation:
                    self._cache[subject] = known
        return known

    def after(self, source: str, position: int, limit: int) -> list[Recorded]:
        """Kept events of one source beyond a position, in log order."""
        return self._select(
            "source = %s AND position > %s", [source, position], f" LIMIT {int(limit)}"
        )

    def of_type(self, event_type: str, subject: str | None, limit: int) -> list[Recorded]:
        """The newest kept events of a type, of one subject or of all."""
        where, values = "type = %s", [event_type]
        if subject is not None:
            where, values = f"{where} AND subjects @> ARRAY[%s]", [event_type, subject]
        return self._select(where, values, f" DESC LIMIT {int(limit)}", order="recorded_at")

    def rows(self, source: str, after: int, limit: int) -> list[RecordedEvent]:
        """Events of one source exactly as received: what an auditor hashes again."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT stream_id, version, type, data, position, meta, event_id, schema_version,"
                " effective_on, recorded_at, leaf FROM inbox WHERE source = %s AND position > %s"
                " ORDER BY position LIMIT %s",
                [source, after, limit],
            ).fetchall()
        return [RecordedEvent(*row) for row in rows]

    def _select(
        self, where: str, values: list[Any], limit: str = "", order: str = "source, position"
    ) -> list[Recorded]:
        with self._pool.connection() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM inbox WHERE {where} ORDER BY {order}{limit}",  # noqa: S608 - fixed fragments
                values,
            ).fetchall()
        return [_as_recorded(row) for row in rows]


def _row(source: str, event: RecordedEvent) -> tuple[Any, ...]:
    content = decode(event.type, event.schema_version, event.data)
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
        list(dict.fromkeys(content.subjects())),
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
