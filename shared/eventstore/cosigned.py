"""见证存放: what a witness has cosigned of each log, the keys it goes by, and its alarms.

Rows are added and never changed. With a note the edge of the tree over the followed leaves is
kept, so that a witness that was stopped goes on from there and reads nothing again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import TupleRow, class_row
from psycopg_pool import ConnectionPool

__all__ = ["Alarm", "Cosigned", "CosignedNotes", "KnownKey", "create_witness"]

_CREATE = """
CREATE TABLE cosigned (
    source text NOT NULL,
    size bigint NOT NULL CHECK (size >= 0),
    cosigned_at timestamptz NOT NULL,
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    frontier bytea NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (source, size)
);
CREATE TABLE witness_keys (
    source text NOT NULL,
    key text NOT NULL,
    known_since timestamptz NOT NULL,
    PRIMARY KEY (source, key)
);
CREATE TABLE witness_alarms (
    source text NOT NULL,
    beyond bigint NOT NULL,
    fault text NOT NULL,
    raised_at timestamptz NOT NULL,
    reason text NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (source, beyond, fault)
);

CREATE FUNCTION refuse_unwitnessing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was witnessed stays: no % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
REVOKE ALL ON FUNCTION refuse_unwitnessing() FROM PUBLIC;
"""
_STAY = """
CREATE TRIGGER witnessed_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unwitnessing();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER witnessed_stays;
"""
_TABLES = ("cosigned", "witness_keys", "witness_alarms")

_COSIGNED = "SELECT size, cosigned_at, root, frontier, note FROM cosigned WHERE source = %s"
_NEWEST = _COSIGNED + " ORDER BY size DESC LIMIT 1"
_OF_SIZE = _COSIGNED + " AND size = %s"
_KEYS = "SELECT key, known_since FROM witness_keys WHERE source = %s ORDER BY known_since, key"
_ALARMS = """
    SELECT beyond, fault, raised_at, reason, note FROM witness_alarms
    WHERE source = %s ORDER BY raised_at DESC, fault LIMIT %s"""
_COUNT = "SELECT count(*) FROM witness_alarms WHERE source = %s"
_LOCK = "SELECT pg_advisory_xact_lock(7084, hashtext(%s))"
_REACHED = "SELECT coalesce(max(size), -1) FROM cosigned WHERE source = %s"
_ADD = """
    INSERT INTO cosigned (source, size, cosigned_at, root, frontier, note)
    VALUES (%s, %s, %s, %s, %s, %s)"""
_ADD_KEY = """
    INSERT INTO witness_keys (source, key, known_since) VALUES (%s, %s, %s)
    ON CONFLICT DO NOTHING"""
_ADD_ALARM = """
    INSERT INTO witness_alarms (source, beyond, fault, raised_at, reason, note)
    VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""


class Cosigned(NamedTuple):
    """A cosigned checkpoint, and the edge of the tree over the leaves that were followed."""

    size: int
    cosigned_at: datetime
    root: bytes
    frontier: bytes
    note: str


class KnownKey(NamedTuple):
    """A log's verifier key, and since when the witness has gone by it."""

    key: str
    known_since: datetime


class Alarm(NamedTuple):
    """What did not fit beyond the last cosigned size; -1 before the first."""

    beyond: int
    fault: str
    raised_at: datetime
    reason: str
    note: str


def create_witness(execute: Callable[[str], Any], application_role: str) -> None:
    """Create the tables, in the witnessing service's migration."""
    execute(_CREATE)
    for table in _TABLES:
        execute(_STAY.format(table=table))
        execute(f'GRANT SELECT, INSERT ON {table} TO "{application_role}"')


class CosignedNotes:
    """What one witness keeps; its methods may be called from any thread."""

    def __init__(self, dsn: str) -> None:
        self._pool: ConnectionPool[Connection[TupleRow]] = ConnectionPool(
            dsn,
            min_size=0,
            max_size=2,
            open=False,
            timeout=5.0,
            kwargs={"application_name": "govit witness"},
        )

    def open(self) -> None:
        self._pool.open()

    def close(self) -> None:
        self._pool.close()

    def newest(self, source: str) -> Cosigned | None:
        """What was cosigned last of a log."""
        return self._one(_NEWEST, source)

    def of_size(self, source: str, size: int) -> Cosigned | None:
        """What was cosigned at exactly that size."""
        return self._one(_OF_SIZE, source, size)

    def keys(self, source: str) -> list[KnownKey]:
        """The keys by which a log has been witnessed."""
        with self._pool.connection() as connection:
            return [KnownKey(*row) for row in connection.execute(_KEYS, [source])]

    def alarms(self, source: str, limit: int = 1) -> tuple[int, list[Alarm]]:
        """How many there are of a log, and the newest of them."""
        with self._pool.connection() as connection:
            count = connection.execute(_COUNT, [source]).fetchone()
            found = [Alarm(*row) for row in connection.execute(_ALARMS, [source, limit])]
        return int(count[0]) if count else 0, found

    def add(self, source: str, beyond: int, cosigned: Cosigned, keys: Sequence[str] = ()) -> bool:
        """Keep a cosigned note and the keys it was signed with.

        False, and nothing kept, where the last size is no longer the one it was checked against:
        of two witnesses at once one keeps its note, and the other looks again.
        """
        with self._pool.connection() as connection:
            connection.execute(_LOCK, [source])
            reached = connection.execute(_REACHED, [source]).fetchone()
            if reached is None or reached[0] != beyond:
                return False
            size, at, root, frontier, note = cosigned
            connection.execute(_ADD, [source, size, at, root, frontier, note])
            for key in keys:
                connection.execute(_ADD_KEY, [source, key, at])
        return True

    def raise_alarm(self, source: str, alarm: Alarm) -> bool:
        """Keep an alarm; False where the same fault is on record beyond the same size."""
        with self._pool.connection() as connection:
            beyond, fault, at, reason, note = alarm
            added = connection.execute(_ADD_ALARM, [source, beyond, fault, at, reason, note])
            return added.rowcount == 1

    def _one(self, query: str, *parameters: object) -> Cosigned | None:
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Cosigned)) as cursor,
        ):
            return cursor.execute(query.encode(), parameters).fetchone()
