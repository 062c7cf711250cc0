"""核验: the verifier's own cryptography agrees with the standards and with libraries."""

from base64 import b64decode, b64encode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from gmssl_pyx import sm2_key_generate, sm2_sign, sm2_verify
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.bundle import verify
from services.audit.bundle.verify import (
    Fault,
    Place,
    checkpoint_of,
    ed25519_verified,
    key_of,
    keys_of,
    signatures_of,
    sm2_verified,
)
from tests.audit.signing import Signer, flipped, note

HERE = Place("检查点", "checkpoint")
ROOT = "5a" * 32
few = settings(deadline=None, max_examples=25)

# -- Ed25519 ------------------------------------------------------------------------------------

# RFC 8032, 7.1: key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
        "b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
        "1d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
        "c6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fe"
        "ebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431"
        "e0303dca179c138ac17ad9bef1177331a704",
    ),
]
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_vectors_of_the_rfc_are_good(key: str, message: str, signature: str) -> None:
    parts = [bytes.fromhex(each) for each in (key, message, signature)]
    assert ed25519_verified(*parts)
    assert not ed25519_verified(parts[0], parts[1] + b"\x00", parts[2])


@few
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
def test_it_judges_as_the_library_does(seed: bytes, message: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert ed25519_verified(public, message, signature)
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8
    assert not ed25519_verified(public, message, bytes(changed))
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(public).verify(bytes(changed), message)


@pytest.mark.parametrize("vector", VECTORS)
def test_a_second_form_of_s_is_refused(vector: tuple[str, str, str]) -> None:
    key, message, signature = (bytes.fromhex(each) for each in vector)
    s = int.from_bytes(signature[32:], "little") + ORDER
    assert not ed25519_verified(key, message, signature[:32] + s.to_bytes(32, "little"))


@pytest.mark.parametrize(
    "encoded",
    [
        (1).to_bytes(32, "little"),  # the neutral element
        bytes(32),  # order 4
        (2**255 - 20).to_bytes(32, "little"),  # order 2
        (2**255 - 19 + 1).to_bytes(32, "little"),  # y beyond the field
        (1 | 1 << 255).to_bytes(32, "little"),  # x is 0 and yet odd
        (2).to_bytes(32, "little"),  # not on the curve
        b"short",
    ],
)
def test_keys_of_small_order_or_another_form_are_refused(encoded: bytes) -> None:
    # With a key of small order, R = identity and S = 0 would sign anything.
    forged = (1).to_bytes(32, "little") + bytes(32)
    assert not any(ed25519_verified(encoded, bytes([n]), forged) for n in range(16))


def test_signatures_of_another_length_are_refused() -> None:
    key, message, signature = (bytes.fromhex(each) for each in VECTORS[1])
    for wrong in (b"", signature[:-1], signature + b"\x00"):
        assert not ed25519_verified(key, message, wrong)


# -- SM2 ----------------------------------------------------------------------------------------


def raw(der: bytes) -> bytes:
    numbers = verify._sm2_numbers(der)
    assert numbers is not None
    return b"".join(number.to_bytes(32, "big") for number in numbers)


@few
@given(st.binary(max_size=200), st.integers(0, 511))
def test_sm2_is_that_of_the_library(message: bytes, bit: int) -> None:
    public, private = sm2_key_generate()
    der = sm2_sign(private, public, message)
    assert sm2_verify(public, message, der)
    assert sm2_verified(public, message, der)
    assert sm2_verified(b"\x04" + public, message, raw(der))
    changed = bytearray(raw(der))
    changed[bit // 8] ^= 1 << bit % 8
    assert not sm2_verified(public, message, bytes(changed))
    assert not sm2_verified(public, message + b"!", der)


def test_sm2_is_that_of_the_standard() -> None:
    # GB/T 32918.5-2017, A.2: the recommended curve and the identifier 1234567812345678.
    key = bytes.fromhex(
        "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    )
    signature = bytes.fromhex(
        "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
        "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    )
    assert sm2_verified(key, b"message digest", signature)


def test_sm2_numbers_are_in_range_and_der_has_one_form() -> None:
    public, private = sm2_key_generate()
    der = sm2_sign(private, public, b"x")
    r, s = raw(der)[:32], raw(der)[32:]
    order = verify._SM2_N.to_bytes(32, "big")
    for wrong in (bytes(32) + s, r + bytes(32), order + s, r + order, r + s + b"\x00"):
        assert not sm2_verified(public, b"x", wrong)
    longer = bytes([0x30, der[1] + 1, 2, der[3] + 1, 0]) + der[4:]
    for wrong in (der[:-1], der + b"\x00", longer, b"", b"\x30", b"\x31" + der[1:]):
        assert not sm2_verified(public, b"x", wrong)
    off_curve = bytes(31) + b"\x01" + bytes(32)
    assert not sm2_verified(off_curve, b"x", der)


# -- keys and notes -----------------------------------------------------------------------------


EXAMPLE_ROOT = "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
EXAMPLE_SIGNATURES = (
    (
        "033de0ae582dccf2026b9392f27a5599fd4ccaaff92199e2329f9926eae644378ea110dee1445837"
        "bbb9fd985ccafdaad601b31a4bbd9d3a3ecf2584fb178c713380610f"
    ),
    (
        "8d66cf3f00000000641850cb119307c1245a24d8880e87bd0d89ffcd772bb4f1dea25308e4e59712"
        "164207d765ac326c5f76f6a328a7d673d9aa17f99cda34c547be99b2140640487d9faa9c"
    ),
)


def test_the_note_of_the_specification_is_read() -> None:
    # C2SP tlog-cosignature, its example (keys are not given there), in hex.
    root, by_log, by_witness = (
        b64encode(bytes.fromhex(each)).decode() for each in (EXAMPLE_ROOT, *EXAMPLE_SIGNATURES)
    )
    text = (
        f"example.com/behind-the-sofa\n20852163\n{root}\n\n"
        f"— example.com/behind-the-sofa {by_log}\n— witness.example.com/w1 {by_witness}\n"
    )
    read = checkpoint_of(text.encode(), HERE)
    assert (read.origin, read.size) == ("example.com/behind-the-sofa", 20852163)
    assert [name for name, _ in read.signatures] == [
        "example.com/behind-the-sofa",
        "witness.example.com/w1",
    ]


LOG, WITNESS, SM2 = Signer("govit/log"), Signer("witness.example/w", 4, 2), Signer("govit/log", 255)


def test_every_kind_of_signature_is_found_good() -> None:
    read = checkpoint_of(note("govit/log", 7, ROOT, LOG, WITNESS, SM2).encode(), HERE)
    keys = [key_of(each.vkey) for each in (LOG, WITNESS, SM2)]
    found = signatures_of(read, keys)
    assert [(s.key.kind, s.time) for s in found] == [
        ("ed25519", None),
        ("cosignature/v1", 1_760_000_000),
        ("govit/sm2-sm3", None),
    ]
    assert read.extensions == ("sm3",)


@pytest.mark.parametrize("signer", [LOG, WITNESS, SM2], ids=["ed25519", "cosignature", "sm2"])
@pytest.mark.parametrize("at", [4, 11, 30, -1])
def test_a_changed_signature_by_a_known_key_is_a_fault(signer: Signer, at: int) -> None:
    text = f"govit/log\n7\n{b64encode(bytes.fromhex(ROOT)).decode()}\n"
    changed = text + "\n" + flipped(signer.line(text.encode()), at)
    read = checkpoint_of(changed.encode(), HERE)
    with pytest.raises(Fault, match="is not good"):
        signatures_of(read, [key_of(signer.vkey)])


def test_signatures_of_unknown_keys_are_passed_over() -> None:
    read = checkpoint_of(note("govit/log", 7, ROOT, LOG, WITNESS).encode(), HERE)
    other = Signer("govit/log", 1, 9)
    assert signatures_of(read, [key_of(other.vkey)]) == []


def test_a_cosignature_is_no_signature_of_a_log() -> None:
    """The same key in the other role signs another message."""
    as_log = Signer(WITNESS.name, 1, 2)
    text = f"govit/log\n7\n{b64encode(bytes.fromhex(ROOT)).decode()}\n"
    head, _, encoded = WITNESS.line(text.encode()).rstrip().rpartition(" ")
    moved = b64encode(as_log.id + b64decode(encoded)[12:]).decode()
    read = checkpoint_of(f"{text}\n{head} {moved}\n".encode(), HERE)
    with pytest.raises(Fault):
        signatures_of(read, [key_of(as_log.vkey)])


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace("\n\n", "\n"),
        lambda t: t[:-1],
        lambda t: t + "\n",
        lambda t: t.replace("\n7\n", "\n07\n"),
        lambda t: t.replace("\n7\n", "\n-7\n"),
        lambda t: t.replace("\n7\n", "\n٧\n"),
        lambda t: t.replace("\n7\n", "\n99999999999999999999\n"),
        lambda t: t.replace("— ", "-- "),
        lambda t: t.replace("govit/log\n7", "govit\tlog\n7"),
        lambda t: t.replace("govit/log\n7", "\n7"),
        lambda t: t.replace("sm3\n", "\x00\n"),
        lambda t: t.replace("Wlpa", "Wlp", 1),
        lambda t: t.replace("Wlpa", "Wlpa Wlpa", 1),
        lambda t: t.partition("\n\n")[0] + "\n\n",
        lambda t: t.partition("\n\n")[0] + "\n\n" + t.partition("\n\n")[2] * 101,
        lambda t: "",
        lambda t: "\ud800".encode("utf-16", "surrogatepass").decode("latin-1"),
        lambda t: "x" * (1 << 21),
    ],
)
def test_what_is_no_checkpoint_is_not_read_as_one(change: object) -> None:
    assert callable(change)
    text = note("govit/log", 7, ROOT, LOG)
    checkpoint_of(text.encode(), HERE)
    with pytest.raises(Fault):
        checkpoint_of(change(text).encode(), HERE)


def test_a_key_carries_its_own_number() -> None:
    key = key_of(LOG.vkey)
    assert (key.name, key.kind, key.material) == ("govit/log", "ed25519", LOG.material[1:])
    name, _, encoded = LOG.vkey.split("+", 2)
    for wrong in (
        f"{name}+00000000+{encoded}",
        f"other+{LOG.id.hex()}+{encoded}",
        f"{name}+{LOG.id.hex()}",
        f"na me+{LOG.id.hex()}+{encoded}",
        LOG.vkey[:-4],
    ):
        with pytest.raises(ValueError, match="key"):
            key_of(wrong)


def test_a_file_of_keys_may_say_more_in_lines_of_its_own() -> None:
    content = f"# 日志\n{LOG.vkey}\n\n# 见证方\n{WITNESS.vkey}\n"
    assert [key.name for key in keys_of(content.encode(), HERE)] == [LOG.name, WITNESS.name]
    with pytest.raises(Fault):
        keys_of(f"{LOG.vkey} 2026\n".encode(), HERE)
    with pytest.raises(Fault):
        keys_of(b"\xff", HERE)
