"""Rows as the events they hold."""

from shared.events import Recorded
from shared.events.upcasting import recorded
from shared.eventstore.records import RecordedEvent
from shared.kernel.actor import EventRef

__all__ = ["decoded", "reference"]


def decoded(service: str, row: RecordedEvent) -> Recorded:
    """The event that a row of a service's log holds."""
    return recorded(
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
