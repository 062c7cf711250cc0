"""What goes into the log and what comes back: the library's records, with our columns.

The library speaks of originator, topic and state; here they are also called what the field
calls them: stream, type and data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Self, cast
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent, Tracking

from shared.events.sealing import Key

__all__ = [
    "Append",
    "Appended",
    "Head",
    "IdempotencyKey",
    "NewEvent",
    "RecordedEvent",
    "Tracking",
]


class _FieldTerms:
    """The field's names for what the library's records call otherwise."""

    originator_id: UUID | str
    originator_version: int
    topic: str
    state: bytes

    @property
    def stream_id(self) -> str:
        return cast(str, self.originator_id)

    @property
    def version(self) -> int:
        return self.originator_version

    @property
    def type(self) -> str:
        return self.topic

    @property
    def data(self) -> bytes:
        return self.state


@dataclass(frozen=True)
class NewEvent(_FieldTerms, StoredEvent):
    """An event to be recorded.

    `version` is its place in its stream, from 1; `data` and `meta` are stored and hashed as
    they are; `effective_on` is the legal date on the paper.
    """

    meta: bytes
    event_id: UUID
    schema_version: int
    effective_on: date

    @classmethod
    def of(
        cls,
        *,
        stream_id: str,
        version: int,
        event_id: UUID,
        type: str,
        schema_version: int,
        data: bytes,
        meta: bytes,
        effective_on: date,
    ) -> Self:
        """Make one by the field's names."""
        return cls(stream_id, version, type, data, meta, event_id, schema_version, effective_on)


@dataclass(frozen=True)
class RecordedEvent(_FieldTerms, Notification):
    """An event as it stands in the log.

    `position` counts from 1 without a gap; `recorded_at` is the server's instant in UTC;
    `leaf` is the hash of all other columns (see `shared.eventstore.leaf`).
    """

    meta: bytes
    event_id: UUID
    schema_version: int
    effective_on: date
    recorded_at: datetime
    leaf: bytes

    @property
    def position(self) -> int:
        return self.id


@dataclass(frozen=True)
class IdempotencyKey:
    """A caller's name for a request, and a hash of what it asked for."""

    key: str
    fingerprint: bytes


@dataclass(frozen=True)
class Append:
    """What is recorded together or not at all.

    `guards` are further streams the decision rests on, each with the version it must be at
    (0: must not exist). `tracking` is how far a followed log has been dealt with.
    """

    events: tuple[NewEvent, ...]
    guards: Mapping[str, int] = field(default_factory=dict)
    idempotency: IdempotencyKey | None = None
    tracking: Tracking | None = None
    keys: tuple[Key, ...] = ()
    """With which its events are sealed; those that the log does not know are new."""
    earlier_keys: tuple[str, ...] = ()
    """Of these, by id, those made for an append before it, which may have been destroyed since."""
    destroys: tuple[str, ...] = ()
    """Keys that are destroyed with it, by id."""


@dataclass(frozen=True)
class Appended:
    """The events as recorded; `replayed` when an earlier append under the same key wrote them."""

    events: tuple[RecordedEvent, ...]
    replayed: bool = False


@dataclass(frozen=True)
class Head:
    """The log's newest state: `position` is 0 and `recorded_at` None while it is empty.

    `root` is the Merkle root over the first `position` leaves; `sandbox` is None until the log
    is first opened.
    """

    position: int
    root: bytes
    hash: str
    origin: str
    recorded_at: datetime | None
    sandbox: bool | None
