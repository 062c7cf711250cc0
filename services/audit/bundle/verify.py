#!/usr/bin/env python3
"""核验: checks an audit bundle offline, and names the first place that is not as it should be.

    python verify.py [BUNDLE.zip | DIRECTORY]
    python verify.py --proof INCLUSION.json --checkpoint CHECKPOINT.txt --key VKEY

Further options: --key VKEY or its file (whom to believe), --checkpoint OLD (a checkpoint that you
kept), --consistency FILE (a proof between two sizes), --json. Without any argument it checks the
directory it lies in.

Exit code 0: valid; 1: not valid; 2: nothing to check, or it cannot be read; 3: nothing was found
at fault, but not everything that was asked could be checked.

Needs Python 3.8 or later and nothing else, no network either: this one file is all there is.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import heapq
import io
import json
import re
import struct
import sys
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, NoReturn

if TYPE_CHECKING:
    Event = dict[str, Any]  # a line of events.ndjson
    Digest = Callable[[bytes], bytes]
    # secret, nonce, what is closed and what it is bound to; None where it does not open
    Opening = Callable[[bytes, bytes, bytes, bytes], "bytes | None"]

FORMAT = "govit-audit-bundle/2"
SUMS = "SHA256SUMS"
KEYS = "keys.txt"
COMMON = (
    *("README.txt", "events.ndjson", "logs.json", "proofs.ndjson", "report.json"),
    *("texts.ndjson", "verify.py"),
)
OF_A_PROJECT = ("decisions.ndjson", "documents.json")
"""Files that only the bundle of a project has."""
FIELDS = (
    *("service", "position", "stream", "version", "event_id", "type", "schema_version"),
    *("data", "meta", "effective_on", "recorded_at", "leaf"),
)
NUMBERS = ("position", "version", "schema_version")
LARGEST = 1 << 29
"""Bytes that a file which is read as a whole may have when unpacked."""
LONGEST = 1 << 26
"""Bytes that a line of events.ndjson or proofs.ndjson may have."""


class Place(NamedTuple):
    """Where something is, in Chinese and in ASCII, and for programs."""

    chinese: str
    english: str
    service: str | None = None
    position: int | None = None


class Fault(Exception):
    """What is not as it should be, and where: in Chinese, and in ASCII."""

    def __init__(self, where: Place, chinese: str, english: str) -> None:
        self.where = where
        self.chinese = f"{where.chinese}：{chinese}"
        self.english = f"{where.english}: {english}".encode("ascii", "backslashreplace").decode()
        super().__init__(self.english)


class NothingToCheck(Exception):
    """The arguments name nothing that could be checked; the words say what to do."""


def _file(name: str) -> Place:
    return Place(name, name)


# -- hashes -------------------------------------------------------------------------------------

_SM3_START = (
    *(0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600),
    *(0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E),
)
_SM3_OF_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def _turned(word: int, by: int) -> int:
    by %= 32
    return (word << by | word >> 32 - by) & 0xFFFFFFFF


def _sm3_block(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    w = list(struct.unpack(">16I", block))
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ _turned(w[j - 3], 15)
        w.append(x ^ _turned(x, 15) ^ _turned(x, 23) ^ _turned(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        constant = 0x79CC4519 if j < 16 else 0x7A879D8A
        a12 = _turned(a, 12)
        ss1 = _turned((a12 + e + _turned(constant, j)) & 0xFFFFFFFF, 7)
        ff = a ^ b ^ c if j < 16 else a & b | a & c | b & c
        gg = e ^ f ^ g if j < 16 else e & f | ~e & g
        tt1 = (ff + d + (ss1 ^ a12) + (w[j] ^ w[j + 4])) & 0xFFFFFFFF
        tt2 = (gg + h + ss1 + w[j]) & 0xFFFFFFFF
        d, c, b, a = c, _turned(b, 9), a, tt1
        h, g, f, e = g, _turned(f, 19), e, tt2 ^ _turned(tt2, 9) ^ _turned(tt2, 17)
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h)))  # noqa: B905 - Python 3.8


def sm3_in_python(data: bytes) -> bytes:
    """SM3 (GB/T 32905-2016), for interpreters whose OpenSSL has none."""
    padding = b"\x80" + b"\x00" * ((55 - len(data)) % 64) + struct.pack(">Q", len(data) * 8)
    padded = data + padding
    state: tuple[int, ...] = _SM3_START
    for start in range(0, len(padded), 64):
        state = _sm3_block(state, padded[start : start + 64])
    return struct.pack(">8I", *state)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _sm3() -> Callable[[bytes], bytes]:
    try:
        if hashlib.new("sm3", b"abc").hexdigest() == _SM3_OF_ABC:
            return lambda data: hashlib.new("sm3", data).digest()
    except ValueError:
        pass  # this interpreter's OpenSSL was built without SM3
    return sm3_in_python


DIGESTS: dict[str, Callable[[bytes], bytes]] = {"sm3": _sm3(), "sha256": sha256}

# -- signatures ---------------------------------------------------------------------------------

# Ed25519 (RFC 8032, 5.1): the curve -x^2 + y^2 = 1 + d x^2 y^2, points as (X, Y, Z, T).
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_1 = pow(2, (_P - 1) // 4, _P)
_Extended = (0, 1, 1, 0)


def _ed_add(p: tuple[int, ...], q: tuple[int, ...]) -> tuple[int, ...]:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _ed_times(number: int, point: tuple[int, ...]) -> tuple[int, ...]:
    product: tuple[int, ...] = _Extended
    while number:
        if number & 1:
            product = _ed_add(product, point)
        point, number = _ed_add(point, point), number >> 1
    return product


def _ed_point(encoded: bytes) -> tuple[int, ...] | None:
    """The point of 32 bytes; None where they are none, or not its one encoding."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_1 % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return (x, y, 1, x * y % _P)


def _ed_encoded(point: tuple[int, ...]) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


_ED_BASE = _ed_point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))


def ed25519_verified(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is good; strict: S below the order, points in one encoding,
    no key of small order."""
    point = _ed_point(key) if len(key) == 32 else None
    if point is None or len(signature) != 64 or _ED_BASE is None:
        return False
    if _ed_encoded(_ed_times(8, point)) == _ed_encoded(_Extended):
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= _L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % _L
    minus = (_P - point[0], point[1], 1, _P - point[3])
    found = _ed_add(_ed_times(s, _ED_BASE), _ed_times(k, minus))
    return _ed_encoded(found) == signature[:32]


# SM2 (GB/T 32918.2, with the curve of GB/T 32918.5): y^2 = x^3 + a x + b, None is infinity.
_SM2_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_SM2_A = _SM2_P - 3
_SM2_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_SM2_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_SM2_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
_SM2_SIGNER = b"1234567812345678"
"""The signer's identifier that the standard gives for when none was agreed on."""


def _sm2_add(p: tuple[int, int] | None, q: tuple[int, int] | None) -> tuple[int, int] | None:
    if p is None or q is None:
        return q if p is None else p
    if p[0] == q[0] and (p[1] + q[1]) % _SM2_P == 0:
        return None
    if p == q:
        slope = (3 * p[0] * p[0] + _SM2_A) * pow(2 * p[1], -1, _SM2_P)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, _SM2_P)
    x = (slope * slope - p[0] - q[0]) % _SM2_P
    return (x, (slope * (p[0] - x) - p[1]) % _SM2_P)


def _sm2_times(number: int, point: tuple[int, int] | None) -> tuple[int, int] | None:
    product = None
    while number:
        if number & 1:
            product = _sm2_add(product, point)
        point, number = _sm2_add(point, point), number >> 1
    return product


def _sm2_numbers(signature: bytes) -> tuple[int, int] | None:
    """r and s: two numbers of 32 bytes, or the DER sequence of two integers."""
    if len(signature) == 64:
        return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    numbers, rest = [], signature[2:]
    if len(signature) > 72 or signature[:1] != b"\x30" or signature[1:2] != bytes([len(rest)]):
        return None
    for _ in range(2):
        length = rest[1] if len(rest) > 1 else 0
        body, tag, rest = rest[2 : 2 + length], rest[:1], rest[2 + length :]
        padded = len(body) > 1 and body[0] == 0 and body[1] < 0x80
        if tag != b"\x02" or not 0 < len(body) == length or body[0] > 0x7F or padded:
            return None
        numbers.append(int.from_bytes(body, "big"))
    return None if rest else (numbers[0], numbers[1])


