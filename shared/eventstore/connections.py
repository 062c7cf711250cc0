"""How the log reaches its database: what is opened, checked and translated."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from eventsourcing import persistence
from psycopg import Connection, errors, sql
from psycopg.rows import TupleRow

from shared.eventstore.arrays import register
from shared.eventstore.errors import LogKindMismatch, SchemaNotReady

__all__ = ["PATIENT", "Patience", "connect", "reader", "stamp", "translated", "write_behind"]

# A writer that is stopped in mid-transaction must not keep the log from the other processes.
IDLE_IN_TRANSACTION_MS = 10_000
LOCK_TIMEOUT_MS = 15_000


@dataclass(frozen=True)
class Patience:
    """耐心: how long a session that reads lets the database take, in seconds."""

    statement: float = 15.0
    lock: float = 5.0

    def bind(self, connection: Connection[Any]) -> None:
        """Hold a session to it; what takes longer ends as an OperationalError."""
        for setting, seconds in (
            ("statement_timeout", self.statement),
            ("lock_timeout", self.lock),
        ):
            _set(connection, setting, max(1, round(seconds * 1000)))


PATIENT = Patience()

_STAMP = "UPDATE log_head SET sandbox = %s WHERE sandbox IS NULL"
_KIND = "SELECT sandbox, origin FROM log_head"


def connect(dsn: str, purpose: str) -> Connection[TupleRow]:
    """Open an autocommit connection; `purpose` shows in pg_stat_activity."""
    connection = psycopg.connect(
        dsn,
        autocommit=True,
        application_name=f"govit {purpose}",
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
    )
    try:
        prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def prepare(connection: Connection[Any]) -> None:
    """Set a session up: bounded waits, statements prepared at first use, our arrays."""
    connection.prepare_threshold = 0
    register(connection)
    for setting, value in (
        ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION_MS),
        ("lock_timeout", LOCK_TIMEOUT_MS),
        ("timezone", "UTC"),
    ):
        _set(connection, setting, value)


def _set(connection: Connection[Any], setting: str, value: int | str) -> None:
    connection.execute(
        sql.SQL("SET {} = {}").format(sql.Identifier(setting), sql.Literal(value)),
        prepare=False,
    )


def reader(patience: Patience) -> Callable[[Connection[Any]], None]:
    """How a session that only reads is set up."""

    def set_up(connection: Connection[Any]) -> None:
        prepare(connection)
        patience.bind(connection)

    return set_up


def write_behind(connection: Connection[Any]) -> None:
    """Set a session up for what can be made again: its commits do not wait for the disk.

    A server that crashes may lose the last of them, whole and in order.
    """
    connection.execute("SET synchronous_commit = off", prepare=False)
    connection.commit()


def stamp(connection: Connection[Any], *, sandbox: bool) -> None:
    """Mark the log as a sandbox or a real one at its first opening, and hold it to that after.

    Raises SchemaNotReady before the migration, LogKindMismatch when it was opened as the other.
    """
    try:
        row = connection.execute(_KIND).fetchone()
        if row is not None and row[0] is None:
            connection.execute(_STAMP, [sandbox])
            row = connection.execute(_KIND).fetchone()
    except (errors.UndefinedTable, errors.UndefinedColumn) as error:
        raise SchemaNotReady(f"the log's tables are missing, migrate first: {error}") from error
    if row is None:
        raise SchemaNotReady("the log has no head, migrate first")
    kind, origin = row
    if kind is not sandbox:
        raise LogKindMismatch(
            f"{origin} is a {'sandbox' if kind else 'real'} log"
            f" and cannot be opened as a {'sandbox' if sandbox else 'real'} one"
        )


@contextmanager
def translated() -> Iterator[None]:
    """Let the database's errors leave as the library's."""
    try:
        yield
    except psycopg.Error as error:
        raise translate(error) from error


def translate(error: psycopg.Error) -> persistence.PersistenceError:
    """The library's error of the same name."""
    if isinstance(error, errors.UndefinedTable):
        return SchemaNotReady(f"the log's tables are missing, migrate first: {error}")
    for kind, ours in _KINDS.items():
        if isinstance(error, kind):
            return ours(str(error))
    return persistence.PersistenceError(str(error))


_KINDS: dict[type[psycopg.Error], type[persistence.PersistenceError]] = {
    psycopg.DataError: persistence.DataError,
    psycopg.OperationalError: persistence.OperationalError,
    psycopg.IntegrityError: persistence.IntegrityError,
    psycopg.InternalError: persistence.InternalError,
    psycopg.ProgrammingError: persistence.ProgrammingError,
    psycopg.NotSupportedError: persistence.NotSupportedError,
    psycopg.InterfaceError: persistence.InterfaceError,
}
