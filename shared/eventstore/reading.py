"""The queries that read events, and the rows they make."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, Cursor
from psycopg.rows import RowMaker

from shared.eventstore.records import RecordedEvent

__all__ = ["EVENTS", "events_between", "recorded_events", "select"]

# The columns stand in the order of RecordedEvent's fields.
EVENTS = """
    SELECT stream_id, version, type, data, position, meta,
           event_id, schema_version, effective_on, recorded_at, leaf
    FROM events"""

_BETWEEN = EVENTS + " WHERE position BETWEEN %s AND %s ORDER BY position"


def recorded_events(_cursor: Cursor[Any]) -> RowMaker[RecordedEvent]:
    """psycopg's row factory for rows of `EVENTS`."""
    return lambda values: RecordedEvent(*values)


def select(
    connection: Connection[Any], query: str, parameters: Sequence[object]
) -> list[RecordedEvent]:
    """The events of a query that begins with `EVENTS`."""
    with connection.cursor(row_factory=recorded_events) as cursor:
        return cursor.execute(query.encode(), parameters, binary=True).fetchall()


def events_between(connection: Connection[Any], first: int, last: int) -> list[RecordedEvent]:
    """The events at the positions `first` to `last`, both included."""
    return select(connection, _BETWEEN, (first, last))