def sm2_verified(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an SM2 signature with SM3 is good; the key is X and Y, with or without 04 before."""
    key = key[1:] if len(key) == 65 and key[0] == 4 else key
    numbers = _sm2_numbers(signature)
    if len(key) != 64 or numbers is None:
        return False
    r, s = numbers
    x, y = int.from_bytes(key[:32], "big"), int.from_bytes(key[32:], "big")
    on_curve = max(x, y) < _SM2_P and (y * y - (x * x * x + _SM2_A * x + _SM2_B)) % _SM2_P == 0
    t = (r + s) % _SM2_N
    if not on_curve or not 0 < r < _SM2_N or not 0 < s < _SM2_N or t == 0:
        return False
    sm3 = DIGESTS["sm3"]
    curve = b"".join(n.to_bytes(32, "big") for n in (_SM2_A, _SM2_B, *_SM2_G))
    signer = struct.pack(">H", len(_SM2_SIGNER) * 8) + _SM2_SIGNER
    e = int.from_bytes(sm3(sm3(signer + curve + key) + message), "big")
    point = _sm2_add(_sm2_times(s, _SM2_G), _sm2_times(t, (x, y)))
    return point is not None and (e + point[0]) % _SM2_N == r


# -- sealed texts (AES-256-GCM: FIPS 197, NIST SP 800-38D) --------------------------------------

_SEAL = ',"~":"1.'
_SEALED_WITH = re.compile(r"([0-9a-f]{64})\.([A-Za-z0-9+/]+={0,2})\"}")
_COMMITTED = b"govit subject key\x00"
_NONCE, _TAG = 12, 16


class Seal(NamedTuple):
    """What stands in the place of an event's sealed texts."""

    key_id: str
    nonce: bytes
    closed: bytes


def seal_in(stored: str) -> Seal | None:
    """The seal at the end of an event's data or meta; None where nothing in it is sealed."""
    at = stored.rfind(_SEAL)  # within a text no quotation mark stands bare
    found = _SEALED_WITH.fullmatch(stored, at + len(_SEAL)) if at >= 0 else None
    if found is None:
        return None
    closed = base64.b64decode(found[2])
    return Seal(found[1], closed[:_NONCE], closed[_NONCE:])


def key_id_of(secret: bytes) -> str:
    """The id of a key, which commits to it: no other key has the same."""
    return sha256(_COMMITTED + secret).hex()


def _aes_tables() -> tuple[list[int], list[int]]:
    """The S-box (5.1.1), and the column that each byte mixes into (5.1.3)."""
    powers, logs, x = [0] * 256, [0] * 256, 1
    for exponent in range(255):
        powers[exponent], logs[x] = x, exponent
        x = (x ^ x << 1 ^ (0x11B if x & 0x80 else 0)) & 0xFF
    box, columns = [], []
    for byte in range(256):
        s = powers[(255 - logs[byte]) % 255] if byte else 0
        s |= s << 8
        s = (s ^ s >> 4 ^ s >> 5 ^ s >> 6 ^ s >> 7) & 0xFF ^ 0x63
        double = s << 1 ^ (0x11B if s & 0x80 else 0)
        box.append(s)
        columns.append(double << 24 | s << 16 | s << 8 | s ^ double)
    return box, columns


_BOX, _COLUMNS = _aes_tables()


def _boxed(a: int, b: int, c: int, d: int) -> int:
    """One byte each of four words through the S-box, from the first word's highest on."""
    return _BOX[a >> 24] << 24 | _BOX[b >> 16 & 255] << 16 | _BOX[c >> 8 & 255] << 8 | _BOX[d & 255]


def _round_keys(key: bytes) -> list[int]:
    words, constant = list(struct.unpack(">8I", key)), 1
    for i in range(8, 60):
        word = words[-1]
        if i % 8 == 0:
            word = _turned(word, 8)
            word = _boxed(word, word, word, word) ^ constant << 24
            constant <<= 1
        elif i % 8 == 4:
            word = _boxed(word, word, word, word)
        words.append(words[i - 8] ^ word)
    return words


def _aes(words: list[int], block: bytes) -> bytes:
    """One block under AES-256."""
    s = [part ^ words[i] for i, part in enumerate(struct.unpack(">4I", block))]
    for start in range(4, 56, 4):
        s = [
            _COLUMNS[s[i] >> 24]
            ^ _turned(_COLUMNS[s[i - 3] >> 16 & 255], 24)
            ^ _turned(_COLUMNS[s[i - 2] >> 8 & 255], 16)
            ^ _turned(_COLUMNS[s[i - 1] & 255], 8)
            ^ words[start + i]
            for i in range(4)
        ]
    last = [_boxed(s[i], s[i - 3], s[i - 2], s[i - 1]) for i in range(4)]
    return struct.pack(">4I", *(part ^ words[56 + i] for i, part in enumerate(last)))


def _ghash(h: int, data: bytes) -> int:
    y = 0
    for start in range(0, len(data), 16):
        x, v = y ^ int.from_bytes(data[start : start + 16], "big"), h
        y = 0
        for bit in range(127, -1, -1):
            if x >> bit & 1:
                y ^= v
            v = v >> 1 ^ (0xE1 << 120 if v & 1 else 0)
    return y


def opened_in_python(secret: bytes, nonce: bytes, closed: bytes, bound: bytes) -> bytes | None:
    """What AES-256-GCM closed; None where it was closed otherwise."""
    words, text = _round_keys(secret), closed[:-_TAG]
    h = int.from_bytes(_aes(words, bytes(16)), "big")
    padded = b"".join(part + bytes(-len(part) % 16) for part in (bound, text))
    lengths = struct.pack(">QQ", len(bound) * 8, len(text) * 8)
    mask = int.from_bytes(_aes(words, nonce + struct.pack(">I", 1)), "big")
    if (_ghash(h, padded + lengths) ^ mask).to_bytes(16, "big") != closed[-_TAG:]:
        return None
    blocks = range(2, 2 + (len(text) + 15) // 16)
    stream = b"".join(_aes(words, nonce + struct.pack(">I", block)) for block in blocks)
    return bytes(a ^ b for a, b in zip(text, stream))  # noqa: B905 - Python 3.8


# -- keys, notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature) -----------

ED25519, COSIGNATURE, SM2 = "ed25519", "cosignature/v1", "govit/sm2-sm3"
_TYPES = ((b"\x01", ED25519), (b"\x04", COSIGNATURE), (b"\xff" + SM2.encode(), SM2))
_VKEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")
_SIGNATURE = re.compile("\N{EM DASH} ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_MOST_SIGNATURES = 100
_LONGEST_NOTE = 1 << 20


class Key(NamedTuple):
    """A verifier key: whose it is, its number, how it signs, and the key itself."""

    name: str
    id: bytes
    kind: str
    material: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the signature type and the key, as the vkey has them."""
        return sha256(_type_of(self.kind) + self.material).hex()


class Signature(NamedTuple):
    """A good signature: by which key, and for a cosignature when, in seconds since 1970."""

    key: Key
    time: int | None


class Checkpoint(NamedTuple):
    """A signed note that says how large a log was, and the root over it."""

    where: Place
    text: bytes
    signatures: tuple[tuple[str, bytes], ...]
    origin: str
    size: int
    root: str
    extensions: tuple[str, ...]


def _type_of(kind: str) -> bytes:
    return next(prefix for prefix, name in _TYPES if name == kind)


class UnknownKind(ValueError):
    """A verifier key that is well made, for a kind of signature that is not known here."""


def key_of(text: str) -> Key:
    """The key of a vkey string; ValueError for anything else."""
    parts = _VKEY.fullmatch(text)
    if parts is None:
        raise ValueError("not a verifier key")
    encoded = base64.b64decode(parts[3], validate=True)
    found = sha256(parts[1].encode() + b"\n" + encoded)[:4]
    if found.hex() != parts[2]:
        raise ValueError("the number in the verifier key is not its own")
    for prefix, kind in _TYPES:
        length = len(encoded) - len(prefix)
        if encoded.startswith(prefix) and length in ((64, 65) if kind == SM2 else (32,)):
            return Key(parts[1], found, kind, encoded[len(prefix) :])
    raise UnknownKind("a verifier key of a kind that is not known here")


def keys_of(content: bytes, where: Place) -> list[Key]:
    """The keys of a file: one vkey a line, empty lines and those with # before passed over."""
    found = []
    for text in _text_of(content, where).split("\n"):
        if text.strip() and not text.startswith("#"):
            try:
                found.append(key_of(text.strip()))
            except UnknownKind:
                continue  # of a signature that was thought of later, beside those known here
            except ValueError as error:
                raise Fault(where, "公钥无法识别", f"{error}") from None
    return found


def _text_of(content: bytes, where: Place) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Fault(where, "不是 UTF-8 文本", "it is not UTF-8 text") from None


def checkpoint_of(content: bytes, where: Place) -> Checkpoint:
    """The checkpoint that a file is; Fault where it is none."""
    unreadable = Fault(where, "不是签名的检查点", "it is not a signed checkpoint")
    if len(content) > _LONGEST_NOTE:
        raise unreadable
    text = _text_of(content, where)
    body, gap, tail = text.rpartition("\n\n")
    lines, signed = body.split("\n"), tail.split("\n")
    matches = [_SIGNATURE.fullmatch(each) for each in signed[:-1]]
    if (
        any(ord(char) < 32 and char != "\n" for char in text)
        or not gap
        or signed[-1]
        or not 0 < len(matches) <= _MOST_SIGNATURES
        or len(lines) < 3
        or not _ORIGIN.fullmatch(lines[0])
        or not _SIZE.fullmatch(lines[1])
        or not all(lines[3:])
    ):
        raise unreadable
    try:
        root = base64.b64decode(lines[2], validate=True)
        one_way = base64.b64encode(root).decode() == lines[2]
        signatures = tuple(
            (found[1], base64.b64decode(found[2], validate=True)) for found in matches if found
        )
    except binascii.Error:
        raise unreadable from None
    if len(signatures) != len(matches) or len(root) != 32 or not one_way:
        raise unreadable
    extensions = tuple(lines[3:])
    return Checkpoint(
        where, f"{body}\n".encode(), signatures, lines[0], int(lines[1]), root.hex(), extensions
    )


def signatures_of(checkpoint: Checkpoint, keys: Iterable[Key]) -> list[Signature]:
    """The signatures on it by these keys; Fault where one of them is not good."""
    found = []
    for key in dict.fromkeys(keys):
        for name, signed in checkpoint.signatures:
            if (name, signed[:4]) == (key.name, key.id):
                good, time = _signed(checkpoint.text, key, signed[4:])
                if not good:
                    raise Fault(
                        checkpoint.where,
                        f"{name} 的签名无效",
                        f"the signature of {name} is not good",
                    )
                found.append(Signature(key, time))
    return found


def _signed(text: bytes, key: Key, signature: bytes) -> tuple[bool, int | None]:
    if key.kind == SM2:
        return sm2_verified(key.material, text, signature), None
    if key.kind == ED25519:
        return ed25519_verified(key.material, text, signature), None
    time = int.from_bytes(signature[:8], "big")
    message = b"cosignature/v1\ntime %d\n" % time + text
    good = len(signature) == 72 and time < 1 << 63
    return good and ed25519_verified(key.material, message, signature[8:]), time


# -- leaves and paths ---------------------------------------------------------------------------

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{6})Z", re.ASCII)
_EPOCH = date(1970, 1, 1).toordinal()


def microseconds(instant: str) -> int:
    """Microseconds since 1970-01-01T00:00:00Z of an instant as events.ndjson writes it."""
    parts = _INSTANT.fullmatch(instant)
    if parts is None:
        raise ValueError("not an instant in UTC")
    days = date.fromisoformat(parts[1]).toordinal() - _EPOCH
    hours, minutes, seconds, fraction = (int(parts[n]) for n in range(2, 6))
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError("not a time of day")
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000_000 + fraction


def leaf_input(event: Event) -> bytes:
    """The bytes a leaf stands for: the layout's number, then ten fields with their lengths."""
    fields = (
        struct.pack(">q", event["position"]),
        struct.pack(">q", microseconds(event["recorded_at"])),
        event["stream"].encode(),
        struct.pack(">i", event["version"]),
        uuid.UUID(event["event_id"]).bytes,
        event["type"].encode(),
        struct.pack(">h", event["schema_version"]),
        event["data"].encode(),
        event["meta"].encode(),
        event["effective_on"].encode("ascii"),
    )
    return b"\x01" + b"".join(struct.pack(">I", len(field)) + field for field in fields)


# -- trees (RFC 6962, RFC 9162) -----------------------------------------------------------------


def root_of(
    digest: Digest, leaf: bytes, index: int, size: int, path: Iterable[bytes]
) -> bytes | None:
    """The root that an RFC 6962 audit path leads to; None where the tree has no such path."""
    node, last, left = leaf, size - 1, list(path)[::-1]
    while last > 0:
        if index % 2 or index < last:
            if not left:
                return None
            beside = left.pop()
            node = digest(b"\x01" + (beside + node if index % 2 else node + beside))
        index, last = index // 2, last // 2
    return None if left or size < 1 else node


def are_consistent(
    digest: Digest, old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]
) -> bool:
    """Whether a path proves that a tree of (size, root) is the beginning of another (RFC 9162,
    2.1.4.2)."""
    (first, old_root), (second, new_root) = old, new
    if first == second:
        return not path and old_root == new_root
    if first == 0:
        return not path and old_root == digest(b"")
    if not 0 < first < second:
        return False
    nodes = [old_root, *path] if first & (first - 1) == 0 else list(path)
    if not nodes:
        return False
    a, b = first - 1, second - 1
    while a & 1:
        a, b = a >> 1, b >> 1
    from_old = from_new = nodes[0]
    for node in nodes[1:]:
        if b == 0:
            return False
        if a & 1 or a == b:
            from_old = digest(b"\x01" + node + from_old)
            from_new = digest(b"\x01" + node + from_new)
            while a and not a & 1:
                a, b = a >> 1, b >> 1
        else:
            from_new = digest(b"\x01" + from_new + node)
        a, b = a >> 1, b >> 1
    return b == 0 and from_old == old_root and from_new == new_root


class Tree:
    """The right edge of a tree that is built leaf by leaf: enough to tell its root."""

    def __init__(self, digest: Digest) -> None:
        self._digest = digest
        self._peaks: list[bytes] = []
        self.size = 0

    def append(self, leaf: bytes) -> None:
        merges, self.size = self.size, self.size + 1
        while merges & 1:
            leaf, merges = self._digest(b"\x01" + self._peaks.pop() + leaf), merges >> 1
        self._peaks.append(leaf)

    def root(self) -> bytes:
        root = self._peaks[-1] if self._peaks else self._digest(b"")
        for peak in self._peaks[-2::-1]:
            root = self._digest(b"\x01" + peak + root)
        return root


# -- what follows from the events ---------------------------------------------------------------


def line(content: Any) -> bytes:
    """A line of an .ndjson file; there is one way only to write the same content."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def page(content: Any) -> bytes:
    """A .json file, written so that people can read it, and in one way only."""
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def _reference(event: Event) -> dict[str, Any]:
    return {name: event[name] for name in ("service", "position", "event_id")}


def decisions_of(events: Iterable[Event]) -> bytes:
    """decisions.ndjson: each decision with the events it led to; null where its record stands
    with an event about something else, such as the list that the project is on."""
    found: dict[str, dict[str, Any]] = {}
    for event in events:
        meta = json.loads(event["meta"])
        decision = meta.get("decision")
        decision_id = decision["decision_id"] if decision else meta.get("decision_id")
        if decision_id is None:
            continue
        empty: dict[str, Any] = {"decision_id": decision_id, "events": [], "decision": None}
        entry = found.setdefault(decision_id, empty)
        entry["events"].append(_reference(event))
        entry["decision"] = entry["decision"] or decision
    return b"".join(map(line, found.values()))


def documents_of(events: Iterable[Event]) -> bytes:
    """documents.json: every document that an event refers to, and where in its data."""
    listed = [
        {
            "title": document["title"],
            "number": document.get("number"),
            "digest": document["digest"],
            "event": _reference(event),
            "at": at,
        }
        for event in events
        for at, document in _documents_in(json.loads(event["data"]), "")
    ]
    return page({"documents": listed})


def _documents_in(content: Any, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(content, dict):
        if "title" in content and isinstance(content.get("digest"), str):
            yield at, content
        for name, inner in content.items():
            yield from _documents_in(inner, f"{at}/{name}")
    elif isinstance(content, list):
        for number, inner in enumerate(content):
            yield from _documents_in(inner, f"{at}/{number}")


def sums_of(files: Held, names: Iterable[str]) -> bytes:
    """SHA256SUMS, as `sha256sum -c` reads it."""
    return b"".join(f"{_sum(files, name)}  {name}\n".encode() for name in names)


def _sum(files: Held, name: str) -> str:
    state = hashlib.sha256()
    with files.opened(name) as stream:
        while block := stream.read(1 << 20):
            state.update(block)
    return state.hexdigest()


def in_causal_order(events: list[Event], ranks: dict[str, int]) -> list[Event]:
    """Causes before effects, and by recorded instant where neither caused the other."""
    known = {uuid.UUID(event["event_id"]): event for event in events}
    keys = {
        key: (microseconds(e["recorded_at"]), ranks[e["service"]], e["position"], key)
        for key, e in known.items()
    }
    waiting: dict[uuid.UUID, set[uuid.UUID]] = {}
    effects: dict[uuid.UUID, list[uuid.UUID]] = {}
    latest: dict[str, uuid.UUID] = {}
    for key in sorted(known, key=lambda k: keys[k][1:3]):
        service = known[key]["service"]
        waiting[key] = _causes(known[key]) & known.keys()
        if service in latest:
            waiting[key].add(latest[service])
        latest[service] = key
        for cause in waiting[key]:
            effects.setdefault(cause, []).append(key)
    ready = [keys[key] for key, causes in waiting.items() if not causes]
    heapq.heapify(ready)
    ordered = []
    while waiting:
        # A forged log can make causes go in a circle: its earliest event opens it.
        key = (heapq.heappop(ready) if ready else min(keys[k] for k in waiting))[3]
        del waiting[key]
        ordered.append(known[key])
        for effect in waiting.keys() & effects.get(key, ()):
            waiting[effect].discard(key)
            if not waiting[effect]:
                heapq.heappush(ready, keys[effect])
    return ordered


def _causes(event: Event) -> set[uuid.UUID]:
    meta = json.loads(event["meta"])
    causes = {uuid.UUID(meta["causation_id"])} if meta.get("causation_id") else set()
    basis = (meta.get("decision") or {}).get("basis", ())
    return causes | {uuid.UUID(reference["event_id"]) for reference in basis}


# -- the check of a bundle ----------------------------------------------------------------------

_SERVICE = re.compile(r"[a-z]{1,30}")
_ORIGIN = re.compile(r"[!-~]{1,200}")
_HASH = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError, struct.error)
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)
_SHANGHAI = 8 * 3600 * 1_000_000


class Held(NamedTuple):
    """The files of a bundle, however they are kept."""

    sizes: Mapping[str, int]
    opened: Callable[[str], IO[bytes]]
    exact: bool
    """Whether there may be no others, as in an archive."""

    def read(self, name: str) -> bytes:
        if self.sizes[name] > LARGEST:
            raise Fault(_file(name), "过大", "too large")
        with self.opened(name) as stream:
            return stream.read()

    def lines(self, name: str) -> Iterator[bytes]:
        with self.opened(name) as stream:
            while text := stream.readline(LONGEST):
                yield text


class Log(NamedTuple):
    """What logs.json says of one service's log."""

    service: str
    origin: str
    hash: str
    size: int
    root: str
    stated_root: str
    events: int


class Verdict(NamedTuple):
    """What a valid bundle holds."""

    scope: dict[str, str]
    logs: list[Log]
    events: int
    within: int
    """Events in the range of days; the others show that nothing lies between them and it."""
    decisions: int
    documents: int
    sandbox: bool
    """Whether any event was recorded where the clock can be set."""
    sealed: int
    """Events with sealed texts, which stand in texts.ndjson."""
    destroyed: int
    """Of these, those whose texts can no longer be read by anybody."""
    checkpoints: dict[str, Checkpoint]
    keys: list[Key]
    roots: dict[tuple[str, int], str]
    """Roots over the first so many leaves, by origin and size, where all of those are here."""

    @property
    def project_id(self) -> str | None:
        return self.scope.get("project_id")


def _log(log: Log, position: int) -> Place:
    service = log.service
    chinese, english = f"{service} 位置 {position}", f"{service} position {position}"
    return Place(chinese, english, service, position)


def _line(number: int, log: Log | None = None, position: int = 0) -> Place:
    chinese, english = f"events.ndjson 第 {number} 行", f"events.ndjson line {number}"
    if log is None:
        return Place(chinese, english)
    found = _log(log, position)
    return found._replace(
        chinese=f"{found.chinese}（{chinese}）", english=f"{found.english} ({english})"
    )


def held(files: Mapping[str, bytes]) -> Held:
    """Files in memory as those of a bundle."""
    sizes = {name: len(content) for name, content in files.items()}
    return Held(sizes, lambda name: io.BytesIO(files[name]), exact=True)


def check(
    bundle: Held | Mapping[str, bytes],
    sizes: Mapping[str, Iterable[int]] | None = None,
    opened: Opening = opened_in_python,
) -> Verdict:
    """What a bundle holds; Fault at the first thing that is not as it should be.

    `sizes`: by origin, the sizes at which the roots are wanted, where the leaves are here.
    `opened` opens AES-256-GCM: a library, where there is one, is a hundred times as fast.
    """
    files = bundle if isinstance(bundle, Held) else held(bundle)
    if "logs.json" not in files.sizes:
        raise Fault(_file("logs.json"), "缺少该文件", "the file is missing")
    scope, logs = _logs(files.read("logs.json"))
    names = _names(files, scope, logs)
    walk = _Walk(files, scope, logs, sizes or {}, opened)
    walk.all_events()
    _roots_as_stated(logs.values())
    decisions = documents = 0
    if "project_id" in scope:
        _in_order(walk.kept, logs)
        _without_gap(walk.kept, logs, f"project:{scope['project_id']}")
        decisions, documents = _derived(files, walk.kept)
    keys, checkpoints = _signed_notes(files, logs)
    _summed(files, names)
    return Verdict(
        scope=scope,
        logs=list(logs.values()),
        events=walk.events,
        within=walk.within,
        decisions=decisions,
        documents=documents,
        sandbox=walk.sandbox,
        sealed=walk.sealed,
        destroyed=walk.destroyed,
        checkpoints=checkpoints,
        keys=keys,
        roots=walk.roots,
    )


def note_of(service: str) -> str:
    """The file that a service's checkpoint is in."""
    return f"checkpoints/{service}.txt"


def _names(files: Held, scope: dict[str, str], logs: Iterable[str]) -> list[str]:
    """The names that SHA256SUMS lists."""
    due = {*COMMON, *(OF_A_PROJECT if "project_id" in scope else ()), SUMS}
    for name in sorted(due):
        if name not in files.sizes:
            raise Fault(_file(name), "缺少该文件", "the file is missing")
    possible = {"report.pdf", KEYS, *map(note_of, logs)}
    if files.exact and (further := sorted(files.sizes.keys() - due - possible)):
        name = ascii(further[0])
        raise Fault(_file(name), "包内不应有该文件", "the bundle should not hold this file")
    return sorted((due - {SUMS}) | (possible & files.sizes.keys()))


def _logs(content: bytes) -> tuple[dict[str, str], dict[str, Log]]:
    try:
        told = json.loads(content)
        scope = told["scope"]
        logs = [Log(**{name: each[name] for name in Log._fields}) for each in told["logs"]]
        sound = (
            told["format"] == FORMAT
            and tuple(told) == ("format", "scope", "logs")
            and all(tuple(each) == Log._fields for each in told["logs"])
            and page(told) == content
            and _sound_scope(scope)
            and len({log.service for log in logs}) == len(logs)
            and len({log.origin for log in logs}) == len(logs)
            and all(map(_sound, logs))
        )
    except _UNREADABLE:
        sound = False
    if not sound:
        raise Fault(_file("logs.json"), "内容无法识别", f"not what {FORMAT} has")
    return scope, {log.service: log for log in logs}


def _sound_scope(scope: dict[str, str]) -> bool:
    if set(scope) == {"from", "to"}:
        days = [scope["from"], scope["to"]]
        return all(_DAY.fullmatch(d) and date.fromisoformat(d) for d in days) and days[0] <= days[1]
    return set(scope) == {"project_id"} and _is_uuid(scope["project_id"])


def _sound(log: Log) -> bool:
    return (
        _SERVICE.fullmatch(log.service) is not None
        and _ORIGIN.fullmatch(log.origin) is not None
        and log.hash in DIGESTS
        and all(type(number) is int and number >= 0 for number in (log.size, log.events))
        and type(log.root) is type(log.stated_root) is str
    )


def _is_uuid(text: str) -> bool:
    return str(uuid.UUID(text)) == text


def day_of(event: Event) -> str:
    """The day, in China, on which an event was recorded."""
    instant = datetime(1970, 1, 1) + timedelta(  # noqa: DTZ001 - shifted to Asia/Shanghai itself
        microseconds=microseconds(event["recorded_at"]) + _SHANGHAI
    )
    return instant.date().isoformat()


class _Walk:
    """One pass over the events, each proven in its log, and what is learnt on the way."""

    def __init__(
        self,
        files: Held,
        scope: dict[str, str],
        logs: dict[str, Log],
        sizes: Mapping[str, Iterable[int]],
        opened: Opening,
    ) -> None:
        self.files, self.scope, self.logs, self._open = files, scope, logs, opened
        self.sealed = self.destroyed = 0
        self.kept: list[Event] = []  # of a project's bundle only: a range may hold any number
        self.events = self.within = 0
        self.sandbox = False
        self.roots: dict[tuple[str, int], str] = {}
        self._wanted = {log.origin: set(sizes.get(log.origin, ())) for log in logs.values()}
        self._trees = {service: Tree(DIGESTS[log.hash]) for service, log in logs.items()}
        self._ranks = {service: rank for rank, service in enumerate(logs)}
        self._rank = 0
        self._last: dict[str, Event] = {}
        self._seen = dict.fromkeys(logs, 0)

    def all_events(self) -> None:
        proofs, texts, number = self._proofs(), self._texts(), 0
        for number, text in enumerate(self.files.lines("events.ndjson"), 1):
            event = self._event(number, text)
            log, position = self.logs[event["service"]], event["position"]
            where = _line(number, log, position)
            leaf = _leaf(event, log, where)
            proof = next(proofs, None)
            if proof is None or (proof["service"], proof["position"]) != (log.service, position):
                raise self._misplaced(where, number, event, proof)
            _proven(leaf, event, log, proof["path"], where)
            self._placed(event, log, where)
            self._unsealed(event, texts, where)
            self._learnt(event, log, leaf)
        left = next(proofs, None)
        if left is not None:
            raise self._missing(left)
        self.events = number
        self._counts()
        further = next(texts, None)
        if further is not None:
            self._not_left_over(further)
            raise Fault(_file("texts.ndjson"), "有多余的行", "there are further lines")

    def _event(self, number: int, text: bytes) -> Event:
        try:
            event: Event = json.loads(text)
            sound = _as_written(event, text)
        except _UNREADABLE:
            sound = False
        if not sound or event["service"] not in self.logs:
            raise Fault(_line(number), "无法识别", "the line cannot be read as an event")
        return event

    def _proofs(self) -> Iterator[dict[str, Any]]:
        for number, text in enumerate(self.files.lines("proofs.ndjson"), 1):
            try:
                proof = json.loads(text)
                sound = (
                    tuple(proof) == ("service", "position", "path")
                    and line(proof) == text
                    and proof["service"] in self.logs
                    and type(proof["position"]) is int
                    and type(proof["path"]) is list
                )
            except _UNREADABLE:
                sound = False
            if not sound:
                where = Place(f"proofs.ndjson 第 {number} 行", f"proofs.ndjson line {number}")
                raise Fault(where, "无法识别", "the line cannot be read as a proof")
            yield proof

    def _texts(self) -> Iterator[dict[str, Any]]:
        for number, text in enumerate(self.files.lines("texts.ndjson"), 1):
            try:
                content = json.loads(text)
                sound = (
                    tuple(content) == ("service", "position", "key", "data", "meta")
                    and line(content) == text
                    and content["service"] in self.logs
                    and type(content["position"]) is int
                )
            except _UNREADABLE:
                sound = False
            if not sound:
                where = Place(f"texts.ndjson 第 {number} 行", f"texts.ndjson line {number}")
                raise Fault(where, "无法识别", "the line cannot be read as texts")
            yield content

    def _unsealed(self, event: Event, texts: Iterator[dict[str, Any]], where: Place) -> None:
        """The texts that are sealed in an event are those that texts.ndjson has for it."""
        seals = {part: seal for part in ("data", "meta") if (seal := seal_in(event[part]))}
        if not seals:
            return
        told = next(texts, None)
        if told is None or _place(told) != _place(event):
            if told is not None:
                self._not_left_over(told)
            raise Fault(where, "texts.ndjson 没有其封存的文字", "its sealed texts are not there")
        self.sealed += 1
        gone: dict[str, Any] = {part: None if part in seals else [] for part in ("data", "meta")}
        if told["key"] is None and all(told[part] == gone[part] for part in gone):
            self.destroyed += 1
            return
        fault = self._fault_in(event, seals, told)
        if fault:
            raise Fault(where, *fault)

    def _not_left_over(self, texts: dict[str, Any]) -> None:
        """Fault where the event of these texts is missing, or in a range one before it."""
        if _place(texts) in _keys(self.files, "events.ndjson"):
            return
        before = self._last.get(texts["service"]) if "from" in self.scope else None
        raise self._missing({**texts, "position": before["position"] + 1} if before else texts)

    def _fault_in(
        self, event: Event, seals: dict[str, Seal], told: dict[str, Any]
    ) -> tuple[str, str] | None:
        try:
            secret = base64.b64decode(told["key"], validate=True)
        except _UNREADABLE:
            secret = b""
        if any(seal.key_id != key_id_of(secret) for seal in seals.values()):
            return ("所附的密钥不是封存所用的", "the key is not the one it was sealed with")
        for part in ("data", "meta"):
            texts: Any = []
            if part in seals:
                bound = uuid.UUID(event["event_id"]).bytes + part.encode()
                text = self._open(secret, seals[part].nonce, seals[part].closed, bound)
                if text is None:
                    return ("封存的文字不能以其密钥打开", "the seal does not open with its key")
                texts = json.loads(text)
            if told[part] != texts:
                return ("所附的文字不是所封存的", "the texts are not those that were sealed")
        return None

    def _misplaced(
        self, where: Place, number: int, event: Event, proof: dict[str, Any] | None
    ) -> Fault:
        """What to say of a line that is not the one which the proofs have next."""
        own = (event["service"], event["position"])
        lines = list(_keys(self.files, "events.ndjson"))
        if lines.count(own) > 1:
            return Fault(where, "重复出现", "it is there twice")
        if proof is None or own not in _keys(self.files, "proofs.ndjson"):
            return Fault(where, "没有包含证明", "there is no inclusion path")
        if (proof["service"], proof["position"]) in lines[number:]:
            return Fault(where, "不在历史中应处的次序", "it is not where the history has it")
        return self._missing(proof)

    def _missing(self, proof: dict[str, Any]) -> Fault:
        log = self.logs[proof["service"]]
        return Fault(_log(log, proof["position"]), "事件缺失", "the event is missing")

    def _placed(self, event: Event, log: Log, where: Place) -> None:
        """In its log's order; in a range also next to the one before it, and in the range."""
        before = self._last.get(log.service)
        position = event["position"]
        if before is not None and position <= before["position"]:
            raise Fault(where, "不在日志中的次序", "it is not in the order of the log")
        if before is not None and event["recorded_at"] < before["recorded_at"]:
            raise Fault(where, "记录时间早于前一事件", "recorded before its predecessor")
        if "from" in self.scope:
            if self._ranks[log.service] < self._rank:
                raise Fault(where, "各日志的次序不符", "the logs are not one after the other")
            self._rank = self._ranks[log.service]
            due = self._first(event) if before is None else before["position"] + 1
            if position != due:
                raise Fault(_log(log, due), "事件缺失", "the event is missing")

    def _first(self, event: Event) -> int:
        """Where a log's run in a range begins: at its first event, or at one before the range."""
        return event["position"] if day_of(event) < self.scope["from"] else 1

    def _learnt(self, event: Event, log: Log, leaf: bytes) -> None:
        self._last[log.service] = event
        self._seen[log.service] += 1
        self.sandbox = self.sandbox or _of_sandbox(event)
        if "project_id" in self.scope:
            self.kept.append(event)
            self.within += 1
        else:
            self.within += self.scope["from"] <= day_of(event) <= self.scope["to"]
        tree = self._trees[log.service]
        if tree.size + 1 == event["position"]:
            tree.append(leaf)
            if tree.size == log.size or tree.size in self._wanted[log.origin]:
                self.roots[log.origin, tree.size] = tree.root().hex()

    def _counts(self) -> None:
        for service, log in self.logs.items():
            last = self._last.get(service)
            if self._seen[service] != log.events:
                due = last["position"] + 1 if last else 1
                raise Fault(
                    _log(log, due),
                    f"应有 {log.events} 个事件，实有 {self._seen[service]} 个",
                    f"{log.events} events are due, {self._seen[service]} are here",
                )
            if "from" in self.scope and log.size:
                reached = last["position"] if last else 0
                beyond = last is not None and day_of(last) > self.scope["to"]
                if not beyond and reached < log.size:
                    raise Fault(_log(log, reached + 1), "事件缺失", "the event is missing")


def _place(content: dict[str, Any]) -> tuple[str, int]:
    return (content["service"], content["position"])


def _keys(files: Held, name: str) -> Iterator[tuple[str, int]]:
    """The service and position of every line that can be read."""
    for text in files.lines(name):
        try:
            content = json.loads(text)
            yield (content["service"], content["position"])
        except _UNREADABLE:
            continue


def _of_sandbox(event: Event) -> bool:
    try:
        return bool(json.loads(event["meta"]).get("clock") == "sandbox")
    except _UNREADABLE:
        return False


def _as_written(event: Any, text: bytes) -> bool:
    """Whether a line is written in the one way there is, with all that a leaf is made of."""
    return (
        tuple(event) == FIELDS
        and line(event) == text
        and all(type(event[name]) is (int if name in NUMBERS else str) for name in FIELDS)
        and _is_uuid(event["event_id"])
        and len(leaf_input(event)) > 0
    )


def _leaf(event: Event, log: Log, where: Place) -> bytes:
    leaf = DIGESTS[log.hash](b"\x00" + leaf_input(event))
    if leaf.hex() != event["leaf"]:
        raise Fault(where, "内容与叶哈希不符", "the fields are not those of the leaf")
    return leaf


def _proven(leaf: bytes, event: Event, log: Log, path: list[str], where: Place) -> None:
    position = event["position"]
    if not 1 <= position <= log.size:
        raise Fault(where, "没有包含证明", "there is no inclusion path")
    if not all(type(node) is str and _HASH.fullmatch(node) for node in path):
        raise Fault(where, "包含证明无法识别", "the inclusion path cannot be read")
    nodes = map(bytes.fromhex, path)
    root = root_of(DIGESTS[log.hash], leaf, position - 1, log.size, nodes)
    if root is None or root.hex() != log.root:
        raise Fault(where, "包含证明不通向日志的根", "the inclusion path leads to another root")


def _in_order(events: list[Event], logs: dict[str, Log]) -> None:
    try:
        due = in_causal_order(events, {service: rank for rank, service in enumerate(logs)})
    except _UNREADABLE:
        raise Fault(_file("events.ndjson"), "因果关系无法识别", "causes cannot be read") from None
    for number, event in enumerate(events, 1):
        if number > len(due) or event is not due[number - 1]:
            where = _line(number, logs[event["service"]], event["position"])
            raise Fault(where, "不在历史中应处的次序", "it is not where the history has it")


def _without_gap(events: list[Event], logs: dict[str, Log], stream: str) -> None:
    reached = dict.fromkeys(logs, 0)
    for number, event in enumerate(events, 1):
        service = event["service"]
        if event["stream"] != stream:
            continue
        due = reached[service] = reached[service] + 1
        if event["version"] != due:
            where = _line(number, logs[service], event["position"])
            raise Fault(where, f"此前缺少第 {due} 版", f"version {due} is missing before it")


def _roots_as_stated(logs: Iterable[Log]) -> None:
    for log in logs:
        empty = DIGESTS[log.hash](b"").hex()
        if not _HASH.fullmatch(log.root) or (log.size == 0 and log.root != empty):
            raise Fault(_log(log, log.size), "根无法识别", "the root cannot be read")
        if log.root != log.stated_root:
            raise Fault(
                _log(log, log.size),
                "审计服务重算的根与该服务所示的根不同",
                "the audit service computed another root than the service stated",
            )


def _derived(files: Held, events: list[Event]) -> tuple[int, int]:
    """How many decisions and documents there are; Fault where they are not what events say."""
    for name, derived in (("decisions.ndjson", decisions_of), ("documents.json", documents_of)):
        try:
            due = derived(events)
        except _UNREADABLE:
            due = None
        if files.read(name) != due:
            raise Fault(_file(name), "与事件所载不符", "it is not what the events say")
    documents = json.loads(files.read("documents.json"))["documents"]
    return files.read("decisions.ndjson").count(b"\n"), len(documents)


def _signed_notes(files: Held, logs: dict[str, Log]) -> tuple[list[Key], dict[str, Checkpoint]]:
    """The bundle's own keys, and the checkpoints that fit its logs."""
    keys = keys_of(files.read(KEYS), _file(KEYS)) if KEYS in files.sizes else []
    found = {}
    for service, log in logs.items():
        if note_of(service) not in files.sizes:
            continue
        read = checkpoint_of(files.read(note_of(service)), _file(note_of(service)))
        note = read._replace(where=_log(log, log.size))
        if (note.origin, note.size, note.root) != (log.origin, log.size, log.root):
            raise Fault(
                note.where,
                f"签名的检查点是另一棵树（{note.size} 条，根 {note.root}）",
                f"the signed checkpoint is of another tree (size {note.size}, root {note.root})",
            )
        _same_hash(note, log.hash)
        found[service] = note
    return keys, found


def _same_hash(note: Checkpoint, hash_name: str) -> None:
    """A checkpoint may name its hash in a further line; then it must be this one."""
    named = set(note.extensions) & DIGESTS.keys()
    if named and hash_name not in named:
        raise Fault(note.where, "检查点的哈希算法不同", "the checkpoint names another hash")


def _summed(files: Held, names: list[str]) -> None:
    if files.read(SUMS) != sums_of(files, names):
        raise Fault(
            _file(SUMS), "有文件与校验和不符", "a file does not have the sum that is listed"
        )


# -- whom to believe ----------------------------------------------------------------------------


class Told(NamedTuple):
    """What is said at the end, in Chinese and English, and what a program reads."""

    lines: list[str]
    content: dict[str, Any]
    complete: bool
    """Whether all that was asked could be checked."""


def signed_by(
    checkpoint: Checkpoint, given: list[Key], own: list[Key]
) -> tuple[list[Signature], str | None]:
    """The good signatures on a checkpoint, and what of the keys given lacks; None where nothing.

    Of the given keys that have the log's own name one must have signed, and of those that
    cosign one; without given keys the bundle's own are used.
    """
    signatures = signatures_of(checkpoint, given or own)
    signers = {each.key for each in signatures}
    if not given:
        return signatures, None
    logs = {key for key in given if key.name == checkpoint.origin}
    witnesses = {key for key in given if key.kind == COSIGNATURE and key not in logs}
    if logs and not logs & signers:
        return signatures, "log"
    if witnesses and not witnesses & signers:
        return signatures, "witness"
    return signatures, None if signers else "any"


_LACKING = {
    "log": (
        "没有所给的日志公钥的签名",
        "it bears no signature by the log's key that was given",
    ),
    "witness": (
        "没有所给的见证方公钥的会签",
        "it bears no cosignature by the witness's key that was given",
    ),
    "any": ("没有所给公钥的签名", "it bears no signature by a key that was given"),
}


class Claim(NamedTuple):
    """That a log had a size and a root, by whom it is said."""

    where: Place
    origin: str
    size: int
    root: str


class Consistency(NamedTuple):
    """A proof that a log of one size is the beginning of the log of another."""

    where: Place
    origin: str
    hash: str
    first: int
    second: int
    path: list[bytes]


def inclusion_of(content: bytes, where: Place) -> tuple[Claim, str]:
    """The root that an inclusion proof leads to, and its hash; Fault where it leads nowhere."""
    told = _proof_of(content, where, ("size", "position"))
    position, size = told["position"], told["size"]
    digest, path = DIGESTS[told["hash"]], told["path"]
    place = Place(
        f"{where.chinese}（{told['origin']} 位置 {position}）",
        f"{where.english} ({told['origin']} position {position})",
        told["origin"],
        position,
    )
    leaf = told.get("leaf")
    if type(leaf) is not str or not _HASH.fullmatch(leaf):
        raise Fault(place, "叶哈希无法识别", "the leaf cannot be read")
    root = None
    if 1 <= position <= size:
        root = root_of(digest, bytes.fromhex(leaf), position - 1, size, path)
    if root is None:
        raise Fault(place, "包含证明的形状不符", "a tree of that size has no such path")
    return Claim(place, told["origin"], size, root.hex()), told["hash"]


def consistency_of(content: bytes, where: Place) -> Consistency:
    """A consistency proof as the log's service gives it."""
    told = _proof_of(content, where, ("from", "to"))
    return Consistency(where, told["origin"], told["hash"], told["from"], told["to"], told["path"])


def _proof_of(content: bytes, where: Place, numbers: tuple[str, str]) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(content)
        nodes = told["path"]
        sound = (
            _ORIGIN.fullmatch(told["origin"]) is not None
            and told["hash"] in DIGESTS
            and all(type(told[n]) is int and 0 <= told[n] < 1 << 63 for n in numbers)
            and type(nodes) is list
            and len(nodes) <= 128
            and all(type(node) is str and _HASH.fullmatch(node) for node in nodes)
        )
    except _UNREADABLE:
        sound = False
    if not sound:
        raise Fault(where, "证明无法识别", "it cannot be read as a proof")
    return {**told, "path": [bytes.fromhex(node) for node in nodes]}


def linked(
    claims: list[Claim],
    proofs: list[Consistency],
    roots: Mapping[tuple[str, int], str],
    hashes: Mapping[str, str],
) -> dict[Claim, str | None]:
    """By what each claim hangs together with the first one of its log; Fault where they differ.

    `roots`: what leaves that are at hand say themselves.
    """
    reached: dict[Claim, str | None] = {}
    for origin in dict.fromkeys(claim.origin for claim in claims):
        own = [claim for claim in claims if claim.origin == origin]
        base, others = own[0], sorted(own[1:], key=lambda claim: claim.size)
        reached[base] = "base"
        good = 0
        for claim in others:
            by = _by_leaves_or_size(base, claim, good, roots)
            reached[claim] = by
            good = claim.size if by else good
        _by_proofs(own, [proof for proof in proofs if proof.origin == origin], hashes, reached)
    return reached


def _by_leaves_or_size(
    base: Claim, claim: Claim, good: int, roots: Mapping[tuple[str, int], str]
) -> str | None:
    known = roots.get((claim.origin, claim.size))
    by = "leaves" if known else "size"
    if known is None and claim.size == base.size:
        known = base.root
    if known is None:
        return None
    if known != claim.root:
        at = base.where.service or claim.origin
        first, last = good + 1, claim.size
        place = Place(
            f"{at} 位置 {first} 至 {last}", f"{at} positions {first} to {last}", at, first
        )
        raise Fault(
            place,
            f"与所留的检查点不同：{claim.where.chinese}，{claim.size} 条，根 {claim.root}",
            f"not the log of the checkpoint kept: {claim.where.english}, size {claim.size}, "
            f"root {claim.root}",
        )
    return by


def _by_proofs(
    claims: list[Claim],
    proofs: list[Consistency],
    hashes: Mapping[str, str],
    reached: dict[Claim, str | None],
) -> None:
    """Follow the proofs from what is reached to what is not, until nothing is added."""
    pairs = [
        (old, new, proof)
        for proof in proofs
        for old in claims
        for new in claims
        if (old.size, new.size) == (proof.first, proof.second)
    ]
    for old, new, proof in pairs:
        trees = ((old.size, bytes.fromhex(old.root)), (new.size, bytes.fromhex(new.root)))
        fits = hashes.get(proof.origin, proof.hash) == proof.hash
        if not fits or not are_consistent(DIGESTS[proof.hash], *trees, proof.path):
            raise Fault(
                proof.where,
                f"{proof.origin} 的 {old.size} 条不是 {new.size} 条的开头，或证明不符",
                f"{proof.origin}: size {old.size} is not proven to be the beginning of size "
                f"{new.size}",
            )
    growing = True
    while growing:
        growing = False
        for old, new, _ in pairs:
            for here, there in ((old, new), (new, old)):
                if reached.get(here) and not reached.get(there):
                    reached[there] = "proof"
                    growing = True


# -- reading ------------------------------------------------------------------------------------

_POSSIBLE = {*COMMON, *OF_A_PROJECT, SUMS, KEYS, "report.pdf"}
_CHECKPOINT_FILE = re.compile(r"checkpoints/[a-z]{1,30}\.txt")


def load(bundle: Path) -> Held:
    """The files of a bundle; Fault where it is none, OSError where it cannot be read."""
    if bundle.is_dir():
        found = {path.relative_to(bundle).as_posix(): path for path in _files_in(bundle)}
        sizes = {name: path.stat().st_size for name, path in found.items()}
        return Held(sizes, lambda name: found[name].open("rb"), exact=False)
    where = _file(bundle.name)
    try:
        with zipfile.ZipFile(bundle) as archive:
            entries = archive.infolist()
    except (*_DAMAGED, *_UNREADABLE):
        raise Fault(where, "压缩包已损坏", "the archive is damaged") from None
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names) or not all(map(_may_be_there, names)):
        raise Fault(where, "所含文件不符", "it does not hold the files it should")
    if any(e.compress_type not in _PACKED or e.flag_bits & 1 for e in entries):
        raise Fault(where, "压缩方式不符或已加密", "packed otherwise, or encrypted")
    sizes = {entry.filename: entry.file_size for entry in entries}
    return Held(sizes, lambda name: _Entry(bundle, name), exact=True)  # type: ignore[arg-type, return-value]


