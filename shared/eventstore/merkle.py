"""The Merkle tree over the log's leaves, as RFC 6962 section 2.1 shapes it.

Only the frontier is kept: the roots of the perfect subtrees that the tree's size breaks into,
largest first. That is all it takes to append a leaf and to give the root.
"""

import hashlib
from collections.abc import Callable, Iterable
from enum import StrEnum

from cryptography.hazmat.primitives import hashes

__all__ = ["Digest", "Frontier", "HashName", "digest_of"]

Digest = Callable[[bytes], bytes]

DIGEST_BYTES = 32
LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"

# GB/T 32905-2016, appendix A.1.
SM3_OF_ABC = bytes.fromhex("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")


class HashName(StrEnum):
    """The hash a log was created with; it never changes."""

    SM3 = "sm3"
    SHA256 = "sha256"


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _openssl_sm3() -> Digest:
    fresh = hashlib.new("sm3").copy  # a copy spares looking the algorithm up for every node

    def sm3(data: bytes) -> bytes:
        state = fresh()
        state.update(data)
        return state.digest()

    return sm3


def _cryptography_sm3(data: bytes) -> bytes:
    state = hashes.Hash(hashes.SM3())
    state.update(data)
    return state.finalize()


def _sm3() -> Digest:
    try:
        sm3 = _openssl_sm3()
        if sm3(b"abc") == SM3_OF_ABC:
            return sm3
    except ValueError:
        pass  # the interpreter's OpenSSL was built without SM3
    if _cryptography_sm3(b"abc") != SM3_OF_ABC:
        raise RuntimeError("no implementation of SM3 here gives the standard's test vector")
    return _cryptography_sm3


_DIGESTS: dict[HashName, Digest] = {HashName.SM3: _sm3(), HashName.SHA256: _sha256}


def digest_of(name: str) -> Digest:
    """The hash function of that name, from bytes to 32 bytes. Raises ValueError for others."""
    return _DIGESTS[HashName(name)]


class Frontier:
    """The right edge of a Merkle tree: its size and the roots of its perfect subtrees."""

    __slots__ = ("_digest", "_peaks", "size")

    def __init__(self, digest: Digest, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self._digest = digest
        self._peaks = list(peaks)
        self.size = size
        if len(self._peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has not {len(self._peaks)} peaks")

    @classmethod
    def from_bytes(cls, digest: Digest, size: int, data: bytes) -> "Frontier":
        """Read what `to_bytes` wrote for a tree of `size` leaves."""
        if len(data) % DIGEST_BYTES:
            raise ValueError(f"a frontier of {len(data)} bytes is cut short")
        peaks = (data[at : at + DIGEST_BYTES] for at in range(0, len(data), DIGEST_BYTES))
        return cls(digest, size, peaks)

    def to_bytes(self) -> bytes:
        """The peaks one after the other, largest subtree first, 32 bytes each."""
        return b"".join(self._peaks)

    def append(self, leaf: bytes) -> list[bytes]:
        """Add the hash of the next leaf; the roots of the subtrees it completes, lowest first.

        The first is that over two leaves, and each is over twice as many as the one before.
        """
        completed: list[bytes] = []
        node, merges = leaf, self.size
        while merges & 1:
            node = self._digest(NODE_PREFIX + self._peaks.pop() + node)
            completed.append(node)
            merges >>= 1
        self._peaks.append(node)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The tree's root; that of an empty tree is the hash of nothing."""
        if not self._peaks:
            return self._digest(b"")
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = self._digest(NODE_PREFIX + peak + root)
        return root
