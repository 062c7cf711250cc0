"""默克尔树: all nodes over a log's leaves, packed, so that any of them can be proven one by one."""

from collections.abc import Iterable, Iterator

from shared.eventstore.merkle import NODE_PREFIX, Digest

_BYTES = 32


class PackedTree:
    """A tree of RFC 6962 over leaves; 64 bytes of memory for each."""

    def __init__(self, digest: Digest, leaves: Iterable[bytes]) -> None:
        self._digest = digest
        level = b"".join(leaves)
        self.size = len(level) // _BYTES
        self._levels = [level]
        while len(level) > _BYTES:
            level = b"".join(self._above(level))
            self._levels.append(level)

    def _above(self, level: bytes) -> Iterator[bytes]:
        """Pairs joined, and what has no partner as it is."""
        for left in range(0, len(level), 2 * _BYTES):
            pair = level[left : left + 2 * _BYTES]
            yield self._digest(NODE_PREFIX + pair) if len(pair) > _BYTES else pair

    def root(self) -> bytes:
        return self._levels[-1] or self._digest(b"")

    def path(self, index: int) -> Iterator[bytes]:
        """The audit path of a leaf by its index from 0, from the leaf upwards."""
        if not 0 <= index < self.size:
            raise IndexError(f"a tree of {self.size} leaves has no leaf {index}")
        for height, level in enumerate(self._levels[:-1]):
            start = ((index >> height) ^ 1) * _BYTES
            if start < len(level):
                yield level[start : start + _BYTES]
