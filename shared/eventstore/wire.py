"""Events between services: a row of a log as its feed's item, and the item as a row of an inbox."""

import base64
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from shared.events import decode
from shared.eventstore.decoding import known
from shared.eventstore.records import RecordedEvent

__all__ = ["Arrived", "from_wire", "to_wire"]

_WRITTEN = "_wire"


class Arrived(NamedTuple):
    """An event as a feed brought it; its fields are an inbox's columns after the source."""

    position: int
    stream_id: str
    version: int
    event_id: UUID
    type: str
    schema_version: int
    data: bytes
    meta: bytes
    effective_on: date
    recorded_at: datetime
    leaf: bytes
    subjects: list[str]


def to_wire(row: RecordedEvent) -> bytes:
    """What a feed carries of a row, in JSON; made once, since all followers ask for the same.

    Its subjects go along, so that followers index an event without having to understand it.
    """
    written: bytes | None = row.__dict__.get(_WRITTEN)
    if written is None:
        made = known(row)
        event = made.event if made else decode(row.type, row.schema_version, row.data)
        written = row.__dict__[_WRITTEN] = orjson.dumps(
            {
                "position": row.position,
                "stream": row.stream_id,
                "version": row.version,
                "event_id": row.event_id,
                "type": row.type,
                "schema_version": row.schema_version,
                "data": row.data.decode(),
                "meta": row.meta.decode(),
                "effective_on": row.effective_on,
                "recorded_at": row.recorded_at.astimezone(UTC),
                "leaf": base64.b64encode(row.leaf).decode(),
                "subjects": list(dict.fromkeys(event.subjects())),
            }
        )
    return written


def _whole(value: Any, below: int) -> int:
    # What is too large for its column would be cut to it on the way there.
    if type(value) is not int or not 0 < value < below:
        raise ValueError(f"{value!r} is no whole number from 1 to {below - 1}")
    return value


def from_wire(item: dict[str, Any]) -> Arrived:
    """A feed's item as it is kept."""
    return Arrived(
        _whole(item["position"], 2**63),
        item["stream"],
        _whole(item["version"], 2**31),
        UUID(item["event_id"]),
        item["type"],
        _whole(item["schema_version"], 2**15),
        item["data"].encode(),
        item["meta"].encode(),
        date.fromisoformat(item["effective_on"]),
        datetime.fromisoformat(item["recorded_at"]),
        base64.b64decode(item["leaf"]),
        item["subjects"],
    )
