"""身份: who acts, from a signed token; and whether the pack lets them (权限)."""

import json
import os
import time
from collections import OrderedDict
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from pydantic import ValidationError

from shared.kernel.actor import Actor
from shared.kernel.identifiers import UnitId
from shared.regulation.pack import Policy, Power
from shared.web.access.recorder import ACTOR
from shared.web.problems import ProblemError

ISSUER = "govit-development"
AUDIENCE = "govit"
ALGORITHMS = ["ES256"]
SKEW_SECONDS = 60
_CACHED_TOKENS = 4096

SYSTEM = Actor(person="system", name="系统", body="SYSTEM", role="SERVICE")
"""The services themselves, when they follow each other or react."""


class DevelopmentIssuer:
    """开发用令牌签发: a key of its own in the instance directory; never in production."""

    def __init__(self, home: Path) -> None:
        self._file = home / "issuer.json"
        home.mkdir(parents=True, exist_ok=True)
        if not self._file.exists():
            self._create()
        self._key = ECKey.import_key(json.loads(self._file.read_text()))

    def _create(self) -> None:
        key = ECKey.generate_key("P-256", auto_kid=True)
        fresh = self._file.with_name(f"issuer.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(key.as_dict(private=True), file)
        try:
            os.link(fresh, self._file)  # the first of several processes wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()

    @property
    def keys(self) -> KeySet:
        return KeySet([ECKey.import_key(self._key.as_dict(private=False))])

    def token(self, actor: Actor, *, seconds: int = 8 * 3600) -> str:
        """A signed token for an actor."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": actor.person,
            "iat": now,
            "exp": now + seconds,
            **actor.model_dump(mode="json", exclude={"person"}, exclude_none=True),
        }
        return jwt.encode({"alg": "ES256", "kid": self._key.kid}, claims, self._key)


class Verifier:
    """Checks tokens against the issuer's public keys; remembers good ones until they expire."""

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys
        self._claims = jwt.JWTClaimsRegistry(
            leeway=SKEW_SECONDS,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._known: OrderedDict[str, tuple[float, Actor]] = OrderedDict()

    @classmethod
    def from_file(cls, path: Path) -> "Verifier":
        """Keys from a PEM public key or a JSON key set."""
        text = path.read_text()
        if text.lstrip().startswith("{"):
            content = json.loads(text)
            return cls(KeySet.import_key_set(content if "keys" in content else {"keys": [content]}))
        return cls(KeySet([ECKey.import_key(text)]))

    def actor(self, token: str) -> Actor:
        """Who the token speaks for; ProblemError(401) unless it is good."""
        known = self._known.get(token)
        if known and known[0] > time.time():
            return known[1]
        try:
            claims = jwt.decode(token, self._keys, algorithms=ALGORITHMS).claims
            self._claims.validate(claims)
            actor = Actor(
                person=claims["sub"],
                name=claims.get("name", claims["sub"]),
                body=claims["body"],
                role=claims["role"],
                unit_id=claims.get("unit_id"),
            )
        except (JoseError, ValidationError, KeyError, ValueError, TypeError) as error:
            raise ProblemError(
                "not_authenticated",
                f"令牌无效（{type(error).__name__}）；请重新获取令牌后再试",
                headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
            ) from None
        self._known[token] = (float(claims["exp"]), actor)
        if len(self._known) > _CACHED_TOKENS:
            self._known.popitem(last=False)
        return actor


def authorise(
    actor: Actor, policy: Policy, operation: str, parties: frozenset[UnitId] | None = None
) -> Power:
    """The power by which an actor may issue a command; ProblemError(403) if there is none.

    `parties` are the units whose project it is, where the command concerns one: a unit acts only
    on its own. The table is pack data (`[authority]`), so it changes without code.
    """
    power = policy.pack.authority[operation]
    if actor.body not in power.bodies or (power.roles and actor.role not in power.roles):
        names = "、".join(policy.body_name(b) for b in power.bodies)
        raise ProblemError("not_authorised", f"依据第{power.article}条，此事项由{names}办理")
    if actor.body == "UNIT" and parties is not None and actor.unit_id not in parties:
        raise ProblemError("not_authorised", "项目单位只能办理本单位的项目")
    return power


class ActorBearer(HTTPBearer):
    """The request's actor from its bearer token; 401 without a good one."""

    def __init__(self) -> None:
        super().__init__(
            scheme_name="HTTPBearer",
            auto_error=False,
            description="签名令牌（JWT，ES256）：人员、部门、角色",
        )

    async def __call__(self, request: Request) -> Actor:  # type: ignore[override]
        return self.actor(request)

    def actor(self, request: Request) -> Actor:
        """Who asks; ProblemError(401) without a good token."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise ProblemError(
                "not_authenticated",
                "请在 Authorization 头中提供 Bearer 令牌",
                headers={"WWW-Authenticate": "Bearer"},
            )
        verifier: Verifier = request.app.state.runtime.verifier
        actor = request.scope[ACTOR] = verifier.actor(token)
        return actor


CurrentActor = Annotated[Actor, Depends(ActorBearer())]