def _files_in(folder: Path) -> list[Path]:
    """Files of a bundle in a folder, whatever else is in it; links are not followed."""
    paths = [*folder.iterdir(), *(folder / "checkpoints").glob("*.txt")]
    return [
        path
        for path in paths
        if _may_be_there(path.relative_to(folder).as_posix())
        and path.is_file()
        and not path.is_symlink()
    ]


def _may_be_there(name: str) -> bool:
    return name in _POSSIBLE or _CHECKPOINT_FILE.fullmatch(name) is not None


class _Entry:
    """A file of an archive while it is read: what is damaged becomes a Fault."""

    def __init__(self, bundle: Path, name: str) -> None:
        where = _file(bundle.name)
        self._bundle, self._name = bundle, name
        self._fault = Fault(where, f"压缩包已损坏（{name}）", f"the archive is damaged ({name})")

    def __enter__(self) -> _Entry:
        self._archive = self._do(lambda: zipfile.ZipFile(self._bundle))
        try:
            self._stream = self._do(lambda: self._archive.open(self._name))
        except Fault:
            self._archive.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._stream.close()
        self._archive.close()

    def _do(self, reading: Callable[[], Any]) -> Any:
        try:
            return reading()
        except (*_DAMAGED, *_UNREADABLE):
            raise self._fault from None

    def read(self, size: int = -1) -> bytes:
        content: bytes = self._do(lambda: self._stream.read(size))
        return content

    def readline(self, size: int) -> bytes:
        text: bytes = self._do(lambda: self._stream.readline(size))
        return text


