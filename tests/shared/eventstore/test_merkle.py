"""The tree has RFC 6962's shape, whatever the hash."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st

from shared.eventstore.merkle import LEAF_PREFIX, NODE_PREFIX, Digest, Frontier, digest_of

# The inputs and roots of the Certificate Transparency reference implementation.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves_of(digest: Digest, inputs: list[bytes]) -> list[bytes]:
    return [digest(LEAF_PREFIX + each) for each in inputs]


def root_by_definition(digest: Digest, leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word by word."""
    if not leaves:
        return digest(b"")
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    left = root_by_definition(digest, leaves[:split])
    return digest(NODE_PREFIX + left + root_by_definition(digest, leaves[split:]))


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_the_roots_are_those_of_the_reference(size: int) -> None:
    digest = digest_of("sha256")
    frontier = Frontier(digest)
    for leaf in leaves_of(digest, INPUTS[:size]):
        frontier.append(leaf)
    assert frontier.root().hex() == ROOTS[size]


@given(st.integers(0, 200), st.sampled_from(["sm3", "sha256"]))
def test_the_frontier_gives_the_root_of_the_definition(size: int, name: str) -> None:
    digest = digest_of(name)
    leaves = leaves_of(digest, [str(number).encode() for number in range(size)])
    frontier = Frontier(digest)
    for leaf in leaves:
        frontier.append(leaf)
        frontier = Frontier.from_bytes(digest, frontier.size, frontier.to_bytes())
    assert frontier.root() == root_by_definition(digest, leaves)


def test_a_frontier_of_the_wrong_size_is_refused() -> None:
    digest = digest_of("sm3")
    with pytest.raises(ValueError, match="peaks"):
        Frontier.from_bytes(digest, 3, digest(b""))
    with pytest.raises(ValueError, match="cut short"):
        Frontier.from_bytes(digest, 1, digest(b"")[:-1])


@given(st.binary(max_size=300))
def test_sm3_is_the_same_from_both_implementations(data: bytes) -> None:
    other = hashes.Hash(hashes.SM3())
    other.update(data)
    assert digest_of("sm3")(data) == other.finalize()


def test_sm3_gives_the_standards_vectors() -> None:
    sm3 = digest_of("sm3")
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert (
        sm3(b"abcd" * 16).hex()
        == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    )


def test_an_unknown_hash_is_refused() -> None:
    assert hashlib.new("md5")
    with pytest.raises(ValueError, match="md5"):
        digest_of("md5")
