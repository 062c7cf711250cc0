"""A leaf stands for every column, and no two events share one input."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.eventstore.leaf import fields_of, leaf_hash, leaf_input, microseconds
from shared.eventstore.merkle import digest_of

EVENT_ID = UUID("018f0000-0000-7000-8000-000000000001")
FIELDS: dict[str, Any] = {
    "stream_id": "项目-1",
    "version": 3,
    "event_id": EVENT_ID,
    "type": "ProjectDeclared",
    "schema_version": 2,
    "data": b"{}",
    "meta": b"",
    "effective_on": date(2026, 5, 6),
}
INSTANT = datetime(2026, 5, 6, 1, 2, 3, 4, tzinfo=UTC)


def test_the_input_is_laid_out_as_described() -> None:
    expected = b"".join(
        (
            b"\x01",
            b"\x00\x00\x00\x08" + (7).to_bytes(8),
            b"\x00\x00\x00\x08" + (1778029323000004).to_bytes(8),
            b"\x00\x00\x00\x08" + "项目-1".encode(),
            b"\x00\x00\x00\x04" + (3).to_bytes(4),
            b"\x00\x00\x00\x10" + EVENT_ID.bytes,
            b"\x00\x00\x00\x0f" + b"ProjectDeclared",
            b"\x00\x00\x00\x02" + (2).to_bytes(2),
            b"\x00\x00\x00\x02" + b"{}",
            b"\x00\x00\x00\x00",
            b"\x00\x00\x00\x0a" + b"2026-05-06",
        )
    )
    fields = fields_of(**FIELDS)
    assert leaf_input(7, microseconds(INSTANT), fields) == expected
    digest = digest_of("sm3")
    assert leaf_hash(digest, 7, microseconds(INSTANT), fields) == digest(b"\x00" + expected)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stream_id", "项目-2"),
        ("version", 4),
        ("event_id", UUID(int=1)),
        ("type", "ProjectWithdrawn"),
        ("schema_version", 1),
        ("data", b"{ }"),
        ("meta", b"x"),
        ("effective_on", date(2026, 5, 7)),
    ],
)
def test_every_field_counts(name: str, value: object) -> None:
    assert fields_of(**(FIELDS | {name: value})) != fields_of(**FIELDS)


def test_an_instant_is_the_same_in_every_time_zone() -> None:
    in_beijing = INSTANT.astimezone(timezone(timedelta(hours=8)))
    assert microseconds(in_beijing) == microseconds(INSTANT) == 1778029323000004


texts = st.tuples(st.text(max_size=6), st.text(max_size=6), st.binary(max_size=6), st.binary())


@given(texts, texts)
def test_no_two_events_share_an_input(
    left: tuple[str, str, bytes, bytes], right: tuple[str, str, bytes, bytes]
) -> None:
    def encode(values: tuple[str, str, bytes, bytes]) -> bytes:
        names = ("stream_id", "type", "data", "meta")
        fields = fields_of(**(FIELDS | dict(zip(names, values, strict=True))))
        return leaf_input(1, 0, fields)

    assert (encode(left) == encode(right)) == (left == right)