def _read(path: str) -> tuple[bytes, Place]:
    """A file that an argument names; not more of it than any of them may have."""
    with Path(path).open("rb") as stream:
        content = stream.read(_LONGEST_NOTE + 1)
    where = _file(Path(path).name)
    if len(content) > _LONGEST_NOTE:
        raise Fault(where, "过大", "too large")
    return content, where


def _keys_given(arguments: list[str]) -> list[Key]:
    """Keys as they stand on the command line, or in the files named there."""
    found: list[Key] = []
    for each in arguments:
        if _VKEY.fullmatch(each):
            try:
                found.append(key_of(each))
            except ValueError as error:
                raise NothingToCheck(f"--key {each}：公钥无法识别 / {error}") from None
        else:
            content, where = _read(each)
            found += keys_of(content, where)
    if arguments and not found:
        raise NothingToCheck("--key：文件中没有公钥 / there is no key in the file")
    return found


# -- telling ------------------------------------------------------------------------------------

_NO_KEYS = (
    "注意：外部没有人签名。以上根只是审计服务所见，请与另行留存的检查点比对（--checkpoint）",
    "NOTE: nobody outside has signed. The roots are those the audit service saw: compare them with "
    "checkpoints kept elsewhere (--checkpoint)",
)
_OWN_KEYS = (
    "注意：没有给出 --key，签名以包内自带的公钥核验。请将下列公钥指纹与另行取得的比对：",
    "NOTE: without --key the keys in the bundle itself were trusted. Compare their fingerprints:",
)
_SANDBOX = (
    "注意：沙箱中的演练数据，不是正式记录",
    "NOTE: recorded in a sandbox whose clock can be set, not on the real record",
)


