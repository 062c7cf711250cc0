"""开发用令牌签发: tokens for anybody, signed with a key of the instance's own."""

import json
import os
import time
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from shared.kernel.actor import Actor
from shared.web.identity.keys import KeyRing
from shared.web.settings import InstanceMode, Settings

ISSUER = "govit-development"
AUDIENCE = "govit"


class DevelopmentIssuer:
    """Its key lies in the instance directory; `of` an instance in production there is none."""

    def __init__(self, home: Path) -> None:
        self._file = home / "issuer.json"
        home.mkdir(parents=True, exist_ok=True)
        if not self._file.exists():
            self._create()
        self._key = ECKey.import_key(json.loads(self._file.read_text()))

    @classmethod
    def of(cls, settings: Settings) -> "DevelopmentIssuer":
        """An instance's issuer; ValueError in production."""
        if settings.mode is InstanceMode.PRODUCTION:
            raise ValueError("the development issuer does not start in production")
        return cls(settings.home)

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
    def keys(self) -> KeyRing:
        """What its tokens are checked against."""
        return KeyRing([ECKey.import_key(self._key.as_dict(private=False))])

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
