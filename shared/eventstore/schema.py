"""The log's tables, made by each service's first migration and owned by the migrating role.

The application's role may add events and read them. Nobody may change or remove one: a
trigger refuses it even to the owner, and the head only moves forward.
"""

from collections.abc import Callable
from typing import Any, Protocol

import sqlalchemy
from psycopg import sql

from shared.eventstore.merkle import HashName

__all__ = ["create_log", "keep_rows_whole", "statements"]

_TABLES = """
CREATE TABLE events (
    position bigint PRIMARY KEY CHECK (position > 0),
    stream_id text NOT NULL CHECK (octet_length(stream_id) BETWEEN 1 AND 255),
    version integer NOT NULL CHECK (version > 0),
    event_id uuid NOT NULL UNIQUE,
    type text NOT NULL,
    schema_version smallint NOT NULL,
    data bytea NOT NULL,
    meta bytea NOT NULL,
    effective_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    leaf bytea NOT NULL CHECK (octet_length(leaf) = 32),
    UNIQUE (stream_id, version)
);

CREATE TABLE log_head (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    position bigint NOT NULL,
    recorded_at timestamptz,
    frontier bytea NOT NULL,
    hash text NOT NULL CHECK (hash IN ('sm3', 'sha256')),
    origin text NOT NULL CHECK (origin <> ''),
    sandbox boolean
) WITH (fillfactor = 10);

CREATE TABLE idempotency (
    key text PRIMARY KEY,
    fingerprint bytea NOT NULL,
    first_position bigint,
    last_position bigint,
    recorded_at timestamptz NOT NULL
);

CREATE TABLE tracking (
    source text PRIMARY KEY,
    position bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE TABLE snapshots (
    stream_id text NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    state bytea NOT NULL,
    PRIMARY KEY (stream_id, version)
);
"""

_REFUSALS = """
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: no % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER recorded_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TRIGGER head_stays BEFORE DELETE OR TRUNCATE ON log_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE FUNCTION refuse_going_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.position < OLD.position
        OR COALESCE(NEW.recorded_at < OLD.recorded_at, OLD.recorded_at IS NOT NULL)
        OR (NEW.position = OLD.position AND NEW.frontier <> OLD.frontier)
    THEN
        RAISE EXCEPTION 'the head of the log only moves forward'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.hash <> OLD.hash OR NEW.origin <> OLD.origin
        OR (OLD.sandbox IS NOT NULL AND NEW.sandbox IS DISTINCT FROM OLD.sandbox)
    THEN
        RAISE EXCEPTION 'a log keeps its hash, its origin and its kind'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER head_moves_forward BEFORE UPDATE ON log_head
    FOR EACH ROW EXECUTE FUNCTION refuse_going_back();

ALTER TABLE events ENABLE ALWAYS TRIGGER recorded_stays;
ALTER TABLE log_head ENABLE ALWAYS TRIGGER head_stays;
ALTER TABLE log_head ENABLE ALWAYS TRIGGER head_moves_forward;
"""

_GRANTS = """
GRANT SELECT, INSERT ON events, idempotency TO {role};
GRANT SELECT, UPDATE ON log_head TO {role};
GRANT SELECT, INSERT, UPDATE ON tracking TO {role};
GRANT SELECT, INSERT ON snapshots TO {role};
"""


class _HasBind(Protocol):
    def get_bind(self) -> sqlalchemy.Connection: ...


def create_log(
    connection: sqlalchemy.Connection | _HasBind,
    *,
    application_role: str,
    origin: str,
    hash: HashName | str = HashName.SM3,
) -> None:
    """Create the log's tables, its head at position 0 and the application role's rights.

    `connection` is a SQLAlchemy connection or Alembic's `op`; `origin` names the log to the
    world, such as ``govit/511100/registry``. Runs in the caller's transaction.
    """
    bind = connection if isinstance(connection, sqlalchemy.Connection) else connection.get_bind()
    for statement in statements(application_role=application_role, origin=origin, hash=hash):
        # no_parameters: the statements hold per cent signs that are not placeholders
        bind.exec_driver_sql(statement, execution_options={"no_parameters": True})


def statements(*, application_role: str, origin: str, hash: HashName | str) -> tuple[str, ...]:
    """The SQL that `create_log` runs, in order."""
    role = sql.Identifier(application_role)
    head = sql.SQL(
        "INSERT INTO log_head (position, frontier, hash, origin) VALUES (0, '', {}, {})"
    ).format(sql.Literal(str(HashName(hash))), sql.Literal(origin))
    grants = sql.SQL(_GRANTS).format(role=role)
    return _TABLES, _REFUSALS, head.as_string(), grants.as_string()


def keep_rows_whole(execute: Callable[[str], Any], *tables: str) -> None:
    """Let a row that fits a page be stored as it is, in a service's migration.

    An event with its decision is just long enough for PostgreSQL to compress it, which costs
    more than all else about storing it.
    """
    for table in tables:
        execute(f"ALTER TABLE {table} SET (toast_tuple_target = 8160)")
