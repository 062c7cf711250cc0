"""Facts from other logs: their events as received, stored together with the position reached.

An inbox is disposable: it can be emptied and filled again from the feeds. It keeps only the types
of events that its service follows, and remembers which those were: a release that follows more has
the source read again from the beginning, since what was passed over is not here.
"""

import threading
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from shared.events import Recorded
from shared.events.upcasting import destroyed_by, known_kind, recorded
from shared.eventstore.connections import PATIENT, Patience, write_behind
from shared.eventstore.keys import hand, received
from shared.eventstore.records import RecordedEvent
from shared.eventstore.wire import Arrived

__all__ = ["Followed", "Gap", "Inbox", "create_inbox", "remember_followed_types"]

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

_REMEMBER_TYPES = """
ALTER TABLE inbox_position
    ADD COLUMN types text[],
    ADD COLUMN restarts integer NOT NULL DEFAULT 0;
"""

_EVERY_TYPE = "*"

_PATIENCE = 5.0
"""Seconds to wait for a connection before the database counts as away."""

_REMEMBERED = 50_000
"""Subjects whose facts are kept in memory."""

# Seldom, and over all rows: following would pay for an index with every event.
_DESTROY = """
    UPDATE inbox SET secret = NULL
    WHERE encode(sha256('govit subject key\\000'::bytea || secret), 'hex') = ANY(%s)"""
_COPY = "COPY inbox FROM STDIN (FORMAT binary)"
# One line per column would say no more than the statement above that creates them.
_TYPES = [
    *("text", "int8", "text", "int4", "uuid", "text", "int2"),
    *("bytea", "bytea", "date", "timestamptz", "bytea", "text[]", "bytea"),
]
_COLUMNS = (
    "source, position, stream_id, version, event_id, type, schema_version, data, meta, recorded_at,"
    " secret"
)


class Gap(Exception):
    """A feed did not continue where the inbox stands: following stops rather than skip."""


def create_inbox(execute: Callable[[str], Any], application_role: str) -> None:
    """Create the tables, in a service's migration, and let the application use them."""
    execute(_CREATE)
    execute(
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON inbox, inbox_position TO "{application_role}"'
    )


def remember_followed_types(execute: Callable[[str], Any]) -> None:
    """Let positions say which types were followed up to them, in a service's migration.

    Of a position that was reached before nobody knows: its source is followed again.
    """
    execute(_REMEMBER_TYPES)


class Followed(NamedTuple):
    """How far a source has been followed, and how often it was begun again."""

    position: int
    restarts: int


