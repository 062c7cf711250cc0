"""签名 for tests: notes, cosignatures and keys made with libraries, for the verifier to read."""

import struct
from base64 import b64decode, b64encode
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from gmssl_pyx import sm2_key_generate, sm2_sign

SM2_TYPE = b"\xffgovit/sm2-sm3"


class Signer:
    """A named key of one kind: Ed25519 (1), a cosigner's (4), or SM2 (255)."""

    def __init__(self, name: str, kind: int = 1, seed: int = 1) -> None:
        self.name, self.kind = name, kind
        self._ed = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self._sm2 = sm2_key_generate() if kind == 255 else None
        if self._sm2:
            self.material = SM2_TYPE + self._sm2[0]
        else:
            self.material = bytes([kind]) + self._ed.public_key().public_bytes_raw()
        self.id = sha256(name.encode() + b"\n" + self.material).digest()[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(self.material).decode()}"

    def line(self, text: bytes, time: int = 1_760_000_000) -> str:
        """The signature line over a note's text."""
        if self._sm2:
            signed = sm2_sign(self._sm2[1], self._sm2[0], text)
        elif self.kind == 4:
            message = b"cosignature/v1\ntime %d\n" % time + text
            signed = struct.pack(">Q", time) + self._ed.sign(message)
        else:
            signed = self._ed.sign(text)
        return f"\N{EM DASH} {self.name} {b64encode(self.id + signed).decode()}\n"


def note(origin: str, size: int, root: str, *signers: Signer, extension: str = "sm3") -> str:
    """A checkpoint signed by all of them; `root` in hex."""
    encoded = b64encode(bytes.fromhex(root)).decode()
    text = f"{origin}\n{size}\n{encoded}\n" + (f"{extension}\n" if extension else "")
    return text + "\n" + "".join(each.line(text.encode()) for each in signers)


def flipped(line: str, at: int) -> str:
    """A signature line with one bit of its signature changed."""
    head, _, encoded = line.rstrip("\n").rpartition(" ")
    content = bytearray(b64decode(encoded))
    content[at] ^= 1
    return f"{head} {b64encode(bytes(content)).decode()}\n"
