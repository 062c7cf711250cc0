"""Events between services: a row of a log as its feed's item, and the item as a row of an inbox."""

import base64
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from shared.events.sealing import key_id_of, key_of
from shared.eventstore.decoding import decoded
from shared.eventstore.keys import provided
from shared.eventstore.records import RecordedEvent

__all__ = ["Arrived", "from_wire", "to_service", "to_wire"]

_WRITTEN, _WRITTEN_WITH_KEY = "_wire", "_wire_with_key"


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
    secret: bytes | None


def to_wire(row: RecordedEvent) -> bytes:
    """What a feed carries of a row, in JSON; made once, since all followers ask for the same.

    Its subjects go along, so that followers index an event without having to understand it.
    """
    written: bytes | None = row.__dict__.get(_WRITTEN)
    if written is None:
        event = decoded("", row).event
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


def to_service(row: RecordedEvent) -> bytes:
    """The same for a service that follows, with the key that opens it."""
    written: bytes | None = row.__dict__.get(_WRITTEN_WITH_KEY)
    if written is None:
        (key,) = provided(row).values() or (None,)
        secret = key and base64.b64encode(key.secret)
        written = to_wire(row)
        if secret:
            written = row.__dict__[_WRITTEN_WITH_KEY] = b'%b,"secret":"%b"}' % (
                written[:-1],
                secret,
            )
    return written


def _whole(value: Any, below: int) -> int:
    # What is too large for its column would be cut to it on the way there.
    if type(value) is not int or not 0 < value < below:
        raise ValueError(f"{value!r} is no whole number from 1 to {below - 1}")
    return value


def from_wire(item: dict[str, Any]) -> Arrived:
    """A feed's item as it is kept; ValueError where its key is that of another."""
    data, meta = item["data"].encode(), item["meta"].encode()
    secret = item.get("secret")
    if secret is not None:
        secret = base64.b64decode(secret)
        if key_id_of(secret) != (key_of(meta) or key_of(data)):
            raise ValueError(f"event {item['event_id']} came with the key of another")
    return Arrived(
        _whole(item["position"], 2**63),
        item["stream"],
        _whole(item["version"], 2**31),
        UUID(item["event_id"]),
        item["type"],
        _whole(item["schema_version"], 2**15),
        data,
        meta,
        date.fromisoformat(item["effective_on"]),
        datetime.fromisoformat(item["recorded_at"]),
        base64.b64decode(item["leaf"]),
        item["subjects"],
        secret,
    )
