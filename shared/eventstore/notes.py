"""签名文本: texts with signature lines under them, as C2SP signed-note has it.

A note is a text that ends in a line break, an empty line, and a line for each signature: an em
dash, the key's name, and in Base64 the key's four-byte id and the signature.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Line", "Note", "base64", "unbase64", "written"]

_DASH = "— "
_ID_BYTES = 4
_LONGEST = 64 * 1024
_MOST_LINES = 64


class Line(NamedTuple):
    """A signature: who is said to have made it, the key's id, and its bytes."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {base64(self.key_id + self.signature)}\n"


class Note(NamedTuple):
    """A text and the lines under it; nothing is said of whether they are good."""

    text: str
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, content: str) -> "Note":
        """Read one; ValueError where it is none."""
        if len(content) > _LONGEST:
            raise ValueError("the note is too long")
        if any(ord(sign) < 0x20 and sign != "\n" for sign in content):
            raise ValueError("the note has control characters")
        text, gap, signatures = content.rpartition("\n\n")
        if not gap or not signatures.endswith("\n"):
            raise ValueError("the note has no signatures")
        lines = signatures[:-1].split("\n")
        if len(lines) > _MOST_LINES:
            raise ValueError("the note has too many signatures")
        return cls(f"{text}\n", tuple(map(_line, lines)))

    def __str__(self) -> str:
        return written(self.text, self.lines)


def written(text: str, lines: Iterable[Line]) -> str:
    """The note of a text with these lines."""
    return f"{text}\n{''.join(map(str, lines))}"


def base64(content: bytes) -> str:
    return b64encode(content).decode()


def unbase64(text: str) -> bytes:
    """What `base64` wrote; ValueError for anything else."""
    try:
        return b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("no Base64") from None


def _line(line: str) -> Line:
    name, _, signature = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not name or "+" in name:
        raise ValueError("a signature line is malformed")
    content = unbase64(signature)
    if len(content) <= _ID_BYTES:
        raise ValueError("a signature is too short")
    return Line(name, content[:_ID_BYTES], content[_ID_BYTES:])
