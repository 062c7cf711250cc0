"""Why the log refused: the library's errors, with the facts a caller needs to answer by."""

from uuid import UUID

from eventsourcing.persistence import (
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)

__all__ = [
    "DataError",
    "EventIdConflict",
    "IdempotencyKeyReused",
    "IntegrityError",
    "KeyDestroyed",
    "LogClosed",
    "LogKindMismatch",
    "OperationalError",
    "SchemaNotReady",
    "TrackingConflict",
    "VersionConflict",
]


class VersionConflict(IntegrityError):
    """A stream is not at the version an append, or one of its guards, rests on.

    `expected` and `actual` are stream versions; 0 means that the stream does not exist.
    """

    def __init__(self, stream_id: str, expected: int, actual: int) -> None:
        super().__init__(f"stream {stream_id} is at version {actual}, not at {expected}")
        self.stream_id = stream_id
        self.expected = expected
        self.actual = actual


class EventIdConflict(IntegrityError):
    """An event of this id is already recorded."""

    def __init__(self, event_id: UUID) -> None:
        super().__init__(f"event {event_id} is already recorded")
        self.event_id = event_id


class IdempotencyKeyReused(IntegrityError):
    """The key is known, but with another fingerprint: another request used it."""

    def __init__(self, key: str) -> None:
        super().__init__(f"idempotency key {key} was used for another request")
        self.key = key


class KeyDestroyed(IntegrityError):
    """An event was sealed with a key that has been destroyed since: nobody could read it."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"key {key_id} has been destroyed")
        self.key_id = key_id


class TrackingConflict(IntegrityError):
    """The followed log was already tracked up to this position or beyond."""

    def __init__(self, source: str, position: int, actual: int) -> None:
        super().__init__(f"{source} is already tracked up to {actual}, so not to {position}")
        self.source = source
        self.position = position
        self.actual = actual


class SchemaNotReady(ProgrammingError):
    """The log's tables are not there: the service's migrations have not run."""


class LogKindMismatch(ProgrammingError):
    """A sandbox log was opened as a real one, or a real one as a sandbox."""


class LogClosed(InterfaceError):
    """The log was closed in this process and takes no more appends."""
