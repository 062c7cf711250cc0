"""加密封存: what is sealed, what stays open, and that it comes back as it was."""

import json
import uuid
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.events import EVENTS, Meta, decode
from shared.events.destructions import KeysDestroyed
from shared.events.registry import DeclarationWithdrawn
from shared.events.sealing import (
    Key,
    KeyMissing,
    key_of,
    opened_data,
    opened_meta,
    sealed_data,
    sealed_meta,
)
from shared.events.upcasting import destroyed_by
from shared.kernel.actor import Actor
from shared.kernel.sealing import DESTROYED, PLACE
from shared.kernel.text import PersonName, Text
from tests.shared.events.samples import Sample, stored

EVENT_ID = uuid.UUID(int=7)
KEY = Key.new("project:x")

every_sample = pytest.mark.parametrize("sample", list(stored()), ids=lambda s: s.path.stem)


def withdrawn(reason: str) -> DeclarationWithdrawn:
    (sample,) = (s for s in stored() if s.type == "DeclarationWithdrawn")
    content = json.loads(sample.data)
    content["withdrawal"]["reason"] = reason
    return DeclarationWithdrawn.model_validate_json(json.dumps(content))


@every_sample
def test_every_event_comes_back_as_it_was(sample: Sample) -> None:
    event = decode(sample.type, sample.version, sample.data)
    sealed = sealed_data(event, EVENT_ID, KEY)
    assert opened_data(sealed, EVENT_ID, {KEY.id: KEY}) == event.to_bytes()


@every_sample
def test_every_event_is_read_though_its_key_is_destroyed(sample: Sample) -> None:
    event = decode(sample.type, sample.version, sample.data)
    sealed = sealed_data(event, EVENT_ID, KEY)
    left = decode(sample.type, sample.version, opened_data(sealed, EVENT_ID, {KEY.id: None}))
    assert list(left.subjects()) == list(event.subjects())
    assert (DESTROYED in left.to_bytes().decode()) is (key_of(sealed) is not None)


@every_sample
def test_what_was_stored_before_there_were_keys_is_read_as_it_is(sample: Sample) -> None:
    assert opened_data(sample.data, EVENT_ID, {}) == sample.data


@given(st.text(min_size=1, max_size=50).map(lambda t: f"理由{t}".strip()))
def test_any_text_is_sealed_and_comes_back(reason: str) -> None:
    try:
        event = withdrawn(reason)
    except ValidationError:
        return
    sealed = sealed_data(event, EVENT_ID, KEY)
    assert json.loads(sealed)["withdrawal"]["reason"] == f"{PLACE}0"
    assert opened_data(sealed, EVENT_ID, {KEY.id: KEY}) == event.to_bytes()


@pytest.mark.parametrize(
    "reason", ['","~":"1.' + "0" * 32 + '.AAAA"}', "\\u00010", '"\\u00010"', "〔已销毁〕"]
)
def test_a_text_that_looks_like_a_seal_is_a_text(reason: str) -> None:
    event = withdrawn(reason)
    assert opened_data(event.to_bytes(), EVENT_ID, {}) == event.to_bytes()
    sealed = sealed_data(event, EVENT_ID, KEY)
    assert opened_data(sealed, EVENT_ID, {KEY.id: KEY}) == event.to_bytes()


@pytest.mark.parametrize("kind", [Text, PersonName])
def test_nobody_can_send_a_place(kind: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(f"{PLACE}0")


def test_persons_are_sealed_in_what_surrounds_an_event() -> None:
    actor = Actor(person="p-77", name="张三丰", body="DEB", role="OFFICER")
    meta = Meta(actor=actor, command="x", policy="p@1")
    sealed = sealed_meta(meta, EVENT_ID, KEY)
    assert b"p-77" not in sealed
    assert "张三丰".encode() not in sealed
    assert Meta.model_validate_json(opened_meta(sealed, EVENT_ID, {KEY.id: KEY})) == meta
    left = Meta.model_validate_json(opened_meta(sealed, EVENT_ID, {KEY.id: None}))
    assert (left.actor.person, left.actor.body) == (DESTROYED, "DEB")


def test_a_seal_is_bound_to_its_event() -> None:
    sealed = sealed_data(withdrawn("理由"), EVENT_ID, KEY)
    with pytest.raises(InvalidTag):
        opened_data(sealed, uuid.UUID(int=8), {KEY.id: KEY})
    with pytest.raises(InvalidTag):
        opened_meta(sealed, EVENT_ID, {KEY.id: KEY})


def test_without_its_key_nothing_is_read() -> None:
    with pytest.raises(KeyMissing):
        opened_data(sealed_data(withdrawn("理由"), EVENT_ID, KEY), EVENT_ID, {})


def test_the_same_text_is_never_sealed_the_same() -> None:
    event = withdrawn("理由")
    assert sealed_data(event, EVENT_ID, KEY) != sealed_data(event, EVENT_ID, KEY)


def test_which_keys_an_event_destroyed_is_read_without_any_key() -> None:
    (sample,) = (s for s in stored() if s.type == "KeysDestroyed")
    event = decode(sample.type, sample.version, sample.data)
    assert isinstance(event, KeysDestroyed)
    sealed = sealed_data(event, EVENT_ID, KEY)
    assert destroyed_by(sample.type, sample.version, sealed) == event.keys
    others = [s for s in stored() if s.type != "KeysDestroyed"]
    assert {destroyed_by(s.type, s.version, s.data) for s in others} == {()}
    assert {kind.__name__ for kind in EVENTS.values() if "keys" in kind.model_fields} == {
        "KeysDestroyed"
    }
