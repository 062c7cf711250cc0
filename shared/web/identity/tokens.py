"""令牌: whether a signed token is good, and who bears it."""

import time
from collections import OrderedDict
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key
from pydantic import ValidationError

from shared.kernel.actor import Actor, Delegation
from shared.kernel.dates import SHANGHAI
from shared.web.identity.claims import ClaimNames
from shared.web.identity.keys import ALGORITHMS, PAUSE_SECONDS, KeyRing, PublishedKeys, UnknownKey
from shared.web.identity.provider import Provider
from shared.web.problems import ProblemError

SKEW_SECONDS = 60
_CACHED_TOKENS = 4096
_USUAL = ClaimNames()
_TYPES = {"", "jwt", "at+jwt", "application/at+jwt"}
"""Header `typ` of an access token (RFC 9068); a logout token, say, is none."""

_BAD = (
    JoseError,
    ValidationError,
    KeyError,
    ValueError,
    TypeError,
    OverflowError,
    RecursionError,
)
"""What hostile tokens make the reading raise."""


class Verifier:
    """Checks tokens against their issuer's keys; remembers good ones until they expire."""

    def __init__(
        self,
        keys: KeyRing | Provider,
        *,
        issuer: str,
        audience: str,
        names: ClaimNames = _USUAL,
    ) -> None:
        """`keys`: those of a file, or the provider that publishes them."""
        self._names = names
        self._checks = jwt.JWTClaimsRegistry(
            leeway=SKEW_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            iat={"essential": True},
        )
        self._known: OrderedDict[str, tuple[float, Actor]] = OrderedDict()
        self._keys: KeyRing | PublishedKeys = (
            PublishedKeys(keys.keys, self._known.clear) if isinstance(keys, Provider) else keys
        )

    @property
    def published(self) -> PublishedKeys | None:
        """The keys, where they are the issuer's to publish."""
        return self._keys if isinstance(self._keys, PublishedKeys) else None

    async def actor(self, token: str) -> Actor:
        """Who the token speaks for; ProblemError(401) unless it is good.

        ProblemError(403) where the delegation it names is over, and (503) where its key is not
        known and the issuer cannot be asked.
        """
        known = self._known.get(token)
        if known and known[0] > time.time():
            return known[1]
        try:
            return self._checked(token)
        except UnknownKey:
            pass
        published = self.published
        if published is not None:
            await published.renew()
            try:
                return self._checked(token)
            except UnknownKey:
                if published.fault is not None:
                    raise _not_now() from None
        raise _refused("UnknownKey")

    def _checked(self, token: str) -> Actor:
        try:
            claims = jwt.decode(token, self._key, algorithms=ALGORITHMS).claims
            self._checks.validate(claims)
            ends = float(claims["exp"])
            _in_order(claims["iat"], claims.get("nbf", 0), ends)
            actor = self._names.actor(claims)
        except _BAD as error:
            raise _refused(type(error).__name__) from None
        if actor.delegation is not None:
            ends = min(ends, _still_delegated(actor.delegation))
        self._known[token] = (ends, actor)
        if len(self._known) > _CACHED_TOKENS:
            self._known.popitem(last=False)
        return actor

    def _key(self, signed: Any) -> Key:
        header: dict[str, Any] = signed.headers()
        if str(header.get("typ", "")).lower() not in _TYPES:
            raise ValueError("no access token")
        ring = self._keys.ring if isinstance(self._keys, PublishedKeys) else self._keys
        return ring.find(header.get("kid"), header.get("alg"))


def _in_order(issued: float, begins: float, ends: float) -> None:
    if not 0 <= issued < ends or begins >= ends:
        raise ValueError("it ends before it begins")


def _still_delegated(delegation: Delegation) -> float:
    """When a delegation ends; ProblemError(403) where it has."""
    ends = delegation.until.timestamp()
    if ends <= time.time():
        day = delegation.until.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        raise ProblemError(
            "not_authorised",
            f"{delegation.name}的委托已于 {day} 届满；请续办委托，或以本人名义重新获取令牌",
        )
    return ends


def _refused(reason: str) -> ProblemError:
    return ProblemError(
        "not_authenticated",
        f"令牌无效（{reason}）；请重新获取令牌后再试",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def _not_now() -> ProblemError:
    return ProblemError(
        "busy",
        "令牌的公钥尚不知道，身份提供方又没有应答；请稍后重试",
        headers={"Retry-After": str(int(PAUSE_SECONDS))},
    )
