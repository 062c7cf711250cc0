"""公钥: which key a token must be signed with, from a file or as its issuer publishes them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from time import monotonic
from typing import Any

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, RSAKey

log = structlog.get_logger(__name__)

ALGORITHMS: dict[str, type[ECKey | RSAKey]] = {"ES256": ECKey, "RS256": RSAKey, "PS256": RSAKey}
"""What a token may be signed with, and the only kind of key that fits each."""

SMALLEST_RSA = 2048

PERIOD_SECONDS = 600.0
"""How often published keys are read again: a key that was withdrawn is good no longer than that."""

PAUSE_SECONDS = 5.0
"""The issuer is asked no more often than that, however many tokens name unknown keys."""


class UnknownKey(Exception):
    """A token names a key that is not there."""


class KeyRing:
    """公钥集: keys a token may be signed with, found by the name and the algorithm it states."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys = [key for key in keys if isinstance(key, ECKey | RSAKey) and _strong(key)]

    def __bool__(self) -> bool:
        return bool(self._keys)

    def find(self, kid: object, algorithm: object) -> Key:
        """The key; UnknownKey where there is none that fits both."""
        fitting = [key for key in self._keys if _fits(key, algorithm)]
        named = [key for key in fitting if key.kid == kid]
        # A key without a name, from a PEM file say, is meant whatever the token calls it.
        found = named or (fitting if kid is None else [k for k in fitting if k.kid is None])
        if len(found) != 1:
            raise UnknownKey
        return found[0]

    def lacks_any_of(self, other: "KeyRing") -> bool:
        """Whether a key of the other ring is not in this one."""
        present = {key.thumbprint() for key in self._keys}
        return any(key.thumbprint() not in present for key in other._keys)


def _strong(key: ECKey | RSAKey) -> bool:
    if isinstance(key, ECKey):
        return key.curve_name == "P-256"
    return key.public_key.key_size >= SMALLEST_RSA


def _fits(key: Key, algorithm: object) -> bool:
    return (
        isinstance(algorithm, str)
        and isinstance(key, ALGORITHMS.get(algorithm, ()))
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
    )


def key_ring(document: Any) -> KeyRing:
    """The usable keys of a JSON key set; what is not understood is left out (RFC 7517, 5)."""
    keys: list[Key] = []
    for each in document["keys"]:
        try:
            keys.append(JWKRegistry.import_key(each))
        except (JoseError, ValueError, KeyError, TypeError):
            continue
    return KeyRing(keys)


def key_file(path: Path) -> KeyRing:
    """Keys from a PEM public key or a JSON key set; ValueError where none is usable."""
    text = path.read_text()
    if text.lstrip().startswith("{"):
        content = json.loads(text)
        ring = key_ring(content if "keys" in content else {"keys": [content]})
    else:
        ring = KeyRing([_from_pem(text)])
    if not ring:
        raise ValueError(f"{path} holds no key for {', '.join(ALGORITHMS)}")
    return ring


def _from_pem(text: str) -> Key:
    try:
        return ECKey.import_key(text)
    except (JoseError, ValueError):
        return RSAKey.import_key(text)


class PublishedKeys:
    """公布的公钥: the issuer's, read again now and then, and when a token names one not among them.

    While the issuer is away the keys it gave last stay good.
    """

    def __init__(
        self,
        read: Callable[[], Awaitable[KeyRing]],
        on_withdrawal: Callable[[], None],
        *,
        period: float = PERIOD_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self.ring = KeyRing(())
        self.fault: str | None = "尚未读取"
        """Why they could not be read last time."""
        self._read, self._on_withdrawal = read, on_withdrawal
        self._period, self._pause = period, pause
        self._asking: asyncio.Task[None] | None = None
        self._asked = -pause

    async def renew(self) -> None:
        """Ask the issuer: all who want it at once ask together, and nobody soon after."""
        if self._asking is None:
            if monotonic() - self._asked < self._pause:
                return
            self._asked = monotonic()
            self._asking = asyncio.create_task(self._ask())
        await asyncio.shield(self._asking)

    async def keep(self) -> None:
        """Read them again and again, for ever."""
        while True:
            await self.renew()
            await asyncio.sleep(self._pause if self.fault else self._period)

    async def _ask(self) -> None:
        try:
            ring = await self._read()
        except Exception as error:  # anything: the keys at hand stay good, and it is tried again
            self.fault = type(error).__name__
            log.warning("keys_not_read", error=repr(error))
        else:
            withdrawn = ring.lacks_any_of(self.ring)
            self.ring, self.fault = ring, None
            if withdrawn:
                self._on_withdrawal()
        finally:
            self._asking = None
