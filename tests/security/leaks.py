"""Secrets in files: keys, tokens, passwords by their shape; and what is too random to be text."""

import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

SHAPES = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----"),
    "private JWK": re.compile(r"""\{(?=[^{}]*["']kty["'])[^{}]*["']d["']\s*:\s*["'][\w-]{20,}"""),
    "signed token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}"),
    "cloud key": re.compile(r"\b(?:AKIA|ASIA|LTAI|AKID)[A-Za-z0-9]{12,}\b"),
    "platform token": re.compile(
        r"\b(?:gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}"
        r"|sk-[A-Za-z0-9]{32,}|pypi-[\w-]{40,})"
    ),
    "password in an address": re.compile(
        r"\b[a-z][a-z0-9+.-]*://[^\s/:@{}$'\"<>()]+:([^\s/:@{}$'\"<>()]{3,})@"
    ),
    "password in a setting": re.compile(
        r"""(?ix) \b[\w.-]*(?:password|passwd|secret|api_?key|access_?key|token)["']?
        \s*(?:=|:|=>)\s*(?P<quote>["'])(?P<value>[^"'\s{}$]{8,})(?P=quote)"""
    ),
}
"""What gives a secret away by how it looks."""

_WORD = re.compile(r"[A-Za-z0-9+/_=-]{32,}")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_WORDS = re.compile(r"(?:[A-Z]?[a-z]+|[A-Z]+|\d+)(?:[/_=+-](?:[A-Z]?[a-z]+|[A-Z]+|\d+))*")
_DIGESTS = ("sha256-", "sha384-", "sha512-")
"""How locked packages and policies of pages name what they trust: published, not secret."""

ALLOWED = {
    # In two, or this file would hold it too.
    "password = " + '"govit_registry"': "a role's name, tried as its password: to be refused",
}
"""What looks like a secret and is none, with the reason."""

MADE_UP = {
    "tests/deploy/test_limits.py": "a password that no log may show",
    "tests/shared/web/identity/test_credentials.py": "a secret that the issuer refuses",
    "tests/shared/web/identity/test_openid_provider.py": "clients of a provider of the test's own",
    "tests/shared/web/test_settings.py": "passwords that production refuses or takes",
    "tests/support/issuer.py": "the client of an issuer of the test's own",
}
"""Files whose passwords open nothing, with the reason."""

_BITS = 4.5
"""Per character: random base64 of that length lies above, names and paths below."""


class Leak(NamedTuple):
    """Where something lies that looks like a secret, and what kind it is."""

    path: str
    line: int
    kind: str
    text: str


def is_harmless(leak: Leak) -> bool:
    """Whether a reason is given above why this is no secret."""
    made_up = leak.path in MADE_UP and "password" in leak.kind
    return made_up or leak.text in ALLOWED


def leaks_in(path: str, text: str, *, random: bool = True) -> Iterator[Leak]:
    """Everything in a text that looks like a secret; `random` also by its entropy."""
    for kind, shape in SHAPES.items():
        for found in shape.finditer(text):
            yield Leak(path, text.count("\n", 0, found.start()) + 1, kind, found.group())
    if random:
        for number, line in enumerate(text.splitlines(), 1):
            for word in _WORD.findall(line):
                if not word.startswith(_DIGESTS) and _is_random(word):
                    yield Leak(path, number, "random text", word)


def _is_random(word: str) -> bool:
    if _HEX.fullmatch(word):
        return False  # a digest is no secret, and a key in hex looks like one: see `SHAPES`
    return entropy(word) >= _BITS and not _WORDS.fullmatch(word)


def entropy(text: str) -> float:
    """Shannon's, in bits per character."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def tracked() -> list[Path]:
    """The files that git keeps of the working tree."""
    return [ROOT / name for name in _git("ls-files", "-z").decode().split("\0") if name]


def history() -> Iterator[tuple[str, str]]:
    """Every text that any commit ever held: a path it lay at, and the text."""
    listed = _git("rev-list", "--objects", "--all").decode().splitlines()
    paths = dict(line.partition(" ")[::2] for line in listed)
    content = _git("cat-file", "--batch", "--buffer", given="\n".join(paths).encode())
    start = 0
    while start < len(content):
        end = content.index(b"\n", start)
        name, kind, size = content[start:end].decode().split()
        body = content[end + 1 : end + 1 + int(size)]
        if kind == "blob":
            yield paths[name], body.decode("utf-8", "replace")
        start = end + 1 + int(size) + 1


def _git(*arguments: str, given: bytes | None = None) -> bytes:
    return subprocess.run(
        ["git", *arguments], cwd=ROOT, input=given, capture_output=True, check=True
    ).stdout
