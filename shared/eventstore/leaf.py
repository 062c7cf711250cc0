"""What a leaf hashes: every column of an event, in one unambiguous byte string.

A leaf's input is the byte 01 (this layout) and then ten fields, each a length (four bytes,
big-endian) followed by that many bytes, in this order:

    position        8 bytes, big-endian, signed
    recorded_at     8 bytes, big-endian, signed: microseconds since 1970-01-01T00:00:00Z
    stream_id       UTF-8
    version         4 bytes, big-endian, signed
    event_id        16 bytes
    type            UTF-8
    schema_version  2 bytes, big-endian, signed
    data            as stored
    meta            as stored
    effective_on    ASCII, YYYY-MM-DD

The leaf is the hash of the byte 00 followed by that input (RFC 6962 section 2.1).
"""

import struct
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from shared.eventstore.merkle import LEAF_PREFIX, Digest

__all__ = ["LAYOUT", "Fields", "fields_of", "leaf_hash", "leaf_input", "microseconds"]

LAYOUT = b"\x01"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

_START = LEAF_PREFIX + LAYOUT

_length = struct.Struct(">I").pack
_version = struct.Struct(">Ii").pack
_schema_version = struct.Struct(">Ih").pack
_head = struct.Struct(">IqIq").pack
_EVENT_ID_LENGTH = _length(16)
_DATE_LENGTH = _length(10)


class Fields(NamedTuple):
    """What an event brings to its leaf before it has a place in the log, each with its length."""

    stream_id: bytes
    version: bytes
    event_id: bytes
    type: bytes
    schema_version: bytes
    data: bytes
    meta: bytes
    effective_on: bytes


def fields_of(
    *,
    stream_id: str,
    version: int,
    event_id: UUID,
    type: str,
    schema_version: int,
    data: bytes,
    meta: bytes,
    effective_on: date,
) -> Fields:
    """Encode an event's own fields. Raises struct.error or UnicodeError for what has no form."""
    stream, name = stream_id.encode(), type.encode()
    return Fields(
        _length(len(stream)) + stream,
        _version(4, version),
        _EVENT_ID_LENGTH + event_id.bytes,
        _length(len(name)) + name,
        _schema_version(2, schema_version),
        _length(len(data)) + data,
        _length(len(meta)) + meta,
        _DATE_LENGTH + effective_on.isoformat().encode(),
    )


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970-01-01T00:00:00Z of an aware datetime."""
    return (instant - EPOCH) // MICROSECOND


def leaf_input(position: int, recorded_us: int, fields: Fields) -> bytes:
    """The bytes a leaf stands for; `recorded_us` as `microseconds` gives it."""
    return b"".join((LAYOUT, _head(8, position, 8, recorded_us), *fields))


def leaf_hash(digest: Digest, position: int, recorded_us: int, fields: Fields) -> bytes:
    """The leaf of the event that stands at `position`, recorded at that instant."""
    return digest(b"".join((_START, _head(8, position, 8, recorded_us), *fields)))
