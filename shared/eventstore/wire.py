"""Events between services: a row of a log as its feed's item, and the item as a row of an inbox."""

import base64
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from shared.events.sealing import Key
from shared.eventstore.decoding import decoded
from shared.eventstore.keys import provided
from shared.eventstore.records import RecordedEvent

__all__ = ["Arrived", "Received", "from_wire", "key_from_wire", "keys_to_wire", "to_wire"]

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


class Received(NamedTuple):
    """A key as a feed brought it; its fields are the columns of `inbox_keys`."""

    key_id: str
    subject: str
    secret: bytes | None


def keys_to_wire(rows: Sequence[RecordedEvent]) -> list[dict[str, Any]]:
    """The keys of some rows, as a feed carries them to those who follow."""
    keys = {key_id: key for row in rows for key_id, key in provided(row).items()}
    return [
        {
            "id": key_id,
            "subject": key.subject if key else "",
            "secret": base64.b64encode(key.secret).decode() if key else None,
        }
        for key_id, key in keys.items()
    ]


def key_from_wire(item: dict[str, Any]) -> Received:
    """A key of a feed as it is kept; ValueError where the secret is not that of the id."""
    key_id, subject, secret = item["id"], item["subject"], item["secret"]
    if secret is None:
        return Received(key_id, subject, None)
    key = Key.of(subject, base64.b64decode(secret))
    if key.id != key_id:
        raise ValueError(f"the secret sent for the key {key_id} is that of another")
    return Received(key.id, key.subject, key.secret)


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
