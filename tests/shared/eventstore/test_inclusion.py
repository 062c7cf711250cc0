"""Inclusion paths are those of RFC 6962, lead to the root, and to no other place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.eventstore.inclusion import inclusion, root_from_path
from shared.eventstore.merkle import Digest, digest_of
from tests.shared.eventstore.test_merkle import INPUTS, ROOTS, leaves_of, root_by_definition

HASHES = st.sampled_from(["sm3", "sha256"])


def path_by_definition(digest: Digest, leaves: list[bytes], index: int) -> list[bytes]:
    """RFC 6962 section 2.1.1, word by word."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    left, right = leaves[:split], leaves[split:]
    if index < split:
        return [*path_by_definition(digest, left, index), root_by_definition(digest, right)]
    return [*path_by_definition(digest, right, index - split), root_by_definition(digest, left)]


def made(digest: Digest, size: int) -> list[bytes]:
    return leaves_of(digest, [str(number).encode() for number in range(size)])


@given(st.integers(1, 130), HASHES, st.data())
def test_paths_and_root_are_those_of_the_definition(
    size: int, name: str, data: st.DataObject
) -> None:
    digest = digest_of(name)
    leaves = made(digest, size)
    asked = data.draw(st.sets(st.integers(0, size - 1)))
    found = inclusion(digest, leaves, asked)
    assert found.root == root_by_definition(digest, leaves)
    assert found.paths.keys() == asked
    for index in asked:
        assert list(found.paths[index]) == path_by_definition(digest, leaves, index)
        path = found.paths[index]
        assert root_from_path(digest, leaves[index], index, size, path) == found.root


def test_the_paths_of_the_reference_are_found() -> None:
    # The Certificate Transparency reference tests these on its tree of eight leaves.
    digest = digest_of("sha256")
    found = inclusion(digest, leaves_of(digest, INPUTS), [0, 5])
    assert found.root.hex() == ROOTS[8]
    assert [each.hex() for each in found.paths[0]] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [each.hex() for each in found.paths[5]] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(st.integers(2, 70), HASHES, st.data())
def test_a_path_proves_one_leaf_at_one_place_only(
    size: int, name: str, data: st.DataObject
) -> None:
    digest = digest_of(name)
    leaves = made(digest, size)
    index, other = data.draw(st.permutations(range(size)))[:2]
    root, paths = inclusion(digest, leaves, [index])
    path = list(paths[index])
    assert root_from_path(digest, leaves[other], index, size, path) != root
    broken = data.draw(st.integers(0, len(path) - 1))
    path[broken] = digest(path[broken])
    assert root_from_path(digest, leaves[index], index, size, path) != root
    try:
        assert root_from_path(digest, leaves[index], other, size, paths[index]) != root
    except ValueError:
        pass  # there is no path of that length from the other place


@given(st.integers(1, 70), st.data())
def test_a_path_of_another_length_is_refused(size: int, data: st.DataObject) -> None:
    digest = digest_of("sm3")
    leaves = made(digest, size)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion(digest, leaves, [index]).paths[index]
    with pytest.raises(ValueError, match="too long"):
        root_from_path(digest, leaves[index], index, size, [*path, leaves[0]])
    if path:
        with pytest.raises(ValueError, match="too short"):
            root_from_path(digest, leaves[index], index, size, path[:-1])


def test_a_leaf_that_is_not_there_has_no_path() -> None:
    digest = digest_of("sm3")
    leaves = made(digest, 3)
    for index in (-1, 3):
        with pytest.raises(IndexError, match="of 3 leaves has no leaf"):
            inclusion(digest, leaves, [index])
        with pytest.raises(ValueError, match="of 3 leaves has no leaf"):
            root_from_path(digest, leaves[0], index, 3, leaves)


def test_an_empty_tree_has_the_root_of_nothing() -> None:
    digest = digest_of("sha256")
    assert inclusion(digest, [], []).root.hex() == ROOTS[0]
