"""摘要: SM3 and SHA-256 of a file, computed together while it passes by."""

import hashlib
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives import hashes

from shared.eventstore.merkle import SM3_OF_ABC

__all__ = ["Digests", "Hashing"]


@dataclass(frozen=True, slots=True)
class Digests:
    """Both digests of the same bytes, in hexadecimal, and how many bytes there are."""

    sm3: str
    sha256: str
    size: int

    @property
    def names(self) -> tuple[str, str]:
        """As events write them: algorithm and digits."""
        return f"sm3:{self.sm3}", f"sha256:{self.sha256}"

    @property
    def shown(self) -> str:
        return "、".join(self.names)


class _Sum(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


class _CryptographySm3:
    def __init__(self) -> None:
        self._state = hashes.Hash(hashes.SM3())

    def update(self, data: bytes) -> None:
        self._state.update(data)

    def digest(self) -> bytes:
        return self._state.copy().finalize()


def _openssl_has_sm3() -> bool:
    try:
        return hashlib.new("sm3", b"abc").digest() == SM3_OF_ABC
    except ValueError:  # the interpreter's OpenSSL was built without it
        return False


_BY_OPENSSL = _openssl_has_sm3()


class Hashing:
    """Feed it the bytes in order, then ask for the digests."""

    def __init__(self) -> None:
        self._sm3: _Sum = hashlib.new("sm3") if _BY_OPENSSL else _CryptographySm3()
        self._sha256 = hashlib.sha256()
        self.size = 0

    def update(self, data: bytes) -> None:
        self._sm3.update(data)
        self._sha256.update(data)
        self.size += len(data)

    def digests(self) -> Digests:
        return Digests(self._sm3.digest().hex(), self._sha256.hexdigest(), self.size)