def told(verdict: Verdict, given: Sequence[Key] = ()) -> Iterator[str]:
    """What is said of a valid bundle, line by line; Fault where no given key has signed it."""
    yield from _of_bundle(verdict, list(given)).lines


def _of_bundle(verdict: Verdict, given: list[Key]) -> Told:
    lines = [*_summary(verdict)]
    logs: list[dict[str, Any]] = []
    used: list[Key] = []
    unsigned = False
    for log in verdict.logs:
        lines.append(f"  {log.origin} size {log.size} {log.hash} root {log.root}")
        note = verdict.checkpoints.get(log.service)
        signatures: list[Signature] = []
        if note is not None:
            signatures, lacking = signed_by(note, given, verdict.keys)
            if lacking:
                raise Fault(note.where, *_LACKING[lacking])
        elif given and log.size:
            raise Fault(_log(log, log.size), *_LACKING["any"])
        lines += map(_signed_line, signatures)
        used += [each.key for each in signatures]
        unsigned = unsigned or (not signatures and log.size > 0)
        logs.append(
            {
                **{name: getattr(log, name) for name in Log._fields if name != "stated_root"},
                "signatures": [_signature_told(each) for each in signatures],
            }
        )
    if unsigned:
        lines += _NO_KEYS
    if used and not given:
        lines += _OWN_KEYS
        lines += [f"  {key.name} {key.kind} {key.fingerprint}" for key in dict.fromkeys(used)]
    if verdict.destroyed:
        lines += [
            f"注意：{verdict.destroyed} 个事件的个人信息和自由文本已销毁，不可读；其余不受影响",
            f"NOTE: personal data and free text of {verdict.destroyed} events have been destroyed",
        ]
    if verdict.sandbox:
        lines += _SANDBOX
    content = {
        "scope": verdict.scope,
        "events": verdict.events,
        "events_within": verdict.within,
        "decisions": verdict.decisions,
        "documents": verdict.documents,
        "sealed": verdict.sealed,
        "destroyed": verdict.destroyed,
        "sandbox": verdict.sandbox,
        "keys": "given" if given else "bundle" if used else "none",
        "signed": not unsigned,
        "logs": logs,
    }
    return Told(lines, content, complete=True)


