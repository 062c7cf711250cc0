"""What logs and witness sign, the offline verifier reads; both were written by themselves."""

import base64
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from services.audit.bundle import verify
from shared.eventstore.checkpoints import Checkpoint
from shared.eventstore.merkle import HashName
from shared.eventstore.notes import written
from shared.eventstore.signing import COSIGNATURE, ED25519, SM2, SigningKey

ORIGIN = "govit/511100/registry"
AT = datetime(2026, 5, 6, 2, tzinfo=UTC)
WHERE = verify.Place("检查点", "checkpoint")
KINDS = {ED25519: "ed25519", COSIGNATURE: "cosignature/v1", SM2: "govit/sm2-sm3"}


def signed_with(*keys: SigningKey) -> verify.Checkpoint:
    text = Checkpoint(ORIGIN, 7, bytes(range(32)), HashName.SM3).text()
    note = written(text, [key.sign(text, AT) for key in keys])
    return verify.checkpoint_of(note.encode(), WHERE)


@pytest.mark.parametrize("kind", KINDS, ids=KINDS.values())
def test_every_kind_of_signature_is_read_and_checked(kind: bytes) -> None:
    key, other = SigningKey.generate(ORIGIN, kind), SigningKey.generate(ORIGIN, kind)
    checkpoint = signed_with(key)
    assert (checkpoint.origin, checkpoint.size) == (ORIGIN, 7)
    known = verify.key_of(str(key.verifier))
    assert known.kind == KINDS[kind]
    found, lacking = verify.signed_by(checkpoint, [known], [])
    assert [(each.key, lacking) for each in found] == [(known, None)]
    unknown = verify.key_of(str(other.verifier))
    found, lacking = verify.signed_by(checkpoint, [unknown], [])
    assert found == []
    assert lacking


def test_a_key_of_a_kind_thought_of_later_is_passed_over() -> None:
    known, later = SigningKey.generate(ORIGIN).verifier, _of_kind(b"\x77" + bytes(32))
    text = f"{known}\n{later}\n"
    assert [key.kind for key in verify.keys_of(text.encode(), WHERE)] == ["ed25519"]


def _of_kind(material: bytes) -> str:
    number = sha256(ORIGIN.encode() + b"\n" + material).digest()[:4].hex()
    return f"{ORIGIN}+{number}+{base64.b64encode(material).decode()}"
