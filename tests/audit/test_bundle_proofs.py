"""核验: trees and proofs agree with the RFC's vectors and with another implementation."""

from collections.abc import Iterator

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.bundle import verify
from services.audit.bundle.tree import PackedTree
from services.audit.bundle.verify import Tree, are_consistent, root_of
from shared.eventstore.inclusion import inclusion
from shared.eventstore.merkle import Digest, HashName, digest_of

SHA = verify.sha256
quick = settings(deadline=None, max_examples=60)

# The leaves and roots by which implementations of RFC 6962 compare themselves.
INPUTS = [
    *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(count: int) -> list[bytes]:
    return [SHA(b"\x00" + number.to_bytes(4, "big")) for number in range(count)]


def test_roots_and_paths_are_those_of_the_rfc() -> None:
    hashed = [SHA(b"\x00" + bytes.fromhex(each)) for each in INPUTS]
    tree = Tree(SHA)
    for number, (leaf, root) in enumerate(zip(hashed, ROOTS, strict=True), 1):
        tree.append(leaf)
        assert tree.root().hex() == root
        packed = PackedTree(SHA, hashed[:number])
        assert packed.root().hex() == root
        for index in range(number):
            path = list(packed.path(index))
            assert root_of(SHA, hashed[index], index, number, path) == bytes.fromhex(root)
    assert Tree(SHA).root() == PackedTree(SHA, []).root() == SHA(b"")


def oracle(count: int) -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(count):
        tree.append_entry(number.to_bytes(4, "big"))
    return tree


def test_the_oracle_has_the_same_leaves() -> None:
    assert oracle(5).get_root(5) == PackedTree(SHA, leaves(5)).root()


@quick
@given(st.integers(1, 70), st.data())
def test_paths_are_those_of_the_eventstore_and_lead_to_the_oracles_root(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    packed = PackedTree(SHA, leaves(size))
    path = list(packed.path(index))
    assert tuple(path) == inclusion(SHA, leaves(size), [index]).paths[index]
    root = oracle(size).get_root(size)
    assert root_of(SHA, leaves(size)[index], index, size, path) == root
    for other in {0, size - 1, (index + 1) % size} - {index}:
        assert root_of(SHA, leaves(size)[index], other, size, path) != root
    assert root_of(SHA, leaves(size)[index], index, size, [*path, SHA(b"")]) is None
    with pytest.raises(IndexError):
        list(packed.path(size))


def consistency(digest: Digest, all_leaves: list[bytes], first: int) -> list[bytes]:
    """RFC 6962, 2.1.2, word for word."""

    def head(part: list[bytes]) -> bytes:
        return PackedTree(digest, part).root()

    def proof(m: int, part: list[bytes], whole: bool) -> Iterator[bytes]:
        if m == len(part):
            if not whole:
                yield head(part)
            return
        k = 1 << (len(part) - 1).bit_length() - 1
        if m <= k:
            yield from proof(m, part[:k], whole)
            yield head(part[k:])
        else:
            yield from proof(m - k, part[k:], False)
            yield head(part[:k])

    return list(proof(first, all_leaves, True))


@pytest.mark.parametrize("hash_name", HashName)
def test_every_pair_of_sizes_is_consistent(hash_name: HashName) -> None:
    digest = digest_of(hash_name)
    largest = 20
    known = [digest(b"\x00" + bytes([number])) for number in range(largest)]
    roots = [PackedTree(digest, known[:size]).root() for size in range(largest + 1)]
    for second in range(1, largest + 1):
        for first in range(1, second):
            path = consistency(digest, known[:second], first)
            old, new = (first, roots[first]), (second, roots[second])
            assert are_consistent(digest, old, new, path)
            assert not are_consistent(digest, (first, digest(b"x")), new, path)
            assert not are_consistent(digest, old, (second, digest(b"x")), path)
            assert not are_consistent(digest, old, new, path[:-1])
            assert not are_consistent(digest, old, new, [*path, digest(b"x")])
            assert not are_consistent(digest, new, old, path)
            for at in range(len(path)):
                changed = [*path[:at], digest(path[at]), *path[at + 1 :]]
                assert not are_consistent(digest, old, new, changed)


def test_nothing_and_the_same_need_no_path() -> None:
    some = (3, PackedTree(SHA, leaves(3)).root())
    assert are_consistent(SHA, some, some, [])
    assert are_consistent(SHA, (0, SHA(b"")), some, [])
    assert not are_consistent(SHA, (0, SHA(b"x")), some, [])
    assert not are_consistent(SHA, some, (3, SHA(b"x")), [])
    assert not are_consistent(SHA, some, some, [SHA(b"")])
    assert not are_consistent(SHA, some, (4, SHA(b"x")), [])


@quick
@given(st.integers(2, 60), st.data())
def test_proofs_hold_between_the_oracles_roots(size: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, size - 1))
    tree = oracle(size)
    path = consistency(SHA, leaves(size), first)
    old, new = (first, tree.get_root(first)), (size, tree.get_root(size))
    assert are_consistent(SHA, old, new, path)
