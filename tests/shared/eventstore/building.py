"""What the tests of the event store are made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import psycopg

from shared.eventstore import Append, NewEvent

MAY_6 = date(2026, 5, 6)

EMPTY = """
    UPDATE log_head SET position = 0, recorded_at = NULL, frontier = '', sandbox = NULL,
                        hash = 'sm3', origin = 'govit/511100/registry';
    TRUNCATE events, idempotency, tracking, snapshots, tiles, checkpoints;
    ALTER TABLE checkpoints ENABLE ALWAYS TRIGGER checkpoints_stay;
    ALTER TABLE events ENABLE ALWAYS TRIGGER recorded_stays;
    ALTER TABLE log_head ENABLE ALWAYS TRIGGER head_stays;
    ALTER TABLE log_head ENABLE ALWAYS TRIGGER head_moves_forward"""


@dataclass(frozen=True)
class LogDatabase:
    """A log's database: the DSNs of those who may reach it."""

    application: str
    owner: str
    superuser: str

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What the superuser sees."""
        with psycopg.connect(self.superuser) as connection:
            return connection.execute(query.encode(), parameters).fetchall()

    def tamper(self, statement: str, *parameters: object) -> None:
        """Change what is recorded, as someone with the server in his hands can."""
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            connection.execute("ALTER TABLE events DISABLE TRIGGER ALL")
            connection.execute("ALTER TABLE log_head DISABLE TRIGGER ALL")
            connection.execute("ALTER TABLE checkpoints DISABLE TRIGGER ALL")
            connection.execute(statement.encode(), parameters or None)

    def end_sessions(self) -> None:
        """End every session that serves the log, as a failing server or network would."""
        self.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE 'govit %%'"
        )

    def begin_anew(self) -> None:
        """Empty the log, as only a superuser of a test can."""
        self.tamper(EMPTY)


def now() -> datetime:
    return datetime.now(UTC)


def event(
    stream_id: str = "project-1",
    version: int = 1,
    *,
    event_id: UUID | None = None,
    type: str = "ProjectDeclared",
    data: bytes = b'{"name":"x"}',
    meta: bytes = b"{}",
) -> NewEvent:
    return NewEvent.of(
        stream_id=stream_id,
        version=version,
        event_id=event_id or uuid4(),
        type=type,
        schema_version=1,
        data=data,
        meta=meta,
        effective_on=MAY_6,
    )


def append(*events: NewEvent, **further: Any) -> Append:
    return Append(events, **further)


def one(stream_id: str = "project-1", version: int = 1) -> Append:
    return append(event(stream_id, version))


def versions(stream_id: str) -> Iterator[Append]:
    """Appends of one event each, in a row."""
    return (one(stream_id, version) for version in count(1))
