"""签名密钥: keys that sign notes, in the text forms of C2SP signed-note.

Three types of signature. `01` is Ed25519 over the text. `04` is a witness's: Ed25519 over the
text with the instant of signing (C2SP tlog-cosignature, `cosignature/v1`). `ff` followed by
`govit/sm2-sm3` is ours, since none is assigned to it: SM2 with SM3 (GB/T 32918) over the text, as
DER, with the signer's identity 1234567812345678; the public key is x and y, 64 bytes.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.eventstore.notes import Line, base64, unbase64

__all__ = [
    "COSIGNATURE",
    "ED25519",
    "SM2",
    "SigningKey",
    "Sm2Missing",
    "VerifierKey",
    "cosigned_at",
]

ED25519 = b"\x01"
COSIGNATURE = b"\x04"
SM2 = b"\xffgovit/sm2-sm3"

_PUBLIC_BYTES = {ED25519: 32, COSIGNATURE: 32, SM2: 64}
_SECRET_BYTES = {ED25519: 32, COSIGNATURE: 32, SM2: 32 + 64}
_NAME = re.compile(r"[^\s+]{1,200}")
_PRIVATE = "PRIVATE+KEY+"
_instant = struct.Struct(">Q")


class Sm2Missing(ImportError):
    """The library for SM2 is not installed; says what to install."""


def _gmssl() -> Any:
    try:
        import gmssl_pyx  # an extra: without it all else works
    except ImportError:
        raise Sm2Missing("SM2 keys need the extra sm2: pip install 'govit[sm2]'") from None
    return gmssl_pyx


@dataclass(frozen=True)
class VerifierKey:
    """公钥: whose signatures it checks, and of which type they are."""

    name: str
    kind: bytes
    public: bytes

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a verifier key (`name+id+key`); ValueError where it is none."""
        name, _, rest = text.partition("+")
        stated, _, content = rest.partition("+")
        if not _NAME.fullmatch(name):
            raise ValueError("a key's name is missing or has spaces or plus signs")
        key = cls(name, *_parted(unbase64(content), _PUBLIC_BYTES))
        if stated != key.key_id.hex():
            raise ValueError(f"the id {stated} is not that of the key named {name}")
        return key

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line names it."""
        return sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64(self.kind + self.public)}"

    def made(self, line: Line) -> bool:
        """Whether a line says to be of this key."""
        return (line.name, line.key_id) == (self.name, self.key_id)

    def verifies(self, text: str, line: Line) -> bool:
        """Whether a line is this key's good signature under a text."""
        if not self.made(line):
            return False
        if self.kind == SM2:
            return bool(_sm2_verifies(self.public, text.encode(), line.signature))
        message, signature = text.encode(), line.signature
        if self.kind == COSIGNATURE:
            if len(signature) != _instant.size + 64:
                return False
            message = _cosigned(text, _instant.unpack_from(signature)[0])
            signature = signature[_instant.size :]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """私钥: what signs, and the key that checks it."""

    verifier: VerifierKey
    secret: bytes

    @classmethod
    def generate(cls, name: str, kind: bytes = ED25519) -> Self:
        """A new key of a type."""
        if not _NAME.fullmatch(name):
            raise ValueError("a key's name must be without spaces and plus signs")
        if kind == SM2:
            public, private = _gmssl().sm2_key_generate()
            return cls(VerifierKey(name, kind, public), private + public)
        return cls._ed25519(name, kind, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a signing key (`PRIVATE+KEY+name+id+key`); ValueError, without it, where it is none.

        Sm2Missing for one of SM2 without its library.
        """
        if not text.startswith(_PRIVATE):
            raise ValueError("a signing key begins with PRIVATE+KEY+")
        name, _, rest = text.removeprefix(_PRIVATE).partition("+")
        stated, _, content = rest.partition("+")
        if not _NAME.fullmatch(name):
            raise ValueError("a key's name is missing or has spaces or plus signs")
        kind, secret = _parted(unbase64(content), _SECRET_BYTES)
        if kind == SM2:
            key = cls(VerifierKey(name, kind, secret[32:]), secret)
            if not key.verifier.verifies("\n", key.sign("\n", datetime.fromtimestamp(0, UTC))):
                raise ValueError("an SM2 key whose halves do not belong together")
        else:
            key = cls._ed25519(name, kind, secret)
        if stated != key.verifier.key_id.hex():
            raise ValueError(f"the id {stated} is not that of the key named {name}")
        return key

    @classmethod
    def _ed25519(cls, name: str, kind: bytes, seed: bytes) -> Self:
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        return cls(VerifierKey(name, kind, public), seed)

    def __str__(self) -> str:
        key = self.verifier
        return f"{_PRIVATE}{key.name}+{key.key_id.hex()}+{base64(key.kind + self.secret)}"

    def __repr__(self) -> str:
        return f"SigningKey({self.verifier})"

    def sign(self, text: str, at: datetime) -> Line:
        """The line for a text; `at` is said by a witness's only."""
        key = self.verifier
        if key.kind == SM2:
            signature = _sm2_signature(self.secret, text.encode())
        elif key.kind == COSIGNATURE:
            seconds = int(at.timestamp())
            signature = _instant.pack(seconds) + self._sign(_cosigned(text, seconds))
        else:
            signature = self._sign(text.encode())
        return Line(key.name, key.key_id, signature)

    def _sign(self, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.secret).sign(message)


def cosigned_at(line: Line) -> datetime:
    """The instant that a witness's line states."""
    return datetime.fromtimestamp(_instant.unpack_from(line.signature)[0], UTC)


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _parted(content: bytes, lengths: dict[bytes, int]) -> tuple[bytes, bytes]:
    for kind, length in lengths.items():
        if content.startswith(kind) and len(content) == len(kind) + length:
            return kind, content[len(kind) :]
    raise ValueError("a key of a type or length that is not known here")


def _sm2_signature(secret: bytes, message: bytes) -> bytes:
    sign: Callable[[bytes, bytes, bytes], bytes] = _gmssl().sm2_sign
    try:
        return sign(secret[:32], secret[32:], message)
    except _gmssl().GmsslInnerError as error:
        raise ValueError("an SM2 key that cannot sign") from error


def _sm2_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    verify: Callable[[bytes, bytes, bytes], bool] = _gmssl().sm2_verify
    try:
        return verify(public, message, signature)
    except _gmssl().GmsslInnerError:
        return False
