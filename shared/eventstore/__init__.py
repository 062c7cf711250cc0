"""The event store: one gapless, hashed, append-only log per service, in PostgreSQL.

Also the library's persistence module: ``PERSISTENCE_MODULE=shared.eventstore``.
"""

from shared.eventstore.errors import (
    DataError,
    EventIdConflict,
    IdempotencyKeyReused,
    IntegrityError,
    LogClosed,
    LogKindMismatch,
    OperationalError,
    SchemaNotReady,
    TrackingConflict,
    VersionConflict,
)
from shared.eventstore.factory import Factory
from shared.eventstore.log import EventLog
from shared.eventstore.records import (
    Append,
    Appended,
    Head,
    IdempotencyKey,
    NewEvent,
    RecordedEvent,
    Tracking,
)
from shared.eventstore.schema import create_log

__all__ = [
    "Append",
    "Appended",
    "DataError",
    "EventIdConflict",
    "EventLog",
    "Factory",
    "Head",
    "IdempotencyKey",
    "IdempotencyKeyReused",
    "IntegrityError",
    "LogClosed",
    "LogKindMismatch",
    "NewEvent",
    "OperationalError",
    "RecordedEvent",
    "SchemaNotReady",
    "Tracking",
    "TrackingConflict",
    "VersionConflict",
    "create_log",
]
