"""核验: the verifier, which imports nothing of ours, agrees with us on every byte."""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from services.audit.bundle import verify
from services.audit.bundle.verify import FIELDS, check
from services.audit.history import in_causal_order
from shared.events import Recorded, decode
from shared.events.vocabulary import Document
from shared.eventstore.leaf import fields_of, leaf_input, microseconds
from shared.eventstore.merkle import digest_of
from shared.web.settings import LOGS
from tests.audit.bundles import sound
from tests.audit.test_history import told as histories
from tests.shared.events.samples import Sample, stored

Event = dict[str, Any]

at_any_speed = settings(deadline=None)


def test_it_is_valid_where_no_library_has_sm3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(verify.DIGESTS, "sm3", verify.sm3_in_python)
    check(sound())
    monkeypatch.setattr(hashlib, "new", lambda *_: (_ for _ in ()).throw(ValueError()))
    assert verify._sm3() is verify.sm3_in_python


def test_sm3_is_that_of_the_standard() -> None:
    # GB/T 32905-2016, appendices A.1 and A.2.
    for text, expected in (
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ):
        assert verify.sm3_in_python(text).hex() == expected


@at_any_speed
@given(st.binary(max_size=300))
def test_sm3_is_that_of_the_libraries(data: bytes) -> None:
    assert verify.sm3_in_python(data) == digest_of("sm3")(data) == verify.DIGESTS["sm3"](data)


text = st.text(st.characters(exclude_categories=["Cs"]))


@at_any_speed
@given(
    st.integers(1, 2**63 - 1),
    st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)),
    st.tuples(text, text, text, text),
    st.integers(1, 2**31 - 1),
    st.uuids(),
    st.integers(1, 2**15 - 1),
    st.dates(),
)
def test_leaves_are_those_of_the_logs(
    position: int,
    at: datetime,
    texts: tuple[str, str, str, str],
    version: int,
    event_id: UUID,
    schema_version: int,
    on: date,
) -> None:
    stream, kind, data, meta = texts
    recorded_at = at.isoformat(timespec="microseconds") + "Z"
    head = ("registry", position, stream, version, str(event_id), kind, schema_version)
    event = dict(zip(FIELDS, (*head, data, meta, on.isoformat(), recorded_at, ""), strict=True))
    fields = fields_of(
        stream_id=stream,
        version=version,
        event_id=event_id,
        type=kind,
        schema_version=schema_version,
        data=data.encode(),
        meta=meta.encode(),
        effective_on=on,
    )
    expected = leaf_input(position, microseconds(at.replace(tzinfo=UTC)), fields)
    assert verify.leaf_input(event) == expected


def _as_told(recorded: Recorded) -> Event:
    at = recorded.recorded_at.astimezone(UTC).replace(tzinfo=None)
    return {
        "service": recorded.ref.service,
        "position": recorded.ref.position,
        "event_id": str(recorded.ref.event_id),
        "meta": recorded.meta.to_bytes().decode(),
        "recorded_at": at.isoformat(timespec="microseconds") + "Z",
    }


@at_any_speed
@given(histories(), st.data())
def test_the_order_is_that_of_the_history(truth: list[Recorded], data: st.DataObject) -> None:
    ranks = {service: rank for rank, service in enumerate(LOGS)}
    shuffled = data.draw(st.permutations(truth))
    ordered = verify.in_causal_order([_as_told(each) for each in shuffled], ranks)
    assert [e["event_id"] for e in ordered] == [str(r.ref.event_id) for r in in_causal_order(truth)]


def documents_in(found: Any) -> list[Document]:
    if isinstance(found, Document):
        return [found]
    if isinstance(found, BaseModel):
        return [d for name in type(found).model_fields for d in documents_in(getattr(found, name))]
    return [d for each in found for d in documents_in(each)] if isinstance(found, tuple) else []


@pytest.mark.parametrize("sample", list(stored()), ids=lambda s: s.path.stem)
def test_every_document_of_every_event_is_listed(sample: Sample) -> None:
    typed = documents_in(decode(sample.type, sample.version, sample.data))
    event = {"service": "", "position": 1, "event_id": "", "data": sample.data.decode()}
    listed = json.loads(verify.documents_of([event]))["documents"]
    assert [(d["title"], d["number"], d["digest"]) for d in listed] == [
        (d.title, d.number, d.digest) for d in typed
    ]
