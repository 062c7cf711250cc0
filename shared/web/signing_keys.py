"""签名密钥配置: which keys an instance signs with and in which period, one key a line.

A line is a key and, if it is not for ever, `since=` and `until=` with an instant each (RFC 3339).
The key is a signing key, or the verifier key of one that signs no more. Several may be in force at
a time: then each of them signs, so that a new one is known before the old one ends.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from shared.eventstore.signing import COSIGNATURE, ED25519, SM2, SigningKey, VerifierKey
from shared.web.settings import InstanceMode, Settings

__all__ = [
    "Keys",
    "TimedKey",
    "log_keys",
    "origin_of",
    "read_keys",
    "verifier_keys",
    "witness_keys",
]

_FEWEST_BYTES = 16
"""Different bytes in a secret of 32: no random number has fewer."""


class TimedKey(NamedTuple):
    """A key and when it signs: from `since` on, and before `until`."""

    verifier: VerifierKey
    signing: SigningKey | None
    since: datetime | None = None
    until: datetime | None = None

    def in_force(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


class Keys:
    """The keys of one name."""

    def __init__(self, keys: Iterable[TimedKey]) -> None:
        self._keys = tuple(keys)

    def __iter__(self) -> Iterator[TimedKey]:
        return iter(self._keys)

    def in_force(self, at: datetime) -> list[SigningKey]:
        """Those that sign at an instant."""
        return [key.signing for key in self._keys if key.signing and key.in_force(at)]


def origin_of(settings: Settings, service: str) -> str:
    """The name of a service's log, and of the keys that sign for it."""
    return f"govit/{settings.jurisdiction}/{service}"


def log_keys(settings: Settings, service: str) -> Keys:
    """The keys of a service's log; ValueError where production has none or weak ones."""
    return _keys(settings, origin_of(settings, service), (ED25519, SM2))


def witness_keys(settings: Settings) -> Keys:
    """The keys of the witness; ValueError where production has none or weak ones."""
    return _keys(settings, origin_of(settings, "audit"), (COSIGNATURE,))


def verifier_keys(file: Path) -> dict[str, list[VerifierKey]]:
    """The verifier keys that a file lists, by name; ValueError where it is ill-made."""
    found: dict[str, list[VerifierKey]] = {}
    for key in read_keys(file.read_text("utf-8"), str(file)):
        if key.signing is not None:
            raise ValueError(f"{file} holds a signing key: only verifier keys belong there")
        found.setdefault(key.verifier.name, []).append(key.verifier)
    return found


def read_keys(text: str, place: str) -> list[TimedKey]:
    """The keys of a text; ValueError, which shows none of them, with the line at fault."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not (content := line.strip()) or content.startswith("#"):
            continue
        try:
            found.append(_timed(content))
        except ValueError as error:
            raise ValueError(f"{place}, line {number}: {error}") from None
    return found


def _timed(line: str) -> TimedKey:
    text, *periods = line.split()
    named = {name: value for name, _, value in (period.partition("=") for period in periods)}
    if named.keys() - {"since", "until"}:
        raise ValueError("after the key only since= and until= may stand")
    instants = {name: _instant(name, value) for name, value in named.items()}
    if text.startswith("PRIVATE+"):
        signing = SigningKey.of(text)
        return TimedKey(signing.verifier, signing, **instants)
    return TimedKey(VerifierKey.of(text), None, **instants)


def _instant(name: str, value: str) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{name} is no instant, such as 2026-01-01T00:00:00+08:00") from None
    if instant.tzinfo is None:
        raise ValueError(f"{name} needs its offset, such as Z or +08:00")
    return instant


def _keys(settings: Settings, name: str, kinds: tuple[bytes, ...]) -> Keys:
    production = settings.mode is InstanceMode.PRODUCTION
    if settings.signing_keys is None:
        if production:
            raise ValueError(
                f"production needs GOVIT_SIGNING_KEYS with a key named {name}: run govit keygen"
            )
        return Keys([_development(settings.home, name, kinds[0])])
    given = read_keys(settings.signing_keys.get_secret_value(), "GOVIT_SIGNING_KEYS")
    _one_name_each(given)
    own = [key for key in given if key.verifier.name == name]
    if fault := _fault(own, kinds, settings.home if production else None):
        raise ValueError(f"GOVIT_SIGNING_KEYS, {name}: {fault}")
    return Keys(own)


def _one_name_each(keys: list[TimedKey]) -> None:
    # A cosignature does not say its signer's name: the same secret must not stand for two.
    names: dict[bytes, set[tuple[str, bytes]]] = {}
    for key in keys:
        if key.signing is not None:
            names.setdefault(key.signing.secret, set()).add((key.verifier.name, key.verifier.kind))
    if any(len(of_one) > 1 for of_one in names.values()):
        raise ValueError("GOVIT_SIGNING_KEYS: one secret is given for two keys")


def _fault(keys: list[TimedKey], kinds: tuple[bytes, ...], home: Path | None) -> str | None:
    """Why these keys will not do; `home` of an instance in production."""
    if not any(key.signing for key in keys):
        return "no signing key has this name; make one with govit keygen"
    if any(key.verifier.kind not in kinds for key in keys):
        return "a key is of a type that does not sign here; make one with govit keygen"
    if home is None:
        return None
    secrets = [key.signing.secret for key in keys if key.signing]
    if any(len(set(secret[:32])) < _FEWEST_BYTES for secret in secrets):
        return "a secret is no random number; make one with govit keygen"
    known = {SigningKey.of(file.read_text()).secret for file in _folder(home).glob("*.key")}
    if known.intersection(secrets):
        return "a key is that of a development instance; make another with govit keygen"
    return None


def _folder(home: Path) -> Path:
    return home / "signing"


def _development(home: Path, name: str, kind: bytes) -> TimedKey:
    """A key of the instance's own, made once."""
    file = _folder(home) / f"{name.replace('/', '-')}.key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(f".{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as content:
            content.write(str(SigningKey.generate(name, kind)))
        try:
            os.link(fresh, file)  # the first of several processes wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    key = SigningKey.of(file.read_text())
    return TimedKey(key.verifier, key)
