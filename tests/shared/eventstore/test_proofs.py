"""Proofs from tiles are those of RFC 6962: by definition, by the reference and by another hand."""

from functools import cache
from itertools import pairwise

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.eventstore.inclusion import inclusion, root_from_path
from shared.eventstore.merkle import Digest, digest_of
from shared.eventstore.proofs import (
    WIDTH,
    Span,
    Tile,
    above,
    consistency_spans,
    inclusion_spans,
    root_from_consistency,
    root_of,
    tiles_of,
)
from tests.shared.eventstore.test_inclusion import made
from tests.shared.eventstore.test_merkle import INPUTS, ROOTS, leaves_of, root_by_definition

MOST = 300
"""Leaves of the largest tree here: beyond the second level of tiles."""


def tiles_over(digest: Digest, leaves: list[bytes]) -> dict[Tile, bytes]:
    """Every tile that is complete, level by level."""
    tiles: dict[Tile, bytes] = {}
    level, nodes = 0, leaves
    while nodes:
        tiles |= {Tile(level, place): node for place, node in enumerate(nodes)}
        whole = range(0, len(nodes) - WIDTH + 1, WIDTH)
        level, nodes = level + 1, [above(digest, nodes[at : at + WIDTH]) for at in whole]
    return tiles


@cache
def tree(name: str) -> tuple[Digest, list[bytes], dict[Tile, bytes], list[bytes]]:
    """A hash, leaves, their tiles, and the root at every size."""
    digest = digest_of(name)
    leaves = made(digest, MOST)
    roots = [root_by_definition(digest, leaves[:size]) for size in range(MOST + 1)]
    return digest, leaves, tiles_over(digest, leaves), roots


@cache
def by_another_hand() -> pymerkle.InmemoryTree:
    other = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(MOST):
        other.append_entry(str(number).encode())
    return other


def path(name: str, spans: list[Span], size: int) -> list[bytes]:
    """The path from the tiles that a log of `size` leaves has, and from no others."""
    digest, _, tiles, _ = tree(name)
    there = {
        tile: root for tile, root in tiles.items() if (tile.place + 1) << 4 * tile.level <= size
    }
    return [root_of(digest, span, there) for span in spans]


def consistency_by_definition(digest: Digest, leaves: list[bytes], old: int) -> list[bytes]:
    """RFC 6962 section 2.1.2, word by word."""

    def subproof(old: int, leaves: list[bytes], known: bool) -> list[bytes]:
        if old == len(leaves):
            return [] if known else [root_by_definition(digest, leaves)]
        split = 1 << (len(leaves) - 1).bit_length() - 1
        left, right = leaves[:split], leaves[split:]
        if old <= split:
            return [*subproof(old, left, known), root_by_definition(digest, right)]
        return [*subproof(old - split, right, False), root_by_definition(digest, left)]

    return subproof(old, leaves, True)


# -- every pair of sizes --------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 15, 16, 17, 31, 255, 256, 257, 299, MOST])
def test_every_leaf_has_the_path_it_had_with_all_leaves_read(size: int) -> None:
    digest, leaves, _, roots = tree("sm3")
    read = inclusion(digest, leaves[:size], range(size))
    for index in range(size):
        found = path("sm3", inclusion_spans(index, size), size)
        assert tuple(found) == read.paths[index]
        assert root_from_path(digest, leaves[index], index, size, found) == roots[size]


@given(st.integers(1, MOST), st.data())
def test_an_earlier_tree_leads_to_the_later_one(old: int, data: st.DataObject) -> None:
    new = data.draw(st.integers(old, MOST))
    digest, leaves, _, roots = tree("sm3")
    found = path("sm3", consistency_spans(old, new), new)
    assert found == consistency_by_definition(digest, leaves[:new], old)
    assert root_from_consistency(digest, old, roots[old], new, found) == roots[new]


def test_every_pair_of_sizes_leads_between_the_roots_of_another_implementation() -> None:
    digest = digest_of("sha256")
    roots = [by_another_hand().get_root(size) for size in range(MOST + 1)]
    for new in (*range(1, 100), 255, 256, 257, 272, 273, MOST):
        for old in range(1, new + 1):
            found = path("sha256", consistency_spans(old, new), new)
            assert root_from_consistency(digest, old, roots[old], new, found) == roots[new]


@given(st.integers(1, MOST), st.data())
def test_another_implementation_proves_every_leaf_alike(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    _, leaves, _, _ = tree("sha256")
    found = path("sha256", inclusion_spans(index, size), size)
    theirs = by_another_hand().prove_inclusion(index + 1, size).serialize()["path"]
    assert sorted([leaves[index].hex(), *(node.hex() for node in found)]) == sorted(theirs)


def test_the_proofs_of_the_reference_are_found() -> None:
    # The Certificate Transparency reference tests these on its tree of eight leaves.
    digest = digest_of("sha256")
    tiles = tiles_over(digest, leaves_of(digest, INPUTS))

    def proof(old: int, new: int) -> list[str]:
        return [root_of(digest, span, tiles).hex() for span in consistency_spans(old, new)]

    assert proof(1, 1) == []
    assert proof(1, 8) == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert proof(6, 8) == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert proof(2, 5) == [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ]
    for old, new in pairwise(range(1, 9)):
        nodes = [bytes.fromhex(node) for node in proof(old, new)]
        root = root_from_consistency(digest, old, bytes.fromhex(ROOTS[old]), new, nodes)
        assert root.hex() == ROOTS[new]


# -- a proof is small, and good for nothing else --------------------------------------------------


@given(st.integers(1, 2**40), st.data())
def test_a_proof_costs_what_the_tree_is_high(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    height = (size - 1).bit_length()
    levels = height // 4 + 1
    assert len(inclusion_spans(index, size)) <= height
    assert len(tiles_of(inclusion_spans(index, size))) <= 2 * (WIDTH - 1) * levels
    spans = consistency_spans(index + 1, size)
    assert len(spans) <= height + 1
    assert len(tiles_of(spans)) <= 2 * (WIDTH - 1) * levels


@given(st.integers(1, MOST - 1), st.data())
def test_a_consistency_path_leads_from_one_root_only(old: int, data: st.DataObject) -> None:
    new = data.draw(st.integers(old + 1, MOST))
    digest, leaves, _, roots = tree("sm3")
    found = path("sm3", consistency_spans(old, new), new)
    other = root_by_definition(digest, [digest(b"rewritten"), *leaves[1:old]])
    try:
        assert root_from_consistency(digest, old, other, new, found) != roots[new]
    except ValueError as error:
        assert "does not begin" in str(error)
    with pytest.raises(ValueError, match=r"too long|does not begin"):
        root_from_consistency(digest, old, roots[old], new, [*found, leaves[0]])
    with pytest.raises(ValueError, match=r"too short|does not begin"):
        root_from_consistency(digest, old, roots[old], new, found[:-1])


def test_what_is_no_proof_says_so() -> None:
    digest, leaves, _, roots = tree("sm3")
    for old, new in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="no path leads"):
            root_from_consistency(digest, old, roots[old], new, [])
    with pytest.raises(ValueError, match="too long"):
        root_from_consistency(digest, 3, roots[3], 3, leaves[:1])
    with pytest.raises(IndexError, match="never had 4"):
        consistency_spans(4, 3)
    with pytest.raises(IndexError, match="has no leaf"):
        inclusion_spans(3, 3)
    assert consistency_spans(0, 3) == consistency_spans(3, 3) == []
