"""The texts that are sealed in events stand beside them, and are what was sealed."""

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from services.audit.bundle.contents import opened
from services.audit.bundle.verify import (
    SUMS,
    Fault,
    check,
    held,
    line,
    opened_in_python,
    seal_in,
    sums_of,
)
from shared.events import Meta
from shared.events.sealing import Key, sealed_meta
from shared.kernel.actor import Actor
from tests.audit.bundles import sound

Files = dict[str, bytes]
Texts = dict[str, Any]


def texts() -> list[Texts]:
    return [json.loads(each) for each in sound()["texts.ndjson"].splitlines()]


def with_texts(changed: list[Texts]) -> Files:
    files = {**sound(), "texts.ndjson": b"".join(map(line, changed))}
    del files[SUMS]
    return {**files, SUMS: sums_of(held(files), sorted(files))}


def fault(files: Files) -> str:
    with pytest.raises(Fault) as found:
        check(files)
    return str(found.value)


def test_a_bundle_tells_what_is_sealed_in_its_events() -> None:
    verdict = check(sound())
    assert verdict.sealed == len(texts())
    assert verdict.destroyed == sum(each["key"] is None for each in texts())
    assert 0 < verdict.destroyed < verdict.sealed < verdict.events
    assert all(each["meta"] for each in texts() if each["key"])


def test_who_acted_stands_in_no_event_but_in_its_texts() -> None:
    events = [json.loads(each) for each in sound()["events.ndjson"].splitlines()]
    sealed = [event for event in events if seal_in(event["meta"])]
    by_place = {(each["service"], each["position"]): each for each in texts()}
    for event in sealed:
        told = by_place[event["service"], event["position"]]
        assert json.loads(event["meta"])["actor"]["person"] == "\x010"
        assert told["meta"] is None or told["meta"][0] not in event["meta"]


def other_text(each: Texts) -> Texts:
    return {**each, "meta": ["另一人", *each["meta"][1:]]}


def other_key(each: Texts) -> Texts:
    return {**each, "key": b64encode(Key.new("x").secret).decode()}


def no_key(each: Texts) -> Texts:
    return {**each, "key": "不是密钥"}


def half_destroyed(each: Texts) -> Texts:
    return {**each, "key": None}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (other_text, "not those that were sealed"),
        (other_key, "not the one it was sealed with"),
        (no_key, "not the one it was sealed with"),
        (half_destroyed, "not the one it was sealed with"),
        (lambda each: {**each, "data": [*each["data"], "更多"]}, "not those that were sealed"),
    ],
)
def test_other_texts_than_were_sealed_are_named(
    change: Callable[[Texts], Texts], said: str
) -> None:
    for number, each in enumerate(texts()):
        if each["key"] is None:
            continue
        changed = texts()
        changed[number] = change(each)
        found = fault(with_texts(changed))
        assert said in found
        assert f"{each['service']} position {each['position']}" in found


def test_texts_left_out_or_added_are_noticed() -> None:
    first, last = texts()[0], texts()[-1]
    assert f"{first['service']} position {first['position']}" in fault(with_texts(texts()[1:]))
    assert f"{last['service']} position {last['position']}" in fault(with_texts(texts()[:-1]))
    assert "further lines" in fault(with_texts([*texts(), last]))
    assert "line 1" in fault(with_texts([{**first, "note": ""}, *texts()[1:]]))


# -- AES-256-GCM in Python is AES-256-GCM ----------------------------------------------------


@given(
    secret=st.binary(min_size=32, max_size=32),
    nonce=st.binary(min_size=12, max_size=12),
    text=st.binary(max_size=100),
    bound=st.binary(max_size=40),
    at=st.integers(0, 10**6),
)
def test_what_a_library_closes_is_opened_and_nothing_else(
    secret: bytes, nonce: bytes, text: bytes, bound: bytes, at: int
) -> None:
    closed = AESGCM(secret).encrypt(nonce, text, bound)
    place = at % len(closed)
    other = closed[:place] + bytes([closed[place] ^ 1]) + closed[place + 1 :]
    for opening in (opened_in_python, opened):
        assert opening(secret, nonce, closed, bound) == text
        assert opening(secret, nonce, other, bound) is None
        assert opening(secret, nonce, closed, bound + b"x") is None


def test_the_standards_vector() -> None:
    """Test case 16 of the specification that SP 800-38D is made of."""
    secret = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    nonce = bytes.fromhex("cafebabefacedbaddecaf888")
    text = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    bound = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    closed = bytes.fromhex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )
    assert opened_in_python(secret, nonce, closed, bound) == text


def test_a_seal_is_found_as_the_services_write_it() -> None:
    key = Key.new("project:x")
    actor = Actor(person="p-1", name="经办人", body="DEB", role="OFFICER")
    stored = sealed_meta(Meta(actor=actor, command="x", policy="p@1"), UUID(int=7), key).decode()
    seal = seal_in(stored)
    assert seal is not None
    assert seal.key_id == key.id
    bound = UUID(int=7).bytes + b"meta"
    assert opened_in_python(key.secret, seal.nonce, seal.closed, bound) == (
        '["p-1","经办人"]'.encode()
    )
