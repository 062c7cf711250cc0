"""证明: which subtrees an inclusion or a consistency proof names, and their roots from tiles.

RFC 6962, sections 2.1.1 and 2.1.2. A tile is a perfect subtree of 16^level leaves, a leaf one of
level 0. Every subtree that a proof names is made of at most fifteen tiles for each level of the
tree, so that a proof costs what the tree is high, not what it holds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from shared.eventstore.merkle import NODE_PREFIX, Digest

__all__ = [
    "WIDTH",
    "Span",
    "Tile",
    "above",
    "completed_tiles",
    "consistency_spans",
    "inclusion_spans",
    "root_from_consistency",
    "root_of",
    "tiles_of",
]

_BITS = 4
WIDTH = 1 << _BITS
"""Tiles of one level that make one of the next."""


class Tile(NamedTuple):
    """The subtree over the leaves from `place` * 16^level on; places count from 0."""

    level: int
    place: int

    def parts(self) -> Iterable["Tile"]:
        """The tiles of the level below that it is made of."""
        first = self.place << _BITS
        return (Tile(self.level - 1, first + each) for each in range(WIDTH))


def completed_tiles(size: int, subtrees: Sequence[bytes]) -> Iterator[tuple[Tile, bytes]]:
    """The tiles among what the last of `size` leaves completed, with their roots."""
    for level, root in enumerate(subtrees[_BITS - 1 :: _BITS], 1):
        yield Tile(level, (size >> _BITS * level) - 1), root


class Span(NamedTuple):
    """Leaves that a proof names as one subtree: from `first` up to, not including, `end`."""

    first: int
    end: int


def inclusion_spans(index: int, size: int) -> list[Span]:
    """What stands beside a leaf's way to the root, from the leaf upwards.

    IndexError for an index that no leaf has.
    """
    if not 0 <= index < size:
        raise IndexError(f"a tree of {size} leaves has no leaf {index}")
    spans: list[Span] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(first, middle))
            first = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """What leads from a tree's root to that of a larger one; nothing from an empty or equal one."""
    if not 0 <= old <= new:
        raise IndexError(f"a tree of {new} leaves never had {old}")
    spans: list[Span] = []
    first, end, whole = 0, new, True
    while 0 < old < end:
        middle = first + _split(end - first)
        if old <= middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(first, middle))
            first, whole = middle, False
    if not whole:
        spans.append(Span(first, end))
    return spans[::-1]


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _perfect(span: Span) -> Iterator[tuple[int, int]]:
    """The perfect subtrees a span breaks into, largest first: height, and place at that height."""
    first, end = span
    while first < end:
        height = (end - first).bit_length() - 1
        yield height, first >> height
        first += 1 << height


def _tiles(height: int, place: int) -> Iterator[Tile]:
    level, rest = divmod(height, _BITS)
    return (Tile(level, (place << rest) + each) for each in range(1 << rest))


def tiles_of(spans: Iterable[Span]) -> set[Tile]:
    """The tiles from which the roots of these spans are made."""
    perfect = chain.from_iterable(_perfect(span) for span in spans)
    return set(chain.from_iterable(_tiles(height, place) for height, place in perfect))


def root_of(digest: Digest, span: Span, tiles: Mapping[Tile, bytes]) -> bytes:
    """The root over a span, from the roots of its tiles."""
    peaks = [
        above(digest, [tiles[tile] for tile in _tiles(height, place)])
        for height, place in _perfect(span)
    ]
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = digest(NODE_PREFIX + peak + root)
    return root


def above(digest: Digest, nodes: Sequence[bytes]) -> bytes:
    """The root over nodes of one height, of which there are a power of two."""
    while len(nodes) > 1:
        nodes = [
            digest(NODE_PREFIX + nodes[left] + nodes[left + 1]) for left in range(0, len(nodes), 2)
        ]
    return nodes[0]


def root_from_consistency(
    digest: Digest, old: int, old_root: bytes, new: int, path: Sequence[bytes]
) -> bytes:
    """The root of the larger tree, if the path leads from the smaller one's root to it.

    ValueError where it does not. As RFC 9162, section 2.1.4.2, has it; from an empty tree nothing
    leads anywhere.
    """
    if not 0 < old <= new:
        raise ValueError(f"no path leads from {old} leaves to {new}")
    if old == new:
        if path:
            raise ValueError("the path is too long")
        return old_root
    nodes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not nodes:
        raise ValueError("the path is too short")
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = nodes[0]
    for node in nodes[1:]:
        if not last:
            raise ValueError("the path is too long")
        if at & 1 or at == last:
            before = digest(NODE_PREFIX + node + before)
            after = digest(NODE_PREFIX + node + after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = digest(NODE_PREFIX + after + node)
        at, last = at >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    if before != old_root:
        raise ValueError("the path does not begin at the smaller tree's root")
    return after
