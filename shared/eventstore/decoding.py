"""Rows as the events they hold."""

from shared.events import Recorded
from shared.events.upcasting import recorded
from shared.eventstore.keys import provided
from shared.eventstore.records import RecordedEvent
from shared.kernel.actor import EventRef

__all__ = ["decoded", "known", "reference", "remember"]


_KNOWN = "_recorded"


def remember(row: RecordedEvent, event: Recorded) -> None:
    """Spare whoever reads a row from memory to decode what has just been made."""
    row.__dict__[_KNOWN] = event


def known(row: RecordedEvent) -> Recorded | None:
    """The event that a row holds, where it was remembered."""
    return row.__dict__.get(_KNOWN)


def decoded(service: str, row: RecordedEvent) -> Recorded:
    """The event that a row of a service's log holds."""
    return known(row) or recorded(
        service=service,
        position=row.position,
        stream=row.stream_id,
        version=row.version,
        event_id=row.event_id,
        event_type=row.type,
        schema_version=row.schema_version,
        data=row.data,
        meta=row.meta,
        recorded_at=row.recorded_at,
        keys=provided(row),
    )


def reference(service: str, row: RecordedEvent) -> EventRef:
    """Where a row of a service's log stands."""
    return EventRef(
        service=service,
        position=row.position,
        stream=row.stream_id,
        version=row.version,
        event_id=row.event_id,
    )
