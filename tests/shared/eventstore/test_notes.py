"""Notes and keys are those of C2SP signed-note and tlog-cosignature."""

from datetime import UTC, datetime

import pytest

from shared.eventstore.checkpoints import Checkpoint
from shared.eventstore.notes import Line, Note, base64, written
from shared.eventstore.signing import (
    COSIGNATURE,
    ED25519,
    SM2,
    SigningKey,
    VerifierKey,
    cosigned_at,
)

NOON = datetime(2026, 5, 6, 4, 0, tzinfo=UTC)


def of_hex(text: str) -> str:
    """Base64 of bytes in hexadecimal: as text itself they would be taken for a secret."""
    return base64(bytes.fromhex(text))


# The specification's own example, signed by its own key.
EXAMPLE = (
    "Ognuno sta solo sul cuor della terra\n"
    "trafitto da un raggio di sole:\n"
    "\n"
    "ed è subito sera.\n"
    "\n"
    "— quasimodo.example/salvatore "
    + of_hex(
        "367ba04b34e3b5501ec084be67f8898543de14390eff9410da2e5d7671884cb942f8485f"
        "2d6f6824a38dacca2e152414d3131c5f18fdf628404306aa3f765e911c0db487"
    )
    + "\n"
)
# The key of Go's golang.org/x/mod/sumdb/note, and its note.
GO_PUBLIC = of_hex("011a5cd907143c384c41e830c5bce12aa8817ec5649aaabf2c31388b35b2d744d6")
GO_PRIVATE = of_hex("01810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173")
GO_KEY = f"PeterNeumann+c74f20a3+{GO_PUBLIC}"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_LINE = "— PeterNeumann {}\n".format(
    of_hex(
        "c74f20a3f64992e052f541bf49f7dcbc8010c5506d885ba92cbafca40704959227348b8652060dd4"
        "51580b6a5948d5e02afa9fa9d9e0a2da5165be8a13a472c81c099c03"
    )
)


def signing(kind: bytes = ED25519, name: str = "govit/511100/registry") -> SigningKey:
    return SigningKey.generate(name, kind)


def test_the_specifications_example_is_read_and_written_alike() -> None:
    note = Note.of(EXAMPLE)
    assert note.text.endswith("\n\ned è subito sera.\n")
    [line] = note.lines
    assert (line.name, line.key_id.hex()) == ("quasimodo.example/salvatore", "367ba04b")
    assert str(note) == EXAMPLE


def test_a_note_of_another_implementation_is_verified_and_made_alike() -> None:
    note = Note.of(f"{GO_TEXT}\n{GO_LINE}")
    whole = f"PRIVATE+KEY+PeterNeumann+c74f20a3+{GO_PRIVATE}"
    key, secret = VerifierKey.of(GO_KEY), SigningKey.of(whole)
    assert str(secret.verifier) == str(key) == GO_KEY
    assert str(secret) == whole
    assert key.verifies(note.text, note.lines[0])
    assert written(GO_TEXT, [secret.sign(GO_TEXT, NOON)]) == str(note)


@pytest.mark.parametrize("kind", [ED25519, COSIGNATURE, SM2])
def test_a_key_survives_its_text_and_signs(kind: bytes) -> None:
    key = signing(kind)
    again = SigningKey.of(str(key))
    verifier = VerifierKey.of(str(key.verifier))
    assert (str(again), verifier) == (str(key), key.verifier)
    line = again.sign("text\n", NOON)
    assert verifier.verifies("text\n", line)
    assert not verifier.verifies("another\n", line)
    broken = bytearray(line.signature)
    broken[-1] ^= 1
    assert not verifier.verifies("text\n", line._replace(signature=bytes(broken)))
    assert not verifier.verifies("text\n", line._replace(signature=b""))
    assert not verifier.verifies("text\n", line._replace(name="other"))
    assert not signing(kind).verifier.verifies("text\n", line)


def test_a_cosignature_says_when_and_holds_only_with_that() -> None:
    key = signing(COSIGNATURE, "govit/511100/audit")
    line = key.sign("text\n", NOON)
    assert cosigned_at(line) == NOON
    later = (int(NOON.timestamp()) + 1).to_bytes(8, "big") + line.signature[8:]
    assert not key.verifier.verifies("text\n", line._replace(signature=later))
    # As a plain signature it is good for nothing, and the other way round.
    plain = VerifierKey(key.verifier.name, ED25519, key.verifier.public)
    assert not plain.verifies("text\n", Line(plain.name, plain.key_id, line.signature[8:]))


@pytest.mark.parametrize(
    "text",
    [
        "text",
        "text\n",
        "text\n\n",
        "text\n\n- name AAAAAAA=\n",
        "text\n\n— name\n",
        "text\n\n— name AAAA\n",
        "text\n\n— name AAAAAA!=\n",
        "text\n\n— na+me AAAAAAA=\n",
        "text\n\n— name AAAAAAA=",
        "te\txt\n\n— name AAAAAAA=\n",
        "te\0xt\n\n— name AAAAAAA=\n",
        "x" * 70_000 + "\n\n— name AAAAAAA=\n",
        "text\n\n" + "— name AAAAAAA=\n" * 65,
    ],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"note|signature|Base64"):
        Note.of(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        f"na me+c74f20a3+{GO_PUBLIC}",
        f"Peter+c74f20a3+{GO_PUBLIC}",
        f"PeterNeumann+c74f20a4+{GO_PUBLIC}",
        f"PeterNeumann+c74f20a3+{GO_PUBLIC[:-4]}",
        f"PeterNeumann+c74f20a3+C{GO_PUBLIC[1:]}",
    ],
)
def test_what_is_no_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"key|Base64"):
        VerifierKey.of(text)
    with pytest.raises(ValueError, match=r"key|Base64") as refused:
        SigningKey.of(f"PRIVATE+KEY+{text}")
    assert "ARpc2" not in str(refused.value)


def test_a_signing_key_does_not_show_itself() -> None:
    key = signing()
    assert base64(key.secret) not in repr(key)


def test_halves_of_two_sm2_keys_are_no_key() -> None:
    one, other = signing(SM2), signing(SM2)
    mixed = SigningKey(other.verifier, one.secret[:32] + other.secret[32:])
    with pytest.raises(ValueError, match="do not belong together"):
        SigningKey.of(str(mixed))


def test_a_checkpoint_is_read_as_it_is_written() -> None:
    checkpoint = Checkpoint("govit/511100/registry", 7, bytes(range(32)), "sm3")
    note = Note.of(written(checkpoint.text(), [signing().sign(checkpoint.text(), NOON)]))
    assert Checkpoint.of(note) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "origin\n7\n",
        "origin\n07\nAAAA\nsm3\n",
        "origin\n-7\nAAAA\nsm3\n",
        "origin\n7\nAAAA\nsm3\n",
        f"origin\n7\n{base64(bytes(32))}\nmd5\n",
        f"\n7\n{base64(bytes(32))}\nsm3\n",
        f"origin\n٧\n{base64(bytes(32))}\nsm3\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    note = Note.of(written(text, [Line("name", b"abcd", b"x")]))
    with pytest.raises(ValueError, match=r"checkpoint|HashName"):
        Checkpoint.of(note)
