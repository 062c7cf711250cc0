"""访问日志: who read what and who was denied, kept beside the log of events, never mixed with it.

The application may add and read. What is kept may be removed only when it is older than six months,
by a function that belongs to the owner of the table, and by the database's clock: the instant of
recording is the database's to set. Nobody changes a row.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow, class_row
from psycopg_pool import ConnectionPool

__all__ = ["MIN_DAYS", "AccessLog", "Entry", "Kept", "Wanted", "create_access_log"]

MIN_DAYS = 183
"""Six months: what the law on network security (第二十一条) has logs kept for at least."""

_TABLE = """
CREATE TABLE access_log (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    at timestamptz NOT NULL,
    outcome text NOT NULL,
    operation text NOT NULL,
    object text,
    filter text,
    person text,
    body text,
    role text,
    unit_id text,
    address inet
);
CREATE INDEX access_log_recorded ON access_log USING brin (recorded_at);
CREATE INDEX access_log_persons ON access_log (person, entry);
CREATE INDEX access_log_objects ON access_log (object, entry);
"""

_PROTECTION = """
CREATE FUNCTION refuse_early_removal() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        RAISE EXCEPTION 'the access log is append-only: no %', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.recorded_at > now() - interval '6 months' THEN
        RAISE EXCEPTION 'the access log is kept for six months'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER entries_are_kept BEFORE UPDATE OR DELETE ON access_log
    FOR EACH ROW EXECUTE FUNCTION refuse_early_removal();
CREATE TRIGGER entries_stay BEFORE TRUNCATE ON access_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_early_removal();
ALTER TABLE access_log ENABLE ALWAYS TRIGGER entries_are_kept;
ALTER TABLE access_log ENABLE ALWAYS TRIGGER entries_stay;

CREATE FUNCTION prune_access_log(days integer) RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE removed bigint;
BEGIN
    IF days IS NULL OR days < 183 THEN
        RAISE EXCEPTION 'the access log is kept for 183 days at least'
            USING ERRCODE = 'restrict_violation';
    END IF;
    DELETE FROM public.access_log
    WHERE recorded_at < least(now() - make_interval(days => days), now() - interval '6 months');
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$$;
REVOKE ALL ON FUNCTION prune_access_log(integer), refuse_early_removal() FROM PUBLIC;
"""


class Entry(NamedTuple):
    """What is said of one access; never anything of a body, a token or free text."""

    at: datetime
    outcome: str
    operation: str
    object: str | None
    filter: str | None
    person: str | None
    body: str | None
    role: str | None
    unit_id: str | None
    address: str | None


_COLUMNS = ", ".join(Entry._fields)
_COPY = f"COPY access_log ({_COLUMNS}) FROM STDIN"


def create_access_log(execute: Callable[[str], Any], application_role: str) -> None:
    """Create the table and its guards, in a service's migration."""
    role = f'"{application_role}"'
    execute(_TABLE)
    execute(_PROTECTION)
    execute(f"GRANT SELECT, INSERT ({_COLUMNS}) ON access_log TO {role}")
    execute(f"GRANT EXECUTE ON FUNCTION prune_access_log(integer) TO {role}")


class Kept(NamedTuple):
    """An entry as it is kept: with its number and the database's instant."""

    entry: int
    recorded_at: datetime
    at: datetime
    outcome: str
    operation: str
    object: str | None
    filter: str | None
    person: str | None
    body: str | None
    role: str | None
    unit_id: str | None
    address: str | None


class Wanted(NamedTuple):
    """Which entries; None: any."""

    person: str | None = None
    body: str | None = None
    object: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None


_CONDITIONS = {
    "person": "person = %s",
    "body": "body = %s",
    "object": "object = %s",
    "outcome": "outcome = %s",
    "since": "at >= %s",
    "until": "at < %s",
}
_SELECT = """
    SELECT entry, recorded_at, at, outcome, operation, object, filter, person, body, role, unit_id,
        host(address) AS address
    FROM access_log WHERE {} ORDER BY entry DESC LIMIT {}"""


class AccessLog:
    """The access log of one service."""

    def __init__(self, dsn: str) -> None:
        self._pool: ConnectionPool[psycopg.Connection[TupleRow]] = ConnectionPool(
            dsn,
            min_size=0,
            max_size=2,
            open=False,
            timeout=5.0,
            kwargs={"application_name": "govit access log"},
        )

    def open(self) -> None:
        self._pool.open()

    def close(self) -> None:
        self._pool.close()

    def store(self, entries: Sequence[Entry]) -> None:
        """Keep entries, all or none."""
        with (
            self._pool.connection() as connection,
            connection.cursor() as cursor,
            cursor.copy(_COPY) as copy,
        ):
            for entry in entries:
                copy.write_row(entry)

    def page(self, wanted: Wanted, before: int | None, limit: int) -> list[Kept]:
        """Entries from the newest on, those below number `before` where one is given."""
        asked = {name: value for name, value in wanted._asdict().items() if value is not None}
        conditions = [_CONDITIONS[name] for name in asked]
        values = list(asked.values())
        if before is not None:
            conditions.append("entry < %s")
            values.append(before)
        query = sql.SQL(_SELECT).format(
            sql.SQL(" AND ".join(conditions) or "true"), sql.Literal(limit)
        )
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Kept)) as cursor,
        ):
            return cursor.execute(query, values).fetchall()

    def prune(self, days: int) -> int:
        """Remove what is older than `days` and than six months; returns how many entries."""
        with self._pool.connection() as connection:
            row = connection.execute("SELECT prune_access_log(%s)", [days]).fetchone()
        return int(row[0]) if row else 0
