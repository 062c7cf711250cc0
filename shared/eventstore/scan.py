"""通读: a log's rows in order as PostgreSQL sends them in binary, each with its leaf's input.

A leaf's fields have the form that PostgreSQL gives a row's: the length and the bytes of each.
So a row need not be taken apart to be hashed; only the instant and the legal date differ, which
PostgreSQL counts from the year 2000.
"""

import struct
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import TupleRow

from shared.eventstore.leaf import LAYOUT

__all__ = ["Row", "rows"]

_COPY = """
    COPY (SELECT position, recorded_at, stream_id, version, event_id, type, schema_version,
                 data, meta, effective_on, leaf
          FROM events ORDER BY position) TO STDOUT (FORMAT binary)"""
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"

_first = struct.Struct(">hIqIqI").unpack_from
"""Fields of a row, then position, instant, and the length of the stream's name."""

_version = struct.Struct(">i").unpack_from
_instant = struct.Struct(">Iq").pack
_date = struct.Struct(">Ii").unpack
_POSITION, _STREAM, _DATE, _LEAF = slice(2, 14), 30, slice(-44, -36), slice(-32, None)
_2000_US = 946_684_800_000_000
_2000_DAY = date(2000, 1, 1).toordinal()


class Row(NamedTuple):
    """One event; `content` is its leaf's input, None where no event can have had its values."""

    position: int
    recorded_us: int
    stream: bytes
    version: int
    content: bytes | None
    leaf: bytes


def rows(connection: Connection[TupleRow]) -> Iterator[Row]:
    """Every event, in order, in the caller's transaction."""
    connection.execute("SET LOCAL enable_sort = off", prepare=False)  # it would write all to disk
    days: dict[bytes, bytes | None] = {}
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for part in copy:
            row = bytes(part)
            if row.startswith(_HEADER):
                row = row[len(_HEADER) :]
            if row != _END:
                yield _row(row, days)


def _row(row: bytes, days: dict[bytes, bytes | None]) -> Row:
    _, _, position, _, instant, length = _first(row)
    end = _STREAM + length
    (version,) = _version(row, end + 4)
    stored = row[_DATE]
    if stored not in days:
        days[stored] = _day(stored)
    day, recorded_us, content = days[stored], instant + _2000_US, None
    if day is not None and recorded_us < 2**63:
        around = (LAYOUT, row[_POSITION], _instant(8, recorded_us), row[26:-44], day)
        content = b"".join(around)
    return Row(position, recorded_us, row[_STREAM:end], version, content, row[_LEAF])


def _day(stored: bytes) -> bytes | None:
    _, days = _date(stored)
    try:
        written = date.fromordinal(days + _2000_DAY).isoformat().encode()
    except (ValueError, OverflowError):
        return None  # PostgreSQL has more years
    return len(written).to_bytes(4, "big") + written
