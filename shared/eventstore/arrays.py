"""Columns of a batch as PostgreSQL's binary arrays.

PostgreSQL sends an array's element as four bytes of length and the value. A leaf's fields have
the same form, so that for most columns the very bytes that were hashed are the ones sent.
"""

import struct
from collections.abc import Sequence
from datetime import date
from typing import Any, Self

from psycopg import Connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

__all__ = [
    "ByteaArray",
    "DateArray",
    "Int2Array",
    "Int4Array",
    "Int8Array",
    "TextArray",
    "UuidArray",
    "bytes_element",
    "date_element",
    "int8_element",
    "register",
    "text_element",
]

_header = struct.Struct(">iiIii").pack
_length = struct.Struct(">I").pack
_int8 = struct.Struct(">Iq").pack
_date = struct.Struct(">Ii").pack
_POSTGRES_DAY_ZERO = date(2000, 1, 1).toordinal()


class _Array(bytes):
    """A one-dimensional array without nulls, in PostgreSQL's binary format."""

    element_oid: int
    array_oid: int

    @classmethod
    def of(cls, elements: Sequence[bytes]) -> Self:
        """Join elements, each with its length before it."""
        if not elements:
            return cls(_header(0, 0, cls.element_oid, 0, 0)[:12])
        return cls(_header(1, 0, cls.element_oid, len(elements), 1) + b"".join(elements))


class ByteaArray(_Array):
    element_oid, array_oid = 17, 1001


class Int2Array(_Array):
    element_oid, array_oid = 21, 1005


class Int4Array(_Array):
    element_oid, array_oid = 23, 1007


class Int8Array(_Array):
    element_oid, array_oid = 20, 1016


class TextArray(_Array):
    element_oid, array_oid = 25, 1009


class DateArray(_Array):
    element_oid, array_oid = 1082, 1182


class UuidArray(_Array):
    element_oid, array_oid = 2950, 2951


def bytes_element(value: bytes) -> bytes:
    """An element of a `ByteaArray`."""
    return _length(len(value)) + value


def text_element(value: str) -> bytes:
    """An element of a `TextArray`."""
    return bytes_element(value.encode())


def int8_element(value: int) -> bytes:
    """An element of an `Int8Array`."""
    return _int8(8, value)


def date_element(value: date) -> bytes:
    """An element of a `DateArray`."""
    return _date(4, value.toordinal() - _POSTGRES_DAY_ZERO)


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: bytes) -> bytes:
        return obj


def _dumper(array: type[_Array]) -> type[Dumper]:
    return type(f"{array.__name__}Dumper", (_ArrayDumper,), {"oid": array.array_oid})


_DUMPERS = {
    array: _dumper(array)
    for array in (
        ByteaArray,
        DateArray,
        Int2Array,
        Int4Array,
        Int8Array,
        TextArray,
        UuidArray,
    )
}


def register(connection: Connection[Any]) -> None:
    """Let the connection take these arrays as parameters."""
    for array, dumper in _DUMPERS.items():
        connection.adapters.register_dumper(array, dumper)