def _summary(verdict: Verdict) -> Iterator[str]:
    if verdict.project_id:
        counts = (verdict.events, verdict.decisions, verdict.documents)
        project, (events, decisions, documents) = verdict.project_id, counts
        yield f"有效：项目 {project}，事件 {events}，决定 {decisions}，文件 {documents}"
        yield (
            f"VALID: project {verdict.project_id}: "
            f"{counts[0]} events, {counts[1]} decisions, {counts[2]} documents"
        )
        return
    days = (verdict.scope["from"], verdict.scope["to"])
    beside = verdict.events - verdict.within
    yield f"有效：{days[0]} 至 {days[1]} 所记事件 {verdict.within} 个，另有边界事件 {beside} 个"
    yield (
        f"VALID: {days[0]} to {days[1]}: {verdict.within} events recorded, and {beside} beside them"
    )


def _signed_line(signature: Signature) -> str:
    key, when = signature.key, ""
    if signature.time is not None:
        when = f" {_utc(signature.time)}"
    return f"    签名有效 / signed: {key.name} {key.kind}{when}"


def _utc(seconds: int) -> str:
    try:
        at = datetime(1970, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001 - said to be UTC
    except OverflowError:
        return f"{seconds}s"
    return at.isoformat() + "Z"


def _signature_told(signature: Signature) -> dict[str, Any]:
    key = signature.key
    return {
        "name": key.name,
        "kind": key.kind,
        "fingerprint": key.fingerprint,
        "time": signature.time,
    }


def _checked(asked: argparse.Namespace) -> Told:
    """All that was asked; Fault at the first thing at fault."""
    given = _keys_given(asked.key)
    kept = [checkpoint_of(*_read(each)) for each in asked.checkpoint]
    proofs = [consistency_of(*_read(each)) for each in asked.consistency]
    inclusions = [inclusion_of(*_read(each)) for each in asked.proof]
    lines: list[str] = []
    content: dict[str, Any] = {}
    claims: list[Claim] = []
    hashes: dict[str, str] = {}
    roots: dict[tuple[str, int], str] = {}
    own: list[Key] = []
    if asked.bundle is not None:
        sizes = {note.origin: {k.size for k in kept if k.origin == note.origin} for note in kept}
        verdict = check(load(asked.bundle), sizes)
        first = _of_bundle(verdict, given)
        lines, content, roots, own = first.lines, first.content, verdict.roots, verdict.keys
        claims = [
            Claim(_log(log, log.size), log.origin, log.size, log.root) for log in verdict.logs
        ]
        hashes = {log.origin: log.hash for log in verdict.logs}
    claims += [claim for claim, _ in inclusions]
    hashes = {**{claim.origin: name for claim, name in inclusions}, **hashes}
    complete = _of_kept(kept, given, own, lines, strictly=asked.bundle is None)
    of_kept = {note: Claim(note.where, note.origin, note.size, note.root) for note in kept}
    for note in kept:
        if note.origin in hashes:
            _same_hash(note, hashes[note.origin])
    reached = linked([*claims, *of_kept.values()], proofs, roots, hashes)
    complete = _compared(kept, of_kept, claims, reached, lines) and complete
    complete = _proofs_told(inclusions, of_kept, reached, lines) and complete
    content["checkpoints"] = [
        {
            "origin": note.origin,
            "size": note.size,
            "root": note.root,
            "linked_by": reached[of_kept[note]],
        }
        for note in kept
    ]
    content["proofs"] = [
        {"origin": claim.origin, "position": claim.where.position, "size": claim.size}
        for claim, _ in inclusions
    ]
    return Told(lines, content, complete)


def _of_kept(
    kept: list[Checkpoint], given: list[Key], own: list[Key], lines: list[str], *, strictly: bool
) -> bool:
    """Who has signed the checkpoints that were brought along.

    Beside a bundle, whose own checkpoints must bear all signatures, any given key will do.
    """
    complete = True
    for note in kept:
        signatures, lacking = signed_by(note, given, own)
        lines.append(f"检查点 / checkpoint {note.where.english}: {note.origin} size {note.size}")
        lines += map(_signed_line, signatures)
        if lacking and (strictly or not signatures):
            complete = False
            lines.append(f"    {_LACKING[lacking][0]} / {_LACKING[lacking][1]}")
        elif not signatures:
            lines.append("    未核验签名，以您自行留存为凭 / signatures not checked: you kept it")
    return complete


_SHORTER = (
    "    所核验的日志比该检查点短：若该日志确已有那么多条，则可能被截短",
    "    the log checked here is shorter than that checkpoint: it may have been cut",
)


def _compared(
    kept: list[Checkpoint],
    of_kept: dict[Checkpoint, Claim],
    claims: list[Claim],
    reached: Mapping[Claim, str | None],
    lines: list[str],
) -> bool:
    """Say of every checkpoint how it was found to belong to the same log, or that it was not."""
    complete, origins = True, {claim.origin for claim in claims}
    said = {
        "leaves": ("按叶重算一致", "the leaves lead to it"),
        "size": ("条数和根相同", "same size and root"),
        "proof": ("一致性证明成立", "the consistency proof holds"),
        "base": ("", ""),
    }
    for note in kept:
        by = reached[of_kept[note]]
        if origins and note.origin not in origins:
            by = None
        if by is None:
            complete = False
            lines.append(
                f"未能比对：{note.origin} {note.size} 条，请另给 --consistency 证明 / "
                f"NOT COMPARED: {note.origin} size {note.size} needs a consistency proof"
            )
            if any(c.origin == note.origin and c.size < note.size for c in claims):
                lines += _SHORTER
        elif by != "base":
            chinese, english = said[by]
            lines.append(f"一致：{note.origin} {note.size} 条，{chinese} / CONSISTENT: {english}")
    return complete


def _proofs_told(
    inclusions: list[tuple[Claim, str]],
    of_kept: dict[Checkpoint, Claim],
    reached: Mapping[Claim, str | None],
    lines: list[str],
) -> bool:
    complete = True
    for claim, _ in inclusions:
        origin, position = claim.origin, claim.where.position
        beside = [c for c in of_kept.values() if c.origin == origin and reached.get(c)]
        if beside and reached.get(claim):
            lines.append(f"有效：{origin} 位置 {position} 在 {claim.size} 条的日志中")
            lines.append(f"VALID: {origin} position {position} is in the log of size {claim.size}")
        else:
            complete = False
            lines.append(
                f"未能比对：{origin} 位置 {position} 的证明通向 {claim.size} 条的根 {claim.root}，"
                "须有该条数的检查点 / "
                f"NOT COMPARED: a checkpoint of size {claim.size} is needed"
            )
    return complete


# -- the command --------------------------------------------------------------------------------

_USAGE = (
    "用法 / usage: python verify.py [BUNDLE.zip | DIRECTORY] [--proof FILE] [--checkpoint FILE]\n"
    "              [--consistency FILE] [--key VKEY|FILE] [--json]\n"
)


class _Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise NothingToCheck(f"{_USAGE}{message.encode('ascii', 'backslashreplace').decode()}")


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = _Arguments(
        usage=_USAGE.partition(": ")[2],
        description="离线核验审计包和证明 / checks audit bundles and proofs offline",
        epilog="退出码 / exit code: 0 有效 valid, 1 无效 not valid, 2 无可核验 nothing to check, "
        "3 有未能比对的 not all could be compared",
    )
    parser.add_argument("bundle", nargs="?", type=Path, help="审计包（zip 或目录）")
    parser.add_argument("--proof", action="append", default=[], help="包含证明（JSON）")
    parser.add_argument("--checkpoint", action="append", default=[], help="所留存的检查点")
    parser.add_argument("--consistency", action="append", default=[], help="一致性证明（JSON）")
    parser.add_argument("--key", action="append", default=[], help="所信任的公钥，或其文件")
    parser.add_argument("--json", action="store_true", help="以 JSON 给出结果")
    found = parser.parse_args(arguments)
    here = Path(__file__).resolve().parent
    if found.bundle is None and not found.proof and not found.consistency:
        if not (here / "logs.json").is_file():
            raise NothingToCheck(_USAGE)
        found.bundle = here
    if found.bundle is not None and not found.bundle.exists():
        raise NothingToCheck(f"{_USAGE}没有 / there is no {str(found.bundle)!a}")
    return found


def main(arguments: list[str]) -> int:
    """Check what the arguments name and say what was found; the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal may have no Chinese
        sys.stdout.reconfigure(errors="backslashreplace")
    content: dict[str, Any] = {}
    try:
        asked = _asked(arguments)
        found = _checked(asked)
        lines, content, code = found.lines, found.content, 0 if found.complete else 3
    except Fault as fault:
        lines, code = [f"无效：{fault.chinese}", f"INVALID: {fault.english}"], 1
        content["fault"] = {
            "service": fault.where.service,
            "position": fault.where.position,
            "chinese": fault.chinese,
            "english": fault.english,
        }
    except NothingToCheck as error:
        lines, code = [str(error).rstrip()], 2
    except OSError as error:
        lines, code = [f"无法读取 / cannot be read: {error!a}"], 2
    if "--json" in arguments:
        told_json = {"valid": code in (0, 3), "code": code, **content, "lines": lines}
        lines = [json.dumps(told_json, indent=1)]
    sys.stdout.write("\n".join(lines) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