class Inbox:
    """Events of other services' logs that this service's decisions rest on."""

    def __init__(
        self,
        dsn: str,
        types: Callable[[str], frozenset[str]],
        patience: Patience = PATIENT,
    ) -> None:
        """`types(source)` are those whose events are kept, none: all; positions always move."""

        def set_up(connection: psycopg.Connection[TupleRow]) -> None:
            patience.bind(connection)
            write_behind(connection)  # which commits

        self._pool: ConnectionPool[psycopg.Connection[TupleRow]] = ConnectionPool(
            dsn,
            min_size=0,
            max_size=4,
            open=False,
            timeout=_PATIENCE,
            kwargs={"application_name": "govit inbox"},
            configure=set_up,
        )
        self._types = types
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
        reached = self.followed(source).position
        self._note(source, reached, reached)
        return reached

    def followed(self, source: str) -> Followed:
        """How far a source has been followed with the types that are followed now."""
        with self._pool.connection() as connection:
            row = connection.execute(
                "SELECT position, restarts, types FROM inbox_position WHERE source = %s", [source]
            ).fetchone()
        if row is None:
            return Followed(0, 0)
        known = _cover(None if row[2] is None else frozenset(row[2]), self._wanted(source))
        return Followed(int(row[0]) if known else 0, int(row[1]))

    def begin(self, source: str) -> int:
        """The position to follow a source from: 0 where types are followed that were not before.

        What is kept already stays, and is not kept twice.
        """
        wanted = self._wanted(source)
        with self._pool.connection() as connection:
            position, types = self._locked(connection, source)
            if not _cover(types, wanted):
                position = 0
                connection.execute(
                    "UPDATE inbox_position SET position = 0, types = %s, restarts = restarts + 1"
                    " WHERE source = %s",
                    [sorted(wanted), source],
                )
            elif types != wanted:
                connection.execute(
                    "UPDATE inbox_position SET types = %s WHERE source = %s",
                    [sorted(wanted), source],
                )
        self._note(source, position, position)
        return position

    def _wanted(self, source: str) -> frozenset[str]:
        return self._types(source) or frozenset({_EVERY_TYPE})

    def _locked(
        self, connection: psycopg.Connection[TupleRow], source: str
    ) -> tuple[int, frozenset[str] | None]:
        """The position reached and the types followed up to it, until the transaction ends."""
        connection.execute(
            "INSERT INTO inbox_position (source, position, types) VALUES (%s, 0, %s)"
            " ON CONFLICT DO NOTHING",
            [source, sorted(self._wanted(source))],
        )
        row = connection.execute(
            "SELECT position, types FROM inbox_position WHERE source = %s FOR UPDATE", [source]
        ).fetchone()
        if row is None:
            raise LookupError(f"no position of {source}")
        return int(row[0]), None if row[1] is None else frozenset(row[1])

    def _note(self, source: str, before: int, reached: int, *, kept: bool = False) -> None:
        """Remember the position; what is cached is stale if events were kept here or unseen."""
        with self._lock:
            unseen = self._positions.get(source) != before
            self._positions[source] = reached
            if kept or unseen:
                self._generation += 1
                self._cache.clear()

    def store(self, source: str, events: list[Arrived]) -> int:
        """Keep a page of a feed; returns the position reached.

        A page that another process stored first is passed over; Gap if the page starts too late,
        or if a process of another release follows other types. UnknownEvent where one is to be
        kept that this release cannot read.
        """
        wanted = self._wanted(source)
        with self._pool.connection() as connection:
            reached, types = self._locked(connection, source)
            if types != wanted:
                raise Gap(f"{source}: other types are followed by another release")
            fresh = [e for e in events if e.position > reached]
            if not fresh:  # another process of this service stored them
                self._note(source, reached, reached)
                return reached
            expected = range(reached + 1, reached + 1 + len(fresh))
            if [e.position for e in fresh] != list(expected):
                raise Gap(f"{source}: expected position {reached + 1}, got {fresh[0].position}")
            known = _known(connection, source, reached, expected[-1])
            kept = [
                e
                for e in fresh
                if (e.type in wanted or _EVERY_TYPE in wanted) and e.position not in known
            ]
            destroyed = [i for e in fresh for i in destroyed_by(e.type, e.schema_version, e.data)]
            if destroyed:
                connection.execute(_DESTROY, [destroyed])
            if kept:
                with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
                    copy.set_types(_TYPES)
                    for each in kept:
                        known_kind(each.type, each.schema_version)
                        copy.write_row((source, *each))
            connection.execute(
                "UPDATE inbox_position SET position = %s WHERE source = %s",
                [expected[-1], source],
            )
        self._note(source, reached, expected[-1], kept=bool(kept or destroyed))
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

    def after(self, source: str, position: int, upto: int, limit: int) -> list[Recorded]:
        """Kept events of one source beyond a position, up to another, in log order."""
        return self._select(
            "source = %s AND position > %s AND position <= %s",
            [source, position, upto],
            f" LIMIT {int(limit)}",
        )

    def event(self, event_id: UUID) -> Recorded | None:
        """The kept event of an id; walks over all there is, since nobody asks for one often."""
        found = self._select("event_id = %s", [event_id])
        return found[0] if found else None

    def rows(self, source: str, after: int, limit: int) -> list[RecordedEvent]:
        """Events of one source exactly as received: what an auditor hashes again."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT stream_id, version, type, data, position, meta, event_id, schema_version,"
                " effective_on, recorded_at, leaf, secret FROM inbox"
                " WHERE source = %s AND position > %s ORDER BY position LIMIT %s",
                [source, after, limit],
            ).fetchall()
        return [_as_received(row) for row in rows]

    def size_about(self, subject: str) -> int:
        """Bytes of data and meta of all kept events about a subject."""
        with self._pool.connection() as connection:
            row = connection.execute(
                "SELECT coalesce(sum(octet_length(data) + octet_length(meta)), 0)::bigint"
                " FROM inbox WHERE subjects @> ARRAY[%s]",
                [subject],
            ).fetchone()
        return int(row[0]) if row else 0

    def rows_about(self, subject: str) -> list[tuple[str, RecordedEvent]]:
        """Kept events about a subject exactly as received, each with its source."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT source, stream_id, version, type, data, position, meta, event_id,"
                " schema_version, effective_on, recorded_at, leaf, secret FROM inbox"
                " WHERE subjects @> ARRAY[%s] ORDER BY source, position",
                [subject],
            ).fetchall()
        return [(row[0], _as_received(row[1:])) for row in rows]

    def leaves(self, source: str, upto: int, after: int = 0) -> list[bytes]:
        """The leaves of a source's events beyond a position; Gap where one of them is not kept."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT leaf FROM inbox WHERE source = %s AND position > %s AND position <= %s"
                " ORDER BY position",
                [source, after, upto],
                binary=True,
            ).fetchall()
        if len(rows) != upto - after:
            raise Gap(f"{source}: {len(rows)} events are kept of those from {after + 1} to {upto}")
        return [row[0] for row in rows]

    def _select(self, where: str, values: list[Any], limit: str = "") -> list[Recorded]:
        with self._pool.connection() as connection:
            # Its fragments are written out by the callers in this module.
            rows = connection.execute(  # nosemgrep: sql-is-not-composed
                f"SELECT {_COLUMNS} FROM inbox WHERE {where} ORDER BY source, position{limit}",  # noqa: S608  # nosec B608
                values,
            ).fetchall()
        return [_as_recorded(row) for row in rows]


def _cover(types: frozenset[str] | None, wanted: frozenset[str]) -> bool:
    """Whether everything wanted was kept while these types were followed; None: nobody knows."""
    return types is not None and (_EVERY_TYPE in types or wanted <= types)


def _known(
    connection: psycopg.Connection[TupleRow], source: str, after: int, upto: int
) -> frozenset[int]:
    """Positions whose events are kept already, where the source is read again."""
    rows = connection.execute(
        "SELECT position FROM inbox WHERE source = %s AND position > %s AND position <= %s",
        [source, after, upto],
    ).fetchall()
    return frozenset(int(row[0]) for row in rows)


def _as_received(columns: tuple[Any, ...]) -> RecordedEvent:
    row = RecordedEvent(*columns[:-1])
    hand(row, received(row.data, row.meta, columns[-1]))
    return row


def _as_recorded(row: tuple[Any, ...]) -> Recorded:
    source, position, stream, version, event_id, kind, schema, data, meta, recorded_at, secret = row
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
        keys=received(data, meta, secret),
    )
