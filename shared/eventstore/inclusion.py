"""包含证明: that a leaf stands in a log of a given size and root, as RFC 6962 section 2.1.1 has it.

A path lists, from the leaf upwards, the roots of the subtrees beside its way to the root.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from shared.eventstore.merkle import NODE_PREFIX, Digest

__all__ = ["Inclusion", "inclusion", "root_from_path"]


class Inclusion(NamedTuple):
    """A tree's root, and the audit paths of some of its leaves by their index from 0."""

    root: bytes
    paths: dict[int, tuple[bytes, ...]]


def inclusion(digest: Digest, leaves: Sequence[bytes], indices: Iterable[int]) -> Inclusion:
    """The root over all leaves and the paths of some, in one pass over each level of the tree.

    IndexError for an index that no leaf has.
    """
    paths: dict[int, list[bytes]] = {index: [] for index in indices}
    if absent := [index for index in paths if not 0 <= index < len(leaves)]:
        raise IndexError(f"a tree of {len(leaves)} leaves has no leaf {absent[0]}")
    level, height = leaves, 0
    while len(level) > 1:
        for index, path in paths.items():
            beside = index >> height ^ 1
            if beside < len(level):
                path.append(level[beside])
        level = _above(digest, level)
        height += 1
    root = level[0] if level else digest(b"")
    return Inclusion(root, {index: tuple(path) for index, path in paths.items()})


def _above(digest: Digest, level: Sequence[bytes]) -> list[bytes]:
    """The next level: pairs joined, and what has no partner as it is."""
    nodes = [
        digest(NODE_PREFIX + level[left] + level[left + 1]) for left in range(0, len(level) - 1, 2)
    ]
    if len(level) % 2:
        nodes.append(level[-1])
    return nodes


def root_from_path(
    digest: Digest, leaf: bytes, index: int, size: int, path: Sequence[bytes]
) -> bytes:
    """The root that a path leads to; ValueError where a tree of that size has no such path."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    node, last, left = leaf, size - 1, list(reversed(path))
    while last:
        if index % 2 or index < last:
            if not left:
                raise ValueError("the path is too short")
            beside = left.pop()
            pair = beside + node if index % 2 else node + beside
            node = digest(NODE_PREFIX + pair)
        index, last = index // 2, last // 2
    if left:
        raise ValueError("the path is too long")
    return node
