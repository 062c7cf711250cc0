"""加密封存: personal data and free text as they stand in a log: under a key that can be destroyed.

What an event says of persons and in free words is put aside and encrypted together, before the
event is hashed. Once its key is destroyed nobody can read it, and every hash stays what it was.
"""

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from os import urandom
from typing import NamedTuple, Protocol
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.kernel.sealing import DESTROYED, PutAside

_NONCE = 12
_SEAL = b',"~":"1.'
_ID = 64
_COMMITTED = b"govit subject key\x00"
_PLACE = re.compile(rb'"\\u0001(\d+)"')
_DESTROYED = orjson.dumps(DESTROYED)


class KeyMissing(Exception):
    """A row was read without the key that opens it."""


@dataclass(frozen=True)
class Key:
    """密钥: the key of one subject; a subject may have several."""

    id: str
    """SHA-256 over the secret, in hex: what a row is opened with cannot be another key."""
    subject: str
    secret: bytes

    @classmethod
    def of(cls, subject: str, secret: bytes) -> "Key":
        return cls(sha256(_COMMITTED + secret).hexdigest(), subject, secret)

    @classmethod
    def new(cls, subject: str) -> "Key":
        return cls.of(subject, urandom(32))

    @cached_property
    def cipher(self) -> AESGCM:
        return AESGCM(self.secret)


Keys = Mapping[str, Key | None]
"""Keys by id; None for one that has been destroyed."""


class Written(Protocol):
    """What can be written with its sealed values put aside."""

    def to_bytes(self, aside: PutAside | None = None) -> bytes: ...


def sealed_data(event: Written, event_id: UUID, key: Key) -> bytes:
    """The bytes of an event that are hashed, stored and published."""
    aside = PutAside()
    return _sealed(event.to_bytes(aside), aside, key, event_id.bytes + b"data")


def sealed_meta(meta: Written, event_id: UUID, key: Key) -> bytes:
    """The same of what surrounds it."""
    aside = PutAside()
    return _sealed(meta.to_bytes(aside), aside, key, event_id.bytes + b"meta")


def _sealed(written: bytes, aside: PutAside, key: Key, bound: bytes) -> bytes:
    if not aside:
        return written
    nonce = urandom(_NONCE)
    closed = nonce + key.cipher.encrypt(nonce, orjson.dumps(aside), bound)
    text = b2a_base64(closed, newline=False)
    return b'%b%b%b.%b"}' % (written[:-1], _SEAL, key.id.encode(), text)


def key_of(stored: bytes) -> str | None:
    """The id of the key that stored bytes are sealed with; None where they are not."""
    at = stored.rfind(_SEAL)  # within a text no quotation mark stands bare
    return None if at < 0 else stored[at + len(_SEAL) : at + len(_SEAL) + _ID].decode()


def opened_data(stored: bytes, event_id: UUID, keys: Keys) -> bytes:
    """What an event says, from its stored bytes."""
    return _opened(stored, event_id.bytes + b"data", keys)


def opened_meta(stored: bytes, event_id: UUID, keys: Keys) -> bytes:
    """What surrounds it, from its stored bytes."""
    return _opened(stored, event_id.bytes + b"meta", keys)


class Closed(NamedTuple):
    """What surrounds an event, until somebody asks for it."""

    stored: bytes
    event_id: UUID
    keys: Keys

    def opened(self) -> bytes:
        return opened_meta(self.stored, self.event_id, self.keys)


def texts_in_data(stored: bytes, event_id: UUID, keys: Keys) -> list[str] | None:
    """The texts sealed in an event, by their places; None where their key is destroyed."""
    return _texts(stored, event_id.bytes + b"data", keys)


def texts_in_meta(stored: bytes, event_id: UUID, keys: Keys) -> list[str] | None:
    """The same of what surrounds it."""
    return _texts(stored, event_id.bytes + b"meta", keys)


def _opened(stored: bytes, bound: bytes, keys: Keys) -> bytes:
    at = stored.rfind(_SEAL)
    if at < 0:
        return stored
    written, texts = stored[:at] + b"}", _texts(stored, bound, keys)
    if texts is None:
        return _PLACE.sub(_DESTROYED, written)
    return _PLACE.sub(lambda place: orjson.dumps(texts[int(place[1])]), written)


def _texts(stored: bytes, bound: bytes, keys: Keys) -> list[str] | None:
    key_id = key_of(stored)
    if key_id is None:
        return []
    if key_id not in keys:
        raise KeyMissing(key_id)
    key = keys[key_id]
    if key is None:
        return None
    closed = a2b_base64(stored[stored.rfind(_SEAL) + len(_SEAL) + _ID + 1 : -2])
    texts: list[str] = orjson.loads(key.cipher.decrypt(closed[:_NONCE], closed[_NONCE:], bound))
    return texts
